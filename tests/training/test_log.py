"""What a run writes down, and what a killed run's log is cut to."""

from math import isnan
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from clfnet.io.image import read_image
from clfnet.training.dataset import Pair
from clfnet.training.log import RunLog, read_log, save_sample


def write(folder: Path, first: int, last: int, resumed_after: int = 0) -> None:
    log = RunLog(folder, resumed_after)
    for step in range(first, last + 1):
        log.write(step, {"loss": step / 3, "images/s": 1e-9 * step})
    log.close()


def rows(first: int, last: int) -> list[tuple[int, str, float]]:
    steps = range(first, last + 1)
    return [row for s in steps for row in ((s, "loss", s / 3), (s, "images/s", 1e-9 * s))]


def test_rows_come_back_exactly(tmp_path: Path) -> None:
    write(tmp_path, 1, 3)
    assert read_log(tmp_path / "log.csv") == rows(1, 3)
    assert (tmp_path / "log.csv").read_text().splitlines()[0] == "step,name,value"


def test_no_log_has_no_rows(tmp_path: Path) -> None:
    assert read_log(tmp_path / "log.csv") == []


def test_resuming_drops_what_came_after_the_checkpoint(tmp_path: Path) -> None:
    write(tmp_path, 1, 5)
    write(tmp_path, 4, 6, resumed_after=3)
    assert read_log(tmp_path / "log.csv") == rows(1, 6)


def test_a_new_run_starts_an_empty_log(tmp_path: Path) -> None:
    write(tmp_path, 1, 5)
    write(tmp_path, 1, 2)
    assert read_log(tmp_path / "log.csv") == rows(1, 2)


def test_a_half_written_last_row_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, 1, 3)
    path = tmp_path / "log.csv"
    data = path.read_bytes()
    last_row = data.rindex(b"\n", 0, -1) + 1
    for size in range(last_row, len(data)):
        path.write_bytes(data[:size])
        assert read_log(path) == rows(1, 3)[:-1], data[last_row:size]
    path.write_bytes(data[: last_row + 4])
    write(tmp_path, 3, 4, resumed_after=2)
    assert read_log(path) == rows(1, 4)


def test_values_that_are_not_finite_come_back(tmp_path: Path) -> None:
    log = RunLog(tmp_path)
    log.write(1, {"a": float("inf"), "b": float("nan")})
    log.close()
    (_, _, infinite), (_, _, undefined) = read_log(tmp_path / "log.csv")
    assert infinite == float("inf")
    assert isnan(undefined)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tensorboard_shows_the_same_curve_without_the_dropped_steps(tmp_path: Path) -> None:
    write(tmp_path, 1, 5)
    write(tmp_path, 4, 6, resumed_after=3)
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    curve = [(event.step, event.value) for event in events.Scalars("loss")]
    assert curve == [(step, pytest.approx(step / 3)) for step in range(1, 7)]


def test_a_sample_shows_each_pair_in_a_row(tmp_path: Path) -> None:
    pairs, pictures = [], []
    for height, width, level in ((4, 6, 10), (5, 3, 100)):
        images = [np.full((height, width), level + i, np.uint8) for i in range(3)]
        pairs.append(Pair("p", images[0], images[1]))
        pictures.append(images[2])
    save_sample(tmp_path, 12, pairs, pictures)
    sheet = read_image(tmp_path / "samples" / "000012.png").pixels
    assert sheet.shape == (9, 18)
    assert sheet[0].tolist() == [10] * 6 + [11] * 6 + [12] * 6
    assert sheet[8].tolist() == [100] * 3 + [101] * 3 + [102] * 3 + [0] * 9
