"""Which fused image belongs to which pair."""

from pathlib import Path

import pytest

from clfnet.errors import InputError, PairingError
from clfnet.evaluation.matching import match


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two pairs, one of whose names begins with the other's."""
    _touch(tmp_path, "ir/1.png", "ir/1_b.png", "vi/1.jpg", "vi/1_b.jpg")
    return tmp_path


def _touch(root: Path, *files: str) -> None:
    for file in files:
        (root / file).parent.mkdir(exist_ok=True)
        (root / file).touch()


def _match(root: Path, *folders: str, mapping: str = "") -> dict[str, dict[str, str]]:
    path = root / "mapping.csv"
    path.write_text(mapping)
    fused = [root / folder for folder in folders]
    found = match(root / "ir", root / "vi", fused, path if mapping else None)
    return {
        method: {name: str(file.relative_to(root)) for name, (*_, file) in files.items()}
        for method, files in found.items()
    }


def test_by_stem(root: Path) -> None:
    _touch(root, "ours/1.tif", "ours/1_b.png")
    assert _match(root, "ours") == {"ours": {"1": "ours/1.tif", "1_b": "ours/1_b.png"}}
    files = match(root / "ir", root / "vi", [root / "ours"])
    assert files["ours"]["1"] == (root / "ir/1.png", root / "vi/1.jpg", root / "ours/1.tif")


def test_several_methods_in_one_folder(root: Path) -> None:
    _touch(root, *(f"all/{name}_{method}.png" for name in ("1", "1_b") for method in ("X_Y", "Z")))
    assert _match(root, "all") == {
        "X_Y": {"1": "all/1_X_Y.png", "1_b": "all/1_b_X_Y.png"},
        "Z": {"1": "all/1_Z.png", "1_b": "all/1_b_Z.png"},
    }


def test_a_mapping_by_stem_or_file_name_for_all_folders_or_one(root: Path) -> None:
    _touch(root, "a/7.png", "a/8.png", "b/7.png", "b/8.png")
    everywhere = "file,name\n7,1\n8.png,1_b\n"
    assert _match(root, "a", mapping=everywhere) == {"a": {"1": "a/7.png", "1_b": "a/8.png"}}
    one = "file,name,method\n7,1,a\n8,1_b,a\n7,1_b,b\n8,1,b\n"
    assert _match(root, "a", "b", mapping=one) == {
        "a": {"1": "a/7.png", "1_b": "a/8.png"},
        "b": {"1": "b/8.png", "1_b": "b/7.png"},
    }


def test_missing_and_extra_files_are_named(root: Path) -> None:
    _touch(root, "a/1.png", "a/2.png", "b/1.png", "b/1_b.png", "b/3.png")
    message = (
        r"a has no fused image of \S+ir/1_b\.png; no pair belongs to \S+a/2\.png; "
        r"no pair belongs to \S+b/3\.png\. .*--mapping"
    )
    with pytest.raises(PairingError, match=message):
        _match(root, "a", "b")


def test_a_method_that_lacks_an_image_in_a_shared_folder_is_named(root: Path) -> None:
    _touch(root, "all/1_X.png", "all/1_b_X.png", "all/1_Y.png")
    with pytest.raises(PairingError, match=r"Y has no fused image of \S+ir/1_b\.png"):
        _match(root, "all")


def test_other_names_altogether(root: Path) -> None:
    _touch(root, "a/7.png", "a/8.png")
    with pytest.raises(
        PairingError, match=r"a has no fused image of .*no pair belongs to \S+7\.png"
    ):
        _match(root, "a")


def test_two_methods_of_one_name(root: Path) -> None:
    _touch(root, "X/1.png", "X/1_b.png", "all/1_X.png", "all/1_b_X.png")
    with pytest.raises(InputError, match=r"different names, got 'X' in .*X and .*all"):
        _match(root, "X", "all")


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ("7,1\n8,1_b\n", "must have the columns file and name, got 1, 7"),
        ("file,name\n7,1\n8,1\n", "must give each file of .*a a name of its own"),
        ("file,name\n7,1\n8,9\n", r"no fused image of \S+1_b\.png; no pair belongs to \S+8\.png"),
    ],
)
def test_mappings_that_cannot_be_used(root: Path, mapping: str, message: str) -> None:
    _touch(root, "a/7.png", "a/8.png")
    with pytest.raises(PairingError, match=message):
        _match(root, "a", mapping=mapping)


def test_a_mapping_that_cannot_be_read(root: Path) -> None:
    _touch(root, "a/1.png", "a/1_b.png")
    for path in (root / "nowhere.csv", root / "ir"):
        with pytest.raises(PairingError, match=f"{path} must be a CSV file"):
            match(root / "ir", root / "vi", [root / "a"], path)


def test_a_prefix_needs_no_mapping(tmp_path: Path) -> None:
    _touch(tmp_path, *(f"{kind}/000{n}.png" for kind in ("ir", "vi") for n in (1, 2)))
    _touch(tmp_path, "ours/fused_0001.png", "ours/fused_0002.png", "theirs/1.png", "theirs/2.png")
    assert _match(tmp_path, "ours", "theirs") == {
        "ours": {"0001": "ours/fused_0001.png", "0002": "ours/fused_0002.png"},
        "theirs": {"0001": "theirs/1.png", "0002": "theirs/2.png"},
    }


def test_a_pair_has_the_name_that_fusing_gives(tmp_path: Path) -> None:
    _touch(tmp_path, "ir/IR_1.png", "vi/VIS_1.png", "ours/VIS_1.png")
    assert _match(tmp_path, "ours") == {"ours": {"VIS_1": "ours/VIS_1.png"}}
