"""Fusing video: streams and folders of frames."""
