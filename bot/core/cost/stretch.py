"""The time that a report covers, by the calendar of a zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.cost.years import within_years
from bot.core.ledger.account import Span, period_at
from bot.errors import WrongUsage


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `since` (included) to `until` (excluded), in UTC; `words` say it to a reader."""

    since: datetime
    until: datetime
    words: str


def stretch(month: str, days: int | None, now: datetime, zone: ZoneInfo) -> Stretch:
    """A calendar month ('2026-11'), or the last `days` complete days, or with neither this month so far.

    Raises WrongUsage where both are given or the month is none.
    """
    if month and days is not None:
        raise WrongUsage("Both --month and --days are given.", next_step="Give one of them.")
    if days is not None:
        return last_days(days, now, zone)
    if month:
        try:
            first = datetime.strptime(month, "%Y-%m").replace(tzinfo=zone)
        except ValueError:
            raise WrongUsage(f"'{month}' is no month.", next_step="Write it like 2026-11.") from None
        within_years(first, month)
        whole = period_at(Span.MONTH, first, zone)
        if now >= whole.end:
            return Stretch(whole.start, whole.end, whole.label)
        if now < whole.start:
            raise WrongUsage(f"{month} has not begun.", next_step="Name a month that has.")
    period = period_at(Span.MONTH, now, zone)
    return Stretch(period.start, period.end, f"{period.label} so far")


def last_days(days: int, now: datetime, zone: ZoneInfo) -> Stretch:
    """So many complete days before today."""
    today = now.astimezone(zone).date()
    first = today - timedelta(days=days)
    since, until = (datetime.combine(day, time(), tzinfo=zone).astimezone(UTC) for day in (first, today))
    last = today - timedelta(days=1)
    return Stretch(since, until, f"{first.isoformat()} to {last.isoformat()}")
