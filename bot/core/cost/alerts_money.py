"""Alerts about money: budgets nearly spent or spent, an hour that spikes, a month that will not last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from bot.core.cost.alert import (
    Alert,
    AlertFacts,
    AlertLimits,
    HourFacts,
    Rule,
    Severity,
    about,
    clock,
    dollars,
    percent,
)
from bot.core.cost.alert import quoted as shown
from bot.core.ledger.account import Period, Span, period_at
from bot.core.ledger.sums import Sums

_LEAST_DAYS = Decimal(1)
"""Days of spending below which a burn rate says nothing."""


def budget_alerts(facts: AlertFacts, limits: AlertLimits) -> Iterator[Alert]:
    """The budgets of today and of this month, where each is spent to the warning or to its end."""
    for span, usd, sums in ((Span.DAY, limits.day_usd, facts.day), (Span.MONTH, limits.month_usd, facts.month)):
        if usd is not None and sums.spent_usd >= usd * limits.budget_warning:
            yield _budget(facts, period_at(span, facts.now, facts.zone), usd, sums)


def spike_alerts(facts: AlertFacts, limits: AlertLimits) -> Iterator[Alert]:
    """The hours that spent more than so many times the same hour of the day before."""
    factor = limits.spike_factor
    for hour in facts.hours:
        if factor is None or hour.spent_usd < limits.spike_floor_usd or hour.spent_usd <= hour.before_usd * factor:
            continue
        yield _spike(facts, hour)


def burn_alerts(facts: AlertFacts, limits: AlertLimits) -> Iterator[Alert]:
    """The month's budget, where it ends before the month does if spending goes on as in the last days.

    Burn rate = recent spending / its days; days left = (budget - spent) / burn rate. Seven days are looked at, so that
    weekends weigh what they weigh in a week.
    """
    if limits.month_usd is None or facts.recent_days < _LEAST_DAYS or facts.recent_usd <= 0:
        return
    left = limits.month_usd - facts.month.spent_usd
    if left <= 0:
        return  # that is the alert of a budget that is spent
    rate = facts.recent_usd / facts.recent_days
    month = period_at(Span.MONTH, facts.now, facts.zone)
    days = left / rate
    if days >= _days(month.end - facts.now):
        return
    yield _burn(facts, month, limits.month_usd, rate, days)


def _budget(facts: AlertFacts, period: Period, usd: Decimal, sums: Sums) -> Alert:
    spent = sums.spent_usd >= usd
    share = percent(sums.spent_usd / usd)
    reserved = (
        f", of it {dollars(sums.unsettled_usd)} reserved for attempts whose bill is unknown"
        if sums.unsettled_usd
        else ""
    )
    what = (
        f"The {period.span.value}'s budget is spent"
        if spent
        else f"{share} of the {period.span.value}'s budget is spent"
    )
    raise_it = "--day-usd" if period.span is Span.DAY else "--month-usd"
    return Alert(
        rule=Rule.BUDGET_SPENT if spent else Rule.BUDGET_WARNING,
        period=f"{period.span.value}:{period.label}",
        subject=facts.subject,
        severity=Severity.CRITICAL if spent else Severity.WARNING,
        title=f"{what}{about(facts.subject)}",
        sentence=(
            f"{period.label}: {dollars(sums.spent_usd)} of {dollars(usd)} spent ({share}){reserved}. "
            f"It renews at {clock(period.end, facts.zone)}."
        ),
        next_step=(
            "See what spends it with `hunkwise cost breakdown --by repo`; let reviews wait in batches for half the "
            f"price, or raise the budget ({raise_it})."
        ),
        at=facts.now,
        figures={
            "spent_usd": format(sums.spent_usd, "f"),
            "unsettled_usd": format(sums.unsettled_usd, "f"),
            "limit_usd": format(usd, "f"),
            "renews": period.end.isoformat(),
        },
    )


def _spike(facts: AlertFacts, hour: HourFacts) -> Alert:
    start, end = hour.start.astimezone(facts.zone), (hour.start + timedelta(hours=1)).astimezone(facts.zone)
    before = dollars(hour.before_usd) if hour.before_usd else "nothing"
    times = f", {hour.spent_usd / hour.before_usd:,.1f} times as much" if hour.before_usd else ""
    most = f" Most of it in {shown(hour.dearest[0])}: {dollars(hour.dearest[1])}." if hour.dearest else ""
    return Alert(
        rule=Rule.SPIKE,
        period=f"hour:{hour.start:%Y-%m-%dT%H:%MZ}",
        subject=facts.subject,
        severity=Severity.WARNING,
        title=f"Spending spiked: {dollars(hour.spent_usd)} in one hour{about(facts.subject)}",
        sentence=(
            f"{start:%Y-%m-%d %H:%M} to {end:%H:%M} {facts.zone.key}: {dollars(hour.spent_usd)} spent, against "
            f"{before} in the same hour of the day before{times}.{most}"
        ),
        next_step="See the largest pull requests and retries with `hunkwise cost debug --period last-24h`.",
        at=facts.now,
        figures={"spent_usd": format(hour.spent_usd, "f"), "before_usd": format(hour.before_usd, "f")},
    )


def _burn(facts: AlertFacts, month: Period, usd: Decimal, rate: Decimal, days: Decimal) -> Alert:
    ends = facts.now + timedelta(seconds=float(days) * 86_400)
    early = _days(month.end - ends)
    recent = f"{facts.recent_days:.1f}".removesuffix(".0")
    return Alert(
        rule=Rule.BURN_RATE,
        period=f"month:{month.label}",
        subject=facts.subject,
        severity=Severity.WARNING,
        title=f"The month's budget ends early, on {ends.astimezone(facts.zone):%Y-%m-%d}{about(facts.subject)}",
        sentence=(
            f"{month.label}: {dollars(facts.month.spent_usd)} of {dollars(usd)} spent. At {dollars(rate)} a day (the "
            f"last {recent} days) the rest is gone on {clock(ends, facts.zone)}, {early:.1f} days before the month "
            "ends."
        ),
        next_step=(
            "See where it is heading with `hunkwise cost forecast` and what would be cheaper with `hunkwise cost "
            "compare`; let reviews wait in batches for half the price, or raise the budget (--month-usd)."
        ),
        at=facts.now,
        figures={
            "spent_usd": format(facts.month.spent_usd, "f"),
            "limit_usd": format(usd, "f"),
            "usd_a_day": f"{rate:.6f}",
            "ends": ends.isoformat(),
        },
    )


def _days(span: timedelta) -> Decimal:
    return Decimal(int(span.total_seconds())) / 86_400
