import struct
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clfnet.thermal import fff

Build = Callable[..., bytes]


@pytest.mark.parametrize("order", ["<", ">"])
def test_finds_records_in_both_orders(
    fff_block: Build, counts: np.ndarray[tuple[int, int], np.dtype[np.uint16]], order: str
) -> None:
    data = b"before" + fff_block(counts, order=order) + b"after"
    block = fff.parse(data, 6)
    assert set(block.places) == {1, 32}
    assert data[block.end :] == b"after"
    first, last = block.places[1]
    assert data[first:last].endswith(counts.astype("<u2").tobytes())


def test_damage_is_named(
    fff_block: Build, counts: np.ndarray[tuple[int, int], np.dtype[np.uint16]]
) -> None:
    data = fff_block(counts)
    for broken, message in (
        (b"", "no FLIR block"),
        (data[:63], "no FLIR block"),
        (b"FFF\0".ljust(64, b"\1"), "no FLIR block"),
        (data[:70], "directory"),
        (data[:-1], "ends early"),
        (data[:28] + struct.pack(">I", 0xFFFFFFFF) + data[32:], "4294967295 records"),
        (data[:24] + struct.pack(">I", 0xFFFFFFFF) + data[28:], "directory"),
    ):
        with pytest.raises(ValueError, match=message):
            fff.parse(broken)
    assert not fff.is_block(data[4:68])


@given(data=st.binary(max_size=200))
@settings(max_examples=100)
def test_any_bytes_give_a_block_or_an_error(data: bytes) -> None:
    header = b"FFF\0" + bytes(16) + struct.pack(">I", 100) + data
    try:
        block = fff.parse(header)
    except ValueError:
        return
    assert block.end >= 24
