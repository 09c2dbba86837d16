"""What is shown to the model: excerpts of hunks, gathered into batches, and what is left out and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.diff.model import FileDiff, Hunk, Line


class SkipReason(StrEnum):
    """Why something is not reviewed. `by_rule` reasons never change a run's status."""

    LOCK = "lock file"
    GENERATED = "generated"
    VENDORED = "vendored"
    BINARY = "binary"
    MODE_ONLY = "mode change only"
    RENAME_ONLY = "rename or copy without changes"
    EMPTY = "no changed lines"
    EXCLUDED = "excluded by the configuration"
    TRIAGE = "triage"
    TOO_LARGE = "too large"
    UNREADABLE = "unreadable"
    WITHHELD = "withheld by the code host"
    BUDGET = "budget"
    DEADLINE = "deadline"
    ERROR = "error"
    INTERRUPTED = "interrupted"
    WAITS = "waits in a batch"
    NOT_SUBMITTED = "not submitted"

    @property
    def by_rule(self) -> bool:
        """True where leaving it out is what was asked for, so that nothing is missing."""
        return self not in _LEAVES_A_GAP


_LEAVES_A_GAP = frozenset(
    {
        SkipReason.TOO_LARGE,
        SkipReason.UNREADABLE,
        SkipReason.WITHHELD,
        SkipReason.BUDGET,
        SkipReason.DEADLINE,
        SkipReason.ERROR,
        SkipReason.INTERRUPTED,
        SkipReason.WAITS,
        SkipReason.NOT_SUBMITTED,
    }
)


ExcerptKey = tuple[str, str, int]
"""An excerpt of one diff: its path, its hunk's header, the number of its part."""

HunkName = tuple[str, str]
"""A hunk of one diff: its path and its header."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that is not reviewed, and why. `hunk` is a hunk's header, or None for a whole file.

    `hunks` counts the hunks that go unreviewed with it; `detail` says what the reason alone does not (the
    rule that matched, the size, the error).
    """

    path: str
    hunk: str | None
    reason: SkipReason
    detail: str = ""
    hunks: int = 0


class Tier(StrEnum):
    """How strong a model a batch is worth."""

    CHEAP = "cheap"
    STANDARD = "standard"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Route:
    """The tier a batch goes to, and the rule that sent it there."""

    tier: Tier
    why: str


@dataclass(frozen=True, slots=True)
class Enclosing:
    """The code around a hunk that is not itself in the diff: the enclosing definition's own lines.

    `lines` are (new-file line number, text); `title` names the definition, such as `def total(items)`.
    """

    title: str
    lines: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A hunk, or a piece of one too large for a request, as it will be shown.

    `lines` are the lines shown: all of the hunk's, or the piece's. `part` is (1, 1) for a whole hunk, else
    (number, of how many). `twins` are the hunks equal to this one, context included, that are answered with
    it (each names its own path). `family` is equal for hunks with equal changed lines. `risk` is the
    documented score of core/risk.py; higher is asked about earlier.
    """

    file: FileDiff
    hunk: Hunk
    lines: tuple[Line, ...]
    language: str
    risk: int
    family: str
    part: tuple[int, int] = (1, 1)
    twins: tuple[Hunk, ...] = ()
    enclosing: Enclosing | None = None

    @property
    def key(self) -> ExcerptKey:
        """What tells excerpts of one diff apart: path, hunk header, number of the part."""
        return (self.hunk.path, self.hunk.header, self.part[0])

    @property
    def name(self) -> HunkName:
        """The name of its hunk, the same for all parts of it."""
        return (self.hunk.path, self.hunk.header)

    @property
    def path(self) -> str:
        """The new path of the file (the old one where it was removed)."""
        return self.hunk.path

    @property
    def hunks(self) -> tuple[Hunk, ...]:
        """Its hunk and the twins: all that is answered with it."""
        return (self.hunk, *self.twins)


@dataclass(frozen=True, slots=True)
class Batch:
    """Excerpts that share one request."""

    excerpts: tuple[Excerpt, ...]
    route: Route

    @property
    def risk(self) -> int:
        """The score of its riskiest excerpt: batches are asked in this order, highest first."""
        return max(excerpt.risk for excerpt in self.excerpts)
