"""The built-in pair."""

import numpy as np
import pytest
from fastapi.testclient import TestClient
from tests.serve.conftest import decoded

from clfnet.scene import ScenePair
from clfnet.serve import example


def test_the_night_street(
    client: TestClient, scene: ScenePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    example.pictures.cache_clear()
    monkeypatch.setattr(example, "night_street", lambda: scene)
    for name in ("infrared", "visible"):
        answer = client.get(f"/v1/example/{name}.png")
        assert answer.headers["content-type"] == "image/png"
        np.testing.assert_array_equal(decoded(answer.content), getattr(scene, name))
    example.pictures.cache_clear()
