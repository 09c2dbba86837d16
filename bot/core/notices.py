"""What Hunkwise sees by itself, without asking a model: secrets and hidden characters on added lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from bot.core.diff.model import Line, Side
from bot.core.finding import Finding, Place, Severity
from bot.core.fingerprint import fingerprint
from bot.core.merge import Placed
from bot.core.prompt.visible import make_visible
from bot.core.redact import Redacted
from bot.core.secrets.keyblock import PRIVATE_KEY
from bot.core.show import redacted_lines
from bot.core.shown import ShownHunk

SECRET = "secret"  # noqa: S105 - the name of a category
HIDDEN_UNICODE = "hidden-unicode"

_ALWAYS_STRANGE = re.compile(r"[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e0fff]")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_PROSE = (".md", ".markdown", ".rst", ".txt", ".adoc", ".tex", ".html", ".htm", ".po", ".pot", ".srt", ".vtt")
_NAMED_AT_MOST = 4

_UNSEEN = (
    r"\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_SEEN = rf"[^\x00-\xa0{_UNSEEN}\U000e0000-\U000e0fff]"
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_AT_HOME = re.compile(
    rf"""
    [0-9\#*]\ufe0f?\u20e3                                       # a keycap
    | \U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{{2,6}}\U000e007f  # the flag of a region
    | (?<={_SEEN})[\ufe00-\ufe0f\U000e0100-\U000e01ef](?![\ufe00-\ufe0f\U000e0100-\U000e01ef])  # one variation
    | (?:(?<={_SEEN})|(?<={_SEEN}\ufe0f))[\u200c\u200d](?={_SEEN})  # a joiner within an emoji or a script that joins
    | \x0c                                                      # a page break
    """,
    re.VERBOSE,
)
"""Hidden characters where writing needs them: they do not count."""


def notices(shown: ShownHunk) -> tuple[Placed, ...]:
    """Findings that cost nothing, each with its excerpt, as `merge` takes them; sure, and never with the value.

    A secret is an error. Hidden characters are one finding for the hunk: an error where they turn the order of
    what is displayed, else a warning. Examples of keys, emoji, joined scripts and a byte order mark at the
    start of a file are not reported.
    """
    if not any(line.altered for line in shown.lines):
        return ()  # what is reported was always shown otherwise than it stands
    lines = redacted_lines(shown.excerpt)
    added = [index for index, (line, _) in enumerate(lines) if line.mark == "+"]
    found = (*_secrets(shown, lines, added), *_hidden(shown, lines, added))
    return tuple((finding, shown.excerpt) for finding in found)


def _secrets(shown: ShownHunk, lines: Sequence[tuple[Line, Redacted]], added: Sequence[int]) -> Iterator[Finding]:
    previous: tuple[int, str] | None = None
    for index in added:
        line, redacted = lines[index]
        kinds = sorted({hit.kind for hit in redacted.secrets if hit.live})
        same_key = previous == (line.number - 1, PRIVATE_KEY) and kinds == [PRIVATE_KEY]
        if kinds and not same_key:
            names = " and ".join(kinds)
            yield _finding(
                shown,
                index,
                Severity.ERROR,
                SECRET,
                f"{names[0].upper()}{names[1:]} in the source",
                "Everyone who can read the repository can read it, now and in its history, so removing the line does "
                "not take it back. Revoke it, issue a new one, and read that from the environment or a secret store.",
            )
        previous = (line.number, kinds[0]) if kinds else None


def _hidden(shown: ShownHunk, lines: Sequence[tuple[Line, Redacted]], added: Sequence[int]) -> Iterator[Finding]:
    unseen = {index: _unseen(shown.excerpt.path, lines[index][0]) for index in added}
    unseen = {index: characters for index, characters in unseen.items() if characters}
    if not unseen:
        return
    everything = "".join(unseen.values())
    bidi = bool(_BIDI.search(everything))
    first = next(index for index, characters in unseen.items() if not bidi or _BIDI.search(characters))
    names = _names(everything)
    title, why = (
        ("Bidirectional control characters reorder this code", "What a reviewer reads here is not what runs")
        if bidi
        else ("Invisible characters in the source", "Nobody who reads this line sees them, but the program does")
    )
    places = tuple(Place(shown.excerpt.path, lines[index][0].number) for index in unseen if index != first)
    yield _finding(
        shown,
        first,
        Severity.ERROR if bidi else Severity.WARNING,
        HIDDEN_UNICODE,
        title,
        f"{why}: {names}. Remove them, or write them as escapes where they are meant.",
        also_at=places,
    )


def _unseen(path: str, line: Line) -> str:
    """The hidden characters of a line that nothing about it explains."""
    text = line.text.removesuffix("\r")
    if text.isascii() and text.isprintable():
        return ""
    if line.number == 1:
        text = text.removeprefix("\ufeff")
    rest = _AT_HOME.sub("", text)
    if path.lower().endswith(_PROSE):
        return "".join(_ALWAYS_STRANGE.findall(rest))
    if _RIGHT_TO_LEFT.search(rest):
        rest = rest.translate({0x200E: None, 0x200F: None, 0x061C: None})
    return "".join(character for character in rest if character != "\ufffd" and make_visible(character + " ")[1])


def _names(characters: str) -> str:
    """Name the characters, such as `U+202E RIGHT-TO-LEFT OVERRIDE`, the first few of them."""
    distinct = sorted(set(characters))
    named = [f"U+{ord(one):04X} {unicodedata.name(one, '')}".rstrip() for one in distinct[:_NAMED_AT_MOST]]
    more = len(distinct) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _finding(
    shown: ShownHunk,
    index: int,
    severity: Severity,
    category: str,
    title: str,
    body: str,
    also_at: tuple[Place, ...] = (),
) -> Finding:
    line = shown.lines[index]
    path = shown.excerpt.path
    return Finding(
        path=path,
        side=Side.RIGHT,
        start_line=None,
        line=line.number,
        severity=severity,
        category=category,
        title=title,
        body=body,
        suggestion=None,
        confidence=1.0,
        fingerprint=fingerprint(path, Side.RIGHT, [line.text]),
        quote=line.text,
        also_at=also_at,
    )
