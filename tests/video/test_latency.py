"""Percentiles of delays."""

import numpy as np
import pytest

from clfnet.video.latency import Latency


def test_percentiles_are_those_of_all_values() -> None:
    delays = np.random.default_rng(0).gamma(2, 0.05, 5000)
    latency = Latency()
    for delay in delays:
        latency.add(delay)
    for percent in (1, 50, 99):
        wanted = np.percentile(delays, percent, method="inverted_cdf")
        assert latency.percentile(percent) == pytest.approx(wanted, abs=0.00051)


def test_what_is_out_of_range_counts_as_its_end() -> None:
    latency = Latency()
    assert latency.percentile(50) is None
    latency.add(-1)
    assert latency.percentile(50) == 0
    latency.add(1e9)
    assert latency.percentile(99) == 10
