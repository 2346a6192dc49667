"""Print the lowest version of each dependency of fusing that pyproject.toml allows, for pip."""

import tomllib
from pathlib import Path

project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text("utf-8"))
for dependency in project["project"]["dependencies"]:
    print(dependency.partition(";")[0].replace(">=", "=="))  # noqa: T201
