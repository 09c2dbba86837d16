"""The trend, the burn rate, and how long a budget lasts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.core.cost.daily import DaySpent
from bot.core.cost.outlook import Ahead, RunsOut, dollars, methods, runs_out

MONDAY = date(2026, 10, 26)
TODAY = MONDAY + timedelta(days=28)
TO_THE_END = Ahead(TODAY, 1.0, 0.8)


def days(count: int, usd: Callable[[date, int], float]) -> list[DaySpent]:
    """So many days before TODAY, each with what it cost."""
    first = TODAY - timedelta(days=count)
    return [DaySpent(day, dollars(usd(day, number))) for number in range(count) for day in [first + timedelta(number)]]


def test_fewer_than_seven_days_foretell_nothing() -> None:
    """Guessing from a weekend would be worse than saying nothing."""
    assert methods(days(6, lambda day, number: 5)) == ()
    assert [one.name for one in methods(days(7, lambda day, number: 5))] == ["trend", "burn rate"]


def test_the_trend_goes_on_growing_and_the_burn_rate_does_not() -> None:
    """A dollar more each day: the three days to come cost 28 + 29 + 30 by the line, three times 24 by the last week."""
    trend, burn = methods(days(28, lambda day, number: number))
    last = TODAY + timedelta(days=2)
    assert TO_THE_END.until(last, trend).expected == pytest.approx(28 + 29 + 30)
    assert TO_THE_END.until(last, burn).expected == pytest.approx(3 * 24)


def test_weekends_are_told_apart_where_they_differ() -> None:
    """Twenty dollars on working days and two at weekends: the week to come costs what a week costs."""
    trend, _ = methods(days(28, lambda day, number: 2 if day.weekday() >= 5 else 20 + number % 2))
    assert trend.weekends
    week = TO_THE_END.until(TODAY + timedelta(days=6), trend)
    assert week.expected == pytest.approx(5 * 20.5 + 2 * 2, rel=0.02)
    assert week.high - week.expected < 3


def test_weekends_are_not_told_apart_where_they_do_not() -> None:
    """The third coefficient has to earn its place: noise that knows no weekday does not pay for it."""
    trend, _ = methods(days(28, lambda day, number: 10 + (number * number) % 3))
    assert not trend.weekends


def test_two_weekends_are_needed_to_tell_them_apart() -> None:
    """One weekend may be any weekend."""
    trend, _ = methods(days(8, lambda day, number: 2 if day.weekday() >= 5 else 20))
    assert not trend.weekends


def test_days_that_never_vary_leave_no_doubt() -> None:
    """The bounds close in on the expected amount."""
    _, burn = methods(days(7, lambda day, number: 4))
    found = TO_THE_END.until(TODAY, burn)
    assert (found.low, found.expected, found.high) == pytest.approx((4, 4, 4))


def test_of_today_only_the_rest_counts() -> None:
    """What was spent until now is known, and is not foretold."""
    _, burn = methods(days(7, lambda day, number: 4))
    assert Ahead(TODAY, 0.25, 0.8).until(TODAY + timedelta(days=1), burn).expected == pytest.approx(5)


def test_a_budget_runs_out_on_the_day_that_takes_the_last_of_it() -> None:
    """Four dollars a day: ten last until the third day, and the bounds stand to either side."""
    _, burn = methods(days(7, lambda day, number: 4))
    assert runs_out(Decimal(10), TO_THE_END, burn).expected == TODAY + timedelta(days=2)
    _, varying = methods(days(7, lambda day, number: 1 + number))
    found = runs_out(Decimal(40), TO_THE_END, varying)
    assert found.earliest is not None
    assert found.expected is not None
    assert found.latest is not None
    assert found.earliest < found.expected < found.latest


def test_a_spent_budget_is_out_today() -> None:
    """Also where it is overdrawn."""
    _, burn = methods(days(7, lambda day, number: 4))
    assert runs_out(Decimal(-1), TO_THE_END, burn) == RunsOut(TODAY, TODAY, TODAY)


def test_a_budget_that_lasts_for_years_has_no_day() -> None:
    """Nobody believes a forecast beyond a year."""
    _, burn = methods(days(7, lambda day, number: 0))
    assert runs_out(Decimal(1), TO_THE_END, burn) == RunsOut(None, None, None)
