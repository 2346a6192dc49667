"""Render the example pair that the package ships: `python -m scene` in tools writes both files."""

from pathlib import Path

import PIL.Image

from scene.night_street import night_street

FOLDER = Path(__file__).parents[2] / "src/clfnet/example"


def main() -> None:
    """Write infrared.png and visible.png into the package."""
    pair = night_street()
    for name in ("infrared", "visible"):
        PIL.Image.fromarray(getattr(pair, name)).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
