"""Addresses that hold a file, and hashes of policies."""

import hashlib
from base64 import b64decode
from urllib.request import urlopen

from clfnet.io.html import data_uri, policy_hash


def test_a_data_uri_is_read_back() -> None:
    data = bytes(range(256))
    with urlopen(data_uri("image/png", data)) as answer:
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.read() == data


def test_a_policy_names_the_bytes_of_utf_8() -> None:
    kind, _, encoded = policy_hash("a { content: '→' }").partition("-")
    assert kind == "sha256"
    assert b64decode(encoded) == hashlib.new(kind, "a { content: '→' }".encode()).digest()
