from pathlib import Path

import pytest

from clfnet.errors import ConfigError
from experiments.spec import Comparison, Cost, Figures, Pairs, Sweep, load_spec


def test_every_kind_is_read(experiments: Path) -> None:
    kinds = {"table1": Sweep, "table2": Comparison, "table7": Cost, "fig3": Figures}
    for name, kind in kinds.items():
        assert isinstance(load_spec(experiments / name / "experiment.toml"), kind)


def test_values(experiments: Path) -> None:
    spec = load_spec(experiments / "table2/experiment.toml")
    assert isinstance(spec, Comparison)
    assert spec.sets == (Pairs("Tiny", "ir", "vi", "published"),)
    assert spec.paper["Theirs"] == {"EN": 1.25, "MI": 2.5}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "title = 'x'",
            "`kind` must be one of comparison, sweep, cost, figures, labelled, sheets, got None",
        ),
        ("kind = 'compare'", "Unknown kind `compare`. Did you mean `comparison`"),
        ("kind = 'cost'\nmethod = []", "Unknown key `method`. Did you mean `methods`"),
        ("kind = 'cost'\ntitle = 'x'\nsets = []", "`methods` must be given"),
    ],
)
def test_names_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "experiment.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_spec(path)
