"""How large an excerpt is in a request, in estimated tokens, before it is written out."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.diff.model import Line
from bot.core.excerpt import Enclosing, Excerpt
from bot.core.tokens import BYTES_PER_TOKEN, estimate_tokens

HEADER_TOKENS = 40
"""What naming the file, the range and the section adds to every excerpt."""
LINE_FRAME_BYTES = 8
"""A shown line's number, diff mark and newline."""


def line_tokens(line: Line) -> int:
    """One line as shown, rounded up; a sum of these is never less than `excerpt_tokens` counts for them."""
    return _tokens(len(line.raw) + LINE_FRAME_BYTES)


def excerpt_tokens(excerpt: Excerpt) -> int:
    """The likely size of an excerpt in a request: header, lines with their numbers, enclosing context."""
    return HEADER_TOKENS + _lines_tokens(excerpt.lines) + _enclosing_tokens(excerpt.enclosing)


def _lines_tokens(lines: Iterable[Line]) -> int:
    return _tokens(sum(len(line.raw) + LINE_FRAME_BYTES for line in lines))


def _enclosing_tokens(enclosing: Enclosing | None) -> int:
    if enclosing is None:
        return 0
    return estimate_tokens(enclosing.title) + sum(estimate_tokens(text) + 3 for _, text in enclosing.lines)


def _tokens(size: int) -> int:
    return -(-size // BYTES_PER_TOKEN)
