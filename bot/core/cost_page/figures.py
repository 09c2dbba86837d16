"""Figures as a page shows them: rounded for reading, beside the exact value for whoever needs it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from bot.core.prompt.visible import shown_path

LONGEST_NAME = 120
"""Names in the ledger come from outside and have no bound of their own."""

_CENT = Decimal("0.01")
_FINE = Decimal("0.0001")
_SMALL = Decimal("0.1")
_LEAST = 0.1
_WITHOUT_DECIMALS = 10
_IN_TIMES = 3
_PERCENT = "\u00a0%"
"""The blank keeps the sign on the figure's line."""


def dollars(amount: Decimal) -> str:
    """Dollars in cents, less than ten cents in hundredths of them, and never nought where there is something."""
    size = abs(amount)
    if size and size < _FINE:
        return f"{'-' if amount < 0 else ''}<$0.0001"
    places = _CENT if not size or size >= _SMALL else _FINE
    rounded = size.quantize(places, ROUND_HALF_UP)
    return f"{'-' if amount < 0 else ''}${rounded:,f}"


def exact(amount: Decimal) -> str:
    """Every digit of an amount, at least cents."""
    whole, _, decimals = format(amount, "f").partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def axis_dollars(amount: float) -> str:
    """A mark of an axis: '$1,500', or '$0.25' where the marks are that close."""
    return f"${amount:,.0f}" if amount == round(amount) else f"${amount:,.10f}".rstrip("0")


def percent(ratio: float) -> str:
    """A ratio in percent, without decimals from ten percent on."""
    figure = ratio * 100
    if 0 < figure < _LEAST:
        return f"<{_LEAST}{_PERCENT}"
    return f"{figure:,.{0 if abs(figure) >= _WITHOUT_DECIMALS else 1}f}{_PERCENT}"


def signed_percent(change: float) -> str:
    """By how much more or less: '+12 %', '-3.0 %'; from three times on '3.2 times', since such percentages mislead."""
    if change + 1 >= _IN_TIMES:
        return f"{change + 1:,.1f} times"
    return f"{'-' if change < 0 else '+'}{percent(abs(change))}"


def name(text: str) -> str:
    """A name from outside on one line: what a reader could not see is written out, and what is too long is cut."""
    shown = shown_path(text)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"


def month_name(first: date) -> str:
    """'November 2026'."""
    return f"{_MONTHS[first.month - 1]} {first.year}"


def day_name(day: date) -> str:
    """'Thu 26 November'."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def moment(at: datetime, zone: str) -> str:
    """'26 November 2026, 12:00 UTC', in the zone's own clock."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {month_name(local.date())}, {local:%H:%M} {local.tzname()}"


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
