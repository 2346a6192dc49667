"""The page that needs no service, as `make web` builds it: fused in chromium, equal to the library.

It is served by a host that knows nothing of it, as static hosts are.
"""

import base64
import functools
import shutil
import threading
import zlib
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import (
    ARGUMENTS,
    DROP,
    Pair,
    Visit,
    canvas,
    choose,
    encoded,
    eventually,
    level,
    levels,
    saved,
    settle,
)

from clfnet import Fuser
from clfnet.colour.palette import paint
from clfnet.example import night_street
from clfnet.inference.arrays import stacked
from clfnet.io.image import Image, read_image, write_image

pytestmark = pytest.mark.browser

FUSE = """async ([files, fields]) => {
  const main = document.querySelector("script[type=module]").src;
  const { request } = await import(main.replace("main.js", "backend.js"));
  const form = new FormData();
  for (const [kind, [name, base64]] of Object.entries(files)) {
    form.set(kind, new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name));
  }
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  try {
    const answer = await request("v1/fuse", { method: "POST", body: form });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return { png: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")) };
  } catch (error) {
    return { error: error.message, kind: error.kind };
  }
}"""
EXAMPLE = Path(__file__).parents[2] / "src" / "clfnet" / "example"
WIDTH, HEIGHT = 163, 121  # odd: tiles begin at even columns

Here = Callable[..., NDArray[Any]]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="session")
def built(
    load_script: Callable[[str], ModuleType], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: apt-get install npm")
    target = tmp_path_factory.mktemp("web")
    load_script("packaging/web.py").build(target)
    return target


@pytest.fixture(scope="session")
def site(built: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(built))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def page(visit: Visit, site: str) -> Page:
    return visit(site)


@pytest.fixture(scope="module")
def ask(browser: Browser, site: str) -> Iterator[Callable[..., dict[str, str]]]:
    """Ask the page's back end; one page for all, since it takes a while to start."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(site)

    def asked(infrared: Path, visible: Path, **fields: str) -> dict[str, str]:
        files = {"infrared": encoded(infrared), "visible": encoded(visible)}
        answer: dict[str, str] = page.evaluate(FUSE, [files, fields])
        return answer

    yield asked
    context.close()


@pytest.fixture(scope="module")
def here(ask: Callable[..., dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Here:
    """Fuse in the browser; the pixels of the PNG."""
    path = tmp_path_factory.mktemp("here") / "fused.png"

    def fused(infrared: Path, visible: Path, **fields: str) -> NDArray[Any]:
        answer = ask(infrared, visible, **fields)
        assert "error" not in answer, answer
        path.write_bytes(base64.b64decode(answer["png"]))
        return stacked(read_image(path))

    return fused


def library(infrared: Path, visible: Path, **options: Any) -> NDArray[Any]:
    """The pixels that `clfnet fuse` writes."""
    fuser = Fuser(**{"model": "fast", **options})
    return stacked(fuser.fuse_pair(fuser.read(infrared, visible)).image)


def check_equal(found: NDArray[Any], wanted: NDArray[Any]) -> None:
    """Equal to one level of 8 bits, but where the last bit of a sum chooses between two details."""
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
    one = np.iinfo(wanted.dtype).max // 255
    off = np.abs(found.astype(int) - wanted)
    assert (off > one).mean() <= 2e-3  # noise of 1e-6 changes as many in the library itself
    assert off.max() <= 12 * one


def picture(path: Path, pixels: NDArray[Any], alpha: NDArray[Any] | None = None) -> Path:
    write_image(path, Image(pixels, alpha))
    return path


@pytest.fixture(scope="module")
def scene() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    whole = night_street(326, 242)
    return whole.infrared[: 2 * HEIGHT : 2, ::2], whole.visible[: 2 * HEIGHT : 2, ::2]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, scene: Any) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("small")
    return picture(folder / "ir.png", scene[0]), picture(folder / "vis.png", scene[1])


@pytest.mark.parametrize("model", ["fast", "clfnet"])
def test_the_example_is_fused_as_by_the_library(here: Here, model: str) -> None:
    pair = EXAMPLE / "infrared.png", EXAMPLE / "visible.png"
    check_equal(here(*pair, model=model), library(*pair, model=model))


@pytest.mark.parametrize(
    "name",
    [
        *(f"msrs/{{}}/{name}.png" for name in ("00004N", "00028N", "00081D", "00099D")),
        *(f"roadscene/test/{{}}/{name}.jpg" for name in ("FLIR_00006", "FLIR_04071")),
        *(f"tno/test/{{}}/{name}.png" for name in ("01", "25")),
    ],
)
def test_pairs_of_cameras_are_fused_as_by_the_library(here: Here, shared: Path, name: str) -> None:
    pair = shared / "data" / name.format("ir"), shared / "data" / name.format("vi")
    check_equal(here(*pair), library(*pair))


@pytest.mark.parametrize(
    "options",
    [
        {"strength": 0.4},
        {"stretch": True},
        {"space": "linear"},
        {"space": "linear", "strength": 0.7},
        {"palette": "ironbow"},
        {"palette": "rainbow", "hot": 0.6, "strength": 1.0},
        {"invert": True},
        {"depth": 16},
        {"thermal_range": "percentile:1,99"},
        {"thermal_range": "30,180"},
    ],
)
def test_options_do_what_they_do_in_the_library(
    here: Here, small: tuple[Path, Path], options: dict[str, Any]
) -> None:
    fields = {
        "range" if name == "thermal_range" else name: str(value) for name, value in options.items()
    }
    fields = {name: "true" if value == "True" else value for name, value in fields.items()}
    check_equal(here(*small, **fields), library(*small, **options))


def _counts(levels: NDArray[np.uint8]) -> NDArray[np.uint16]:
    return 7000 + 3 * levels.astype(np.uint16)


def _ramp(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = levels.shape
    return np.tile(np.linspace(0, 255, width).astype(np.uint8), (height, 1))


def _with_fill(heat: NDArray[np.uint8]) -> NDArray[np.uint16]:
    counts = _counts(heat)
    counts[:20] = 0
    return counts


def _painted(heat: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.rint(255 * paint("ironbow", heat.astype(np.float32) / np.float32(255))).astype(
        np.uint8
    )


def _save_turned(path: Path, light: NDArray[np.uint8]) -> None:
    turned = PIL.Image.Exif()
    turned[274] = 3  # upside down
    PIL.Image.fromarray(light).save(path, quality=90, exif=turned)


INFRARED: dict[str, Callable[[Path, NDArray[np.uint8]], object]] = {
    "ir.png": picture,
    "16-bit.png": lambda path, heat: picture(path, _counts(heat)),
    "fill.png": lambda path, heat: picture(path, _with_fill(heat)),
    "even.png": lambda path, heat: picture(path, _counts(heat // 16)),
    "mask.png": lambda path, heat: picture(path, heat, 255 * (_ramp(heat) > 60).astype(np.uint8)),
    "4-bit.png": lambda path, heat: _write_four_bits(path, heat),
    "painted.png": lambda path, heat: picture(path, _painted(heat)),
    "ir.jpg": lambda path, heat: PIL.Image.fromarray(heat).save(path, quality=90),
}
VISIBLE: dict[str, Callable[[Path, NDArray[np.uint8]], object]] = {
    "vis.png": picture,
    "16-bit.png": lambda path, light: picture(path, light.astype(np.uint16) * 256 + 17),
    "alpha.png": lambda path, light: picture(path, light, _ramp(light[..., 0])),
    "grey.png": lambda path, light: picture(path, light[..., 1]),
    "stored.png": lambda path, light: picture(path, np.dstack([light[..., 1]] * 3)),
    "palette.png": lambda path, light: PIL.Image.fromarray(light).quantize(200).save(path),
    "vis.jpg": _save_turned,
}


@pytest.mark.parametrize(
    ("infrared", "visible"),
    [*((name, "vis.png") for name in INFRARED), *(("ir.png", name) for name in VISIBLE)],
)
def test_files_are_read_as_by_the_library(
    here: Here,
    scene: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    tmp_path: Path,
    infrared: str,
    visible: str,
) -> None:
    ir, vis = tmp_path / f"ir-{infrared}", tmp_path / f"vis-{visible}"
    INFRARED[infrared](ir, scene[0])
    VISIBLE[visible](vis, scene[1])
    check_equal(here(ir, vis), library(ir, vis))
    check_equal(here(ir, vis, palette="lava"), library(ir, vis, palette="lava"))


def _write_four_bits(path: Path, levels: NDArray[np.uint8]) -> None:
    """A grey PNG with two pixels in a byte, which Pillow does not write."""
    height, width = levels.shape
    wide = np.pad(levels // 16, ((0, 0), (0, width % 2)))
    rows = np.pad(wide[:, ::2] << 4 | wide[:, 1::2], ((0, 0), (1, 0)))  # no filter
    header = width.to_bytes(4) + height.to_bytes(4) + bytes([4, 0, 0, 0, 0])
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b"")]
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)
            for name, data in chunks
        )
    )


def test_colours_keep_their_profile(
    ask: Callable[..., dict[str, str]], small: tuple[Path, Path], tmp_path: Path
) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for suffix in (".png", ".jpg"):
        vis = tmp_path / f"vis{suffix}"
        with PIL.Image.open(small[1]) as light:
            light.save(vis, icc_profile=profile)
        fused = tmp_path / "fused.png"
        fused.write_bytes(base64.b64decode(ask(small[0], vis)["png"]))
        assert read_image(fused).icc == profile


def test_what_cannot_be_fused_is_refused_in_one_line(
    ask: Callable[..., dict[str, str]], small: tuple[Path, Path], tmp_path: Path
) -> None:
    ir, vis = small
    text, bad, huge, cut = (tmp_path / f"{name}.png" for name in ("text", "bad", "huge", "cut"))
    text.write_text("no image")
    bad.write_bytes(ir.read_bytes()[:-40])
    whole = bytearray(ir.read_bytes())
    whole[16:24] = (20_000).to_bytes(4) * 2
    huge.write_bytes(whole)
    picture(cut, np.zeros((60, 80), np.uint8))
    for infrared, fields, words in (
        (text, {}, "must be PNG or JPEG"),
        (bad, {}, "must be a whole image"),
        (huge, {}, "must have at most 32 megapixels"),
        (cut, {}, "must be of equal size"),
        (ir, {"range": "9,3"}, "`range` must have LOW < HIGH"),
        (ir, {"range": "20C,40C"}, "`range` must be"),
        (ir, {"hot": "0.5"}, "`hot` must be given together with `palette`"),
        (ir, {"strength": "2"}, "`strength` must be in [0, 1]"),
        (ir, {"align": "auto"}, "`align` is not offered"),
        (ir, {"model": "other"}, "`model` must be one of fast, clfnet"),
    ):
        answer = ask(infrared, vis, **fields)
        assert words in answer.get("error", ""), answer
        assert "\n" not in answer["error"]


def test_a_file_of_a_thermal_camera_is_not_taken_for_a_picture(
    ask: Callable[..., dict[str, str]], small: tuple[Path, Path], shared: Path
) -> None:
    file = shared / "data" / "radiometric" / "flir_example.jpg"
    assert "holds what a thermal camera measured" in ask(file, small[1])["error"]


def test_the_example_is_one_press_away(page: Page) -> None:
    page.get_by_role("button", name="Example").click()
    settle(page)
    expect(page.locator("#status")).to_contain_text("640×480")
    page.get_by_role("tab", name="Export").click()
    expect(page.locator("#cli")).to_have_text(
        "clfnet fuse infrared.png visible.png -o fused.png --model fast"
    )
    expect(page.locator("#record")).to_contain_text("fast")


def test_only_what_it_can_do_is_offered(page: Page, pair: Pair) -> None:
    expect(page.get_by_text("images never leave this machine")).to_be_visible()
    expect(page.get_by_role("link", name="Folder")).to_be_hidden()
    choose(page, pair)
    assert page.get_by_role("tab").all_inner_texts() == ["Adjust", "Export"]
    expect(page.get_by_label("Kelvin per count")).to_be_hidden()
    expect(page.get_by_role("radiogroup", name="Alignment")).to_have_count(0)
    page.get_by_role("tab", name="Adjust").press("ArrowRight")
    expect(page.get_by_role("tab", name="Export")).to_be_focused()
    page.evaluate(DROP, ["main", [encoded(pair["visible"], f"{n}.png") for n in "abc"]])
    expect(page.locator("#intake-error")).to_contain_text("one pair of images at a time, got 3")


def test_a_download_is_what_is_seen(page: Page, pair: Pair, tmp_path: Path) -> None:
    choose(page, pair)
    page.get_by_label("Left of the wipe", exact=True).select_option("fused")
    page.get_by_role("tab", name="Export").click()
    for kind, near in (("PNG", 0), ("JPEG", 6)):
        with page.expect_download() as download:
            page.get_by_role("button", name=kind, exact=True).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        fused = read_image(path)
        red = int(np.atleast_1d(fused.pixels[59, 62])[0])
        seen = level(canvas(page, "wipe"), 62.5 / 160, 59.5 / 120)  # the middle of that pixel
        assert abs(red - seen) <= near
    assert path.name == "vis-fused.jpg"


def test_the_full_model_is_preceded_by_a_draft(page: Page, tmp_path: Path, scene: Any) -> None:
    choose(page, saved(tmp_path, *scene))
    page.evaluate(
        """() => {
          const status = document.querySelector("#status");
          window.said = [];
          const note = () => window.said.push(status.textContent);
          new MutationObserver(note).observe(status, { childList: true });
        }"""
    )
    page.get_by_label("Model").select_option("clfnet")
    expect(page.locator("#status")).not_to_contain_text("Fused")
    settle(page)
    assert "A draft by fast; fusing…" in page.evaluate("window.said")


def test_it_is_kept_for_use_without_a_network(browser: Browser, site: str, pair: Pair) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(site)
    page.evaluate("navigator.serviceWorker.ready")
    context.set_offline(True)
    page.reload()
    choose(page, pair)
    page.get_by_label("Model").select_option("clfnet")
    settle(page)
    context.close()


def test_from_the_second_time_on_it_is_isolated_and_has_threads(
    browser: Browser, site: str, pair: Pair
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(site)
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    assert page.evaluate("crossOriginIsolated")
    choose(page, pair)
    threads = [worker for worker in page.workers if worker.url.endswith(".mjs")]
    assert len(threads) + 1 == min(page.evaluate("navigator.hardwareConcurrency"), 8)
    context.close()


def test_no_other_host_can_be_asked(browser: Browser, site: str, service: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(site)
    refused = "(url) => fetch(url, { mode: 'no-cors' }).then(() => 'sent', () => 'refused')"
    assert page.evaluate(refused, service) == "refused"
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    eventually(page, lambda: bool(page.workers))
    assert page.workers[0].evaluate(refused, service) == "refused"
    context.close()


def test_all_of_it_is_at_most_five_megabytes(built: Path) -> None:
    kept = [path for path in built.rglob("*") if path.is_file() and "example" not in path.name]
    assert sum(path.stat().st_size for path in kept) <= 5e6  # what a host compresses is less


def test_a_phone_needs_no_scrolling_sideways(visit: Visit, site: str, pair: Pair) -> None:
    phone = visit(site, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    width = "document.documentElement.scrollWidth"
    assert phone.evaluate(width) == 360
    choose(phone, pair)
    phone.get_by_role("tab", name="Export").click()
    assert phone.evaluate(width) == 360


def test_two_cameras_are_fused_live(browser: Browser, site: str) -> None:
    """Chromium's own two: a pie that turns, and the time."""
    cameras = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream=device-count=2",
    ]
    alone = browser.browser_type.launch(
        executable_path=shutil.which("chromium"), args=[*ARGUMENTS, *cameras]
    )
    page = alone.new_page()
    page.goto(site)
    page.get_by_role("button", name="Two cameras").click()
    dialog = page.get_by_role("dialog", name="Two cameras, live")
    expect(dialog.get_by_label("Visible").locator("option")).to_have_count(2)
    both = [dialog.get_by_label(name).input_value() for name in ("Infrared", "Visible")]
    assert both[0] != both[1]
    dialog.get_by_role("button", name="Start").click()
    expect(page.locator("#status")).to_contain_text("frames a second")
    expect(page.locator("#zoom-level")).not_to_have_text("100 %")
    page.locator("#view-three").click()
    for kind in ("infrared", "visible", "fused"):
        eventually(page, lambda: len(levels(canvas(page, kind))) > 2)  # noqa: B023 -- at once
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    alone.close()
