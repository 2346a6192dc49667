"""Headerless files."""

from pathlib import Path

import numpy as np
import pytest

from clfnet.errors import ConfigError, ImageError
from clfnet.thermal.options import ThermalOptions
from clfnet.thermal.raw import Raw
from clfnet.thermal.read import read_thermal

VALUES = np.random.default_rng(0).integers(20, 90, (6, 8))


@pytest.mark.parametrize("kind", ["u1", "u2", "i2", ">u2", "i4", "f4", ">f4", "f8"])
def test_every_type(tmp_path: Path, kind: str) -> None:
    dtype = kind if kind[0] == ">" else f"<{kind}"
    (tmp_path / "a.raw").write_bytes(VALUES.astype(dtype).tobytes())
    found = read_thermal(tmp_path / "a.raw", ThermalOptions(raw=f"8x6:{kind}"))
    np.testing.assert_array_equal(found.values, VALUES)


@pytest.mark.parametrize("text", ["", "8x6", "8x6:c8", "0x6:f4", "8x6:u8", "axb:f4", "8,6:f4"])
def test_what_is_no_layout(text: str) -> None:
    with pytest.raises(ConfigError, match="For example 640x512:f4"):
        Raw.parse(text)


def test_another_size_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.raw").write_bytes(bytes(100))
    with pytest.raises(ImageError, match=r"must have 192 bytes .* but has 100"):
        read_thermal(tmp_path / "a.raw", ThermalOptions(raw="8x6:f4"))
    with pytest.raises(ImageError, match="say its layout"):
        read_thermal(tmp_path / "a.raw")
