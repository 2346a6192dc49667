"""Many pairs on the page: what is chosen, the job's progress, its images and its end."""

import zipfile
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import FilePayload, Page, Route, expect
from tests.browser.conftest import DROP, Visit, encoded

pytestmark = pytest.mark.browser

NAMES = ("a1", "b2", "c3")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three pairs, and a broken one."""
    root = tmp_path_factory.mktemp("folders")
    rng = np.random.default_rng(0)
    folders = {kind: root / kind for kind in ("infrared", "visible")}
    for folder in folders.values():
        folder.mkdir()
        for name in NAMES:
            pixels = rng.integers(0, 256, (48, 64), dtype=np.uint8)
            PIL.Image.fromarray(pixels).save(folder / f"{name}.png")
        (folder / "zz.png").write_bytes(b"no image")
    return folders


@pytest.fixture
def page(visit: Visit, service: str) -> Page:
    page = visit(service)
    page.get_by_role("link", name="Folder").click()
    return page


def choose_files(page: Page, folders: dict[str, Path], names: tuple[str, ...]) -> None:
    for kind, folder in folders.items():
        chosen = [folder / f"{name}.png" for name in names]
        page.get_by_label(f"Choose {kind} files").set_input_files(chosen)


def fuse(page: Page) -> None:
    page.get_by_role("button", name="Fuse", exact=True).click()
    expect(page.locator("#job-title")).to_have_text("Done")


def test_a_folder_is_fused_and_fetched(page: Page, folders: dict[str, Path]) -> None:
    choose_files(page, folders, NAMES)
    expect(page.locator("#batch-summary")).to_have_text("3 pairs.")
    fuse(page)
    expect(page.locator("#thumbnails img")).to_have_count(3)
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    with page.expect_download() as download:
        page.get_by_role("button", name="ZIP").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert {f"{name}.png" for name in NAMES} <= {Path(name).name for name in archive.namelist()}
        with archive.open(
            next(name for name in archive.namelist() if name.endswith("b2.png"))
        ) as file:
            fused = np.asarray(PIL.Image.open(file))
    sources = [np.asarray(PIL.Image.open(folder / "b2.png")) for folder in folders.values()]
    np.testing.assert_allclose(fused, np.maximum(*sources), atol=1)


def test_folders_are_chosen_as_folders(page: Page, folders: dict[str, Path]) -> None:
    for kind, folder in folders.items():
        page.get_by_label(f"Choose the {kind} folder").set_input_files(folder)
    expect(page.locator("#batch-summary")).to_have_text("4 pairs.")


def test_what_cannot_be_fused_is_listed_with_the_reason(
    page: Page, folders: dict[str, Path]
) -> None:
    choose_files(page, folders, ("a1", "zz"))
    fuse(page)
    expect(page.locator("#job-failed")).to_contain_text("zz")
    expect(page.locator("#job-failed")).to_contain_text("must be")
    expect(page.locator("#job-count")).to_have_text("1 of 2, 1 failed")


def test_a_thumbnail_opens_large_and_arrows_lead_on(page: Page, folders: dict[str, Path]) -> None:
    choose_files(page, folders, NAMES)
    fuse(page)
    page.get_by_role("button", name="b2").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("b2, 2 of 3")
    image = dialog.get_by_role("img", name="Fused image b2")
    assert image.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 64
    page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("c3, 3 of 3")
    page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("a1, 1 of 3")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_options_count(page: Page, folders: dict[str, Path]) -> None:
    page.get_by_text("Options: the defaults").click()
    page.get_by_role("slider", name="Strength").press("Home")
    expect(page.get_by_text("Options: strength 0")).to_be_visible()
    choose_files(page, folders, ("a1",))
    fuse(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="a1").click()
        page.get_by_role("dialog").get_by_role("button", name="Download").click()
    fused = np.asarray(PIL.Image.open(download.value.path()))
    visible = np.asarray(PIL.Image.open(folders["visible"] / "a1.png"))
    np.testing.assert_allclose(fused, visible, atol=1)


def test_many_files_open_as_a_folder_sorted_by_name(
    visit: Visit, service: str, folders: dict[str, Path]
) -> None:
    page = visit(service)
    files = [
        encoded(folder / f"{name}.png", f"{kind}_{name}.png")
        for kind, folder in folders.items()
        for name in NAMES
    ]
    page.evaluate(DROP, ["main", files])
    expect(page.get_by_role("heading", name="Many pairs at once")).to_be_visible()
    expect(page.locator("#zone-infrared")).to_have_text("3 files")
    expect(page.locator("#zone-visible")).to_have_text("3 files")


def test_files_that_do_not_tell_what_they_are_need_a_side(
    page: Page, folders: dict[str, Path]
) -> None:
    file = encoded(folders["infrared"] / "a1.png", "17.png")
    page.evaluate(DROP, ["#folder", [file]])
    expect(page.locator("#batch-error")).to_contain_text("must tell infrared from visible")
    page.evaluate(DROP, ["[data-zone=infrared]", [file]])
    expect(page.locator("#zone-infrared")).to_have_text("1 file")
    expect(page.locator("#batch-error")).to_be_hidden()


def test_a_job_is_cancelled(visit: Visit, service: str, folders: dict[str, Path]) -> None:
    page = visit(f"{service}/#folder", refusals=True)  # a thumbnail may be asked for too late
    for kind, folder in folders.items():
        data = (folder / "a1.png").read_bytes()
        page.get_by_label(f"Choose {kind} files").set_input_files(
            [FilePayload(name=f"{i:03}.png", mimeType="image/png", buffer=data) for i in range(150)]
        )
    page.get_by_role("button", name="Fuse", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#job-title")).to_have_text("Cancelled")
    expect(page.get_by_role("button", name="ZIP")).to_be_hidden()
    expect(page.locator("#thumbnails li")).to_have_count(0)


def test_a_stream_that_breaks_off_is_opened_again(
    visit: Visit, service: str, folders: dict[str, Path]
) -> None:
    page = visit(f"{service}/#folder", refusals=True)
    broken = iter(range(2))

    def cut(route: Route) -> None:
        if next(broken, None) is None:
            route.fallback()
        else:
            route.abort()

    page.route("**/events", cut)
    choose_files(page, folders, NAMES)
    fuse(page)
    assert next(broken, None) is None
    expect(page.locator("#thumbnails img")).to_have_count(3)


def test_jobs_are_still_there_after_loading_anew(page: Page, folders: dict[str, Path]) -> None:
    choose_files(page, folders, NAMES[:2])
    fuse(page)
    page.reload()
    page.get_by_text("Earlier jobs").click()
    page.locator("#jobs button").first.click()
    expect(page.locator("#job-count")).to_have_text("2 of 2")
    expect(page.locator("#thumbnails img")).to_have_count(2)


def test_two_videos_become_one(page: Page, tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    for kind in ("infrared", "visible"):
        with av.open(tmp_path / f"{kind}.mp4", "w") as file:
            stream = file.add_stream("mpeg4", rate=5, width=64, height=48)
            for level in (60, 120, 180):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), level, np.uint8))
                file.mux(stream.encode(frame))
            file.mux(stream.encode())
        page.get_by_label(f"Choose {kind} files").set_input_files(tmp_path / f"{kind}.mp4")
    expect(page.locator("#batch-summary")).to_have_text("One video of two.")
    page.get_by_label("Infrared began later by").fill("0.4")  # two frames of five a second
    fuse(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Video").click()
    with av.open(download.value.path()) as video:
        assert sum(1 for _ in video.decode(video=0)) == 1


def test_pairs_are_counted_as_the_service_pairs_them(page: Page, folders: dict[str, Path]) -> None:
    """Their names differ by the word of their kind."""
    for kind, word in (("infrared", "IR"), ("visible", "VIS")):
        data = (folders[kind] / "a1.png").read_bytes()
        files: list[FilePayload] = [
            {"name": f"{word}_{number}.png", "mimeType": "image/png", "buffer": data}
            for number in range(3 if kind == "infrared" else 2)
        ]
        page.get_by_label(f"Choose {kind} files").set_input_files(files)
    expect(page.locator("#batch-summary")).to_have_text("2 pairs, 1 without a partner.")
