"""Links of the documents lead somewhere, and the site's navigation has every page."""

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
NAVIGATION = re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)


@pytest.fixture
def script(load_script: Callable[[str], ModuleType]) -> ModuleType:
    return load_script("docs/site.py")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path, script: ModuleType) -> None:
    for target in script.LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_navigation_has_every_page_once(script: ModuleType) -> None:
    pages = {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")}
    pages |= {path.name for path in ROOT.glob("*.md")}
    pages |= {f"api/{name}.md" for name in script.API}
    assert sorted(NAVIGATION) == sorted(pages)


def test_every_public_package_is_in_the_reference(script: ModuleType) -> None:
    hidden = {"cli", "example", "graphs", "inference", "serve", "weights"}  # behind the interfaces
    packages = {path.parent.name for path in (ROOT / "src/clfnet").glob("*/__init__.py")}
    assert packages - hidden == set(script.API) - {"clfnet", "errors"}


def test_an_api_page_names_its_module(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "STAGE", tmp_path)
    script.stage()
    assert (tmp_path / "api/metrics.md").read_text("utf-8").endswith("\n::: clfnet.metrics\n")
    assert (tmp_path / "docs/images/architecture.svg").is_file()
    assert (tmp_path / "benchmarks/straightforward.py").is_file()  # linked by docs/training.md
