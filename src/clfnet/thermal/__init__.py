"""What thermal cameras give: deep counts, temperatures, radiometric files."""

from clfnet.thermal.options import ThermalOptions
from clfnet.thermal.range import Range, parse_range
from clfnet.thermal.read import Pair, read_pair, read_thermal
from clfnet.thermal.temperatures import write_temperatures
from clfnet.thermal.values import Thermal, from_array, in_celsius

__all__ = [
    "Pair",
    "Range",
    "Thermal",
    "ThermalOptions",
    "from_array",
    "in_celsius",
    "parse_range",
    "read_pair",
    "read_thermal",
    "write_temperatures",
]
