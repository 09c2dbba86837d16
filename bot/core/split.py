"""A hunk too large for one request becomes parts, cut where a reader would cut, each with the end of the last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from bot.core.diff.model import Line
from bot.core.excerpt import Excerpt, Skipped, SkipReason
from bot.core.size import HEADER_TOKENS, excerpt_tokens, line_tokens

OVERLAP_LINES = 4
LONGEST_LINE_TOKENS = 16_000
"""A longer line (minified code, embedded data) is not shown: no finding in it would be readable."""

_BORDER_WINDOW = 3  # a border is looked for in the last third of a part
_OVERLAP_SHARE = 8  # the repeated lines take at most an eighth of a part

_DEFINITION = re.compile(
    rb"(?:@\w|\#\[|/\*\*|(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|pub(?:\(\w+\))?"
    rb"|unsafe|inline|virtual|override|suspend|data|sealed|open)\s+)*"
    rb"(?:def|class|func|fn|fun|function|interface|struct|impl|enum|trait|module|namespace|type|object|record|template"
    rb"|CREATE|ALTER|INSERT)\b)",
)


@dataclass(frozen=True, slots=True)
class SplitResult:
    """The parts that are shown, and what could not be."""

    parts: tuple[Excerpt, ...]
    skipped: tuple[Skipped, ...] = ()


def split(excerpt: Excerpt, limit_tokens: int) -> SplitResult:
    """Cut an excerpt over `limit_tokens` into parts of at most that size; a smaller one is returned as it is.

    Every changed line is in a part or named in `skipped`. A line that fills a part by itself stands alone in one
    that is over the limit; past LONGEST_LINE_TOKENS it is left out as too large. Parts without a changed line
    are dropped: a diff with much context does not pay for code that nobody touched.
    """
    if excerpt_tokens(excerpt) <= limit_tokens:
        return SplitResult((excerpt,))
    longest = max(limit_tokens, LONGEST_LINE_TOKENS)
    lines = tuple(line for line in excerpt.lines if line_tokens(line) <= longest)
    pieces = [lines[start:end] for start, end in _ranges(lines, max(1, limit_tokens - HEADER_TOKENS))]
    changed = [piece for piece in pieces if any(line.mark != " " for line in piece)]
    parts = tuple(
        replace(excerpt, lines=piece, part=(number, len(changed))) for number, piece in enumerate(changed, start=1)
    )
    return SplitResult(parts, _left_out(excerpt, longest, nothing_shown=not parts))


def _left_out(excerpt: Excerpt, longest: int, *, nothing_shown: bool) -> tuple[Skipped, ...]:
    """Name the changed lines that are not shown, at the hunk and at each of its twins.

    `hunks` stays 0 where the rest of the hunk is shown, since the hunk is then counted as asked about.
    """
    tokens = [line_tokens(line) for line in excerpt.lines if line.mark != " " and line_tokens(line) > longest]
    if not tokens:
        return ()
    lines = f"{len(tokens)} line" + ("s" if len(tokens) > 1 else "")
    detail = f"{lines} of up to about {max(tokens):,} tokens; the limit for a line is {longest:,}"
    if not nothing_shown:
        detail += "; the rest of the hunk is shown"
    return tuple(
        Skipped(hunk.path, hunk.header, SkipReason.TOO_LARGE, detail, hunks=int(nothing_shown))
        for hunk in (excerpt.hunk, *excerpt.twins)
    )


def _ranges(lines: Sequence[Line], room: int) -> list[tuple[int, int]]:
    """Cover all lines by ranges [start, end) of at most `room` tokens, each beginning inside the one before."""
    upto = [0, *accumulate(map(line_tokens, lines))]
    room = _even(upto[-1], room)
    ranges: list[tuple[int, int]] = []
    start = end = 0
    while end < len(lines):
        fits = end + 1
        while fits < len(lines) and upto[fits + 1] - upto[start] <= room:
            fits += 1
        lowest = max(end + 1, fits - (fits - start) // _BORDER_WINDOW)
        end = fits if fits == len(lines) else _border(lines, lowest, fits)
        ranges.append((start, end))
        if end < len(lines):
            start = _overlap_start(upto, start, end, room)
    return ranges


def _even(total: int, room: int) -> int:
    """A size that makes parts about equal, so that the last is no scrap; a quarter is left for finding borders."""
    equal = -(-total // max(1, -(-total // room)))
    return min(room, equal + equal // 4)


def _border(lines: Sequence[Line], lowest: int, highest: int) -> int:
    """The best place to begin the next part in [lowest, highest]: a definition, else after a blank line, else last.

    Of several definitions the least indented wins, and of equals the last.
    """
    best, best_rank = highest, (0, 0)
    for index in range(highest, lowest - 1, -1):
        rank = _rank(lines, index)
        if rank > best_rank:
            best, best_rank = index, rank
    return best


def _rank(lines: Sequence[Line], index: int) -> tuple[int, int]:
    code = lines[index].raw.lstrip()
    if _DEFINITION.match(code):
        return 2, len(code) - len(lines[index].raw)
    return (1, 0) if not lines[index - 1].raw.strip() else (0, 0)


def _overlap_start(upto: Sequence[int], start: int, end: int, room: int) -> int:
    """Where the next part begins: a few lines before `end`, fewer where they are long or the next line needs room."""
    next_line = upto[end + 1] - upto[end]
    spare = min(room // _OVERLAP_SHARE, room - next_line)
    for first in range(max(start + 1, end - OVERLAP_LINES), end):
        if upto[end] - upto[first] <= spare:
            return first
    return end
