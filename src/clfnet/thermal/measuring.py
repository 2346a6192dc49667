"""The reasons for which an image measures no temperature, as messages."""

from clfnet.thermal.camera import Camera
from clfnet.thermal.values import Thermal


def why_not(thermal: Thermal) -> str:
    """Return why an image measures no temperature, and what to do.

    Example:
        >>> import numpy as np
        >>> why_not(Thermal(np.zeros((1, 1), np.uint16), "count"))[:46]
        'holds counts, and nothing says what a count is'
    """
    if thermal.celsius is not None:
        return "the camera's constants make no temperature of any of its counts. Take another file."
    if not measures(thermal.camera):
        return (
            f"is of a {thermal.camera.model}, which does not measure; that takes a Vue Pro R. Look "
            f"at it with clfnet fuse."
        )
    if thermal.unit == "level":
        return (
            "is a display image, grey or in a palette, whose brightness is no temperature. Take "
            "the camera's radiometric file; if its levels are counts, say --unit counts and what "
            "they are (--calibration)."
        )
    return (
        "holds counts, and nothing says what a count is. Say it: --kelvin-per-count for counts "
        "linear in temperature (0.01, 0.04), --unit celsius or kelvin for temperatures, or "
        "--calibration COUNT=CELSIUS,COUNT=CELSIUS by what you measured. For DJI's counts, its "
        "Thermal SDK converts (dji_irp -a measure)."
    )


def measures(camera: Camera) -> bool:
    """Tell whether a camera whose counts come with constants measures: a FLIR Vue Pro does not.

    Example:
        >>> measures(Camera(model="Vue Pro 640")), measures(Camera(model="Vue Pro R 640"))
        (False, True)
    """
    words = camera.model.lower().split()
    return "vue" not in words or any(word in ("r", "r640", "r336") for word in words)
