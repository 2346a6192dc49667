"""Fuse an infrared and a visible image of one scene into a single picture."""

__version__ = "0.1.0"
