"""What a review says: findings, where they stand, and how grave they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.diff.model import Side


class Severity(StrEnum):
    """How grave a finding is (prompts/review/core.md.j2 holds the rubric)."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the gravest; sorts findings, most severe first."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the new or the old file that a comment may stand on."""

    path: str
    line: int
    side: Side = Side.RIGHT


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth a reader's ten seconds, anchored to lines of one hunk.

    `start_line` is None for a single line, else the first line of the range that `line` ends (GitHub's
    convention). `fingerprint` is stable over pushes and independent of the model's prose (core/fingerprint.py).
    `quote` is the text of the anchored lines as shown. `also_at` are further places of the same root cause.
    """

    path: str
    side: Side
    start_line: int | None
    line: int
    severity: Severity
    category: str
    title: str
    body: str
    suggestion: str | None
    confidence: float
    fingerprint: str
    quote: str = ""
    also_at: tuple[Place, ...] = ()

    @property
    def first_line(self) -> int:
        """The line it begins at."""
        return self.line if self.start_line is None else self.start_line


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A finding that no line could be proved for; `why` says which proof failed. It is shown, never moved."""

    path: str
    severity: Severity
    category: str
    title: str
    body: str
    confidence: float
    why: str
