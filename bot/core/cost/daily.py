"""Spending by day, hour and weekday of a zone's own calendar, from sums by quarters of an hour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.cost.buckets import moment_of
from bot.core.ledger.sums import Group

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of an hour that something was spent in: its beginning (local), dollars and attempts."""

    at: datetime
    usd: Decimal
    attempts: int


@dataclass(frozen=True, slots=True)
class DaySpent:
    """What one complete day cost, open reservations included; zero on days without any row."""

    day: date
    usd: Decimal

    @property
    def is_weekend(self) -> bool:
        """Saturday or Sunday."""
        return is_weekend(self.day)


@dataclass(frozen=True, slots=True)
class Past:
    """Complete days, oldest first and without gaps, and the quarters of an hour within them that cost something."""

    days: tuple[DaySpent, ...]
    quarters: tuple[Quarter, ...]


def is_weekend(day: date) -> bool:
    """Whether it is a Saturday or a Sunday."""
    return day.weekday() >= SATURDAY


def past(groups: Iterable[Group], first_row: datetime | None, most_days: int, now: datetime, zone: ZoneInfo) -> Past:
    """The last complete days before today, at most so many, from sums whose key is the quarter of an hour.

    The day of the first row of all counts as incomplete: nobody knows what came before it.
    """
    today = now.astimezone(zone).date()
    if first_row is None:
        return Past((), ())
    first = max(today - timedelta(days=most_days), first_row.astimezone(zone).date() + timedelta(days=1))
    spent = {first + timedelta(days=number): Decimal(0) for number in range((today - first).days)}
    quarters = []
    for group in groups:
        at = moment_of(group.key[0]).astimezone(zone)
        if at.date() in spent:
            spent[at.date()] += group.sums.spent_usd
            quarters.append(Quarter(at, group.sums.spent_usd, group.sums.attempts))
    return Past(tuple(DaySpent(day, usd) for day, usd in spent.items()), tuple(quarters))


def share_left(quarters: Sequence[Quarter], now: datetime, zone: ZoneInfo) -> float:
    """Which share of a usual day's spending comes after this time of the day; by the clock where nothing is known."""
    local = now.astimezone(zone).time()
    total = sum((one.usd for one in quarters), Decimal(0))
    if not total:
        return 1 - (local.hour * 60 + local.minute) / (24 * 60)
    return float(sum((one.usd for one in quarters if one.at.time() > local), Decimal(0)) / total)


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual at an hour of the day or on a weekday (`number`, Monday is 0): averages over `days` such days.

    `share` is its part of all spending, None where nothing was spent.
    """

    number: int
    days: int
    usd: Decimal
    attempts: float
    share: float | None


def usual_hours(known: Past) -> tuple[Usual, ...]:
    """The 24 hours of an average day."""
    return tuple(
        _usual(hour, len(known.days), [one for one in known.quarters if one.at.hour == hour], known)
        for hour in range(24)
    )


def usual_weekdays(known: Past) -> tuple[Usual, ...]:
    """The seven weekdays, those that occurred."""
    counts = [sum(one.day.weekday() == weekday for one in known.days) for weekday in range(7)]
    return tuple(
        _usual(weekday, days, [one for one in known.quarters if one.at.weekday() == weekday], known)
        for weekday, days in enumerate(counts)
        if days
    )


def _usual(number: int, days: int, quarters: Sequence[Quarter], known: Past) -> Usual:
    usd = sum((one.usd for one in quarters), Decimal(0))
    total = sum((one.usd for one in known.days), Decimal(0))
    attempts = sum(one.attempts for one in quarters)
    return Usual(
        number,
        days,
        (usd / days).quantize(Decimal("0.000001")) if days else Decimal(0),
        attempts / days if days else 0.0,
        float(usd / total) if total else None,
    )
