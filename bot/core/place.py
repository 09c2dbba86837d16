"""Where a finding stands: its line and its quote, compared with the hunks as the model saw them.

Line number and quote prove each other. Where they disagree the quote wins, inside the hunk that holds the line;
where neither fits, the finding is Unplaced and says why. Nothing is moved to a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.diff.model import Side
from bot.core.finding import Finding, Unplaced
from bot.core.fingerprint import fingerprint, is_telling, normalise
from bot.core.prompt.visible import shown_path
from bot.core.sanitise import sanitise_line, sanitise_markdown
from bot.core.suggestion import checked_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.answer import RawFinding
    from bot.core.excerpt import Excerpt
    from bot.core.shown import ShownHunk, ShownLine

PATH_CHARS = 300
CATEGORY_CHARS = 40
TITLE_CHARS = 160
BODY_CHARS = 4_000

_WHOLE, _INSIDE = 2, 1
_FOREIGN_MARK = {Side.LEFT: "+", Side.RIGHT: "-"}

_FILE_NOT_SHOWN = "its file was not part of the request"
_NO_QUOTE = "it quotes no code"
_NOT_IN_HUNK = "its quote is not in the hunk that holds its line"
_NOWHERE = "neither its line nor its quote is in the hunks shown"
_AMBIGUOUS = "its quote fits several lines and its line number does not decide"


def place(raw: RawFinding, shown: Sequence[ShownHunk]) -> Finding | Unplaced:
    """Anchor a finding to lines of one of the hunks that were shown in its request.

    A range that does not hold becomes its first line, and then the suggestion is dropped. Texts come back
    sanitised.
    """
    hunks = _hunks_of(raw.path, shown)
    if not hunks:
        return _unplaced(raw, sanitise_line(raw.path, limit=PATH_CHARS), _FILE_NOT_SHOWN)
    path = next(hunk.excerpt.path for hunk in shown if names(raw.path, hunk))
    quote = _quoted_lines(raw.quote)
    anchor = _anchor(raw, quote, hunks)
    if isinstance(anchor, str):
        return _unplaced(raw, path, anchor)
    lines = _range(raw, anchor, next(hunk for hunk in hunks if anchor in hunk))
    return _finding(raw, path, lines, checked_suggestion(raw, quote, lines))


def excerpt_of(finding: Finding, shown: Sequence[ShownHunk]) -> Excerpt:
    """The excerpt that shows a placed finding's line; the first, where parts of a hunk overlap."""
    for one in shown:
        if one.excerpt.path == finding.path and any(
            line.side is finding.side and line.number == finding.line for line in one.lines
        ):
            return one.excerpt
    raise ValueError("a placed finding stands in one of the hunks it was placed in")


def names(path: str, hunk: ShownHunk) -> bool:
    """Whether a finding's path means the file of this hunk."""
    return path in {hunk.excerpt.path, shown_path(hunk.excerpt.path)}


def _hunks_of(path: str, shown: Sequence[ShownHunk]) -> list[list[ShownLine]]:
    """List the lines of each hunk of a file, the parts of one hunk put together."""
    hunks: dict[str, dict[tuple[Side, int], ShownLine]] = {}
    for hunk in shown:
        if names(path, hunk):
            lines = hunks.setdefault(hunk.excerpt.hunk.header, {})
            lines.update({(line.side, line.number): line for line in hunk.lines})
    return [list(lines.values()) for lines in hunks.values()]


def _quoted_lines(quote: str) -> list[str]:
    """Normalise a quote line by line, without blank lines at its ends."""
    return [normalise(line) for line in quote.strip().split("\n")] if quote.strip() else []


def _anchor(raw: RawFinding, quote: list[str], hunks: list[list[ShownLine]]) -> ShownLine | str:
    """Find the line that a finding means, or say why none is proved."""
    holding = [lines for lines in hunks if any(_is_stated(line, raw) for line in lines)]
    if not quote:
        blank = (line for lines in holding for line in lines if _is_stated(line, raw) and not line.text.strip())
        return next(blank, _NO_QUOTE)
    best = _best_fits(quote, holding or hunks, raw.side)
    if not best:
        return _NOT_IN_HUNK if holding else _NOWHERE
    stated = [line for line in best if _is_stated(line, raw)]
    if stated or len(best) == 1:
        return (stated or best)[0]
    near, next_near = sorted(best, key=lambda line: _distance(line, raw))[:2]
    return near if holding and _distance(near, raw) < _distance(next_near, raw) else _AMBIGUOUS


def _is_stated(line: ShownLine, raw: RawFinding) -> bool:
    return line.mark != _FOREIGN_MARK[raw.side] and _distance(line, raw) == 0


def _distance(line: ShownLine, raw: RawFinding) -> int:
    """Count the lines between a shown line and the stated one, in the file that the finding counts in."""
    number = line.old if raw.side is Side.LEFT and line.mark == " " and line.old is not None else line.number
    return abs(number - raw.line)


@dataclass(frozen=True, slots=True)
class _Fit:
    """A line where a quote may begin: how many of the quote's lines fit from there on, and how well the first."""

    lines: int
    first: int
    line: ShownLine


def _best_fits(quote: list[str], hunks: list[list[ShownLine]], side: Side) -> list[ShownLine]:
    """Find the lines that the quote fits best, on the stated side if it fits there at all, else on the other."""
    other = Side.RIGHT if side is Side.LEFT else Side.LEFT
    for view_side in (side, other):
        views = [[line for line in lines if line.mark != _FOREIGN_MARK[view_side]] for lines in hunks]
        fits = [fit for view in views for fit in _fits(quote, view)]
        if fits:
            best = max((fit.lines, fit.first) for fit in fits)
            return [fit.line for fit in fits if (fit.lines, fit.first) == best]
    return []


def _fits(quote: list[str], view: list[ShownLine]) -> Iterator[_Fit]:
    for start, line in enumerate(view):
        first = _likeness(quote[0], line)
        if first:
            count = 1
            while count < min(len(quote), len(view) - start) and _likeness(quote[count], view[start + count]):
                count += 1
            yield _Fit(count, first, line)


def _likeness(quoted: str, line: ShownLine) -> int:
    """Say whether a quoted line is the shown one, with or without its diff mark, or a telling part of it."""
    text = normalise(line.text)
    if quoted == text or (text and quoted.removeprefix(line.mark).lstrip() == text):
        return _WHOLE
    return _INSIDE if is_telling(quoted) and quoted in text else 0


def _range(raw: RawFinding, anchor: ShownLine, hunk: list[ShownLine]) -> list[ShownLine]:
    """List the lines from the anchor to the stated end, or the anchor alone where they do not hold together.

    They hold where all of them stand in the anchor's hunk and on its side, and that is the side that was stated.
    """
    lines = {line.number: line for line in hunk if line.side is anchor.side}
    if anchor.side is not raw.side or not 1 <= raw.length <= len(lines):
        return [anchor]
    numbers = range(anchor.number, anchor.number + raw.length)
    return [lines[number] for number in numbers] if all(number in lines for number in numbers) else [anchor]


def _finding(raw: RawFinding, path: str, lines: list[ShownLine], suggestion: str | None) -> Finding:
    """Build the finding; its name comes from the first line alone, since the model varies how far a range goes."""
    first, last = lines[0], lines[-1]
    category = sanitise_line(raw.category, limit=CATEGORY_CHARS)
    return Finding(
        path=path,
        side=first.side,
        start_line=first.number if last.number > first.number else None,
        line=last.number,
        severity=raw.severity,
        category=category,
        title=sanitise_line(raw.title, limit=TITLE_CHARS) or category,
        body=sanitise_markdown(raw.body, limit=BODY_CHARS),
        suggestion=suggestion,
        confidence=raw.confidence,
        fingerprint=fingerprint(path, first.side, [first.text]),
        quote="\n".join(line.text for line in lines),
    )


def _unplaced(raw: RawFinding, path: str, why: str) -> Unplaced:
    category = sanitise_line(raw.category, limit=CATEGORY_CHARS)
    return Unplaced(
        path=path,
        severity=raw.severity,
        category=category,
        title=sanitise_line(raw.title, limit=TITLE_CHARS) or category,
        body=sanitise_markdown(raw.body, limit=BODY_CHARS),
        confidence=raw.confidence,
        why=why,
    )
