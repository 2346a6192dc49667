import pytest

from clfnet.errors import ConfigError
from clfnet.inference.memory import parse_memory


@pytest.mark.parametrize(
    ("amount", "size"),
    [
        ("512MiB", 536_870_912),
        ("1GiB", 1_073_741_824),
        ("800MB", 800_000_000),
        ("1.5 gib", 1_610_612_736),
        ("64kB", 64_000),
        ("7B", 7),
        (123, 123),
    ],
)
def test_amounts(amount: str | int, size: int) -> None:
    assert parse_memory(amount) == size


@pytest.mark.parametrize(
    "amount", ["", "1", "GiB", "-1GiB", "1 G i B", "1e3MB", "٣MB", "0MB", "0.1B", "1GiBit", 0, -5]
)
def test_others_are_refused(amount: str | int) -> None:
    with pytest.raises(ConfigError, match="`memory` must be an amount above 0 with its unit, got"):
        parse_memory(amount)
