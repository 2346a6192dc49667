"""What `--range` means for a stream."""

import numpy as np
import pytest

from clfnet.errors import ConfigError
from clfnet.thermal import parse_range
from clfnet.video.range import full_scale
from clfnet.video.ranging import ranging_for


def test_each_kind() -> None:
    kinds = {text: ranging_for(parse_range(text)) for text in ("auto", "full")}
    assert kinds == {"auto": None, "full": full_scale}
    stable = ranging_for(parse_range("percentile:3,90"))
    assert repr(stable) == "StableRange(seconds=2.0, percentiles=(3.0, 90.0))"
    limits = ranging_for(parse_range("100,300"))
    assert limits is not None
    assert limits(np.array([[100, 200, 400]], np.uint16), 0.0).tolist() == [[0, 0.5, 1]]


def test_limits_in_celsius() -> None:
    temperatures = np.array([[20, 30, 50]], np.float32)
    counts = np.rint((temperatures + 273.15) / 0.01).astype(np.uint16)
    ranging = ranging_for(parse_range("20C,40C"), 0.01)
    assert ranging is not None
    for values in (temperatures, counts):
        np.testing.assert_allclose(ranging(values, 0.0), [[0, 0.5, 1]], atol=1e-4)
    unknown = ranging_for(parse_range("20C,40C"))
    assert unknown is not None
    with pytest.raises(ConfigError, match="the infrared stream has none"):
        unknown(counts, 0.0)


def test_what_would_flicker_is_refused() -> None:
    with pytest.raises(ConfigError, match="agc would flicker"):
        ranging_for(parse_range("agc"))
    with pytest.raises(ConfigError, match="kelvin_per_count"):
        ranging_for(parse_range("auto"), -1.0)
