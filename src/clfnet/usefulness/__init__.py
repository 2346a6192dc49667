"""Is a fused image of use, to detectors and to eyes? Labelled persons tell.

See `clfnet.usefulness.yardstick` for what is measured, `docs/usefulness.md` for why.
"""

from clfnet.usefulness.detector import Detector, OnnxDetector, parse_detector
from clfnet.usefulness.folders import Report, usefulness
from clfnet.usefulness.labels import LabelledPair, read_labels, read_labels_of_folders
from clfnet.usefulness.yardstick import PARTS, Measured, Usefulness, Yardstick

__all__ = [
    "PARTS",
    "Detector",
    "LabelledPair",
    "Measured",
    "OnnxDetector",
    "Report",
    "Usefulness",
    "Yardstick",
    "parse_detector",
    "read_labels",
    "read_labels_of_folders",
    "usefulness",
]
