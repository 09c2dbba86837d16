"""The years that a ledger can be about."""

from __future__ import annotations

from datetime import date

from bot.errors import WrongUsage

FIRST, LAST = 2020, 2999
"""Before the first there was nothing to be billed for; beyond the last, and far before the first, calendars end."""


def within_years(day: date, written: str) -> None:
    """Raises WrongUsage for a day (or moment) of another year; `written` is what the user wrote."""
    if not FIRST <= day.year <= LAST:
        raise WrongUsage(
            f"'{written}' is not in the years that a ledger can be about.",
            next_step=f"Name a time from {FIRST} to {LAST}.",
        )
