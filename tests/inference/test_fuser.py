"""Colour, depth, alpha and stretching around a method."""

from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

import clfnet
from clfnet.align import Rig
from clfnet.colour.luma import bt601
from clfnet.errors import ConfigError, ImageError, InputError, SizeMismatchError, WeightsError
from clfnet.inference.fuser import Fuser, fuse
from clfnet.io.image import Image, write_image
from clfnet.method import FloatImage, FusionMethod, Reach
from clfnet.options import Outside
from clfnet.thermal import Pair, Thermal, from_array, read_pair
from clfnet.weights import Model

Array = NDArray[Any]


class Visible:
    """A fake method: the visible image."""

    name = "visible"

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        return visible


class Infrared:
    """A fake method: the infrared image."""

    name = "infrared"

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        return infrared


class Recorder(Infrared):
    """A fake method that keeps what it was given."""

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        self.infrared, self.visible = infrared, visible
        return infrared


class Shifted:
    """A fake method that looks one pixel up and left, where there is one."""

    name = "shifted"

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        moved = np.pad(infrared, ((1, 0), (1, 0)))[:-1, :-1]
        fused: FloatImage = np.maximum(np.float32(0.9) * moved, visible)
        return fused


SMALL: dict[str, Any] = {"memory": 2000 * 2, "threads": 2}


class Local(Shifted):
    """The same, of known reach."""

    reach = Reach(1)

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        assert infrared.size <= 2000
        self.number += 1
        return super().__call__(infrared, visible)


def random(shape: tuple[int, ...], dtype: type[Any] = np.uint8, seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    if np.issubdtype(dtype, np.floating):
        return rng.random(shape).astype(dtype)
    return rng.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


@pytest.mark.parametrize("infrared_dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (5, 7, 4), (1, 1), (1, 1, 3), (1, 9, 4)])
def test_the_result_is_like_the_visible(
    shape: tuple[int, ...], dtype: type[Any], infrared_dtype: type[Any]
) -> None:
    visible = random(shape, dtype)
    fused = Fuser(Visible())(random(shape[:2], infrared_dtype, 1), visible)
    assert fused.dtype == (np.float32 if np.issubdtype(dtype, np.floating) else dtype)
    if np.issubdtype(dtype, np.floating):
        np.testing.assert_allclose(fused, visible, atol=1e-6)
    else:
        np.testing.assert_array_equal(fused, visible)


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=6)), st.data())
@settings(deadline=None)
def test_luma_is_the_method_s(infrared: NDArray[np.uint8], data: st.DataObject) -> None:
    visible = data.draw(arrays(np.uint8, (*infrared.shape, 3)))
    fused = Fuser(Infrared())(infrared, visible)
    found = bt601.luma((fused / 255).astype(np.float32)) * 255
    assert np.abs(found - infrared).max() <= 0.51


def test_the_method_sees_full_scale_float32() -> None:
    method = Recorder()
    Fuser(method)(np.array([[0, 65535]], np.uint16), np.array([[0, 255]], np.uint8))
    for seen in (method.infrared, method.visible):
        assert seen.dtype == np.float32
        np.testing.assert_array_equal(seen, [[0, 1]])


@pytest.mark.parametrize("channels", [3, 4])
def test_colour_infrared_counts_as_its_luma(channels: int) -> None:
    method = Recorder()
    infrared = np.maximum(random((4, 5, channels)), 1)  # alpha 0 is no data
    Fuser(method)(infrared, random((4, 5)))
    levels = np.rint(infrared[..., :3] @ [0.299, 0.587, 0.114])  # as the luma of a file
    np.testing.assert_allclose(method.infrared, levels / 255, atol=1e-6)


def test_inputs_are_not_modified() -> None:
    pair = [random((6, 6), np.float32), random((6, 6, 4), np.float32, 1)]
    copies = [image.copy() for image in pair]
    for image in pair:
        image.setflags(write=False)
    Fuser(Infrared(), stretch=True)(*pair)
    for image, copy in zip(pair, copies, strict=True):
        np.testing.assert_array_equal(image, copy)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_stretch_spans_the_range_exactly(dtype: type[Any]) -> None:
    full = 1 if np.issubdtype(dtype, np.floating) else np.iinfo(dtype).max
    infrared = np.array([[0.25, 0.5, 0.75]], np.float32)
    fused = Fuser(Infrared(), stretch=True)(infrared, np.zeros((1, 3), dtype))
    assert (fused.min(), fused.max()) == (0, full)
    assert fused[0, 1] == pytest.approx(full / 2, abs=0.5 if full > 1 else 1e-6)


def test_stretch_leaves_one_value_as_it_is() -> None:
    infrared = np.full((3, 3), 77, np.uint8)
    np.testing.assert_array_equal(Fuser(Infrared(), stretch=True)(infrared, infrared), 77)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.zeros(5, np.uint8), r"shape \(H, W\)"),
        (np.zeros((0, 4), np.uint8), r"got \(0, 4\)"),
        (np.zeros((2, 2), np.complex64), "got complex64"),
        (np.zeros((2, 2), bool), "got bool"),
        (np.full((2, 2), np.nan), "finite"),
        (np.full((2, 2), np.inf), "finite"),
        ("no.png", r"no\.png must be an image file"),
    ],
)
def test_what_is_no_image_is_refused(bad: Any, message: str) -> None:
    good = np.zeros((2, 2), np.uint8)
    for name, pair in (("infrared", (bad, good)), ("visible", (good, bad))):
        with pytest.raises(ImageError, match=message) as caught:
            Fuser(Visible())(*pair)
        assert isinstance(bad, str) or f"`{name}`" in str(caught.value)


@pytest.mark.parametrize("value", [255.0, -0.1])
def test_a_visible_float_must_be_in_its_range(value: float) -> None:
    with pytest.raises(ImageError, match=r"`visible` must be in \[0, 1\] if it is float, got"):
        Fuser(Visible())(np.zeros((2, 2), np.uint8), np.full((2, 2), value))


def test_sizes_must_agree() -> None:
    with pytest.raises(SizeMismatchError, match=r"got 3x2 .* and 5x4 .*clfnet align"):
        Fuser(Visible())(np.zeros((2, 3), np.uint8), np.zeros((4, 5, 3), np.uint8))


@pytest.mark.parametrize("as_type", [str, Path])
def test_paths(tmp_path: Path, as_type: type[Any]) -> None:
    pixels, alpha = random((4, 5), np.uint16), random((4, 5), np.uint16, 1)
    write_image(tmp_path / "a.png", Image(pixels, alpha))
    write_image(tmp_path / "ir.png", Image(pixels))
    path = as_type(tmp_path / "a.png")
    fused = Fuser(Visible())(as_type(tmp_path / "ir.png"), path)
    np.testing.assert_array_equal(fused, np.dstack([pixels, pixels, pixels, alpha]))
    with pytest.raises(SizeMismatchError, match=r"5x4 \(.*a\.png\) and 9x9 \(`visible`\)"):
        Fuser(Visible())(path, np.zeros((9, 9), np.uint8))


def test_pictures_of_pillow_are_arrays() -> None:
    picture: Any = PIL.Image.fromarray(random((4, 5, 3)))
    np.testing.assert_array_equal(Fuser(Visible())(picture, picture), np.asarray(picture))


def test_files_keep_alpha_profile_and_exif() -> None:
    alpha = random((4, 5), seed=1)
    visible = Image(random((4, 5)), alpha, b"profile", b"exif")
    thermal = from_array(random((4, 5), seed=2), "it")
    fused = Fuser(Infrared()).fuse_pair(Pair(thermal, visible, None)).image
    np.testing.assert_array_equal(fused.alpha, alpha)
    assert (fused.icc, fused.exif) == (b"profile", b"exif")
    assert fused.pixels.shape == (4, 5)


def test_models_by_name_and_path(manifest: Path, maximum_onnx: Path) -> None:
    infrared, visible = random((5, 6)), random((5, 6), seed=1)
    expected = np.maximum(infrared, visible)
    for model in ("clfnet", maximum_onnx, str(maximum_onnx)):
        fuser = Fuser(model, threads=1)
        np.testing.assert_array_equal(fuser(infrared, visible), expected)
        assert fuser.method.name == ("clfnet" if model == "clfnet" else "maximum")
        np.testing.assert_array_equal(fuse(infrared, visible, model=model), expected)
    np.testing.assert_array_equal(fuse(infrared, visible, model=Visible()), visible)
    with pytest.raises(WeightsError, match="got 'nothing'"):
        Fuser("nothing")


def test_a_damaged_model_is_refused_before_it_is_loaded(manifest: Path) -> None:
    (manifest.parent / "clfnet.onnx").write_bytes(b"other")
    with pytest.raises(WeightsError, match="sha256"):
        Fuser()


def test_the_shipped_model_fuses(shipped: Model) -> None:
    infrared, visible = random((33, 47)), random((33, 47, 3), seed=1)
    fused = clfnet.fuse(infrared, visible)
    assert (fused.shape, fused.dtype) == (visible.shape, visible.dtype)
    np.testing.assert_array_equal(fused, clfnet.fuse(infrared, visible))
    assert fused.std() > 10


def shifted(dx: float, dy: float, size: tuple[int, int]) -> Rig:
    return Rig(np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1.0]]), size, size, None, "by hand")


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("outside", ["crop", "keep", "black"])
def test_where_only_the_visible_is(channels: int, outside: Outside) -> None:
    visible = random((6, 8, channels)).squeeze()
    infrared = random((6, 8), seed=1)
    rig = shifted(3, 2, (8, 6))
    fused = Fuser(Infrared(), align=rig, outside=outside, space="bt601")(infrared, visible)
    inside = fused if outside == "crop" else fused[2:, 3:]
    found = (
        inside if inside.ndim == 2 else bt601.luma((inside[..., :3] / 255).astype(np.float32)) * 255
    )
    np.testing.assert_allclose(found, infrared[:4, :5], atol=0.51)
    if outside == "crop":
        assert fused.shape[:2] == (4, 5)
        return
    edge = np.ones((6, 8), bool)
    edge[2:, 3:] = False
    kept = visible if outside == "keep" else np.zeros_like(visible)
    if channels == 4 and outside == "black":
        kept[..., 3] = 255
    if channels == 4:
        kept = kept.copy()
        kept[..., 3] = np.where(edge, 255, visible[..., 3])
    np.testing.assert_array_equal(fused[edge], kept[edge])


def test_the_infrared_grid() -> None:
    visible, infrared = random((6, 8, 3)), random((3, 4), seed=1)
    rig = Rig(np.array([[2, 0, 0.5], [0, 2, 0.5], [0, 0, 1.0]]), (4, 3), (8, 6), None, "x")
    fused = Fuser(Infrared(), align=rig, grid="infrared")(infrared, visible)
    assert fused.shape == (3, 4, 3)
    np.testing.assert_allclose(
        bt601.luma((fused / 255).astype(np.float32)) * 255, infrared, atol=0.51
    )
    away = shifted(1, 0, (4, 3))
    kept = Fuser(Visible(), align=away, grid="infrared", outside="keep")(infrared, visible[:3, :4])
    np.testing.assert_array_equal(kept[:, 3], np.repeat(infrared[:, 3, None], 3, axis=1))
    np.testing.assert_array_equal(kept[:, :3], visible[:3, 1:4])


def test_ranges() -> None:
    method = Recorder()
    counts = np.array([[20000, 22000, 24000]], np.uint16)
    visible = np.zeros((1, 3), np.uint8)
    for text, expected in {
        "auto": [0, 0.5, 1],
        "full": counts[0] / 65535,
        "20000,28000": [0, 0.25, 0.5],
        "percentile:0,50": [0, 1, 1],
    }.items():
        Fuser(method, thermal_range=text)(counts, visible)
        np.testing.assert_allclose(method.infrared[0], expected, atol=0.01)
    Fuser(method, thermal_range="-73.15C,-33.15C", kelvin_per_count=0.01)(counts, visible)
    np.testing.assert_allclose(method.infrared[0], [0, 0.5, 1], atol=1e-4)
    with pytest.raises(ConfigError, match="must have temperatures"):
        Fuser(method, thermal_range="20C,30C")(counts, visible)


def test_strength_zero_is_the_visible_and_asks_no_method() -> None:
    class Never(Visible):
        def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
            raise AssertionError

    visible = random((4, 5, 3), np.uint16)
    np.testing.assert_array_equal(Fuser(Never(), strength=0)(random((4, 5)), visible), visible)
    assert Fuser(Never(), palette="ironbow")(random((4, 5)), random((4, 5))).shape == (4, 5, 3)


@pytest.mark.parametrize(("depth", "dtype"), [(None, np.uint8), (8, np.uint8), (16, np.uint16)])
def test_depth(depth: int | None, dtype: type[Any]) -> None:
    visible = random((4, 5, 4))
    fused = Fuser(Visible(), depth=depth)(random((4, 5)), visible)
    assert fused.dtype == dtype
    np.testing.assert_array_equal(fused, visible.astype(dtype) * (257 if dtype == np.uint16 else 1))
    deep = random((4, 5), np.uint16)
    assert Fuser(Visible(), depth=depth)(random((4, 5)), deep).dtype == np.uint16
    with pytest.raises(ConfigError, match="`depth` must be one of 8, 16, got 12"):
        Fuser(Visible(), depth=12)


def test_a_pair_without_a_visible_picture() -> None:
    with pytest.raises(InputError, match="`visible` must be given unless"):
        Fuser(Visible())(random((4, 5)))


@pytest.mark.parametrize("name", ["ax8.jpg", "flir_example.jpg"])
def test_real_radiometric_files(shared: Path, name: str) -> None:
    path = shared / "data" / "radiometric" / name
    fused = clfnet.fuse(path, model=Infrared())
    pair = read_pair(path)
    assert fused.shape[2] == 3
    assert fused.shape[0] < pair.visible.height  # the thermal camera sees less
    assert pair.thermal.celsius is not None
    warm = bt601.luma((fused / 255).astype(np.float32))
    assert warm.max() > 0.95
    assert warm.min() < 0.05


@pytest.mark.parametrize("channels", [(), (3,), (4,)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"space": "linear", "strength": 0.4, "depth": 16},
        {"palette": "ironbow", "hot": 0.6, "strength": 1.0},
        {"thermal_range": "20,180"},
    ],
)
def test_a_tiled_method_gets_tiles(
    channels: tuple[int, ...], dtype: type[Any], options: dict[str, Any]
) -> None:
    infrared, visible = random((70, 90)), random((70, 90, *channels), dtype, seed=1)
    method = Local()
    tiled = Fuser(method, **SMALL, **options)(infrared, visible)
    whole = Fuser(Shifted(), **options)(infrared, visible)
    assert method.number >= 4
    assert tiled.dtype == whole.dtype
    rounding = 1e-6 if whole.dtype.kind == "f" else 1  # luma is a sum, and its order may differ
    np.testing.assert_allclose(tiled.astype(float), whole, rtol=0, atol=rounding)


def test_tiles_are_recorded_like_the_whole() -> None:
    pair = Pair(from_array(random((70, 90)), "a"), Image(random((70, 90, 3))), None)
    for chosen in ("auto", "20,180"):
        tiled, whole = (
            Fuser(method, thermal_range=chosen, **SMALL).fuse_pair(pair, sources=True)
            for method in (Local(), Shifted())
        )
        assert tiled.record == whole.record
        assert tiled.sources is not None
        assert whole.sources is not None
        shown = [(done.image, *done.sources[:2]) for done in (tiled, whole) if done.sources]
        images = zip(*shown, strict=True)
        for one, other in images:
            np.testing.assert_array_equal(one.pixels, other.pixels)


def _measured(size: tuple[int, int]) -> Thermal:
    """20 °C, and a block of 70 °C in the middle third; most of the levels are white."""
    height, width = size
    celsius = np.full(size, 20, np.float32)
    celsius[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3] = 70
    return Thermal((celsius * 100).astype(np.uint16), "count", celsius)


@pytest.mark.parametrize("method", [Shifted(), Local()])
def test_a_temperature_is_painted_on_the_same_grid(method: FusionMethod) -> None:
    pair = Pair(_measured((60, 90)), Image(np.full((60, 90, 3), 40, np.uint8)), None)
    options: dict[str, Any] = {"palette": "whitehot", "thermal_range": "0,2000", "align": "off"}
    done = Fuser(method, hot="60C", **SMALL, **options).fuse_pair(pair, sources=True)
    white = done.image.pixels[..., 0] == 255
    np.testing.assert_array_equal(white, _measured((60, 90)).celsius == 70)
    assert done.record["painted"] == {"on": "visible", "above": 60.0, "unit": "celsius"}
    assert done.record["celsius"] == {"min": 20.0, "mean": 25.56, "max": 70.0}
    assert done.sources is not None
    np.testing.assert_array_equal(done.sources.celsius, pair.thermal.celsius)


@pytest.mark.parametrize("outside", ["crop", "keep", "black"])
def test_a_temperature_is_painted_on_another_grid(outside: Any) -> None:
    """Infrared pixels are 4 visible ones wide, and begin 8 to the right and 12 down."""
    matrix = np.array([[4, 0, 9.5], [0, 4, 13.5], [0, 0, 1]])
    pair = Pair(_measured((30, 45)), Image(np.full((200, 300, 3), 40, np.uint8)), matrix)
    fuser = Fuser("average", palette="whitehot", hot="60C", outside=outside)
    done = fuser.fuse_pair(pair, sources=True)
    left, top = (0, 0) if outside != "crop" else (8, 12)
    white = np.zeros((200, 300), bool)
    white[12 + 40 + 2 : 12 + 80 - 2, 8 + 60 + 2 : 8 + 120 - 2] = True  # its rim is below 60 °C
    found = done.image.pixels[..., 0] > 250
    expected = white[top : top + found.shape[0], left : left + found.shape[1]]
    np.testing.assert_array_equal(found, expected)
    assert done.sources is not None
    celsius = done.sources.celsius
    assert celsius is not None
    assert celsius.shape == found.shape
    assert np.isnan(celsius).any() == (outside != "crop")
    assert (celsius[found] > 60).all()


def test_a_gap_does_not_spread_into_temperatures() -> None:
    thermal = _measured((30, 45))
    assert thermal.celsius is not None
    thermal.celsius[5:8, 5:8] = np.nan
    matrix = np.diag([4.0, 4.0, 1.0])
    done = Fuser("average").fuse_pair(
        Pair(thermal, Image(np.zeros((120, 180), np.uint8)), matrix), sources=True
    )
    assert done.sources is not None
    assert done.sources.celsius is not None
    assert np.isfinite(done.sources.celsius).all()


@pytest.mark.parametrize(
    "options", [{"stretch": True}, {"thermal_range": "percentile"}, {"palette": "ironbow"}]
)
def test_what_looks_at_the_whole_image_gets_it(options: dict[str, Any]) -> None:
    """The method itself is still given tiles."""
    method = Local()
    sources = random((70, 90)), random((70, 90, 3), seed=1)
    options = {"strength": 1.0} | options
    np.testing.assert_array_equal(
        Fuser(method, **SMALL, **options)(*sources), Fuser(Shifted(), **options)(*sources)
    )
    assert method.number >= 4


def test_a_tiled_pair_must_agree_in_size() -> None:
    with pytest.raises(SizeMismatchError):
        Fuser(Local(), **SMALL)(random((70, 90)), random((70, 91)))


def test_memory(shipped: Model) -> None:
    pair = random((90, 120)), random((90, 120), seed=1)
    small = Fuser(memory="27MiB", threads=2)(*pair)
    np.testing.assert_array_equal(small, Fuser(memory=2**30, threads=2)(*pair))
    np.testing.assert_array_equal(small, fuse(*pair, memory="27MiB", threads=2))
    with pytest.raises(ConfigError, match=r"`memory` must be at least 27MiB for 2 threads"):
        Fuser(memory="1MiB", threads=2)
    with pytest.raises(ConfigError, match="`memory` must be an amount"):
        Fuser(memory="much")


def test_black_hot_files_are_hinted_at(tmp_path: Path) -> None:
    heat = np.random.default_rng(0).normal(195, 8, (40, 50)).astype(np.uint8)
    heat[10:20, 20:24] = 20
    write_image(tmp_path / "ir.png", Image(heat))
    write_image(tmp_path / "vis.png", Image(random((40, 50, 3))))
    paths = tmp_path / "ir.png", tmp_path / "vis.png"
    for invert in (False, True):
        fuser = Fuser("maximum", invert=invert, align="off")
        notes = fuser.fuse_pair(fuser.read(*paths)).record.get("notes", [])
        assert any("looks black-hot" in note for note in notes) != invert
