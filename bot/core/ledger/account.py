"""Budgets over time and over people: which amounts are added up, from when to when, and how far they may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo


class Span(StrEnum):
    """How long a budget lasts before it renews. Weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Scope(StrEnum):
    """Whose spending is added up: everybody's, or that of one repository, team or author."""

    ALL = "all"
    REPOSITORY = "repository"
    TEAM = "team"
    AUTHOR = "author"


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` (included) to `end` (excluded), aware, in UTC. `label` is '2026-11-26', '2026-W48' or '2026-11'."""

    span: Span
    start: datetime
    end: datetime
    label: str


@dataclass(frozen=True, slots=True)
class Account:
    """A sum in the ledger: the spending of one scope in one period. `of` names who it is, '' for everybody."""

    scope: Scope
    of: str
    period: Period

    @property
    def name(self) -> str:
        """Its key in the ledger. Months of two zones may begin together and end apart."""
        start, end = (one.strftime("%Y-%m-%dT%H:%MZ") for one in (self.period.start, self.period.end))
        return f"{self.scope.value}:{self.of}:{self.period.span.value}:{start}/{end}"


@dataclass(frozen=True, slots=True)
class AccountLimit:
    """How far an account may go, in dollars: no reservation takes it beyond."""

    account: Account
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A reservation that was refused: what the tightest account had left, in dollars (zero where it is overdrawn)."""

    limit: AccountLimit
    left_usd: Decimal


def period_at(span: Span, moment: datetime, zone: ZoneInfo) -> Period:
    """The period that a moment (aware) falls into, from midnight to midnight of the zone's own clock.

    On the days when clocks change a day has 23 or 25 hours; where there is no midnight, it begins with the first
    moment that there is.
    """
    day = moment.astimezone(zone).date()
    if span is Span.DAY:
        first, after, label = day, day + timedelta(days=1), day.isoformat()
    elif span is Span.WEEK:
        first = day - timedelta(days=day.weekday())
        after = first + timedelta(days=7)
        year, week, _ = first.isocalendar()
        label = f"{year}-W{week:02}"
    else:
        first = day.replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
        label = first.strftime("%Y-%m")
    return Period(span, _midnight(first, zone), _midnight(after, zone), label)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day, in UTC (PEP 495: fold=0 takes the earlier of two, and a missing one maps forward)."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
