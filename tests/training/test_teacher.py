"""The teacher's images: computed once, and anew where anything is another."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clfnet.errors import WeightsError
from clfnet.inference.find import find_method
from clfnet.training.dataset import Pair
from clfnet.training.distributed import Process
from clfnet.training.teacher import Teacher

PairMaker = Callable[..., Pair]


def test_its_pictures_are_what_fusing_gives(street: Pair, tmp_path: Path) -> None:
    (picture,) = Teacher("clfnet", threads=1).pictures([street], tmp_path, Process())
    expected = find_method("clfnet", threads=1)(
        *(image.astype(np.float32) / np.float32(255) for image in (street.infrared, street.visible))
    )
    assert picture.dtype == np.uint16
    np.testing.assert_allclose(picture / 65535, expected, atol=2e-5)


def test_pictures_are_found_again(
    maximum_onnx: Path, textured_pair: PairMaker, tmp_path: Path
) -> None:
    teacher, pairs = Teacher(str(maximum_onnx)), [textured_pair(0), textured_pair(1)]
    first = teacher.pictures(pairs, tmp_path, Process())
    for pair, picture in zip(pairs, first, strict=True):
        assert np.array_equal(picture, np.maximum(pair.infrared, pair.visible) * np.uint16(257))
    times = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = Teacher(str(maximum_onnx)).pictures(pairs[::-1], tmp_path, Process())
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == times
    assert all(map(np.array_equal, again, first[::-1]))


def test_another_teacher_or_pair_gets_a_picture_of_its_own(
    maximum_onnx: Path, street: Pair, tmp_path: Path
) -> None:
    (maximum,) = Teacher(str(maximum_onnx)).pictures([street], tmp_path, Process())
    (other,) = Teacher("clfnet", threads=1).pictures([street], tmp_path, Process())
    assert not np.array_equal(maximum, other)
    turned = Pair(street.name, street.visible, street.infrared.copy())
    Teacher(str(maximum_onnx)).pictures([turned], tmp_path, Process())
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("model", ["clfnet.safetensors", "clfnat"])
def test_what_is_no_teacher_is_refused(model: str) -> None:
    with pytest.raises(WeightsError, match="`model` must be"):
        Teacher(model)


def test_what_is_no_graph_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"broken")
    with pytest.raises(WeightsError, match=r"broken\.onnx must be an ONNX graph"):
        Teacher(str(tmp_path / "broken.onnx"))


def test_an_onnx_file_alone_cannot_contrast(maximum_onnx: Path) -> None:
    teacher = Teacher(str(maximum_onnx))
    with pytest.raises(WeightsError, match=r"maximum\.safetensors"):
        teacher.network()
    with pytest.raises(WeightsError, match=r"maximum-head\.safetensors"):
        teacher.head()
