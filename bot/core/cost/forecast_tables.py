"""The tables of a forecast."""

from __future__ import annotations

from calendar import day_name
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.core.calls import ANTHROPIC
from bot.core.cost.daily import Usual
from bot.core.cost.outlook import Ahead, Method, dollars, runs_out
from bot.core.cost.rate_outlook import MINUTES_AHEAD, LimitOutlook
from bot.core.cost.report import Column, Kind, Table, Value
from bot.core.report.figures import exact_dollars


def month_table(spent: Decimal, ahead: Ahead, ways: Sequence[Method], last: date) -> Table:
    """What the month will have cost at its end, by each method; only what it has cost where there is none."""
    columns = (
        Column("method", "By"),
        Column("spent_usd", "So far", Kind.USD),
        Column("rest_usd", "Still to come", Kind.USD),
        Column("expected_usd", "At the end", Kind.USD),
        Column("low_usd", "Low", Kind.USD),
        Column("high_usd", "High", Kind.USD),
    )
    rows: list[tuple[Value, ...]] = []
    for method in ways:
        rest = ahead.until(last, method)
        bounds = (dollars(rest.expected), dollars(rest.expected), dollars(rest.low), dollars(rest.high))
        rows.append((method.name, spent, bounds[0], *(spent + bound for bound in bounds[1:])))
    return Table("month_end", "At the end of the month", columns, tuple(rows or [("", spent, None, None, None, None)]))


def budget_table(budget: Decimal, left: Decimal, ahead: Ahead, ways: Sequence[Method], last: date) -> Table:
    """How many days a budget still lasts, were it not to renew, and the day on which it does."""
    columns = (
        Column("method", "By"),
        Column("left_usd", "Left", Kind.USD),
        Column("days_left", "Days left", Kind.COUNT),
        Column("runs_out", "Runs out"),
        Column("earliest", "Earliest"),
        Column("latest", "Latest"),
    )
    rows: list[tuple[Value, ...]] = []
    for method in ways:
        out = runs_out(left, ahead, method)
        days = None if out.expected is None else (out.expected - ahead.today).days
        words = tuple(
            "over a year" if day is None else day.isoformat() for day in (out.expected, out.earliest, out.latest)
        )
        rows.append((method.name, max(Decimal(0), left), days, *words))
    nothing = [("", max(Decimal(0), left), None, "", "", "")]
    title = f"How long the budget of {exact_dollars(budget)} lasts (it renews after {last.isoformat()})"
    return Table("budget", title, columns, tuple(rows or nothing))


def hours_table(hours: Sequence[Usual]) -> Table:
    """The hours of an average day in which anything is spent."""
    return _usual_table("hours", "An average day, by hour", "Hour", [(f"{one.number:02}:00", one) for one in hours])


def weekdays_table(weekdays: Sequence[Usual]) -> Table:
    """The weekdays."""
    return _usual_table("weekdays", "Weekdays", "Weekday", [(day_name[one.number], one) for one in weekdays])


def _usual_table(name: str, title: str, heading: str, named: Sequence[tuple[str, Usual]]) -> Table:
    columns = (
        Column(heading.lower(), heading),
        Column("usd_a_day", "Spent a day", Kind.USD),
        Column("attempts_a_day", "Attempts a day", Kind.NUMBER),
        Column("share", "Share", Kind.RATIO),
    )
    rows = ((word, one.usd, one.attempts, one.share) for word, one in named if one.attempts or one.usd)
    return Table(name, title, columns, tuple(rows))


def rates_table(limits: Sequence[LimitOutlook]) -> Table:
    """What becomes of the rate limits."""
    columns = (
        Column("key", "Key"),
        Column("model_class", "Models"),
        Column("limit_name", "Limit of"),
        Column("limit_a_minute", "A minute", Kind.COUNT),
        Column("use_a_minute", "Now", Kind.COUNT),
        Column("use_then_a_minute", f"+{MINUTES_AHEAD} min", Kind.COUNT),
        Column("hit_in_minutes", "Hit in", Kind.COUNT),
        Column("instead", "Instead"),
    )
    rows = tuple(
        (
            one.rate.key if one.rate.provider == ANTHROPIC else f"{one.rate.provider}: {one.rate.key}",
            one.rate.model_class,
            one.rate.name.replace("-", " "),
            one.rate.limit,
            round(one.use.at(0)),
            round(one.use.at(MINUTES_AHEAD)),
            one.minutes,
            one.instead.value if one.instead else "",
        )
        for one in limits
    )
    return Table("rate_limits", f"Rate limits in the next {MINUTES_AHEAD} minutes", columns, rows)
