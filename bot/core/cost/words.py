"""What a report covers, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.ledger.account import Period, Span
from bot.core.ledger.sums import Where

SIMULATED = "Simulated runs only: answered by the built-in stand-in; nothing was really spent."
ACCEPTED = (
    "A finding counts in the time in which it was found; it is accepted when a later push had addressed it, whenever."
)
SPENT = (
    "Spent is what counts against budgets: settled costs, and reservations of attempts whose usage never came back or"
    " whose end is unknown."
)


def period_words(period: Period, now: datetime, zone: ZoneInfo) -> str:
    """'November 2026 so far (until the 26th, 12:00 UTC)' and the like, with whose midnight it is."""
    day = period.start.astimezone(zone)
    if period.span is Span.MONTH:
        name = day.strftime("%B %Y")
    elif period.span is Span.WEEK:
        name = f"week {period.label}, from Monday {day.date().isoformat()}"
    else:
        name = f"{day.strftime('%A')} {period.label}"
    so_far = f", so far (until {now.astimezone(zone).strftime('%Y-%m-%d %H:%M')})" if period.end > now else ""
    return f"{name}{so_far}, {zone.key}"


def time_words(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """'2026-11-01 00:00 to 2026-11-26 13:00, Europe/Berlin'."""
    first, last = (moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") for moment in (start, end))
    return f"{first} to {last}, {zone.key}"


def narrowed(where: Where) -> str:
    """Which rows were left out, to stand behind the time; '' where none were."""
    return "".join(f", {part}" for part in _parts(where))


def simulated_note(where: Where) -> tuple[str, ...]:
    """What must be said where nothing was really spent."""
    return (SIMULATED,) if where.simulated else ()


def _parts(where: Where) -> Iterator[str]:
    if where.repository:
        yield f"only {where.repository}"
    if where.team:
        yield f"only team {where.team}"
    if where.author:
        yield f"only pull requests of {where.author}"
    if where.simulated:
        yield "simulated runs only"
