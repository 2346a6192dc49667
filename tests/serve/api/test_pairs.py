"""POST /v1/pairs: what a job of these names would fuse."""

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize(
    ("infrared", "visible", "pairs", "unpaired"),
    [
        (["01.png", "02.png"], ["01.jpg", "02.jpg"], 2, []),
        (["IR_1.png", "IR_2.png"], ["VIS_2.jpg", "VIS_1.jpg"], 2, []),
        (["IR_1.png", "IR_2.png"], ["VIS_1.jpg"], 1, ["IR_2.png"]),
        (["a_ir.png", "a_vis.png"], [], 1, []),
        (["flir_1.jpg", "flir_2.jpg"], [], 0, ["flir_1.jpg", "flir_2.jpg"]),
        ([], [], 0, []),
    ],
)
def test_names_are_paired_as_jobs_pair_them(
    client: TestClient, infrared: list[str], visible: list[str], pairs: int, unpaired: list[str]
) -> None:
    answer = client.post("/v1/pairs", json={"infrared": infrared, "visible": visible}).json()
    assert len(answer["pairs"]) == pairs
    assert sorted(answer["unpaired"]) == unpaired
    for first, second in answer["pairs"]:
        assert first in infrared
        assert second in (visible or infrared)


@pytest.mark.parametrize("names", [["x" * 256], [""], [3], "a.png"])
def test_what_is_no_name_is_refused(client: TestClient, names: object) -> None:
    answer = client.post("/v1/pairs", json={"infrared": names})
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "kind"}
