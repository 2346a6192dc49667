"""URLs in messages."""

import re

_SECRET = re.compile(r"(?<=://)[^/@\s'\"]+@")


def hide_password(text: str) -> str:
    """Return a text without the names and passwords that URLs in it hold.

    Example:
        >>> hide_password("rtsp://root:secret@10.0.0.5/1 timed out")
        'rtsp://***@10.0.0.5/1 timed out'
    """
    return _SECRET.sub("***@", text)
