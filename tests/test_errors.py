"""Messages are one line of bearable length."""

from clfnet.errors import InputError


def test_a_message_is_one_line_whatever_it_names() -> None:
    assert str(InputError("a\nb\x1b[31m\u2028 is none")) == r"a\nb\x1b[31m\u2028 is none"
    assert str(InputError("Größe, 寸法, \udcff")) == "Größe, 寸法, \udcff"


def test_very_long_messages_are_cut_in_the_middle() -> None:
    text = str(InputError(f"{'x' * 10**6} must be short. Mend it."))
    assert 1900 < len(text) < 2100
    assert text.startswith("xxx")
    assert text.endswith("must be short. Mend it.")
    assert "…" in text
