"""The report `hunkwise cost forecast`: the end of the month, the budget, peak hours and the rate limits."""

from __future__ import annotations

from calendar import day_name
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.cost.daily import Past, Usual, share_left, usual_hours, usual_weekdays
from bot.core.cost.forecast_tables import budget_table, hours_table, month_table, rates_table, weekdays_table
from bot.core.cost.outlook import BURN_DAYS, LEAST_DAYS, Ahead, Method, dollars, methods
from bot.core.cost.rate_outlook import MINUTES_AHEAD, LimitOutlook
from bot.core.cost.report import Report
from bot.core.ledger.account import Period
from bot.core.report.figures import about_dollars
from bot.core.report.words import counted


@dataclass(frozen=True, slots=True)
class Known:
    """What a forecast is made from. `month_usd` and `budget_usd_spent` are what was spent in the running month and in
    the budget's running period, open reservations included; `budget_usd` is None where no budget was named.
    """

    now: datetime
    zone: ZoneInfo
    past: Past
    month: Period
    month_usd: Decimal
    limits: Sequence[LimitOutlook] = ()
    budget: Period | None = None
    budget_usd: Decimal | None = None
    budget_usd_spent: Decimal = Decimal(0)
    level: float = 0.8

    @property
    def today(self) -> date:
        """The day that runs, by the zone's clock."""
        return self.now.astimezone(self.zone).date()

    @property
    def ahead(self) -> Ahead:
        """The days to come."""
        return Ahead(self.today, share_left(self.past.quarters, self.now, self.zone), self.level)


def forecast_report(known: Known) -> Report:
    """The whole report; without enough days it foretells no spending, and says so."""
    ways = methods(known.past.days)
    last = last_day(known.month, known.zone)
    tables = [month_table(known.month_usd, known.ahead, ways, last)]
    if known.budget is not None and known.budget_usd is not None:
        left = known.budget_usd - known.budget_usd_spent
        tables.append(budget_table(known.budget_usd, left, known.ahead, ways, last_day(known.budget, known.zone)))
    tables += [
        rates_table(known.limits),
        weekdays_table(usual_weekdays(known.past)),
        hours_table(usual_hours(known.past)),
    ]
    return Report(
        name="forecast",
        title="Where spending is heading",
        period=f"{known.month.label}, foretold on {known.now.astimezone(known.zone):%Y-%m-%d %H:%M %Z}",
        tables=tuple(tables),
        notes=(*on_days(known, ways), *_on_peaks(known.past), *_on_limits(known.limits)),
    )


def last_day(period: Period, zone: ZoneInfo) -> date:
    """The last day of a period, by the zone's clock."""
    return (period.end - timedelta(seconds=1)).astimezone(zone).date()


def on_days(known: Known, ways: Sequence[Method]) -> list[str]:
    """What complete days say of the month, in sentences; `ways` are the methods that they allow."""
    days = known.past.days
    if not ways:
        known_days = f"{counted(len(days), 'complete day')} of history {'is' if len(days) == 1 else 'are'}"
        return [f"Spending is not foretold: {known_days} known, and it takes {LEAST_DAYS}."]
    burnt = f"The burn rate is the mean of the last {BURN_DAYS} days, {_about(ways[1].fit.coefficients[0])} a day."
    made = f"Made from {len(days)} complete days, {days[0].day} to {days[-1].day}; what is reserved counts as spent."
    return [_on_month(known, ways[0]), _on_trend(ways[0]), burnt, made]


def _on_month(known: Known, method: Method) -> str:
    rest = known.ahead.until(last_day(known.month, known.zone), method)
    expected, low, high = (known.month_usd + dollars(usd) for usd in (rest.expected, rest.low, rest.high))
    between = f"between {about_dollars(low)} and {about_dollars(high)}"
    return (
        f"By the {method.name} {known.month.label} will have cost about {about_dollars(expected)}; with a probability "
        f"of {known.level:.0%} {between}, if days go on to vary as they did."
    )


def _on_trend(method: Method) -> str:
    """The line in words, at its last point: a reader can follow it."""
    constant, growth, *weekend = method.fit.coefficients
    at_end = constant + growth * (method.fit.freedom + len(method.fit.coefficients) - 1)
    changes = f"{'grows' if growth >= 0 else 'shrinks'} by {_about(abs(growth))} a day"
    if not weekend:
        return f"By the trend a day costs {_about(at_end)}, and that {changes}."
    costs = f"a working day costs {_about(at_end)} and a weekend day {_about(at_end + weekend[0])}"
    return f"By the trend {costs}, and that {changes}."


def _about(amount: float) -> str:
    return about_dollars(Decimal(max(0.0, amount)))


def _on_peaks(past: Past) -> list[str]:
    hours, weekdays = usual_hours(past), usual_weekdays(past)
    if not any(one.usd for one in hours):
        return []
    hour, weekday = _dearest(hours), _dearest(weekdays)
    day = f"on a {day_name[weekday.number]} ({about_dollars(weekday.usd)})"
    hours_words = f"between {hour.number}:00 and {hour.number + 1}:00 ({about_dollars(hour.usd)} on an average day)"
    return [f"Most is spent {day} and {hours_words}."]


def _dearest(ones: Sequence[Usual]) -> Usual:
    return max(ones, key=lambda one: (one.usd, -one.number))


def _on_limits(limits: Sequence[LimitOutlook]) -> list[str]:
    if not limits:
        return ["No response has told of a rate limit yet."]
    said = [_on_hit(one) for one in limits if one.minutes is not None]
    if not said:
        return [f"No rate limit will be hit in the next {MINUTES_AHEAD} minutes, if use goes on as in the last hour."]
    return said


def _on_hit(one: LimitOutlook) -> str:
    when = f"in about {counted(one.minutes, 'minute')}" if one.minutes else "now"
    do = f"the {one.instead.value} tier has room" if one.instead else "no other tier is known to have room"
    name = one.rate.name.replace("-", " ")
    return f"The limit of {name} for {one.rate.model_class} ({one.rate.key}) will be hit {when}; {do}."
