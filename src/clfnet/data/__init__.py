"""Pairs of images: matched files and crops."""
