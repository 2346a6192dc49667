"""Load on the service. Writes docs/results/serve.json.

    python benchmarks/serve.py [--requests 10000]          (needs hey: apt-get install hey)

`clfnet serve --model fast` and its clients share this machine. hey sends the load and tells what
each request got; it drops the bodies, so a client of our own compares every answer with what a
service without load said of the same pair: eight pairs that differ, so that an answer to another
request would show. Capacity is as many clients as there are workers and two more, so that
something always waits; ten times capacity is ten clients for each place that the service has,
none of which waits before it tries again.

Counted are answers seen by clients, and by the service's own counters: they must agree.
"""

import argparse
import asyncio
import csv
import hashlib
import io
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import numpy as np

from clfnet.bench import describe
from clfnet.example import night_street
from clfnet.inference.tiling import cores
from clfnet.io.image import Image, encode_image

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "docs" / "results" / "serve.json"
BOUNDARY = "benchmark"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"
QUEUE = 32  # the default of `clfnet serve`
CLIENTS = cores() + 2
SMALL, LARGE = (160, 120), (640, 480)
STEP = 500  # requests between two looks at the memory
PATIENCE = 120  # seconds
REFUSED = (429, 503)
UNLIMITED = httpx.Limits(max_connections=None)


class Answer(NamedTuple):
    """What a client got.

    Attributes:
        status: of HTTP; 0 if there was none.
        digest: of the body.
        retry_after: the header, if any.
    """

    status: int
    digest: str = ""
    retry_after: str = ""


class Server:
    """`clfnet serve` in a process of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        command = ["-m", "clfnet", "serve", "--port", "0", "--model", "fast", "--data", str(data)]
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, *command, "--queue", str(QUEUE)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout  # noqa: S101
        self.url = self.process.stdout.readline().strip()

    def rss(self) -> float:
        """Memory, MiB."""
        text = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        return int(text.partition("VmRSS:")[2].split()[0]) / 1024

    def counted(self) -> Counter[int]:
        """Answers to POST /v1/fuse by status, as the service counts them."""
        text = httpx.get(f"{self.url}/metrics").text
        found = re.findall(
            r'clfnet_requests_total\{method="POST",route="/v1/fuse",status="(\d+)"\} (\S+)', text
        )
        return Counter({int(status): int(float(count)) for status, count in found})

    def inside(self) -> int:
        """How many requests hold a place."""
        text = httpx.get(f"{self.url}/metrics").text
        return int(float(text.partition("\nclfnet_requests_inside ")[2].split()[0]))


@contextmanager
def serving() -> Iterator[Server]:
    """Run the service on a free port."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            yield server
        finally:
            server.process.kill()
            server.process.wait()


def body(size: tuple[int, int], seed: int = 0, **fields: str) -> bytes:
    """Return a form with a pair that no other seed has."""
    scene = night_street(*size)
    noise = np.random.default_rng(seed).integers(0, 24, scene.infrared.shape, np.uint8)
    pair = {"infrared": scene.infrared // 2 + noise, "visible": scene.visible}
    parts = [f'form-data; name="{name}"\r\n\r\n{text}'.encode() for name, text in fields.items()]
    for name, pixels in pair.items():
        head = f'form-data; name="{name}"; filename="{name}.png"\r\n\r\n'.encode()
        parts.append(head + encode_image(Image(pixels), Path("pair.png")))
    opened = f"--{BOUNDARY}\r\nContent-Disposition: ".encode()
    return b"".join(opened + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()


def hey(url: str, form: bytes, clients: int, *limit: str) -> list[dict[str, str]]:
    """Send one form again and again, and return what each request got."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(form)
        file.flush()
        what = ["-m", "POST", "-T", TYPE, "-D", file.name, "-t", "0", "-o", "csv"]
        command = ["hey", *what, "-c", str(clients), *limit, f"{url}/v1/fuse"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return list(csv.DictReader(io.StringIO(done.stdout)))


def summary(rows: list[dict[str, str]], seconds: float) -> dict[str, Any]:
    """Return rate and delays of what was accepted, and the count of every status."""
    accepted = [1000 * float(row["response-time"]) for row in rows if row["status-code"] == "200"]
    statuses = Counter(row["status-code"] for row in rows)
    return {
        "answers": dict(sorted(statuses.items())),
        "accepted_per_second": round(len(accepted) / seconds, 2),
        "p50_ms": round(float(np.percentile(accepted, 50)), 1),
        "p99_ms": round(float(np.percentile(accepted, 99)), 1),
    }


def timed(server: Server, form: bytes, clients: int, *limit: str) -> dict[str, Any]:
    """Load the service, and compare its counters with what its clients saw."""
    before, begin = server.counted(), time.monotonic()
    rows = hey(server.url, form, clients, *limit)
    found = {"clients": clients} | summary(rows, time.monotonic() - begin)
    seen = Counter(int(row["status-code"]) for row in rows)
    return found | {"counters_agree": settled(server, before) == seen}


def settled(server: Server, before: Counter[int]) -> Counter[int]:
    """Return what was counted since; an answer may be seen a moment before it is counted."""
    time.sleep(0.5)
    return server.counted() - before


async def send(client: httpx.AsyncClient, url: str, form: bytes) -> Answer:
    """Send a form."""
    try:
        got = await client.post(f"{url}/v1/fuse", content=form, headers={"Content-Type": TYPE})
    except httpx.TransportError:
        return Answer(0)
    digest = hashlib.sha256(got.content).hexdigest()
    return Answer(got.status_code, digest, got.headers.get("retry-after", ""))


async def references(url: str, forms: list[bytes]) -> list[str]:
    """Return the digests of the right answers, from a service without load."""
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        answers = [await send(client, url, form) for form in forms]
    digests = [answer.digest for answer in answers if answer.status == 200]
    if len(set(digests)) != len(forms):
        sys.exit("The pairs must have an answer each.")
    return digests


async def compare(
    url: str, form: bytes, right: str, until: asyncio.Task[Any], found: Counter[str]
) -> None:
    """Send a pair again and again until something else ends; count what came."""
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        while not until.done():
            found[judged(await send(client, url, form), right)] += 1
            await asyncio.sleep(0.02)


def judged(answer: Answer, right: str) -> str:
    """Return what an answer is."""
    if answer.status == 200:
        return "right" if answer.digest == right else "wrong"
    if answer.status in REFUSED:
        return "refused" if answer.retry_after.isdecimal() else "refused without Retry-After"
    return "lost" if answer.status == 0 else f"status {answer.status}"


async def overload(server: Server, forms: list[bytes], seconds: int) -> dict[str, Any]:
    """Ten clients for each place, and one of our own that looks at every answer."""
    clients = 10 * (cores() + QUEUE)
    right, looked_at = await references(server.url, forms), Counter[str]()
    before, limit = server.counted(), ("-z", f"{seconds}s")
    load = asyncio.create_task(asyncio.to_thread(hey, server.url, forms[0], clients, *limit))
    pairs = zip(forms, right, strict=True)
    await asyncio.gather(*(compare(server.url, *pair, load, looked_at) for pair in pairs))
    rows = await load
    seen = Counter(int(row["status-code"]) for row in rows)
    ours = Counter({200: looked_at["right"] + looked_at["wrong"], 429: looked_at["refused"]})
    counted = await asyncio.to_thread(settled, server, before)
    return {
        "clients": clients,
        **summary(rows, seconds),
        "looked_at": dict(sorted(looked_at.items())),
        "counters_agree": counted == seen + ours,
    }


def memory(server: Server, requests: int) -> dict[str, Any]:
    """Watch the service's memory over many requests."""
    form = body(SMALL)
    before, begin = server.counted(), time.monotonic()
    rss, rows = [], []
    for _ in range(requests // STEP):
        rows += hey(server.url, form, CLIENTS, "-n", str(STEP))
        rss.append(round(server.rss(), 1))
    seconds = time.monotonic() - begin
    half = rss[len(rss) // 2 :]
    slope = np.polyfit(np.arange(len(half)), half, 1)[0] if len(half) > 1 else 0.0
    seen = Counter(int(row["status-code"]) for row in rows)
    return {
        "clients": CLIENTS,
        "requests": requests,
        **summary(rows, seconds),
        "counters_agree": settled(server, before) == seen,
        "rss_mib": rss,
        "kib_per_1000_requests": round(float(slope) * 1024 * 1000 / STEP, 1),
        "uploads_left": len(list((server.data / "uploads").iterdir())),
    }


async def stop(server: Server, forms: list[bytes]) -> dict[str, Any]:
    """Fill every place, send SIGTERM, and look at what becomes of each request."""
    right = await references(server.url, forms)
    places = cores() + QUEUE
    async with httpx.AsyncClient(timeout=PATIENCE, limits=UNLIMITED) as client:
        orders = [index % len(forms) for index in range(places)]
        sent = [asyncio.create_task(send(client, server.url, forms[i])) for i in orders]
        while await asyncio.to_thread(server.inside) < places and not all(t.done() for t in sent):
            await asyncio.sleep(0.01)
        accepted = sum(not task.done() for task in sent)
        server.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.05)
        late = await send(client, server.url, forms[0])
        answers = [await task for task in sent]
    code = await asyncio.to_thread(server.process.wait, 60)
    results = Counter(judged(got, right[i]) for got, i in zip(answers, orders, strict=True))
    return {
        "in_work_or_waiting": accepted,
        "answers": dict(results),
        "one_more": f"{late.status}, Retry-After: {late.retry_after}",
        "exit_code": code,
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=15, help="of each other load")
    options = parser.parse_args()
    if shutil.which("hey") is None:
        sys.exit("hey must be installed: apt-get install hey")
    limit = ("-z", f"{options.seconds}s")
    result: dict[str, Any] = {"command": "python benchmarks/serve.py", "machine": describe()}
    result |= {"workers": cores(), "queue": QUEUE, "capacity": {}}
    with serving() as server:
        for model in ("fast", "clfnet"):
            for size in (SMALL, LARGE):
                name = f"{model}, {size[0]}x{size[1]}"
                form = body(size, model=model)
                hey(server.url, form, 1, "-n", "1")
                result["capacity"][name] = timed(server, form, CLIENTS, *limit)
                print(name, result["capacity"][name], flush=True)  # noqa: T201
        forms = [body(SMALL, seed) for seed in range(8)]
        result["overload"] = asyncio.run(overload(server, forms, options.seconds))
        print(result["overload"], flush=True)  # noqa: T201
        result["memory"] = memory(server, options.requests)
        large = [body(LARGE, seed) for seed in range(8)]
        result["stop"] = asyncio.run(stop(server, large))
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")  # noqa: T201
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
