"""Fusing images: from arrays or files to arrays or files, over any `FusionMethod`."""
