"""An RTSP server with two cameras and a place for the fused stream, for `benchmarks/live.py`.

    /usr/bin/python3 benchmarks/rtsp_server.py PORT FOLDER

Serves /ir and /vis, 640x480 at 25 frames a second, moving test images with noise, encoded as cheap
cameras do it; takes /fused (RECORD) into FOLDER/fused.mkv. Needs GStreamer from the distribution,
on Debian: gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-{base,good,bad,ugly}.
"""

import sys
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402 -- versions come first

_CAMERA = (
    "( videotestsrc is-live=true pattern={} ! video/x-raw,width=640,height=480,framerate=25/1 "
    "! videoconvert ! video/x-raw,format=I420 ! x264enc tune=zerolatency speed-preset=ultrafast "
    "key-int-max=25 ! rtph264pay name=pay0 pt=96 config-interval=1 )"
)
_RECORDER = (
    "( rtph264depay name=depay0 ! h264parse ! matroskamux streamable=true "
    "! filesink location={}/fused.mkv )"
)


def main() -> None:
    """Serve until killed; say so once it does."""
    port, folder = sys.argv[1:]
    Gst.init(None)
    server: Any = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    points = server.get_mount_points()
    for path, pattern in (("/ir", "ball"), ("/vis", "smpte")):
        camera = GstRtspServer.RTSPMediaFactory()
        camera.set_launch(_CAMERA.format(pattern))
        camera.set_shared(True)
        points.add_factory(path, camera)
    recorder = GstRtspServer.RTSPMediaFactory()
    recorder.set_transport_mode(GstRtspServer.RTSPTransportMode.RECORD)
    recorder.set_launch(_RECORDER.format(folder))
    points.add_factory("/fused", recorder)
    server.attach(None)
    print("ready", flush=True)  # noqa: T201
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
