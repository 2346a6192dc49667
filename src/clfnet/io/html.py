"""What HTML pages that stand alone need: embedded images, and hashes that allow a script to run."""

import base64
import hashlib


def data_uri(media: str, data: bytes) -> str:
    """Return a file as an address that holds it.

    Args:
        media: its media type, e.g. "image/png".
        data: its bytes.

    Example:
        >>> data_uri("text/plain", b"hi")
        'data:text/plain;base64,aGk='
    """
    return f"data:{media};base64,{base64.b64encode(data).decode()}"


def policy_hash(text: str) -> str:
    """Return how a Content-Security-Policy names an inline script or style.

    Example:
        >>> policy_hash("")
        'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    """
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
