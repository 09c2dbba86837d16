"""Times as they are written on the command line."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.core.cost.stretch import month_named
from bot.core.cost.years import within_years
from bot.core.ledger.account import Period, Span, period_at
from bot.errors import WrongUsage

_LAST = re.compile(r"last-(?P<count>[1-9]\d{0,4})(?P<unit>[hd])")

OnDate = Annotated[
    str, typer.Option("--date", metavar="YYYY-MM-DD", help="Any day in the period (default: the current one).")
]


def period_of(span: Span, on: str, now: datetime, zone: ZoneInfo) -> Period:
    """The period that holds a day of the zone's calendar, the current one for ''; raises WrongUsage."""
    if not on:
        return period_at(span, now, zone)
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise WrongUsage(f"'{on}' is no date.", next_step="Write it like 2026-11-26.") from None
    within_years(day, on)
    return period_at(span, datetime.combine(day, time(12), tzinfo=zone), zone)


def month_of(written: str, now: datetime, zone: ZoneInfo) -> Period:
    """The month '2026-11', the current one for ''; raises WrongUsage."""
    return month_named(written, zone) if written else period_at(Span.MONTH, now, zone)


def last(written: str) -> timedelta:
    """'last-24h' or 'last-7d' as a time; raises WrongUsage."""
    found = _LAST.fullmatch(written)
    if found is None:
        raise WrongUsage(f"'{written}' is no period.", next_step="Write it like last-24h or last-7d.")
    count = int(found["count"])
    return timedelta(hours=count) if found["unit"] == "h" else timedelta(days=count)
