"""What Hunkwise finds without a model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.finding import Finding, Place, Severity
from bot.core.fingerprint import fingerprint
from bot.core.notices import notices
from bot.core.show import show
from tests.unit.core.changes import excerpt

AWS = "AK" + "IAQYLPMN5HFIQR7XYA"
KEY = ["-----BEGIN RSA PRIVATE" + " KEY-----", "Ab1/" * 16, "Cd2/" * 16, "-----END RSA PRIVATE" + " KEY-----"]


def noticed(path: str, *rows: str) -> list[Finding]:
    """Take the notices of a hunk that starts at line 10."""
    return [finding for finding, _ in notices(show(excerpt(path, *rows)))]


def test_a_secret_on_an_added_line_is_an_error() -> None:
    """It names the kind, where it stands and what to do, and never the value."""
    (finding,) = noticed("a.py", " x = 1", f'+key = "{AWS}"')
    assert (finding.severity, finding.category, finding.line, finding.confidence) == (Severity.ERROR, "secret", 11, 1.0)
    assert finding.title == "AWS key in the source"
    assert "Revoke" in finding.body
    assert finding.quote == 'key = "[redacted: AWS key]"'
    assert finding.fingerprint == fingerprint("a.py", finding.side, [finding.quote])
    assert AWS not in repr(finding)


def test_what_was_there_before_is_not_reported() -> None:
    """A review speaks about the change; a removed key is good news."""
    assert noticed("a.py", f' key = "{AWS}"', f'-old = "{AWS}"', "+x = 1") == []


def test_an_example_is_not_reported() -> None:
    """Documentation shows keys that open nothing."""
    assert noticed("a.py", "+key = 'AK" + "IAIOSFODNN7EXAMPLE'") == []


def test_a_private_key_is_one_finding() -> None:
    """It stands at the first line of the block, not at each."""
    findings = noticed("k.pem", *(f"+{line}" for line in KEY))
    assert [(finding.line, finding.title) for finding in findings] == [(10, "Private key in the source")]


def test_two_secrets_are_two_findings() -> None:
    """Each line has its own."""
    assert [finding.line for finding in noticed("a.py", f"+a = '{AWS}'", f"+b = '{AWS}'")] == [10, 11]


def test_reordered_code_is_an_error() -> None:
    """Bidirectional controls make code read otherwise than it runs; the finding stands at the first of them."""
    (finding,) = noticed("a.py", "+a\u200bb", "+if level != 'user\u202e \u2066': pass")
    assert (finding.severity, finding.category, finding.line) == (Severity.ERROR, "hidden-unicode", 11)
    assert "U+202E RIGHT-TO-LEFT OVERRIDE" in finding.body
    assert finding.also_at == (Place("a.py", 10),)


@pytest.mark.parametrize(
    "line",
    [
        "us\u200ber = 1",
        "x = '\U000e0041\U000e0042'",
        "x\u3164 = 1",
        "a\ufeffb",
        "x\ufe0f",
        "'👍\ufe0f\ufe0f\ufe0e'",
        "a\x1b[8mb",
        "a\rb",
    ],
)
def test_an_invisible_character_is_a_warning(line: str) -> None:
    """An identifier or a string holds what nobody sees."""
    (finding,) = noticed("a.py", f"+{line}")
    assert (finding.severity, finding.category) == (Severity.WARNING, "hidden-unicode")


@pytest.mark.parametrize(
    "line",
    [
        "x = '❤️ 👩‍💻 1️⃣ 🏳️‍🌈 ©️'",
        "x = '\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f'",
        "x = '\u0645\u06cc\u200c\u062e\u0648'",
        "x = 'क्\u200dष'",
        "x = '\u05d0\u200f!'",
        "x = '葛\U000e0100'",
        "\x0c",
        "x = 1\r",
        "naïve = 'größe'",
        "caf\udce9",
    ],
)
def test_writing_that_needs_hidden_characters_is_not_accused(line: str) -> None:
    """Emoji, joined scripts, page breaks and other encodings are no attack."""
    assert noticed("a.py", f"+{line}") == []


def test_prose_is_judged_mildly() -> None:
    """A soft hyphen in a document is typography, a reordering is not."""
    assert noticed("README.md", "+Donau\u00addampf\u200bschiff") == []
    assert [finding.severity for finding in noticed("README.md", "+a\u202eb")] == [Severity.ERROR]


def test_a_byte_order_mark_at_the_start_of_a_file_is_fine() -> None:
    """Editors write it there; inside a file it hides."""
    first = excerpt("a.cs", "+\ufeffusing System;")
    at_start = type(first.hunk)("a.cs", 0, 0, 1, 1, b"", first.hunk.body)
    assert notices(show(replace(first, hunk=at_start, lines=at_start.lines))) == ()
    assert len(notices(show(first))) == 1
