"""Hunks as the model sees them."""

from __future__ import annotations

from dataclasses import replace

from bot.core.diff.model import Side
from bot.core.excerpt import Enclosing
from bot.core.show import show
from tests.unit.core.changes import excerpt

AWS = "AK" + "IAQYLPMN5HFIQR7XYA"
BEGIN = "-----BEGIN RSA PRIVATE" + " KEY-----"
END = "-----END RSA PRIVATE" + " KEY-----"
OLD_BODY, NEW_BODY = "Ab1/" * 16, "Cd2+" * 16
GONE = "[redacted: private key]"


def test_a_line_is_shown_with_its_numbers() -> None:
    """Placement compares quotes with exactly this."""
    shown = show(excerpt("a.py", " one", "-two", "+three"))
    assert [(line.mark, line.side, line.number, line.old, line.text, line.altered) for line in shown.lines] == [
        (" ", Side.RIGHT, 10, 10, "one", False),
        ("-", Side.LEFT, 11, 11, "two", False),
        ("+", Side.RIGHT, 11, None, "three", False),
    ]


def test_a_secret_and_a_hidden_character_alter_a_line() -> None:
    """No suggestion may replace a line whose text the model never saw."""
    shown = show(excerpt("a.py", f'+key = "{AWS}"', "+a\u200bb", "+plain"))
    assert [(line.text, line.altered) for line in shown.lines] == [
        ('key = "[redacted: AWS key]"', True),
        ("a\\u{200b}b", True),
        ("plain", False),
    ]


def test_a_carriage_return_goes_and_alters_nothing() -> None:
    """Files with CRLF endings take suggestions like all others."""
    (line,) = show(excerpt("a.py", "+x = 1\r")).lines
    assert (line.text, line.altered) == ("x = 1", False)


def test_undecodable_bytes_alter_a_line() -> None:
    """The replacement character is not what stands in the file; one that does stand there is."""
    broken, whole = show(excerpt("a.py", "+caf\udce9", "+caf\ufffd")).lines
    assert (broken.text, broken.altered) == ("caf\ufffd", True)
    assert (whole.text, whole.altered) == ("caf\ufffd", False)


def test_a_replaced_key_is_hidden_on_both_sides() -> None:
    """The old and the new key interleave in a hunk, and share their markers as context."""
    shown = show(excerpt("k.pem", f" {BEGIN}", f"-{OLD_BODY}", f"+{NEW_BODY}", f" {END}", " rest"))
    assert [line.text for line in shown.lines] == [GONE, GONE, GONE, GONE, "rest"]


def test_a_part_of_a_hunk_knows_the_key_it_stands_in() -> None:
    """A hunk too large for one request may be split inside a key."""
    whole = excerpt("k.py", f"+{BEGIN}", f"+{NEW_BODY}", "+Qg==", f"+{END}")
    part = replace(whole, lines=whole.lines[2:3], part=(2, 3))
    assert [line.text for line in show(part).lines] == [GONE]


def test_the_enclosing_code_is_shown_as_carefully() -> None:
    """What is not in the diff goes into the prompt too."""
    around = Enclosing(f"def f(key='{AWS}')", ((1, f"k = '{AWS}'\r"), (2, "a\u202eb")))
    shown = show(replace(excerpt("a.py", "+x"), enclosing=around))
    assert shown.excerpt.enclosing == Enclosing(
        "def f(key='[redacted: AWS key]')", ((1, "k = '[redacted: AWS key]'"), (2, "a\\u{202e}b"))
    )
