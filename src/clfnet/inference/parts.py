"""Parts of thermal pictures, and which ranges need no more than a part."""

from clfnet.inference.tiling import Slices
from clfnet.thermal import Range, Thermal
from clfnet.thermal.range import Auto, Full, Limits


def part(thermal: Thermal, where: Slices) -> Thermal:
    """Return a part of a thermal picture, a view.

    Example:
        >>> import numpy as np
        >>> whole = Thermal(np.arange(6, dtype=np.uint8).reshape(2, 3), "level")
        >>> part(whole, np.s_[:1, 1:]).values
        array([[1, 2]], dtype=uint8)
    """
    celsius = None if thermal.celsius is None else thermal.celsius[where]
    data = None if thermal.data is None else thermal.data[where]
    return Thermal(thermal.values[where], thermal.unit, celsius, data)


def is_pointwise(thermal_range: Range, thermal: Thermal) -> bool:
    """Tell whether a range maps each pixel of a picture whatever the others are."""
    if isinstance(thermal_range, Limits):
        return True
    is_full = isinstance(thermal_range, Full) or (
        isinstance(thermal_range, Auto) and thermal.unit == "level"
    )
    return is_full and thermal.values.dtype.kind == "u"  # floats are checked as a whole
