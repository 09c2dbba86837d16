"""The page's charts: dollars by day, the month as it adds up, and the hours of the day.

Each is drawn twice, for wide and for narrow screens, since a picture that is made smaller takes its letters along; the
style sheet shows one of them. Nothing that a stranger named is in a chart: dates, hours and dollars only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pygal  # type: ignore[import-untyped]  # carries no types
from pygal.style import Style  # type: ignore[import-untyped]  # as above

from bot.core.cost_page.facts import HOURS, Day, MonthFacts
from bot.core.cost_page.figures import axis_dollars, day_name, dollars, month_name
from bot.core.cost_page.svg import still

# Pygal leaves a finder of map plug-ins behind that no Python since 3.12 can ask, so that Python warns whenever a module
# is not found, whoever looked for it. There are no maps here.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

_MARKS = 4
"""About so many lines across a chart."""


@dataclass(frozen=True, slots=True)
class _Size:
    name: str
    width: int
    height: int
    every: int
    """Of the marks below, one in so many has its text."""


_WIDE = _Size("wide", 920, 260, 1)
_NARROW = _Size("narrow", 330, 220, 5)
_LETTERS = 13


def day_chart(facts: MonthFacts) -> tuple[str, str]:
    """A bar for each day of the month, wide and narrow; what was never settled stands on top of what was."""
    days = _whole_month(facts)
    top = max(day.spent_usd for day in days)
    settled = [_value(day.cost_usd, f"{day_name(day.on)}: {dollars(day.spent_usd)}") for day in days]
    unsettled = [
        _value(day.unsettled_usd, f"{day_name(day.on)}: {dollars(day.unsettled_usd)} not settled") for day in days
    ]
    dearest = max(facts.days, key=lambda day: day.spent_usd)
    says = f"Bar chart of dollars by day. The dearest day was {day_name(dearest.on)} with {dollars(dearest.spent_usd)}."

    def draw(size: _Size) -> Any:
        chart = _plain(pygal.StackedBar, size, top, [str(day.on.day) for day in days])
        chart.add("settled", settled)
        chart.add("not settled", unsettled)
        return chart

    return _both(draw, says, "days")


def month_chart(facts: MonthFacts) -> tuple[str, str]:
    """The month as it adds up, day by day, beside the month before, the budget and where it is heading."""
    ends_at = len(_whole_month(facts))
    length = max(ends_at, len(facts.before.days))
    lines: list[tuple[str, list[float | None]]] = [
        ("before", _padded(_added(facts.before.days), length)),
        ("now", _padded(_added(facts.days), length)),
    ]
    outlook = facts.outlook
    if outlook and not facts.is_over:
        ends = (("low", outlook.low_usd), ("high", outlook.high_usd), ("expected", outlook.expected_usd))
        lines += [(name, _padded(_towards(facts, end, ends_at), length)) for name, end in ends]
    if facts.budget_usd is not None:
        lines.append(("budget", [float(facts.budget_usd)] * length))
    top = Decimal(max(value or 0 for _, values in lines for value in values))

    def draw(size: _Size) -> Any:
        chart = _plain(pygal.Line, size, top, [str(day + 1) for day in range(length)])
        for name, values in lines:
            chart.add(name, values)
        return chart

    return _both(draw, _month_in_words(facts), "month " + " ".join(f"s{n}-{name}" for n, (name, _) in enumerate(lines)))


def hour_chart(facts: MonthFacts) -> tuple[str, str]:
    """A bar for each hour of the day, all days of the month together."""
    busiest = max(range(HOURS), key=lambda hour: facts.hours[hour])
    says = (
        f"Bar chart of dollars by hour of the day. The dearest hour begins at {busiest:02}:00, "
        f"with {dollars(facts.hours[busiest])} in all."
    )
    values = [_value(usd, f"{hour:02}:00 to {hour:02}:59: {dollars(usd)}") for hour, usd in enumerate(facts.hours)]

    def draw(size: _Size) -> Any:
        chart = _plain(pygal.Bar, size, max(facts.hours), [f"{hour:02}" for hour in range(HOURS)])
        chart.add("dollars", values)
        return chart

    return _both(draw, says, "hours")


def marks(top: Decimal) -> list[float]:
    """Round numbers from nought to the first that is not below `top`: steps of 1, 2 or 5 times a power of ten."""
    if top <= 0:
        return [0.0, 1.0]
    rough = top / _MARKS
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    count = int((top / step).to_integral_value(ROUND_CEILING))
    return [float(step * number) for number in range(count + 1)]


def _both(draw: Callable[[_Size], Any], says: str, name: str) -> tuple[str, str]:
    wide, narrow = (still(draw(size), says=says, classes=f"chart {size.name} {name}") for size in (_WIDE, _NARROW))
    return wide, narrow


def _plain(kind: Any, size: _Size, top: Decimal, labels: Sequence[str]) -> Any:
    across = marks(top)
    chart = kind(
        width=size.width,
        height=size.height,
        margin=4,
        margin_right=12,
        spacing=6,
        css=[],
        js=[],
        show_legend=False,
        show_dots=False,
        truncate_label=-1,
        range=(0, across[-1]),
        y_labels=across,
        show_minor_x_labels=size.every == 1,
        x_labels_major_every=size.every,
        value_formatter=axis_dollars,
        style=Style(label_font_size=_LETTERS, major_label_font_size=_LETTERS),
    )
    chart.x_labels = list(labels)
    return chart


def _value(usd: Decimal, label: str) -> dict[str, object]:
    return {"value": float(usd), "label": label}


def _whole_month(facts: MonthFacts) -> tuple[Day, ...]:
    """The days that were, and empty ones for those that are still to come."""
    last = (facts.period.end - timedelta(microseconds=1)).astimezone(ZoneInfo(facts.zone)).date()
    days = list(facts.days)
    while days[-1].on < last:
        days.append(Day(days[-1].on + timedelta(days=1), Decimal(0), Decimal(0)))
    return tuple(days)


def _added(days: Sequence[Day]) -> list[float]:
    """The dollars of each day and all before it."""
    sums, so_far = [], Decimal(0)
    for day in days:
        so_far += day.spent_usd
        sums.append(float(so_far))
    return sums


def _padded(values: Sequence[float | None], length: int) -> list[float | None]:
    return [*values[:length], *([None] * (length - len(values)))]


def _towards(facts: MonthFacts, end: Decimal, length: int) -> list[float | None]:
    """A straight way from what is spent today to the end of the month."""
    done = len(facts.days)
    start = facts.total.spent_usd
    steps = max(1, length - done)
    way = [float(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [*([None] * (done - 1)), *way][:length] if done < length else [*([None] * (length - 1)), float(end)]


def _month_in_words(facts: MonthFacts) -> str:
    zone = ZoneInfo(facts.zone)
    before = month_name(facts.before.period.start.astimezone(zone).date())
    then, whole = dollars(facts.before.by_then_usd), dollars(facts.before.spent_usd)
    parts = [
        f"Line chart of the dollars of the month as they add up: {dollars(facts.total.spent_usd)} so far.",
        f"{before} had {then} by the same day, and {whole} in all.",
    ]
    if facts.outlook:
        parts.append(f"Expected at the end of this month: {dollars(facts.outlook.expected_usd)}.")
    if facts.budget_usd is not None:
        parts.append(f"The budget is {dollars(facts.budget_usd)}.")
    return " ".join(parts)
