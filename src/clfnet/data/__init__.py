"""Pairs of images: matched files, crops and the built-in scene."""
