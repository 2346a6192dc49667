"""Build the page that needs no service, in build/web: `make web`.

The page of `clfnet serve` with another back end, web/backend.js: a worker that fuses by ONNX
Runtime for the web. npm fetches that, and what else web/package-lock.json pins by its hash; nothing
of it is kept in the repository. Any host of static files will do, below any path.
"""

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import onnx

from clfnet import weights
from clfnet.colour.palette import PALETTES
from clfnet.graphs.scales import ALONE
from clfnet.serve.api.about import described_option, words
from clfnet.serve.http.form import OPTIONS
from clfnet.serve.web.page import digest_of, document, site
from clfnet.thermal import painted
from clfnet.version import __version__

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "web"
TARGET = ROOT / "build" / "web"
NPM = SOURCE / "node_modules"

KINDS = ("infrared", "visible")

MODELS = ("fast", "clfnet")
"""The models of the page; the first is the default."""

OFFERED = (
    *("model", "stretch", "range", "infrared_palette", "invert", "space", "strength", "palette"),
    *("hot", "depth"),
)
"""The options of fusing that web/fuse.js knows."""

RANGES = ("auto", "full", "percentile", "percentile:1,99")
READ = (".png", ".jpg", ".jpeg")
OVER_HTTP = {"http.js", "token.js"}  # what the other back end is made of
LATER = ("example-infrared.png", "example-visible.png")  # kept once they were used

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

NOTICE = """\
clfnet and its weights: Apache License 2.0.
ONNX Runtime (onnxruntime-web, onnxruntime-common), Copyright Microsoft Corporation: MIT License,
https://github.com/microsoft/onnxruntime/blob/main/LICENSE; notices of what it is made of:
https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt
"""


def main() -> None:
    """Build the site; ends with a message where npm is missing."""
    if shutil.which("npm") is None:
        sys.exit("npm must be installed: apt-get install npm")
    build(TARGET)
    print(TARGET)  # noqa: T201


def build(target: Path) -> None:
    """Write the site into a folder, which is emptied."""
    _fetch_packages()
    files = assets()
    digest = digest_of(files)
    folder = f"assets/{digest}"
    shutil.rmtree(target, ignore_errors=True)
    (target / folder).mkdir(parents=True)
    for name, data in files.items():
        (target / folder / name).write_bytes(data)
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<link rel="manifest" href="manifest.webmanifest">\n'
        '<meta name="theme-color" content="#f5f5f3" media="(prefers-color-scheme: light)">\n'
        '<meta name="theme-color" content="#121314" media="(prefers-color-scheme: dark)">\n'
    )
    page = document(folder, backend="local", head=head)
    (target / "index.html").write_bytes(page)
    (target / "manifest.webmanifest").write_text(json.dumps(_manifest(folder)), "utf-8")
    (target / "service-worker.js").write_text(_service_worker(page, folder, files), "utf-8")
    (target / "_headers").write_text(_headers(), "utf-8")
    (target / "LICENCES.txt").write_text(_licences(), "utf-8")
    (target / ".nojekyll").touch()  # GitHub Pages would leave out `_headers` else


def _fetch_packages() -> None:
    """Let npm fetch what the lock file pins, unless it has."""
    if not (NPM / ".package-lock.json").exists() or _is_older(NPM, SOURCE / "package-lock.json"):
        _run("npm", "ci", "--prefix", str(SOURCE), "--ignore-scripts", "--no-audit", "--no-fund")
        NPM.touch()


def _is_older(one: Path, other: Path) -> bool:
    return one.stat().st_mtime < other.stat().st_mtime


def assets() -> dict[str, bytes]:
    """Return all files of the page but its document, by name."""
    shared = {name: data for name, data in site().assets.items() if name not in OVER_HTTP}
    runtime = NPM / "onnxruntime-web" / "dist" / "ort-wasm-simd-threaded"
    example = ROOT / "src" / "clfnet" / "example"
    palettes = {
        "cameras": {name: PALETTES[name] for name in painted.palettes() if name in PALETTES},
        "programs": {name: text.split() for name, text in painted.OTHERS.items()},
    }
    return {
        **shared,
        **{name: (SOURCE / name).read_bytes() for name in ("backend.js", "cameras.js")},
        "worker.js": _bundled("worker.js"),
        "ort-wasm-simd-threaded.mjs": runtime.with_suffix(".mjs").read_bytes(),
        "ort.wasm.gzip": gzip.compress(runtime.with_suffix(".wasm").read_bytes(), 9, mtime=0),
        **{f"{name}.onnx": graph(name).SerializeToString() for name in MODELS},
        "models.json": _json({"models": [_card(name) for name in MODELS]}),
        "options.json": _json(_options()),
        "infrared-palettes.json": _json(palettes),
        **{f"example-{kind}.png": (example / f"{kind}.png").read_bytes() for kind in KINDS},
    }


def graph(name: str) -> onnx.ModelProto:
    """Return a shipped network's graph at one scale; of two in one, by width, the plain one.

    That is less than half of the bytes, and no slower in WebAssembly. The second scale is the
    page's own (`network.js`).
    """
    whole = onnx.load_model_from_string(weights.find(name).onnx.read())
    alone = onnx.utils.Extractor(whole).extract_model([*KINDS], [ALONE])
    choice = next((node for node in alone.graph.node if node.op_type == "If"), None)
    plain = alone.graph
    if choice is not None:
        plain = next(each.g for each in choice.attribute if each.name == "then_branch")
    last = plain.output[0].name
    for node in plain.node:
        node.output[:] = ["fused" if output == last else output for output in node.output]
    fused = [output for output in whole.graph.output if output.name == "fused"]
    made = onnx.helper.make_graph(plain.node, name, alone.graph.input, fused, plain.initializer)
    model = onnx.helper.make_model(
        made, opset_imports=whole.opset_import, ir_version=whole.ir_version
    )
    onnx.helper.set_model_props(model, {each.key: each.value for each in whole.metadata_props})
    return model


def _card(name: str) -> dict[str, Any]:
    facts = {each.key: int(each.value) for each in graph(name).metadata_props}
    default = name == MODELS[0]
    return {
        "name": name,
        "kind": "network",
        "is_default": default,
        "file": f"{name}.onnx",
        "margin": facts["margin_alone"],
        "multiple": facts["multiple_alone"],
        "factor": facts["factor"],
        "bytes_per_pixel": facts["bytes_per_pixel"],
    }


def _options() -> dict[str, Any]:
    """What the service tells at /v1/options, as far as this page has it."""
    return {
        "range": RANGES,
        "palette": OPTIONS["palette"].choices,
        "files": {"infrared": READ, "visible": READ, "video": []},
        "words": words(),
        "options": {name: described_option(OPTIONS[name]) for name in OFFERED},
        "dialect": [],
        "metrics": {},
        "version": __version__,
    }


def _manifest(folder: str) -> dict[str, Any]:
    return {
        "name": "clfnet: infrared and visible, in one image",
        "short_name": "clfnet",
        "id": "./",
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": "#f5f5f3",
        "theme_color": "#f5f5f3",
        "icons": [{"src": f"{folder}/mark.svg", "sizes": "any", "type": "image/svg+xml"}],
    }


def _service_worker(page: bytes, folder: str, files: dict[str, bytes]) -> str:
    kept = ["./", "manifest.webmanifest", *(f"{folder}/{name}" for name in files)]
    kept = [name for name in kept if not name.endswith(LATER)]
    text = (SOURCE / "service-worker.js").read_text("utf-8")
    for name, value in {
        "$version": digest_of({"": page}),
        "$folder": folder,
        "$files": json.dumps(kept),
        "$headers": json.dumps(HEADERS).replace("'", "\\'"),
    }.items():
        text = text.replace(name, value)
    return text


def _headers() -> str:
    """The same for hosts that read a file of this name, e.g. Cloudflare Pages and Netlify."""
    lines = ["/*", *(f"  {name}: {value}" for name, value in HEADERS.items())]
    lines += ["/assets/*", "  Cache-Control: public, max-age=31536000, immutable"]
    return "\n".join(lines) + "\n"


def _licences() -> str:
    texts = [
        f"\n{name}:\n\n{(NPM / name / 'LICENSE').read_text('utf-8')}"
        for name in ("fast-png", "fflate", "iobuffer")
    ]
    return NOTICE + "".join(texts)


def _bundled(name: str) -> bytes:
    options = ["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning"]
    options += ["--conditions=onnxruntime-web-use-extern-wasm", "--legal-comments=none"]
    return _run(str(NPM / ".bin" / "esbuild"), str(SOURCE / name), *options)


def _run(*command: str) -> bytes:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


if __name__ == "__main__":
    main()
