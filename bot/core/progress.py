"""The steps of a run that a person may watch: values, shown by whoever listens."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PlanMade:
    """The plan is ready: so many requests for so many hunks."""

    requests: int
    hunks: int


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """One attempt at a model ended, with what it cost (dollars) and how."""

    model: str
    outcome: str
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class Waiting:
    """The run waits `seconds` before another attempt, because of `why`."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Switched:
    """From now on requests go to another provider (`left` and `to` are names), because of `why`."""

    left: str
    to: str
    why: str


@dataclass(frozen=True, slots=True)
class BatchEnded:
    """A batch is settled for good: its hunks were reviewed, or not."""

    hunks: int
    reviewed: bool
    findings: int


@dataclass(frozen=True, slots=True)
class InBatch:
    """A batch is being waited for: `ended` of its `parts` have, `what` says which parts."""

    ended: int
    parts: int
    what: str


Event = PlanMade | AttemptEnded | Waiting | Switched | BatchEnded | InBatch
