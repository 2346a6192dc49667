"""What the page without a service costs: `make web`, then `python benchmarks/browser.py`.

Writes docs/results/browser.json. In chromium, frames are of 640×480 in colour, from bitmaps to
bitmaps that can be drawn: thermal range, luma, network, colour. CPU time is that of the page's
process, all threads together, since a machine may be busy with other things. The library's `fast`
on the same arrays, as the quickest of its frames, says what this machine is. The first fusion is
of a browser that was started anew and opened the page before: from the address to the image.
"""

import functools
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from clfnet import Fuser
from clfnet.bench import describe
from clfnet.example import night_street

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

ROOT = Path(__file__).parents[1]
SITE = ROOT / "build" / "web"
RESULT = ROOT / "docs" / "results" / "browser.json"
EXAMPLE = ROOT / "src" / "clfnet" / "example"
FRAMES = 10
OPENINGS = 2
TICKS = os.sysconf("SC_CLK_TCK")

FRAMES_OF = """async ([model, count]) => {
  const main = document.querySelector("script[type=module]").src;
  const at = (name) => new URL(name, main);
  const { fuseFrame } = await import(at("backend.js"));
  const kinds = ["infrared", "visible"];
  const decoded = await Promise.all(kinds.map(async (kind) =>
    createImageBitmap(await (await fetch(at(`example-${kind}.png`))).blob())));
  const milliseconds = [];
  for (let i = 0; i < count; i++) {
    const [infrared, visible] = await Promise.all(decoded.map((each) => createImageBitmap(each)));
    const start = performance.now();
    const shown = await fuseFrame(infrared, visible, { model });
    milliseconds.push(performance.now() - start);
    for (const each of Object.values(shown)) each.close();
  }
  return milliseconds;
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """Serve the site as a host does that knows nothing of it."""
    handler = functools.partial(_Quiet, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextmanager
def opened(profile: str) -> "Iterator[BrowserContext]":
    """A browser of its own, with what it kept in `profile`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        context.set_default_timeout(600_000)
        yield context
        context.close()


def cpu_seconds(profile: str) -> float:
    """CPU time of the browser's processes so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            command = stat.with_name("cmdline").read_bytes()
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if profile.encode() in command or b"type=renderer" in command:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def frames(page: "Page", profile: str, model: str, count: int) -> dict[str, float]:
    """Milliseconds of a frame, after two to warm up."""
    page.evaluate(FRAMES_OF, [model, 2 if model == "fast" else 1])
    before = cpu_seconds(profile)
    wall = page.evaluate(FRAMES_OF, [model, count])
    busy = cpu_seconds(profile) - before
    return {
        "cpu_ms": round(1000 * busy / count, 1),
        "fewest_ms": round(min(wall), 1),
        "median_ms": round(median(wall), 1),
    }


def library() -> dict[str, float]:
    """The same by `Fuser`, on one thread."""
    fuser = Fuser("fast", threads=1)
    scene = night_street()
    wall, cpu = [], []
    for _ in range(FRAMES):
        start, busy = perf_counter(), process_time()
        fuser(scene.infrared, scene.visible)
        wall.append(1000 * (perf_counter() - start))
        cpu.append(1000 * (process_time() - busy))
    return {
        "cpu_ms": round(median(cpu), 1),
        "fewest_ms": round(min(wall), 1),
        "median_ms": round(median(wall), 1),
    }


def first(address: str, profile: str) -> float:
    """Seconds from opening the page to the first fused image."""
    with opened(profile) as context:
        page = context.new_page()
        start = perf_counter()
        page.goto(address)
        for kind in ("infrared", "visible"):
            page.locator(f"[data-slot={kind}] input").set_input_files(EXAMPLE / f"{kind}.png")
        page.locator("#status", has_text="Fused").wait_for()
        return perf_counter() - start


def measure(address: str, profile: str) -> dict[str, Any]:
    """Open the page twice, so that it is isolated; measure its frames."""
    with opened(profile) as context:
        page = context.new_page()
        page.goto(address)
        page.evaluate("navigator.serviceWorker.ready")
        alone = frames(page, profile, "fast", FRAMES)
        page.reload()
        cores = page.evaluate("navigator.hardwareConcurrency")
        return {
            "threads": {
                "1": {"fast": alone},
                str(cores): {
                    "fast": frames(page, profile, "fast", FRAMES),
                    "clfnet": frames(page, profile, "clfnet", 1),
                },
            },
            "browser": context.browser.version if context.browser else "chromium",
        }


def megabytes() -> dict[str, float]:
    """What is fetched before the page works without a network, and the part that is the runtime."""
    sizes = {path.name: path.stat().st_size for path in SITE.rglob("*") if path.is_file()}
    kept = sum(size for name, size in sizes.items() if not name.startswith("example"))
    return {
        "all": round(kept / 1e6, 2),
        "runtime": round(sizes["ort.wasm.gzip"] / 1e6, 2),
        "networks": round(sum(sizes[f"{name}.onnx"] for name in ("fast", "clfnet")) / 1e6, 2),
    }


def main() -> None:
    """Measure and write."""
    with served() as address, tempfile.TemporaryDirectory() as profile:
        result = {
            "command": "python benchmarks/browser.py",
            "machine": describe(),
            **measure(address, profile),
            "library": library(),
            "first_seconds": round(min(first(address, profile) for _ in range(OPENINGS)), 2),
            "megabytes": megabytes(),
        }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
