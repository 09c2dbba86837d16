"""Which limits hold for whom, and from when to when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.core.ledger.account import Scope, Span
from bot.core.ledger.entry import RunFacts
from tests.unit.core.ledger.budgets import AT, RUN, budgets, limit

EVERY_SCOPE = (
    limit("500"),
    limit("30", scope=Scope.REPOSITORY),
    limit("80", scope=Scope.TEAM),
    limit("10", scope=Scope.AUTHOR),
)


def test_each_scope_counts_its_own() -> None:
    """A run's dollars count against everybody's budget, its repository's, its team's and its author's."""
    held = budgets(*EVERY_SCOPE).held(RUN, AT)
    assert [(one.account.scope, one.account.of) for one in held] == [
        (Scope.ALL, ""),
        (Scope.REPOSITORY, "acme/shop"),
        (Scope.TEAM, "payments"),
        (Scope.AUTHOR, "ada"),
    ]


def test_nobody_in_particular_counts_against_everybody_alone() -> None:
    """A diff from a file has no repository, team or author, and shares no budget with others that have none."""
    held = budgets(*EVERY_SCOPE).held(RunFacts("run", AT), AT)
    assert [one.account.scope for one in held] == [Scope.ALL]


def test_an_allocation_takes_the_place_of_the_general_limit_of_its_span() -> None:
    """The team has its own dollars for the month; what teams have for a day still holds."""
    general, daily = limit("80", scope=Scope.TEAM), limit("9", Span.DAY, Scope.TEAM)
    own = limit("120", scope=Scope.TEAM, of="payments")
    rules = budgets(general, daily, own)
    assert [one.limit for one in rules.held(RUN, AT)] == [daily, own]
    assert [one.limit for one in rules.held(replace(RUN, team="search"), AT)] == [general, daily]


def test_a_hard_limit_goes_to_the_ledger() -> None:
    """What nothing passes is the hard limit, not the one that runs are warned by."""
    [one] = budgets(limit("30", scope=Scope.REPOSITORY, hard="40")).account_limits(RUN, AT)
    assert (one.account.of, one.usd) == ("acme/shop", Decimal(40))


def test_of_two_limits_of_one_account_the_lower_holds() -> None:
    """The ledger knows one limit an account."""
    [one] = budgets(limit("7"), limit("5"), limit("6")).account_limits(RUN, AT)
    assert one.usd == 5


@pytest.mark.parametrize(
    ("zone", "span", "at", "start", "end"),
    [
        # 25 hours: the clocks of Berlin go back on 25 October 2026
        ("Europe/Berlin", Span.DAY, "2026-10-25T12:00", "2026-10-24T22:00", "2026-10-25T23:00"),
        # a week of 167 hours, and its month
        ("Europe/Berlin", Span.WEEK, "2026-03-29T12:00", "2026-03-22T23:00", "2026-03-29T22:00"),
        ("Europe/Berlin", Span.MONTH, "2026-03-31T21:59", "2026-02-28T23:00", "2026-03-31T22:00"),
        # Havana has no midnight on 8 March 2026, and two on 1 November
        ("America/Havana", Span.DAY, "2026-03-08T12:00", "2026-03-08T05:00", "2026-03-09T04:00"),
        ("America/Havana", Span.DAY, "2026-11-01T12:00", "2026-11-01T04:00", "2026-11-02T05:00"),
        # Lord Howe changes by half an hour
        ("Australia/Lord_Howe", Span.DAY, "2026-04-05T00:00", "2026-04-04T13:00", "2026-04-05T13:30"),
        # Apia had no 30 December 2011
        ("Pacific/Apia", Span.DAY, "2011-12-30T09:59", "2011-12-29T10:00", "2011-12-30T10:00"),
        ("Pacific/Apia", Span.DAY, "2011-12-30T10:00", "2011-12-30T10:00", "2011-12-31T10:00"),
    ],
)
def test_periods_follow_the_clock_of_the_place(zone: str, span: Span, at: str, start: str, end: str) -> None:
    """No hour is without a budget and none belongs to two, whatever the clocks do."""
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    [held] = budgets(limit("1", span), zone=zone).held(RUN, moment)
    period = held.account.period
    assert (period.start.strftime("%Y-%m-%dT%H:%M"), period.end.strftime("%Y-%m-%dT%H:%M")) == (start, end)
    [after] = budgets(limit("1", span), zone=zone).held(RUN, period.end)
    assert after.account.period.start == period.end
