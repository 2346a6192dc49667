"""Contact sheets, on made pairs."""

from pathlib import Path

import numpy as np

from clfnet.io.image import Image, read_image, write_image
from clfnet.usefulness import LabelledPair
from experiments import sheets
from experiments.results import Results
from experiments.run import Run
from experiments.spec import Sheets, needs

SPEC = Sheets("Sheets", "set/boxes.csv", ("average", "maximum"), count=2)


def _pair(name: str, light: str) -> LabelledPair:
    nobody = np.empty((0, 4))
    return LabelledPair(name, "scene", light, Path(), Path(), nobody, nobody)


def test_pairs_are_spread_over_the_list_of_each_light() -> None:
    pairs = [_pair(f"d{i}", "day") for i in range(6)] + [_pair("n0", "night")]
    assert [pair.name for pair in sheets.chosen(pairs, 3)] == ["d0", "d2", "d5", "n0"]


def test_a_sheet_per_pair_goes_to_the_work_folder_alone(tmp_path: Path) -> None:
    boxes, images = ["image,label,x1,y1,x2,y2"], ["image,scene,light,infrared,visible"]
    for name, light in (("a", "day"), ("b", "night"), ("c", "day"), ("d", "day")):
        for folder, level in (("ir", 200), ("vi", 100)):
            picture = np.full((64, 64), level, np.uint8)
            write_image(tmp_path / f"data/set/{folder}/{name}.png", Image(picture))
        boxes.append(f"{name},person,16,8,32,48")
        images.append(f"{name},s,{light},set/ir/{name}.png,set/vi/{name}.png")
    (tmp_path / "data/set/boxes.csv").write_text("\n".join(boxes))
    (tmp_path / "data/set/images.csv").write_text("\n".join(images))
    run = Run(tmp_path / "data", tmp_path / "output", tmp_path / "work")
    results = Results(run.output / "result.json", {})
    sheets.measure(SPEC, run, results)
    assert sorted(path.name for path in run.work.iterdir()) == [
        "day-a.png",
        "day-d.png",
        "night-b.png",
    ]
    assert [path.name for path in run.output.iterdir()] == ["result.json"]
    sheet = read_image(run.work / "day-a.png").pixels
    middles = [int(sheet[160, 160 + 320 * column, 0]) for column in range(4)]
    assert middles[:2] == [200, 100]  # infrared, visible, average, maximum
    assert abs(middles[2] - 150) <= 1
    assert abs(middles[3] - 200) <= 1
    assert sheets.render(SPEC, results).startswith("- `day-a.png`: day\n")
    assert needs(SPEC) == ["set/boxes.csv"]
