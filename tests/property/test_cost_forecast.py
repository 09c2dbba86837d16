"""Histories of any shape priced anew, and lines with known errors foretold."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.calls import Feature
from bot.core.cost.compare import AS_IT_WAS, BY, Change, parts_of, price_of
from bot.core.cost.compare_report import models_to_compare, scenarios
from bot.core.cost.daily import DaySpent, is_weekend
from bot.core.cost.outlook import Ahead, dollars, methods, runs_out
from bot.core.ledger.entry import Entry
from bot.core.money import to_the_digit
from bot.core.pricing import PriceList
from bot.core.usage import Usage
from tests.fakes import NOON
from tests.unit.core.cost.histories import ledger, row

PRICES = PriceList(NOON, {})
COUNTS = st.integers(0, 200_000)
USAGES = st.builds(Usage, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
ROWS = st.builds(
    row,
    usd=st.integers(0, 10**13).map(lambda units: str(Decimal(units).scaleb(-12))),
    model=st.sampled_from(["claude-haiku-5-5", "claude-sonnet-4-6", "claude-opus-5-5", "stranger"]),
    tier=st.sampled_from(["cheap", "standard", "strong"]),
    feature=st.sampled_from([one.value for one in Feature]),
    outcome=st.sampled_from(["answered", "truncated", "overloaded"]),
    platform=st.sampled_from(["anthropic", "aws"]),
    batch=st.booleans(),
    usage=USAGES,
)
HISTORIES = st.lists(ROWS, max_size=8).map(
    lambda rows: [replace(one, opening=replace(one.opening, id=str(number))) for number, one in enumerate(rows)]
)
MONDAY = date(2026, 9, 28)


@settings(max_examples=80, deadline=None)
@given(rows=HISTORIES)
def test_as_it_was_is_the_ledgers_sum_to_the_last_digit(rows: list[Entry]) -> None:
    """Whatever was asked of whom and however it ended, the comparison starts from what was paid."""
    known = ledger(rows)
    parts = parts_of(known.groups(BY))
    assert price_of(parts, AS_IT_WAS, PRICES) == known.total().cost_usd


@settings(max_examples=80, deadline=None)
@given(rows=HISTORIES)
def test_no_way_costs_less_than_nothing_nor_digits_that_a_ledger_cannot_hold(rows: list[Entry]) -> None:
    """Every amount is money."""
    parts = parts_of(ledger(rows).groups(BY))
    for one in scenarios(parts, models_to_compare("all", parts, PRICES), PRICES):
        assert one.usd >= 0
        assert to_the_digit(one.usd) == one.usd


@settings(max_examples=80, deadline=None)
@given(rows=HISTORIES)
def test_batches_never_cost_more_nor_less_than_half(rows: list[Entry]) -> None:
    """All in batches is the cheapest of the three, all at once the dearest, and at most double."""
    parts = parts_of(ledger(rows).groups(BY))
    all_in, as_was, none_in = (price_of(parts, change, PRICES) for change in _BATCH_WAYS)
    rounding = Decimal("1e-11") * (len(parts) + 1)
    assert all_in <= as_was + rounding
    assert as_was <= none_in + rounding
    assert none_in <= 2 * all_in + rounding


_BATCH_WAYS = (Change(batch=True), AS_IT_WAS, Change(batch=False))


def _spent(rng: random.Random, day: date, number: int, weekend: float, growth: float) -> DaySpent:
    usual = weekend if is_weekend(day) else 60.0
    return DaySpent(day, dollars(max(0.0, usual + growth * number + rng.gauss(0, 6))))


@pytest.mark.parametrize(("weekend", "growth"), [(60.0, 0.0), (60.0, 0.8), (25.0, 0.3)])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_interval_holds_the_truth_as_often_as_it_says(weekend: float, growth: float, level: float) -> None:
    """400 invented months: what the last ten days then cost lies within for about the stated share.

    A share of 400 has a standard error of 2 % at 0.8, so that 7 % to either side is no accident.
    """
    rng = random.Random(7)  # noqa: S311  # no secret
    held = 0
    for _ in range(400):
        days = [_spent(rng, MONDAY + timedelta(days=n), n, weekend, growth) for n in range(40)]
        trend = methods(days[:30])[0]
        found = Ahead(days[30].day, 1.0, level).until(days[-1].day, trend)
        held += found.low <= float(sum(one.usd for one in days[30:])) <= found.high
    assert held / 400 == pytest.approx(level, abs=0.07)


def test_the_burn_rates_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Days that differ by chance only, which is what the mean of a week assumes."""
    rng = random.Random(8)  # noqa: S311  # no secret
    held = 0
    for _ in range(400):
        days = [_spent(rng, MONDAY + timedelta(days=n), n, 60.0, 0.0) for n in range(17)]
        burn = methods(days[:7])[1]
        found = Ahead(days[7].day, 1.0, 0.8).until(days[-1].day, burn)
        held += found.low <= float(sum(one.usd for one in days[7:])) <= found.high
    assert held / 400 == pytest.approx(0.8, abs=0.07)


@settings(max_examples=100, deadline=None)
@given(
    amounts=st.lists(st.integers(0, 10**7), min_size=7, max_size=40),
    share=st.floats(0, 1),
    left=st.integers(0, 10**7),
    ahead=st.integers(0, 30),
)
def test_nothing_foretold_is_negative_or_out_of_order(amounts: list[int], share: float, left: int, ahead: int) -> None:
    """Low, expected, high; earliest, expected, latest; whatever the days cost."""
    days = [DaySpent(MONDAY + timedelta(days=n), Decimal(usd) / 100) for n, usd in enumerate(amounts)]
    today = days[-1].day + timedelta(days=1)
    seen = Ahead(today, share, 0.8)
    for method in methods(days):
        found = seen.until(today + timedelta(days=ahead), method)
        assert 0 <= found.low <= found.expected <= found.high
        out = runs_out(Decimal(left) / 100, seen, method)
        ends = [day or date.max for day in (out.earliest, out.expected, out.latest)]
        assert today <= ends[0]
        assert ends == sorted(ends)
