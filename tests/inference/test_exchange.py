"""Images of other programs in, results as they want them out."""

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch

from clfnet.colour.palette import paint
from clfnet.errors import AlignmentError, ConfigError, ImageError, SizeMismatchError
from clfnet.inference.exchange import Shown
from clfnet.inference.fuser import Fuser, fuse
from clfnet.io.image import Image, read_image, write_image
from clfnet.method import FloatImage

RANDOM = np.random.default_rng(0)
HEAT = RANDOM.integers(0, 256, (6, 8), np.uint8)
LIGHT = RANDOM.integers(0, 256, (6, 8), np.uint8)
COLOUR = RANDOM.integers(0, 256, (6, 8, 3), np.uint8)


class Maximum:
    name = "maximum"

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        return np.maximum(infrared, visible)


@pytest.fixture
def fuser() -> Fuser:
    return Fuser(Maximum())


def channels_first(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.moveaxis(array, -1, -3).copy())


class TestTensors:
    @pytest.mark.parametrize("light", [LIGHT, COLOUR, np.dstack([COLOUR, LIGHT])])
    def test_levels_come_out_as_for_arrays(self, fuser: Fuser, light: np.ndarray) -> None:
        tensor = torch.from_numpy(light) if light.ndim == 2 else channels_first(light)
        fused = fuser(torch.from_numpy(HEAT), tensor)
        assert isinstance(fused, torch.Tensor)
        assert fused.dtype == torch.uint8
        assert fused.device == tensor.device
        expected = fuser(HEAT, light)
        got = fused.numpy() if light.ndim == 2 else np.moveaxis(fused.numpy(), 0, -1)
        np.testing.assert_array_equal(got, expected)

    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
    def test_floats_keep_their_type(self, fuser: Fuser, dtype: torch.dtype) -> None:
        light = (torch.from_numpy(LIGHT) / 255).to(dtype).requires_grad_()
        fused = fuser(torch.from_numpy(HEAT)[None], light[None])
        assert fused.dtype == dtype
        assert fused.shape == (1, 6, 8)
        assert not fused.requires_grad
        np.testing.assert_allclose(
            fused[0].float().numpy(), np.maximum(HEAT, LIGHT) / 255, atol=0.005
        )

    def test_batches(self, fuser: Fuser) -> None:
        heat = torch.rand(3, 1, 6, 8)
        light = torch.rand(3, 3, 6, 8)
        fused = fuser(heat, light)
        assert fused.shape == light.shape
        for one, infrared, visible in zip(fused, heat, light, strict=True):
            torch.testing.assert_close(one, fuser(infrared, visible))

    def test_an_array_beside_a_tensor(self, fuser: Fuser) -> None:
        assert isinstance(fuser(HEAT, channels_first(COLOUR)), torch.Tensor)
        assert isinstance(fuser(torch.from_numpy(HEAT), COLOUR), np.ndarray)

    @pytest.mark.parametrize("shape", [(6, 8, 3), (5, 6, 8), (2, 5, 6, 8), (8,)])
    def test_other_shapes_are_refused(self, fuser: Fuser, shape: tuple[int, ...]) -> None:
        """(N, H, W) would be one image where N happens to be 3."""
        with pytest.raises(ImageError, match=r"`visible` must be a tensor of the shape \(H, W\)"):
            fuser(torch.from_numpy(HEAT), torch.zeros(shape))


class TestPillow:
    @pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
    def test_out_as_it_went_in(self, fuser: Fuser, mode: str) -> None:
        light = PIL.Image.fromarray(np.dstack([COLOUR, LIGHT]), "RGBA").convert(mode)
        light.info["icc_profile"] = b"profile"
        fused = fuser(PIL.Image.fromarray(HEAT), light)
        assert isinstance(fused, PIL.Image.Image)
        assert fused.mode == mode
        assert fused.info["icc_profile"] == b"profile"
        np.testing.assert_array_equal(np.asarray(fused), fuser(HEAT, np.asarray(light)))

    def test_sixteen_bits(self, fuser: Fuser) -> None:
        heat = PIL.Image.fromarray(HEAT.astype(np.uint16) * 257)
        fused = fuser(heat, PIL.Image.fromarray(LIGHT.astype(np.uint16) * 257))
        assert fused.mode == "I;16"
        assert np.asarray(fused).dtype == np.uint16
        with pytest.raises(ConfigError, match="`depth` must be 8 for colours"):
            Fuser(Maximum(), depth=16)(HEAT, PIL.Image.fromarray(COLOUR))

    @pytest.mark.parametrize("mode", ["F", "I"])
    def test_infrared_as_numbers(self, fuser: Fuser, mode: str) -> None:
        counts = PIL.Image.fromarray(HEAT).convert(mode)
        np.testing.assert_array_equal(fuser(counts, LIGHT), fuser(np.asarray(counts), LIGHT))

    def test_opened_pictures_are_turned_as_files_are(self, fuser: Fuser, tmp_path: Path) -> None:
        sideways = PIL.Image.fromarray(COLOUR)
        exif = sideways.getexif()
        exif[0x0112] = 6
        path = tmp_path / "sideways.png"
        sideways.save(path, exif=exif)
        heat = np.ascontiguousarray(np.rot90(HEAT, -1))
        with PIL.Image.open(path) as opened:
            fused = fuser(heat, opened)
        np.testing.assert_array_equal(np.asarray(fused), fuser(heat, path))

    def test_a_painted_picture_is_undone_as_in_a_file(self, tmp_path: Path) -> None:
        ramp = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8) * 2
        painted = np.rint(paint("ironbow", (ramp / 255).astype(np.float32)) * 255).astype(np.uint8)
        path = tmp_path / "painted.png"
        write_image(path, Image(painted))
        light = np.zeros_like(ramp)
        fuser = Fuser(Maximum())
        for source in (painted, PIL.Image.fromarray(painted)):
            np.testing.assert_array_equal(fuser(source, light), fuser(path, light))

    def test_numbers_are_no_visible_image(self, fuser: Fuser) -> None:
        with pytest.raises(ImageError, match=r"`visible` must have 8 or 16 bits .* mode F"):
            fuser(HEAT, PIL.Image.fromarray(LIGHT).convert("F"))


class TestFiles:
    @pytest.fixture
    def paths(self, tmp_path: Path) -> tuple[Path, Path]:
        found = tmp_path / "ir.png", tmp_path / "vis.png"
        for path, pixels in zip(found, (HEAT, COLOUR), strict=True):
            write_image(path, Image(pixels))
        return found

    def test_bytes_and_open_files(self, fuser: Fuser, paths: tuple[Path, Path]) -> None:
        expected = fuser(*paths)
        contents = [path.read_bytes() for path in paths]
        np.testing.assert_array_equal(fuser(*contents), expected)
        np.testing.assert_array_equal(fuser(*map(bytearray, contents)), expected)
        np.testing.assert_array_equal(fuser(*map(io.BytesIO, contents)), expected)
        with paths[0].open("rb") as infrared, paths[1].open("rb") as visible:
            np.testing.assert_array_equal(fuser(infrared, visible), expected)
        np.testing.assert_array_equal(fuser(contents[0], COLOUR), expected)

    def test_text_of_numbers_is_known_by_the_name(self, fuser: Fuser, tmp_path: Path) -> None:
        path = tmp_path / "heat.csv"
        np.savetxt(path, HEAT, fmt="%d", delimiter=",")
        with path.open("rb") as file:
            np.testing.assert_array_equal(fuser(file, LIGHT), fuser(path, LIGHT))

    def test_a_wrong_one_is_called_by_its_argument(
        self, fuser: Fuser, paths: tuple[Path, Path]
    ) -> None:
        with pytest.raises(ImageError, match=r"^`visible` must be .*image") as caught:
            fuser(paths[0], b"%PDF-1.7 and more")
        assert tempfile.gettempdir() not in str(caught.value)
        with pytest.raises(ImageError, match="`infrared` must be a file opened for bytes"):
            fuser(io.StringIO("text"), COLOUR)  # type: ignore[call-overload]

    def test_nothing_is_left_behind(
        self, fuser: Fuser, paths: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = paths[0].parent / "tmp"
        folder.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        fuser(*[path.read_bytes() for path in paths])
        assert not [*folder.iterdir()]


class TestBatches:
    @pytest.mark.parametrize("light", [LIGHT, COLOUR, np.dstack([COLOUR, LIGHT])])
    def test_each_is_fused_by_itself(self, fuser: Fuser, light: np.ndarray) -> None:
        heats = np.stack([HEAT, HEAT[::-1], HEAT // 2])
        lights = np.stack([light, light[:, ::-1], light])
        fused = fuser(heats, lights)
        assert fused.shape == lights.shape
        for index in range(3):
            np.testing.assert_array_equal(fused[index], fuser(heats[index], lights[index]))

    def test_one_channel_is_kept(self, fuser: Fuser) -> None:
        fused = fuser(HEAT[..., None], LIGHT[..., None])
        assert fused.shape == (6, 8, 1)
        assert fuser(HEAT[None, ..., None], LIGHT[None, ..., None]).shape == (1, 6, 8, 1)

    @pytest.mark.parametrize(
        ("heats", "lights", "said"),
        [
            (HEAT[None], COLOUR, "got 1 and one"),
            (HEAT, COLOUR[None], "got one and 1"),
            (np.stack([HEAT] * 3), np.stack([LIGHT] * 2), "got 3 and 2"),
        ],
    )
    def test_as_many_of_each(self, fuser: Fuser, heats: Any, lights: Any, said: str) -> None:
        with pytest.raises(SizeMismatchError, match=said):
            fuser(heats, lights)

    def test_other_channels_are_refused(self, fuser: Fuser) -> None:
        with pytest.raises(ImageError, match=r"shape \(H, W\), .*, got \(4, 5, 2\)"):
            fuser(np.zeros((3, 4, 5, 2)), np.zeros((3, 4, 5, 2)))

    def test_results_of_several_sizes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        fuser = Fuser(Maximum())
        sizes = iter([(6, 8), (5, 8)])
        monkeypatch.setattr(fuser, "_one", lambda *_pair: np.zeros(next(sizes), np.uint8))
        with pytest.raises(AlignmentError, match="outside='keep'"):
            fuser(np.stack([HEAT] * 2), np.stack([LIGHT] * 2))


class TestNotebooks:
    def test_a_result_shows_itself(self, fuser: Fuser, tmp_path: Path) -> None:
        for light in (LIGHT, COLOUR, COLOUR / np.float32(255), COLOUR.astype(np.uint16) * 257):
            fused = fuser(HEAT, light)
            assert isinstance(fused, Shown)
            (tmp_path / "a.png").write_bytes(fused._repr_png_() or b"")
            expected = fuser(HEAT, light if light.dtype == np.uint8 else COLOUR)
            np.testing.assert_allclose(
                read_image(tmp_path / "a.png").pixels.astype(int), expected, atol=1
            )

    def test_large_results_are_shown_small(self, tmp_path: Path) -> None:
        large = np.zeros((10, 4000), np.uint8).view(Shown)
        (tmp_path / "a.png").write_bytes(large._repr_png_() or b"")
        assert read_image(tmp_path / "a.png").pixels.shape == (4, 1334)

    def test_what_is_no_image_is_shown_as_numbers(self, fuser: Fuser) -> None:
        fused = fuser(np.stack([HEAT] * 2), np.stack([LIGHT] * 2))
        assert isinstance(fused, Shown)
        assert fused._repr_png_() is None
        assert repr(fused).startswith("array(")

    def test_what_is_computed_of_it_is_plain(self, fuser: Fuser) -> None:
        fused = fuser(HEAT, LIGHT)
        assert type(fused / 2) is np.ndarray
        assert type(fused.mean()) is np.float64
        assert type(fused.max()) is np.uint8
        assert isinstance(torch.from_numpy(fused), torch.Tensor)


def test_repr_says_what_it_is() -> None:
    assert repr(Fuser(Maximum())) == "Fuser(model='maximum')"
    shown = repr(Fuser("maximum", stretch=True, thermal_range="full"))
    assert shown == "Fuser(model='maximum', stretch=True, thermal_range='full')"


def test_the_function_takes_the_same(manifest: Path) -> None:
    fused = fuse(torch.from_numpy(HEAT), channels_first(COLOUR))
    assert isinstance(fused, torch.Tensor)
