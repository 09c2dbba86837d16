"""What a pull request's earlier runs left behind: what was reviewed, posted and spent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.core.budget import Amount


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that may be spending: the most it can cost, counted as spent until the run settles it."""

    run_id: str
    worst: Amount
    began: datetime


@dataclass(frozen=True, slots=True)
class ReviewState:
    """The memory of a pull request.

    `reviewed` are hunk keys (core/reuse.py) and `posted` fingerprints of findings, each oldest first. `triaged` are the
    keys of the hunks that triage left out of the last run: nobody has reviewed them. `spent` is what settled runs cost,
    unsettled reservations included. `forgotten` counts reviewed hunks that no longer fit.
    """

    reviewed: tuple[str, ...] = ()
    posted: tuple[str, ...] = ()
    spent: Amount = field(default_factory=Amount)
    open_runs: tuple[OpenRun, ...] = ()
    runs: int = 0
    forgotten: int = 0
    triaged: tuple[str, ...] = ()

    def committed(self) -> Amount:
        """What counts against the budget before another run begins: spent, and whatever may be being spent."""
        total = self.spent
        for run in self.open_runs:
            total += run.worst
        return total
