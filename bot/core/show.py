"""Shows an excerpt as the model may see it: secrets redacted, hidden characters written out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.core.diff.model import Line
from bot.core.excerpt import Enclosing, Excerpt
from bot.core.prompt.visible import make_visible
from bot.core.redact import Redacted, redact_line, redact_lines
from bot.core.secrets.keyblock import MARKER
from bot.core.shown import ShownHunk, ShownLine


def show(excerpt: Excerpt) -> ShownHunk:
    """The excerpt's lines as shown; the enclosing code in it is redacted and made visible too.

    A CR before the newline goes and does not count as an alteration. Bytes that are no UTF-8 do count: what
    stands there cannot be written back.
    """
    lines = tuple(_shown(line, redacted) for line, redacted in redacted_lines(excerpt))
    return ShownHunk(replace(excerpt, enclosing=_enclosing(excerpt.enclosing)), lines)


def redacted_lines(excerpt: Excerpt) -> tuple[tuple[Line, Redacted], ...]:
    """Each line of the excerpt, redacted as a part of its whole hunk.

    The old and the new text are read one after the other, since a key that is replaced interleaves its lines;
    and beyond the excerpt, since a part may begin in the middle of a key.
    """
    if MARKER.encode() not in excerpt.hunk.body:
        return tuple(zip(excerpt.lines, redact_lines([line.text for line in excerpt.lines]), strict=True))
    lines = excerpt.hunk.lines
    new = _by_place(line for line in lines if line.mark != "-")
    old = _by_place(line for line in lines if line.mark != "+")
    return tuple((line, _more(new.get((line.old, line.new)), old.get((line.old, line.new)))) for line in excerpt.lines)


def _by_place(lines: Iterable[Line]) -> dict[tuple[int | None, int | None], Redacted]:
    """Redact the lines of one side, by the numbers that name each line of a hunk."""
    lines = tuple(lines)
    texts = redact_lines([line.text for line in lines])
    return {(line.old, line.new): text for line, text in zip(lines, texts, strict=True)}


def _more(new: Redacted | None, old: Redacted | None) -> Redacted:
    """Of a context line's two readings, the one that hides more; other lines have only one."""
    readings = [reading for reading in (new, old) if reading]
    return max(readings, key=lambda reading: sum(hit.end - hit.start for hit in reading.secrets))


def _shown(line: Line, redacted: Redacted) -> ShownLine:
    text, hidden = make_visible(redacted.text)
    broken = "\N{REPLACEMENT CHARACTER}" in text and line.text.encode() != line.raw
    altered = hidden or broken or bool(redacted.secrets)
    return ShownLine(line.mark, line.side, line.number, text, altered, line.old)


def _enclosing(enclosing: Enclosing | None) -> Enclosing | None:
    if enclosing is None:
        return None
    texts = redact_lines([text for _, text in enclosing.lines])
    lines = (
        (number, make_visible(redacted.text)[0]) for (number, _), redacted in zip(enclosing.lines, texts, strict=True)
    )
    return Enclosing(make_visible(redact_line(enclosing.title).text)[0], tuple(lines))
