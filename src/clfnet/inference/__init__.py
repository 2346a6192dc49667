"""Fusing pictures: from arrays or files to arrays or files, over any `FusionMethod`."""
