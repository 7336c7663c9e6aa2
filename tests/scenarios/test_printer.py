"""Terminal output of the scenarios."""

import io

import pytest

from scenarios._printer import Printer, shorten

SESSION_JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZW1iZXIifQ.c2lnbmF0dXJl"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("no_color", "colored"), [("", True), ("1", False)])
def test_terminal_gets_colors_unless_no_color_is_set(monkeypatch, no_color, colored):
    monkeypatch.setenv("NO_COLOR", no_color)
    out = Terminal()
    Printer(out).title("A title")
    assert ("\x1b[" in out.getvalue()) == colored


def test_symbols_are_replaced_if_the_encoding_lacks_them():
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    Printer(out).passed(0.5)
    Printer(out).detail("café")
    out.flush()
    assert raw.getvalue().decode() == "  ok  0.50 s\n\n       caf?\n"


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("member-session-test-0a1b2c3d-0000-4000-8000-000000000000 lives", "member-session-test-0a1b2c3d... lives"),
        ("token=" + "Ab3-_" * 8 + "xyz=&slug=acme", "token=Ab3-_Ab3...&slug=acme"),
        (SESSION_JWT + " is a JWT", "eyJhbGci... is a JWT"),
        ("an-ordinary-slug at jones-group.example", "an-ordinary-slug at jones-group.example"),
    ],
)
def test_ids_and_tokens_are_shortened(text, short):
    assert shorten(text) == short
