"""Opens sources of frames: a video, a folder of frames, a camera, a network stream."""

import os
from pathlib import Path

from clfnet.errors import VideoError
from clfnet.io.formats import IMAGE_SUFFIXES, SEQUENCE_SUFFIXES, VIDEO_SUFFIXES
from clfnet.video.folder import FolderSource
from clfnet.video.frames import Source
from clfnet.video.sequence import SequenceSource
from clfnet.video.stream import DEVICES, StreamSource, is_device, is_url


def is_stream(spec: str | os.PathLike[str]) -> bool:
    """Tell whether an argument means a video or a live source, by its name alone.

    A folder is not: it may hold images as well as frames.

    Example:
        >>> [is_stream(s) for s in ("a.mp4", "rtsp://camera/1", "/dev/video0", "v4l2:/dev/video0")]
        [True, True, True, True]
        >>> [is_stream(s) for s in ("a.png", "folder", "C:/a.tif")]
        [False, False, False]
    """
    text = os.fspath(spec)
    if is_url(text) or is_device(text):
        return True
    path = Path(text)
    return path.suffix.lower() in (*VIDEO_SUFFIXES, *SEQUENCE_SUFFIXES) and not path.is_dir()


def open_source(spec: str | os.PathLike[str], *, fps: float | None = None) -> Source:
    """Open a stream and decode its first frame.

    Args:
        spec: a video file of any kind that PyAV decodes; a FLIR sequence (.seq); a folder of frames
            (PNG, JPEG, BMP, TIFF; in natural order, so frame 10 follows 9); a camera: /dev/video0,
            v4l2:/dev/video0, dshow:video=NAME, avfoundation:0; or a URL: rtsp, http, udp, ...
        fps: frames per second of a folder, 25 by default, or of a sequence, where the camera's own
            word is the default. Nothing else has a use for it.

    Returns:
        The source. Grey of more than 8 bits comes as uint16, RGB of more than 8 bits too; whatever
        else as uint8. Rotation that a file asks for is applied.

    Raises:
        VideoError: there is no such source, it has no video or no frame that can be decoded, its
            frames are too large, or `fps` is not a rate.
        MissingExtraError: it is no folder, and PyAV is not installed.

    Example:
        >>> import tempfile, numpy as np
        >>> from clfnet.io.image import Image, write_image
        >>> folder = Path(tempfile.mkdtemp())
        >>> for name in ("9", "10"):
        ...     write_image(folder / f"{name}.png", Image(np.zeros((4, 6), np.uint8)))
        >>> [(frame.time, frame.name) for frame in open_source(folder, fps=10)]
        [(0.0, '9'), (0.1, '10')]
    """
    text = os.fspath(spec)
    if is_url(text) or is_device(text):
        return StreamSource(text)
    path = Path(text)
    if path.is_dir():
        return FolderSource(path, fps)
    if not path.exists():
        raise VideoError(
            f"{path} must be a video, a folder of frames, a URL or a camera "
            f"({', '.join(f'{name}:' for name in DEVICES)}), but is not there. Check the path."
        )
    if path.suffix.lower() in IMAGE_SUFFIXES:
        raise VideoError(
            f"{path} must be a video or a folder of frames, but is an image. "
            f"Give two images or two streams."
        )
    if path.suffix.lower() in SEQUENCE_SUFFIXES:
        return SequenceSource(path, fps)
    return StreamSource(text)
