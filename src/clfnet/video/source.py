"""Opens sources of frames: a video, a folder of frames, a camera, a network stream."""

import os
from pathlib import Path

from clfnet.errors import VideoError
from clfnet.io.box import Box
from clfnet.io.formats import IMAGE_SUFFIXES, SEQUENCE_SUFFIXES, VIDEO_SUFFIXES
from clfnet.video import stack
from clfnet.video.crop import CroppedSource
from clfnet.video.folder import FolderSource
from clfnet.video.frames import Source
from clfnet.video.sequence import SequenceSource
from clfnet.video.stack import StackSource
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


def takes_fps(spec: str | os.PathLike[str]) -> bool:
    """Tell whether `fps` means something for a source: its frames have no times of their own."""
    path = Path(spec)
    return path.is_dir() or path.suffix.lower() in stack.SUFFIXES


def open_source(
    spec: str | os.PathLike[str], *, fps: float | None = None, crop: str | None = None
) -> Source:
    """Open a stream and decode its first frame.

    Args:
        spec: a video file of any kind that PyAV decodes; a FLIR sequence (.seq); a folder of frames
            (PNG, JPEG, BMP, TIFF; in natural order, so frame 10 follows 9); a TIFF of several
            pages or an NPY of several images; a camera: /dev/video0, v4l2:/dev/video0,
            dshow:video=NAME, avfoundation:0; or a URL: rtsp, http, udp, ...
        fps: frames per second of a folder or a stack, 25 by default, or of a sequence, where the
            camera's own word is the default. Nothing else has a use for it.
        crop: the part of each frame that is the image, "X,Y,WIDTH,HEIGHT"; all of it if not given.

    Returns:
        The source. Grey of more than 8 bits comes as uint16, RGB of more than 8 bits too; whatever
        else as uint8. Rotation that a file asks for is applied.

    Raises:
        VideoError: there is no such source, it has no video or no frame that can be decoded, its
            frames are too large, or `fps` is not a rate.
        ConfigError: `crop` is no rectangle.
        InputError: it lies outside of the frames.
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
    if crop is not None:
        box = Box.parse(crop, "crop")
        return CroppedSource(open_source(spec, fps=fps), box)
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
    if path.suffix.lower() in stack.SUFFIXES:
        return StackSource(path, fps)
    if path.suffix.lower() in IMAGE_SUFFIXES:
        raise VideoError(
            f"{path} must be a video or a folder of frames, but is an image. "
            f"Give two images or two streams."
        )
    if path.suffix.lower() in SEQUENCE_SUFFIXES:
        return SequenceSource(path, fps)
    return StreamSource(text)
