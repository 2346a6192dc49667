"""Colour: another luma for a colour image, strength, palettes and hot areas painted with them.

Images are float32 in [0, 1], (H, W) grey or (H, W, 3) sRGB.
"""

from clfnet.colour.luma import SPACES, Space, blend, find_space
from clfnet.colour.palette import PALETTES, hot, overlay, paint

__all__ = ["PALETTES", "SPACES", "Space", "blend", "find_space", "hot", "overlay", "paint"]
