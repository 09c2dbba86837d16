"""Alerts about the service: attempts that bring no answer, and rate limits with little left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from bot.core.calls import Outcome
from bot.core.cost.alert import Alert, AlertFacts, AlertLimits, Rule, Severity, about, clock, percent, quoted
from bot.core.ledger.account import Span, period_at
from bot.core.ledger.entry import RateRow, State
from bot.core.report.words import counted

_HEARD_WITHIN = timedelta(hours=1)
"""A rate limit refills within a minute: what was heard of it longer ago than this says nothing about now."""

_KINDS_NAMED = 3
_NO_FAILURES = frozenset({Outcome.ANSWERED.value, State.OPEN.value})


def success_alerts(facts: AlertFacts, limits: AlertLimits) -> Iterator[Alert]:
    """Today's attempts, where too small a share of those that ended brought an answer."""
    ended = facts.day.attempts - facts.day.open
    least = limits.success_rate
    if least is None or ended < max(1, limits.least_attempts):
        return
    rate = Decimal(facts.day.answered) / ended
    if rate < least:
        yield _success(facts, least, rate, ended)


def rate_alerts(facts: AlertFacts, limits: AlertLimits) -> Iterator[Alert]:
    """The rate limits of which little was left when a response last spoke of them, within the last hour."""
    for row in facts.rates:
        if row.limit <= 0 or not facts.now - _HEARD_WITHIN <= row.at <= facts.now + _HEARD_WITHIN:
            continue
        floor = _floor(row, limits)
        if floor is not None and row.remaining < floor:
            yield _rate(facts, row, floor)


def _floor(row: RateRow, limits: AlertLimits) -> Decimal | None:
    """How much should be left. A limit on tokens that is itself not above the floor is judged by its share."""
    share = None if limits.remaining_requests is None else limits.remaining_requests * row.limit
    if row.name == "requests":
        return share
    if limits.remaining_tokens is None:
        return None
    return Decimal(limits.remaining_tokens) if row.limit > limits.remaining_tokens else share


def _success(facts: AlertFacts, least: Decimal, rate: Decimal, ended: int) -> Alert:
    day = period_at(Span.DAY, facts.now, facts.zone)
    failed = sorted(
        ((count, outcome) for outcome, count in facts.outcomes.items() if outcome not in _NO_FAILURES and count),
        key=lambda one: (-one[0], one[1]),
    )
    named = ", ".join(f"{count:,} {quoted(outcome)}" for count, outcome in failed[:_KINDS_NAMED])
    return Alert(
        rule=Rule.SUCCESS_RATE,
        period=f"day:{day.label}",
        subject=facts.subject,
        severity=Severity.CRITICAL,
        title=f"{percent(rate)} of today's attempts brought an answer{about(facts.subject)}",
        sentence=(
            f"{day.label}: {facts.day.answered:,} of {counted(ended, 'attempt')} brought an answer ({percent(rate)}; "
            f"the floor is {percent(least)})." + (f" The others: {named}." if named else "")
        ),
        next_step=(
            "See what fails with `hunkwise cost debug --period last-24h`, and whether the provider reports an "
            "incident; a second provider takes over where one is configured (docs/providers.md)."
        ),
        at=facts.now,
        figures={"answered": str(facts.day.answered), "attempts": str(ended), "least": format(least, "f")},
    )


def _rate(facts: AlertFacts, row: RateRow, floor: Decimal) -> Alert:
    requests = row.name == "requests"
    what = "requests" if requests else quoted(row.name).replace("-", " ")
    whose = "/".join(quoted(part) for part in (row.provider, row.key, row.model_class))
    share = percent(Decimal(row.remaining) / row.limit)
    return Alert(
        rule=Rule.REMAINING_REQUESTS if requests else Rule.REMAINING_TOKENS,
        period=f"day:{period_at(Span.DAY, facts.now, facts.zone).label}",
        subject=whose if requests else f"{whose}/{quoted(row.name)}",
        severity=Severity.WARNING,
        title=f"Few {what} left of a rate limit ({whose})",
        sentence=(
            f"{row.remaining:,} of {row.limit:,} {what} a minute ({share}) were left for {whose} at "
            f"{clock(row.at, facts.zone)}; the floor is {int(floor):,}."
        ),
        next_step=(
            "Reviews slow down by themselves before they are refused. To be faster, ask the provider for a higher "
            "tier, spread reviews over the day, or let them wait in batches, which have limits of their own."
        ),
        at=facts.now,
        figures={"remaining": str(row.remaining), "limit": str(row.limit), "heard": row.at.isoformat()},
    )
