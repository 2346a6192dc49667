from pathlib import Path

import pytest

from clfnet.errors import ConfigError, ImageError
from clfnet.io.checks import check_single, check_size, reading


def test_what_goes_wrong_is_one_line() -> None:
    for error in (KeyError("a\nb"), MemoryError(), RuntimeError(), OSError("x" * 1000)):
        with pytest.raises(ImageError, match=r"^a\.png ") as caught, reading(Path("a.png")):
            raise error
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 300


def test_errors_of_ours_pass() -> None:
    with pytest.raises(ConfigError, match="as it was"), reading(Path("a.png")):
        raise ConfigError("as it was")


def test_sizes() -> None:
    check_size((3, 4), Path("a.png"), 12)
    check_single(1, Path("a.png"))
    with pytest.raises(ImageError, match="0x4"):
        check_size((0, 4), Path("a.png"), 12)
    with pytest.raises(ImageError, match="at most"):
        check_size((3, 5), Path("a.png"), 12)
    with pytest.raises(ImageError, match="holds 2"):
        check_single(2, Path("a.png"))
