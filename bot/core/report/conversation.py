"""What the page of a pull request knows beyond the receipt: what stands inline, and what earlier pushes left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.budget import Amount
from bot.core.diff.model import Diff
from bot.core.finding import Severity
from bot.core.kept import Kept


@dataclass(frozen=True, slots=True)
class EarlierFinding:
    """An inline comment of an earlier push that nothing has answered yet; `severity` as its first line says."""

    title: str
    path: str
    url: str
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was said on the pull request, and where.

    `links` give the URL of the inline comment that states a finding, by its fingerprint: such a finding is named and
    not repeated. `reasons` say why others are not inline. `diff` is what the findings' lines count in. `earlier` and
    `kept` are findings of earlier pushes that stand, `gone` counts those that this run found no more. `spent` and
    `runs` are those of all runs together.
    """

    diff: Diff
    links: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    earlier: tuple[EarlierFinding, ...] = ()
    kept: tuple[Kept, ...] = ()
    gone: int = 0
    spent: Amount = field(default_factory=Amount)
    runs: int = 1

    @property
    def standing(self) -> int:
        """How many findings of earlier pushes still stand."""
        return len(self.earlier) + len(self.kept)
