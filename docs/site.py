"""Build the documentation site: `make docs-site`.

The pages are those of the repository, at their own places, so that a link works here as there. What
pages link to comes along; the API reference is made of the docstrings. Warnings are errors.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
STAGE = ROOT / "build" / "site-pages"
PAGES = ("*.md", "docs/**/*.md", "experiments/*/README.md")
ASSETS = ("docs/images/*", "LICENSE", "CITATION.cff")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
API = (
    *(
        "clfnet",
        "align",
        "batch",
        "bench",
        "colour",
        "errors",
        "evaluation",
        "explain",
        "inspection",
        "io",
    ),
    *("losses", "methods", "metrics", "nn", "thermal", "training", "usefulness", "video"),
)


def stage() -> None:
    """Copy the pages, and the files that they link to, and make a page for each package."""
    shutil.rmtree(STAGE, ignore_errors=True)
    for pattern in (*PAGES, *ASSETS):
        for path in ROOT.glob(pattern):
            _copy(path)
    for page in list(STAGE.rglob("*.md")):
        for target in LINK.findall(page.read_text("utf-8")):
            linked = (ROOT / page.relative_to(STAGE).parent / target).resolve()
            if linked.is_file() and linked.is_relative_to(ROOT):
                _copy(linked)
    for name in API:
        module = name if name == "clfnet" else f"clfnet.{name}"
        path = STAGE / "api" / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# `{module}`\n\n::: {module}\n", encoding="utf-8")


def _copy(path: Path) -> None:
    target = STAGE / path.relative_to(ROOT)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, target)


def main() -> None:
    """Stage, then build with warnings as errors."""
    stage()
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(ROOT / "mkdocs.yml")]
    sys.exit(subprocess.run(command, check=False).returncode)  # noqa: S603


if __name__ == "__main__":
    main()
