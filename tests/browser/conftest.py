"""Tests in a browser are collected by `pytest -m browser` alone: they need playwright, chromium."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if config.option.markexpr == "browser" else True
