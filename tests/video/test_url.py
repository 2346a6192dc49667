"""URLs in messages."""

from clfnet.video.url import hide_password


def test_passwords_go_and_all_else_stays() -> None:
    text = "rtsp://a:b@host/1 and 'http://c@[::1]:8/x?y=z@w' and rtsp://host/@1, me@home"
    wanted = "rtsp://***@host/1 and 'http://***@[::1]:8/x?y=z@w' and rtsp://host/@1, me@home"
    assert hide_password(text) == wanted
