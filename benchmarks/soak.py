"""Use the service for long, and compare every answer byte for byte. Writes docs/results/soak.json.

    python benchmarks/soak.py [--minutes 20]

`clfnet serve --model fast` and its clients share this machine. Eleven kinds of requests come in any
order from more clients than there are workers; the right answer of each is what the service said
before there was load. A request that the service refuses for now (429, 503) is sent again. Ends
with 1 if an answer was wrong or lost, or if the service did not end well.
"""

import argparse
import hashlib
import io
import json
import random
import signal
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from clfnet.bench import describe
from clfnet.example import night_street
from clfnet.io.image import Image, encode_image
from serve import CLIENTS, PATIENCE, REFUSED, Server, serving

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.flir_files import fff_block, flir_jpeg  # noqa: E402

RESULT = ROOT / "docs" / "results" / "soak.json"
SIZE = (96, 72)
PAIRS = 3  # of a job
GROWTH = 32  # MiB that memory may differ by
Ask = Callable[[httpx.Client], bytes]


class RefusedError(Exception):
    """The service has no place for a request now."""


def files(seed: int = 0) -> dict[str, tuple[str, bytes]]:
    """Return a form's pair that no other seed has."""
    scene = night_street(*SIZE)
    noise = np.random.default_rng(seed).integers(0, 24, scene.infrared.shape, np.uint8)
    images = {"infrared": scene.infrared // 2 + noise, "visible": scene.visible}
    png = {name: encode_image(Image(pixels), Path("a.png")) for name, pixels in images.items()}
    return {name: (f"{seed}.png", data) for name, data in png.items()}


def radiometric() -> dict[str, tuple[str, bytes]]:
    """Return a form's file of a thermal camera."""
    counts = 16000 + 8 * night_street(*SIZE).infrared.astype(np.uint16)
    visible = files()["visible"][1]
    block = fff_block(counts, visible=visible, visible_size=SIZE, overlay=(1.2, 1, 0))
    return {"infrared": ("flir.jpg", flir_jpeg(block))}


def sent(client: httpx.Client, method: str, link: str, **given: Any) -> httpx.Response:
    """Send a request that is to succeed."""
    got = client.request(method, link, **given)
    if got.status_code in REFUSED:
        raise RefusedError
    if got.is_error:
        raise ValueError(f"{method} {link}: {got.status_code}, {got.text}")
    return got


def fused(given: Iterable[tuple[str, tuple[str, bytes]]], **fields: str) -> Ask:
    """Return what fuses a pair."""
    form = list(given)
    return lambda client: sent(client, "POST", "/v1/fuse", files=form, data=fields).content


def kept(name: str) -> Ask:
    """Return what fuses a pair and fetches something of the kept result."""

    def ask(client: httpx.Client) -> bytes:
        told = sent(client, "POST", "/v1/fuse", files=files(), data={"format": "json"}).json()
        return sent(client, "GET", f"{told['links']['self']}/{name}").content

    return ask


def damaged(client: httpx.Client) -> bytes:
    """Send a file that is cut off; the error is the answer."""
    form = files() | {"visible": ("a.png", files()["visible"][1][:999])}
    got = client.post("/v1/fuse", files=form)
    if got.status_code in REFUSED:
        raise RefusedError
    return f"{got.status_code} {got.text}".encode()


def aligned(client: httpx.Client) -> bytes:
    """Ask for a rig by landmarks."""
    points = b"x_ir,y_ir,x_vi,y_vi\n5,5,6,6\n80,6,82,7\n9,60,9,62\n85,66,87,68\n"
    form = files() | {"points": ("points.csv", points)}
    return sent(client, "POST", "/v1/align", files=form).content


def scored(client: httpx.Client) -> bytes:
    """Ask for metrics."""
    form = files() | {"fused": files()["visible"]}
    return sent(client, "POST", "/v1/evaluate", files=form, data={"metrics": "EN,MI,SSIM"}).content


def job(client: httpx.Client) -> bytes:
    """Let a folder be fused, fetch it, and forget it."""
    form = [each for seed in range(PAIRS) for each in files(seed).items()]
    link = sent(client, "POST", "/v1/jobs", files=form).json()["links"]["self"]
    while (told := sent(client, "GET", link).json())["state"] in ("queued", "running"):
        time.sleep(0.2)
    data = sent(client, "GET", f"{link}/result").content
    sent(client, "DELETE", link)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:  # its own bytes hold the time
        images = [archive.read(name) for name in sorted(archive.namelist())]
    return b"".join(images) + f"{told['done']} {told['failed']}".encode()


REQUESTS: dict[str, Ask] = {
    "a pair as PNG": fused(files().items()),
    "a palette, as JPEG": fused(files().items(), palette="ironbow", format="jpeg"),
    "16 bits, as TIFF": fused(files().items(), depth="16", format="tiff"),
    "another model": fused(files().items(), model="clfnet"),
    "a radiometric file": fused(radiometric().items()),
    "a damaged file": damaged,
    "a rig by landmarks": aligned,
    "metrics": scored,
    "a kept result": kept("fused.tiff"),
    "an explanation": kept("explain.png"),
    "a job of pairs": job,
}


def use(url: str, right: dict[str, str], seed: int, until: float) -> Counter[tuple[str, str]]:
    """Send requests in any order until a time; count what came of each kind."""
    found: Counter[tuple[str, str]] = Counter()
    draw = random.Random(seed)  # noqa: S311
    with httpx.Client(base_url=url, timeout=PATIENCE) as client:
        while time.monotonic() < until:
            name = draw.choice(list(REQUESTS))
            try:
                answer = hashlib.sha256(REQUESTS[name](client)).hexdigest()
            except RefusedError:
                found[name, "refused"] += 1
                time.sleep(0.1)
            except (httpx.TransportError, KeyError, ValueError, zipfile.BadZipFile):
                found[name, "lost"] += 1
            else:
                found[name, "right" if answer == right[name] else "wrong"] += 1
    return found


def soak(server: Server, minutes: float) -> dict[str, Any]:
    """Use a service; return what came, its memory, and how it ended."""
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        right = {name: hashlib.sha256(ask(client)).hexdigest() for name, ask in REQUESTS.items()}
    until = time.monotonic() + 60 * minutes
    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        users = [pool.submit(use, server.url, right, seed, until) for seed in range(CLIENTS)]
        memory = pool.submit(watched, server, until)
        found = sum((user.result() for user in users), Counter[tuple[str, str]]())
    left = len(list((server.data / "uploads").iterdir()))
    server.process.send_signal(signal.SIGTERM)
    return {
        "minutes": minutes,
        "clients": CLIENTS,
        "answers": {
            name: {kind: found[name, kind] for kind in ("right", "refused", "wrong", "lost")}
            for name in REQUESTS
        },
        "rss_mib": memory.result(),
        "uploads_left": left,
        "exit_code": server.process.wait(60),
    }


def watched(server: Server, until: float) -> list[float]:
    """Look at a service's memory sixty times."""
    step, found = (until - time.monotonic()) / 60, []
    while (now := time.monotonic()) < until:
        found.append(round(server.rss(), 1))
        time.sleep(min(step, until - now))
    return found


def is_good(found: dict[str, Any]) -> bool:
    """Tell whether nothing was wrong, lost or left, and memory did not grow from third to third."""
    each = found["answers"].values()
    third = len(found["rss_mib"]) // 3
    grown = max(found["rss_mib"][2 * third :]) - max(found["rss_mib"][third : 2 * third])
    bad = sum(kinds["wrong"] + kinds["lost"] for kinds in each)
    asked = all(kinds["right"] for kinds in each)
    ended = not found["uploads_left"] and not found["exit_code"]
    return asked and not bad and ended and grown < GROWTH


def main(given: list[str] | None = None) -> int:
    """Soak, print, write if it went well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--output", type=Path, default=RESULT)
    options = parser.parse_args(given)
    with serving() as server:
        found = soak(server, options.minutes)
    result = {"command": "python benchmarks/soak.py", "machine": describe()} | found
    text = json.dumps(result, indent=1) + "\n"
    print(text, end="")  # noqa: T201
    if is_good(found):
        options.output.write_text(text, encoding="utf-8")
    return 0 if is_good(found) else 1


if __name__ == "__main__":
    sys.exit(main())
