"""What a file is, by its first bytes."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE

_HEADS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"BM", "BMP"),
    (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"), (b"II+\0", "TIFF"), (b"MM\0+", "TIFF"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"), (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\x93NUMPY", "NPY"), (b"FFF\0", "FLIR FFF"), (b"AFF\0", "FLIR AFF"),
    (b"P5", "PGM"), (b"P2", "PGM"), (b"P6", "PPM"), (b"P3", "PPM"), (b"Pf", "PFM"), (b"PF", "PFM"),
    (b"PK\x03\x04", "ZIP or NPZ"), (b"GIF8", "GIF"), (b"%PDF", "PDF"), (b"8BPS", "Photoshop"),
    (b"SIMPLE  =", "FITS"), (b"\x89HDF", "HDF5"), (b"CDF", "NetCDF"), (b"MATLAB 5.0", "MATLAB"),
    (b"\x1f\x8b", "gzip"), (b"\xff\x0a", "JPEG XL"), (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"v/1\x01", "OpenEXR"), (b"#?RADIANCE", "Radiance HDR"), (b"qoif", "QOI"),
    (b"\x1aE\xdf\xa3", "a Matroska video"), (b"FLV", "a Flash video"), (b"OggS", "an Ogg video"),
    (b"<?xml", "XML"), (b"<!DOCTYPE", "HTML"), (b"<html", "HTML"), (b"<svg", "SVG"),
    (b"version https://git-lfs", "a Git LFS pointer"),
)  # fmt: skip
_BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"heic": "HEIC", b"heix": "HEIC", b"heim": "HEIC",
           b"hevc": "HEIC", b"mif1": "HEIC", b"msf1": "HEIC", b"crx ": "Canon CR3"}  # fmt: skip


def kind_of(head: bytes) -> str:
    r"""Return what a file is, in a word or two; "unknown bytes" if they do not tell.

    Args:
        head: its first bytes; 132 tell all kinds.

    Example:
        >>> kind_of(b"RIFF\0\0\0\0WEBPVP8 "), kind_of(b"12.5,13.0\n")
        ('WebP', 'text')
    """
    if head[:4] == b"RIFF":
        return {b"WEBP": "WebP", b"AVI ": "an AVI video"}.get(head[8:12], "RIFF")
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "an MP4 or MOV video")
    if head[128:132] == b"DICM":
        return "DICOM"
    found = next((name for start, name in _HEADS if head.startswith(start)), None)
    if found:
        return found
    if not head:
        return "nothing"
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):  # no other kind begins so
        return "text"
    is_text = re.fullmatch(rb"(?:\xef\xbb\xbf)?[\t\n\r\x20-\x7e\x80-\xff]+", head) is not None
    return (
        "text"
        if is_text and sum(byte < 128 for byte in head) > 0.7 * len(head)
        else "unknown bytes"
    )
