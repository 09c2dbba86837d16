"""What the page says, as values: a month of the ledger, and what other reports make of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from bot.core.cost.findings import Found
from bot.core.cost.report import Report, Table
from bot.core.ledger.account import Period
from bot.core.ledger.sums import Sums, Where

HOURS = 24


@dataclass(frozen=True, slots=True)
class Day:
    """What one day of the zone's own calendar spent, in dollars; `unsettled_usd` is charged, but not settled."""

    on: date
    cost_usd: Decimal
    unsettled_usd: Decimal

    @property
    def spent_usd(self) -> Decimal:
        """What counts of it."""
        return self.cost_usd + self.unsettled_usd


@dataclass(frozen=True, slots=True)
class Spender:
    """One name in the ledger ('' where it is unknown): what it spent in the month, and what it had spent in the month
    before by the same moment, in dollars.
    """

    name: str
    spent_usd: Decimal
    before_usd: Decimal


@dataclass(frozen=True, slots=True)
class Spenders:
    """All that spend, of one kind, dearest first. `what` is 'Repository', 'Team' and so on.

    `unknown` is said where there is no name. `before_usd` is what all had spent in the month before by the same moment,
    those too that spend nothing now.
    """

    what: str
    unknown: str
    each: tuple[Spender, ...]
    before_usd: Decimal


@dataclass(frozen=True, slots=True)
class PullRequestCost:
    """A pull request's part of the month, in dollars; `number` is None for rows that belong to none.

    Of its attempts, `open` have no known end, and `open_usd` is the most that they can cost.
    """

    repository: str
    number: int | None
    spent_usd: Decimal
    requests: int
    open: int
    open_usd: Decimal


@dataclass(frozen=True, slots=True)
class Ending:
    """All rows that ended in the same way, in the receipt's word for it."""

    outcome: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Before:
    """The month before: the whole of it, and what it had spent when it was as old as this one is now, in dollars."""

    period: Period
    spent_usd: Decimal
    by_then_usd: Decimal
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where the month ends, in dollars: most likely, and from where to where.

    It lies between `low_usd` and `high_usd` with a probability of `level`. `tables` and `notes` are the forecast's.
    """

    expected_usd: Decimal
    low_usd: Decimal
    high_usd: Decimal
    level: float
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """What the month's calls would have cost in another way, and what they did cost, in dollars.

    `words` begin the sentence that goes on with 'the calls would have cost'.
    """

    words: str
    usd: Decimal
    ours_usd: Decimal


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """One month of the ledger, up to `until`. `zone` is the IANA name of the zone whose midnights begin its days.

    `hours` holds dollars by hour of the day, all days together. `outlook` is None where nothing can be
    foretold, `budget_usd` where no budget was named. `comparison` prices the month in other ways, `by_rule` shares it
    out to the rules of the prompt.
    """

    period: Period
    until: datetime
    zone: str
    which: Where
    total: Sums
    before: Before
    days: tuple[Day, ...]
    hours: tuple[Decimal, ...]
    spenders: tuple[Spenders, ...]
    pull_requests: tuple[PullRequestCost, ...]
    reserved: tuple[PullRequestCost, ...]
    endings: tuple[Ending, ...]
    findings: Found = field(default_factory=Found)
    budget_usd: Decimal | None = None
    outlook: Outlook | None = None
    alternatives: tuple[Alternative, ...] = ()
    comparison: Report | None = None
    by_rule: Report | None = None

    @property
    def is_over(self) -> bool:
        """Whether the month has ended."""
        return self.until >= self.period.end
