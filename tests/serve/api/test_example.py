"""The example pair."""

import numpy as np
from fastapi.testclient import TestClient
from tests.serve.conftest import decoded

from clfnet.example import night_street


def test_the_night_street(client: TestClient) -> None:
    pair = night_street()
    for name in ("infrared", "visible"):
        answer = client.get(f"/v1/example/{name}.png")
        assert answer.headers["content-type"] == "image/png"
        np.testing.assert_array_equal(decoded(answer.content), getattr(pair, name))
