"""Budgets over time in words: whose, for when, how much of it is used, when it renews and whom to ask."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.core.ledger.account import Account, Period, Scope, Span
from bot.core.ledger.budgets import Budgets, OnExhausted
from bot.core.ledger.standing import Level, Standing
from bot.core.report.figures import exact_dollars

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_GRAVEST_FIRST = (Level.STOPPED, Level.EXHAUSTED, Level.WARNING)
_INSTEAD = {
    OnExhausted.CHEAP: "so only the cheap model is asked",
    OnExhausted.BATCH: "so reviews are handed in as message batches, at half the price",
    OnExhausted.WARN: "and reviews go on",
}


def standing_sentences(
    standings: Sequence[Standing], budgets: Budgets, since_now: Collection[Standing] = ()
) -> list[str]:
    """A sentence or two for each budget that is near its end or past it, the gravest first.

    `since_now` are those that came to their end in this run, so that what follows from it begins with the next.
    """
    return [
        sentence(one, budgets, since_now=one in since_now)
        for level in _GRAVEST_FIRST
        for one in standings
        if one.level is level
    ]


def sentence(standing: Standing, budgets: Budgets, *, since_now: bool = False) -> str:
    """How one budget stands, when it renews, and, where it is used up, whom to ask."""
    limit, account = standing.held.limit, standing.held.account
    usd = exact_dollars(limit.usd)
    renews = renewal(account.period, budgets.zone)
    if standing.level is Level.STOPPED:
        most = f", at most {exact_dollars(limit.hard_usd)}" if limit.hard_usd != limit.usd else ""
        left = standing.left_usd
        what = f"did not cover everything, with {exact_dollars(left)} left" if left else "is used up"
        return f"{budget_of(account, budgets.zone)} ({usd}{most}) {what}. {renews}{_ask(budgets)}"
    if standing.level is Level.EXHAUSTED:
        begin = " from the next run on" if since_now else ""
        bound = f"{_INSTEAD[limit.on_exhausted]}{begin}, up to {exact_dollars(limit.hard_usd)}"
        return f"{budget_of(account, budgets.zone)} ({usd}) is used up, {bound}. {renews}{_ask(budgets)}"
    used = exact_dollars(standing.committed_usd)
    share = f"{standing.percent} % of {_lower(budget_of(account, budgets.zone))}"
    return f"{share} ({used} of {usd}) is used. {renews}"


def used_up(standings: Sequence[Standing], budgets: Budgets) -> str:
    """The gravest budget that is used up, as a reason: 'the budget of ada for May 2026 is used up'; '' for none."""
    past = (one for level in _GRAVEST_FIRST[:2] for one in standings if one.level is level)
    return next((f"{_lower(budget_of(one.held.account, budgets.zone))} is used up" for one in past), "")


def budget_of(account: Account, zone: ZoneInfo) -> str:
    """Whose budget, and for when: 'The budget of team payments for November 2026'."""
    whose = {
        Scope.ALL: "The budget of everybody",
        Scope.REPOSITORY: f"The budget of {account.of}",
        Scope.TEAM: f"The budget of team {account.of}",
        Scope.AUTHOR: f"The budget of {account.of}",
    }[account.scope]
    return f"{whose} for {_when(account.period, zone)}"


def renewal(period: Period, zone: ZoneInfo) -> str:
    """When the next period begins, by the zone's own clock."""
    end = period.end.astimezone(zone)
    return f"It renews on {_date(end)}, {end:%H:%M} {zone.key}."


def _ask(budgets: Budgets) -> str:
    return f" Ask {budgets.ask}." if budgets.ask else ""


def _when(period: Period, zone: ZoneInfo) -> str:
    start = period.start.astimezone(zone)
    if period.span is Span.MONTH:
        return f"{_MONTHS[start.month - 1]} {start.year}"
    return _date(start) if period.span is Span.DAY else f"the week from {_date(start)}"


def _date(moment: datetime) -> str:
    return f"{_DAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def periods_as_json(standings: Sequence[Standing]) -> list[dict[str, str]]:
    """The budgets as the JSON receipt has them: money as exact decimal strings, times in UTC."""
    return [
        {
            "scope": one.held.account.scope.value,
            "of": one.held.account.of,
            "per": one.held.account.period.span.value,
            "label": one.held.account.period.label,
            "limit_usd": format(one.held.limit.usd, "f"),
            "hard_usd": format(one.held.limit.hard_usd, "f"),
            "committed_usd": format(one.committed_usd, "f"),
            "warn_at": format(one.held.limit.warn_at, "f"),
            "renews_at": one.held.account.period.end.astimezone(UTC).isoformat(),
            "on_exhausted": one.held.limit.on_exhausted.value,
            "state": one.level.value,
        }
        for one in standings
    ]
