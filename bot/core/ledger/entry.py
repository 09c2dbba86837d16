"""A row of the ledger: one attempt at a model, or one thing that need not be asked, with everything a report groups by.

A row is written before the attempt is made, with its worst case as `unsettled_usd`, and again when it has ended. What
counts against a budget is always `cost_usd + unsettled_usd`, so that a crash in between counts in full by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.core.savings import Saved
from bot.core.usage import Usage


class State(StrEnum):
    """Where a row stands. OPEN: reserved, its end unknown. SETTLED: its usage came back, or it was certainly free.
    UNSETTLED: it ended without saying what it cost, so its reservation is charged.
    """

    OPEN = "open"
    SETTLED = "settled"
    UNSETTLED = "unsettled"


LOST = "lost"
"""The outcome of an attempt whose end nobody saw or will see: it is charged in full, unless its receipt turns up."""


class Untaken(StrEnum):
    """Outcomes of rows that stand for something that was not asked: their cost is zero, and what they saved is not.

    ADJUSTED is apart: such a row brings the ledger to what the provider billed (bot/core/cost/adjustment.py).
    """

    REUSED = "reused"
    DUPLICATE = "duplicate"
    SPARED = "spared"
    ADJUSTED = "adjusted"


ADJUSTMENT = "adjustment"
"""The feature of rows that bring the ledger to what the provider billed; theirs alone may be written over."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What all rows of a run have in common. Unknown texts are ''; `pull_request` is None where there is none.

    `run_id` is the run's own in all places: ledger, receipt, logs. `simulated` rows are kept apart from all others.
    `sections` are the parts of the system prompt ('core', 'guide/python', 'instruction/NAME') with their tokens.
    """

    run_id: str
    began: datetime
    repository: str = ""
    pull_request: int | None = None
    author: str = ""
    team: str = ""
    head_sha: str = ""
    prompt_hash: str = ""
    simulated: bool = False
    sections: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opening:
    """An attempt about to be made, with the most it can cost.

    `id` is unique for ever; the receipt carries it, so that what a lost ledger missed can be imported later. `kinds`
    says how many hunks of each kind of file it asks about. `feature`, `tier`, `why`, `provider` as on the receipt's
    calls; `key` is the name of the variable that holds the key, never the key. `platform` and `batch` are its tariff's.
    """

    id: str
    at: datetime
    feature: str
    model: str
    provider: str
    key: str
    tier: str
    why: str
    hunks: int
    attempt: int
    reserved_tokens: int
    reserved_usd: Decimal
    platform: str = "anthropic"
    batch: bool = False
    kinds: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settlement:
    """How an attempt ended. `outcome` is the receipt's; one of cost and unsettled at most is not zero, and none is
    negative, but for an adjustment, whose unsettled may be.
    """

    state: State
    outcome: str
    usage: Usage = field(default_factory=Usage)
    cost_usd: Decimal = Decimal(0)
    unsettled_usd: Decimal = Decimal(0)
    unsettled_tokens: int = 0
    latency_ms: int = 0
    request_id: str | None = None
    saved: Saved = field(default_factory=Saved)


@dataclass(frozen=True, slots=True)
class Entry:
    """One whole row, as it is read back, imported or exported."""

    run: RunFacts
    opening: Opening
    settlement: Settlement | None = None


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding in the ledger, known by repository, pull request and fingerprint.

    `rule` is what asked for it: the finding's category, 'convention/NAME' for an instruction of the repository. `kind`
    is its file's. `posted` says that it stands on the pull request, `accepted_at` when a later push had addressed it.
    """

    fingerprint: str
    rule: str
    severity: str
    kind: str
    posted: bool
    accepted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended: the receipt's status, its coverage, and its sums for whoever checks the rows against them.

    `accepted` are fingerprints of earlier findings that this push has dealt with.
    """

    ended: datetime
    status: str
    mode: str
    routing: str
    hunks: int
    reviewed: int
    reused: int
    duplicates: int
    skipped: int
    total_usd: Decimal
    unsettled_usd: Decimal
    findings: tuple[FindingRow, ...] = ()
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RateRow:
    """What a response last said of a rate limit: `remaining` of `limit` a minute, for a key and a class of models.

    `name` is 'requests', 'input-tokens' or 'output-tokens'.
    """

    provider: str
    key: str
    model_class: str
    name: str
    limit: int
    remaining: int
    at: datetime
