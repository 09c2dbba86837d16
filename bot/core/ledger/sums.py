"""What reports are made from: sums over rows, grouped by what rows have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.core.savings import Saved
from bot.core.usage import Usage


class Field(StrEnum):
    """What rows can be grouped by: the ledger's columns.

    `quarter` is the quarter of an hour since 1970, as a text; `kinds` a JSON object of hunks by kind of file, '' where
    they are unknown; `batch` '1' or '0'; `pull_request` '' where there is none.
    """

    QUARTER = "quarter"
    RUN = "run_id"
    REPOSITORY = "repository"
    PULL_REQUEST = "pull_request"
    AUTHOR = "author"
    TEAM = "team"
    PROMPT = "prompt_hash"
    FEATURE = "feature"
    MODEL = "model"
    PROVIDER = "provider"
    KEY = "key"
    PLATFORM = "platform"
    BATCH = "batch"
    TIER = "tier"
    WHY = "why"
    KINDS = "kinds"
    STATE = "state"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Where:
    """Which rows count: from `since` (included) to `until` (excluded), aware; '' and None do not narrow.

    Both moments are rounded down to a quarter of an hour.
    """

    since: datetime | None = None
    until: datetime | None = None
    repository: str = ""
    team: str = ""
    author: str = ""
    pull_request: int | None = None
    simulated: bool = False


EVERYTHING = Where()
"""All rows that are not simulated."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Rows added up. Dollars are exact; `unsettled_usd` holds open reservations too, as they count in full.

    `rows` are all, `attempts` those that asked a model, `requests` the first attempts among them; `answered` bought an
    answer, `retried` are attempts after the first, `open` reservations whose end is unknown. `wasted_usd` is the part
    of `cost_usd` that bought no answer, adjustments to the provider's bill left out. `latency_ms` is the sum
    over attempts.
    """

    rows: int = 0
    attempts: int = 0
    requests: int = 0
    answered: int = 0
    retried: int = 0
    open: int = 0
    hunks: int = 0
    latency_ms: int = 0
    usage: Usage = field(default_factory=Usage)
    unsettled_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    unsettled_usd: Decimal = Decimal(0)
    wasted_usd: Decimal = Decimal(0)
    saved: Saved = field(default_factory=Saved)

    @property
    def spent_usd(self) -> Decimal:
        """What counts against budgets: what usage cost, and reservations whose usage never came back."""
        return self.cost_usd + self.unsettled_usd

    def __add__(self, other: Sums) -> Sums:
        # Written out: reports add tens of thousands of them up.
        return Sums(
            self.rows + other.rows,
            self.attempts + other.attempts,
            self.requests + other.requests,
            self.answered + other.answered,
            self.retried + other.retried,
            self.open + other.open,
            self.hunks + other.hunks,
            self.latency_ms + other.latency_ms,
            self.usage + other.usage,
            self.unsettled_tokens + other.unsettled_tokens,
            self.cost_usd + other.cost_usd,
            self.unsettled_usd + other.unsettled_usd,
            self.wasted_usd + other.wasted_usd,
            self.saved + other.saved,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """The rows that agree in some fields: their values, in the order in which the fields were asked for."""

    key: tuple[str, ...]
    sums: Sums


@dataclass(frozen=True, slots=True)
class RunSums:
    """One run as the ledger has it, with the sums of its rows; for the largest ones, and for checks.

    `ended` is None and `status` '' where the run never said how it ended.
    """

    run_id: str
    began: datetime
    ended: datetime | None
    repository: str
    pull_request: int | None
    author: str
    team: str
    status: str
    hunks: int
    reviewed: int
    reused: int
    total_usd: Decimal
    unsettled_usd: Decimal
    sums: Sums


@dataclass(frozen=True, slots=True)
class SectionSums:
    """The sums of all runs whose system prompt had the same sections (tokens by section; {} where unknown).

    `key` holds the values of the fields that they were parted by besides.
    """

    sections: Mapping[str, int]
    sums: Sums
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """How many runs and how many pull requests rows belong to."""

    runs: int = 0
    pull_requests: int = 0


@dataclass(frozen=True, slots=True)
class FindingSums:
    """How many findings agree in rule, severity and kind of file; `posted` and `accepted` are among `found`."""

    rule: str
    severity: str
    kind: str
    found: int
    posted: int
    accepted: int


@dataclass(frozen=True, slots=True)
class AccountSum:
    """An account of the ledger as it stands: `committed_usd` are settled costs and reservations together."""

    scope: str
    of: str
    span: str
    label: str
    start: datetime
    end: datetime
    committed_usd: Decimal
