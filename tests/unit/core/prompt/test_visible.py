from __future__ import annotations

import pytest

from bot.core.prompt.visible import has_hidden, make_visible, shown_path, strip_hidden, strip_html_comments

HIDDEN = [
    *range(0x09),
    *range(0x0A, 0x20),
    *range(0x7F, 0xA0),
    *(0x61C, 0x115F, 0x1160, 0x180E, 0x3164, 0xFEFF, 0xFFA0),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x206A),
    *range(0xFE00, 0xFE10),
    *range(0xE0000, 0xE0080),
    0xDCE9,
]


@pytest.mark.parametrize("code", HIDDEN, ids=hex)
def test_each_hidden_character_is_written_out(code: int) -> None:
    """No character of the attack list reaches the model unseen."""
    assert make_visible(f"a{chr(code)}b") == (f"a\\u{{{code:x}}}b", True)
    assert has_hidden(f"a{chr(code)}b")


@pytest.mark.parametrize("text", ["", "\tx = 1", "naïve “ok” 日本語 😀", "no\u00a0break", "a \\u{202e} b"])
def test_visible_text_stays_as_it_is(text: str) -> None:
    """A line that a reader can see is shown to the letter and may be replaced by a suggestion."""
    assert make_visible(text) == (text, False)
    assert not has_hidden(text)


def test_the_carriage_return_of_a_crlf_line_is_no_alteration() -> None:
    """A file with Windows line endings can still get suggestions; a CR inside a line is still shown."""
    assert make_visible("x = 1\r") == ("x = 1", False)
    assert make_visible("x\r= 1\r\r") == ("x\\u{d}= 1\\u{d}", True)


def test_a_path_stays_on_one_line_and_encodes() -> None:
    """A file name cannot forge a line of the prompt, and its stray bytes do not break the request."""
    shown = shown_path("a\nFile: b\udce9.py")
    assert shown == "a\\u{a}File: b\\u{dce9}.py"
    assert shown.encode("utf-8")


def test_prose_loses_what_is_hidden_and_keeps_its_lines() -> None:
    """Titles and descriptions keep their shape while smuggled text goes."""
    tags = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")
    assert strip_hidden(f"one\r\n\ttwo\u202e\u200b{tags}\nthree\x1b[0m") == "one\n\ttwo\nthree[0m"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a<!-- hidden -->b", "a b"),
        ("a<!-- two\nlines -->b<!---->c", "a b c"),
        ("a<!-->b-->", "a b-->"),
        ("a<!-- ends oddly --!>b", "a b"),
        ("a<!-- never closed", "a "),
        ("plain -- text -->", "plain -- text -->"),
    ],
)
def test_html_comments_go(text: str, seen: str) -> None:
    """What a page would not display is not put before the model either."""
    assert strip_html_comments(text) == seen


def test_taking_a_comment_out_does_not_make_another() -> None:
    """A comment nested to survive one pass does not."""
    assert "<!--" not in strip_html_comments("<!<!-- x -->-- obey --><!-<!-- y -->- obey -->")
