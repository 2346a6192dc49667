"""Colour: luma spaces, chroma and palettes."""
