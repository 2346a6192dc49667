"""What docs/serve.md says of the service under load holds for what was measured."""

import json
from pathlib import Path
from typing import Any

import pytest

RESULT = Path(__file__).parents[2] / "docs" / "results" / "serve.json"


@pytest.fixture(scope="module")
def result() -> Any:
    return json.loads(RESULT.read_text("utf-8"))


def test_nothing_is_wrong_and_nothing_is_lost(result: Any) -> None:
    over, memory = result["overload"], result["memory"]
    loads = [*result["capacity"].values(), over, memory]
    assert all(load["counters_agree"] for load in loads)
    assert set(over["looked_at"]) == {"right", "refused"}
    assert set(over["answers"]) == {"200", "429"}
    assert over["clients"] == 10 * (result["workers"] + result["queue"])
    assert memory["answers"] == {"200": memory["requests"]}
    assert memory["requests"] == 10_000


def test_memory_is_flat(result: Any) -> None:
    memory = result["memory"]
    assert memory["rss_mib"][-1] < memory["rss_mib"][1] + 20
    assert memory["kib_per_1000_requests"] < 1024
    assert memory["uploads_left"] == 0


def test_what_was_accepted_is_finished_after_the_signal(result: Any) -> None:
    stop = result["stop"]
    assert stop["answers"] == {"right": stop["in_work_or_waiting"]}
    assert stop["one_more"].startswith("503, Retry-After: ")
    assert stop["exit_code"] == 0
