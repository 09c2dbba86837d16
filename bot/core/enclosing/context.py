"""The code around a hunk that its diff does not show: what it is part of, and the nearest lines of that.

A reviewer who sees a changed statement without its function guesses. But every line here is paid for, so what the
diff shows anyway is never repeated, and nothing is sent that holds no words.
"""

from __future__ import annotations

from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING

from bot.core.diff.model import FileStatus
from bot.core.enclosing.outline import outline_of
from bot.core.excerpt import Enclosing
from bot.core.tokens import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.diff.model import FileDiff, Hunk
    from bot.core.enclosing.outline import Definition, Outline

BUDGET_TOKENS = 300
"""About thirty lines: most functions whole."""

REACH_LINES = 60
"""How far from the hunk, up and down, a line may stand; bounds the work where a file has thousands of hunks."""

LONGEST_LINE = 240
"""In bytes. Longer lines are data rather than code."""

_LINE_FRAME_TOKENS = 3


def enclosing_of(
    file: FileDiff, language: str, text: bytes, hunks: Sequence[Hunk], budget_tokens: int = BUDGET_TOKENS
) -> dict[tuple[str, str], Enclosing]:
    """Find what encloses each of a file's hunks, by the hunk's path and header.

    `text` is the whole file as it is after the change. A hunk is absent where nothing is known: the language has no
    grammar, the text cannot be parsed or is not the one the diff was made of, or the file is new, so that its hunk is
    all of it. An Enclosing without a title means that
    no definition encloses the hunk, or that the hunk itself shows all of it.
    """
    outline = None if file.status is FileStatus.ADDED else outline_of(language, file.path, text)
    if outline is None:
        return {}
    source = _Source(text, file.hunks, outline)
    return {
        (hunk.path, hunk.header): enclosing
        for hunk in hunks
        if source.agrees(hunk) and (enclosing := source.enclosing(hunk, budget_tokens)) is not None
    }


class _Source:
    """A file's lines, which of them the diff shows, and what they belong to."""

    def __init__(self, text: bytes, hunks: Sequence[Hunk], outline: Outline) -> None:
        self._lines = text.split(b"\n")
        self._outline = outline
        self._shown = {number for hunk in hunks for number in _shown_range(hunk)}
        self._added = {line.number for hunk in hunks for line in hunk.lines if line.mark == "+"}

    def agrees(self, hunk: Hunk) -> bool:
        """Whether the text has the hunk's lines where the hunk says: else its numbers mean another text."""
        return all(line.new is None or self._line(line.new) == line.raw.removesuffix(b"\r") for line in hunk.lines)

    def enclosing(self, hunk: Hunk, budget_tokens: int) -> Enclosing | None:
        definition = self._outline.around(*_changed_span(hunk))
        if definition is None:
            return Enclosing("") if self._outline.complete else None
        title = " / ".join(part.signature for part in definition.chain() if self._worth_naming(part, hunk))
        spare = budget_tokens - estimate_tokens(title)
        return Enclosing(title, tuple(self._nearest(definition, hunk, spare)) if spare >= 0 else ())

    def _line(self, number: int) -> bytes | None:
        return self._lines[number - 1].removesuffix(b"\r") if number <= len(self._lines) else None

    def _worth_naming(self, definition: Definition, hunk: Hunk) -> bool:
        """Whether neither the hunk shows the signature nor another one adds it: no changed line is sent twice."""
        signature = range(definition.first, definition.signature_end + 1)
        return definition.first not in _shown_range(hunk) and self._added.isdisjoint(signature)

    def _nearest(self, definition: Definition, hunk: Hunk, budget_tokens: int) -> list[tuple[int, str]]:
        """Collect the definition's own lines, the nearest to the hunk first, as far as the budget goes."""
        found = []
        for number in self._outwards(definition, hunk):
            text = self._lines[number - 1].decode("utf-8", "replace").rstrip()
            budget_tokens -= estimate_tokens(text) + _LINE_FRAME_TOKENS
            if budget_tokens < 0:
                break
            found.append((number, text))
        return sorted(found)

    def _outwards(self, definition: Definition, hunk: Hunk) -> Iterator[int]:
        shown = _shown_range(hunk)
        up = range(min(shown.start - 1, definition.last), definition.first - 1, -1)
        down = range(max(shown.stop, definition.first), definition.last + 1)
        nearest = zip_longest(islice(up, REACH_LINES), islice(down, REACH_LINES))
        for number in chain.from_iterable(nearest):
            if number is not None and number not in self._shown and self._is_own(number, definition):
                yield number

    def _is_own(self, number: int, definition: Definition) -> bool:
        """Whether a line holds words and belongs to the definition: of what is defined inside, the signatures do."""
        line = self._lines[number - 1]
        if len(line) > LONGEST_LINE or not any(character.isalnum() for character in line.decode("utf-8", "replace")):
            return False
        inner = self._outline.around(number, number)
        if inner is definition:
            return number > definition.signature_end
        return inner is not None and inner.parent is definition and number <= inner.signature_end


def _shown_range(hunk: Hunk) -> range:
    """The lines of the new file that the hunk shows; empty, but in its place, where it shows none."""
    start = hunk.new_start if hunk.new_count else hunk.new_start + 1
    return range(start, start + hunk.new_count)


def _changed_span(hunk: Hunk) -> tuple[int, int]:
    """The first and last changed line in the new file; a deletion counts as the line before it."""
    number = _shown_range(hunk).start - 1
    changed = []
    for line in hunk.lines:
        number = number if line.new is None else line.new
        if line.mark != " ":
            changed.append(max(number, 1))
    return min(changed, default=number), max(changed, default=number)
