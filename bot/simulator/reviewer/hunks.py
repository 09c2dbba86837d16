"""Hunks as the prompt shows them: the one place that knows how a user message is laid out.

A hunk begins with a line `File: <path>` and shows its lines as `<number> <mark><text>`, where the mark is '+'
(number in the new file), '-' (number in the old file) or a space (context, number in the new file). Where the
message is fenced by lines that are a boundary of 64 hex digits, only what stands inside counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_BOUNDARY = re.compile(r"\W*[0-9a-f]{64}\W*")
_FILE = re.compile(r"File: (?P<path>.+)")
_LINE = re.compile(r"\s*(?P<number>\d+) (?P<mark>[ +-])(?P<text>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One numbered line of a hunk."""

    number: int
    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownHunk:
    """A hunk's path and its lines, in order."""

    path: str
    lines: tuple[ShownLine, ...]


def read_hunks(texts: Iterable[str]) -> list[ShownHunk]:
    """All hunks in the text blocks of a message; a block without numbered lines of a named file holds none."""
    return [hunk for text in texts for hunk in _hunks_of(text)]


def _hunks_of(text: str) -> list[ShownHunk]:
    hunks = []
    for section in _sections(text):
        path, lines = None, []
        for line in section:
            if path is None:
                named = _FILE.fullmatch(line.rstrip("\r"))
                path = named["path"] if named else None
            elif shown := _LINE.fullmatch(line):
                lines.append(ShownLine(int(shown["number"]), shown["mark"], shown["text"]))
        if path is not None and lines:
            hunks.append(ShownHunk(path, tuple(lines)))
    return hunks


def _sections(text: str) -> list[list[str]]:
    """The lines inside each pair of boundaries; all of them where there is no boundary."""
    sections: list[list[str]] = [[]]
    for line in text.split("\n"):
        if _BOUNDARY.fullmatch(line):
            sections.append([])
        else:
            sections[-1].append(line)
    return sections if len(sections) == 1 else sections[1::2]
