"""How the usual detectors take images and give boxes; one file per family."""

from collections.abc import Mapping
from types import MappingProxyType

from clfnet.usefulness.adapters.adapter import Adapter
from clfnet.usefulness.adapters.nanodet import NanoDet
from clfnet.usefulness.adapters.plain import Plain
from clfnet.usefulness.adapters.yolov8 import YoloV8
from clfnet.usefulness.adapters.yolox import YoloX

__all__ = ["ADAPTERS", "Adapter"]

ADAPTERS: Mapping[str, Adapter] = MappingProxyType(
    {adapter.name: adapter for adapter in (YoloX(), YoloV8(), NanoDet(), Plain())}
)
"""By name, in the order in which they are tried."""
