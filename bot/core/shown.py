"""An excerpt exactly as the model sees it: what placement compares quotes with."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.diff.model import Side
from bot.core.excerpt import Excerpt


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line as shown: secrets redacted, hidden characters written out.

    `mark` is ' ', '+' or '-'; `number` counts on `side` (RIGHT for context and added lines). `altered` is True
    where the shown text is not the line's own, so that no suggestion may replace it. `old` is the old file's
    number, where the line has one (context lines have both).
    """

    mark: str
    side: Side
    number: int
    text: str
    altered: bool = False
    old: int | None = None


@dataclass(frozen=True, slots=True)
class ShownHunk:
    """An excerpt and its lines as shown, in order."""

    excerpt: Excerpt
    lines: tuple[ShownLine, ...]
