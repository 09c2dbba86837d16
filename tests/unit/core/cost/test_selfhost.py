"""Where own GPUs and the API cost the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.cost.selfhost import Bought, BreakEven, Machines, break_even

ONE_A_SECOND = Decimal(1) / 3600 / 730
"""Tokens a second that make one token a month."""


def machines(usd_per_month: str = "100", capacity: int = 1_000, gpus: int | None = None, fixed: str = "0") -> Machines:
    """GPUs said by the month: their price, and how many tokens each processes."""
    hourly = Decimal(usd_per_month) / 730
    return Machines(hourly, ONE_A_SECOND * capacity, Decimal(1), gpus, Decimal(fixed))


def test_capacity_is_what_a_busy_gpu_does_in_its_share_of_the_month() -> None:
    """100 tokens a second, half of 730 hours."""
    assert Machines(Decimal(2), Decimal(100), Decimal("0.5")).capacity == 100 * 3600 * 365
    assert Machines(Decimal(2), Decimal(100), Decimal("0.5"), 3, Decimal(40)).cost(3) == 3 * 1460 + 40


def test_one_gpu_meets_the_api_where_their_bills_are_equal() -> None:
    """100 dollars a month, at 0.20 a token: 500 of its 1,000 tokens."""
    met = break_even(machines(), Decimal("0.2"))
    assert met is not None
    assert (met.gpus, round(met.tokens)) == (1, 500)


def test_fixed_costs_may_take_several_gpus() -> None:
    """Each full GPU earns 100 above its price: 250 of fixed costs take three."""
    met = break_even(machines(fixed="250"), Decimal("0.2"))
    assert met is not None
    assert (met.gpus, round(met.tokens)) == (3, 2_750)


def test_a_gpu_that_costs_more_than_its_tokens_never_meets_the_api() -> None:
    """However many there are."""
    assert break_even(machines(usd_per_month="201"), Decimal("0.2")) is None
    assert break_even(machines(usd_per_month="201", gpus=9), Decimal("0.2")) is None


def test_named_gpus_must_carry_the_volume_themselves() -> None:
    """Two full GPUs earn 200 above their price, and no third one is bought."""
    assert break_even(machines(gpus=2, fixed="250"), Decimal("0.2")) is None
    met = break_even(machines(gpus=3, fixed="250"), Decimal("0.2"))
    assert met is not None
    assert (met.gpus, round(met.tokens)) == (3, 2_750)


def test_a_free_api_is_never_beaten() -> None:
    """Even by GPUs that cost nothing: there is no volume at which nothing is less than nothing."""
    assert break_even(machines(usd_per_month="0", gpus=1), Decimal(0)) is None


@pytest.mark.parametrize(("volume", "gpus"), [(1, 1), (999, 1), (1_001, 2), (5_500, 6)])
def test_a_volume_takes_whole_gpus(volume: int, gpus: int) -> None:
    """Half a GPU is not sold."""
    assert machines().needed(Decimal(volume)) == gpus
    assert machines(gpus=4).needed(Decimal(volume)) == 4


def test_a_month_is_what_its_tokens_cost() -> None:
    """Dollars a month at the volume."""
    assert Bought(Decimal(1_000), Decimal("0.02")).usd_per_month == 20


CENTS = st.integers(0, 100_000).map(lambda cents: Decimal(cents) / 100)


@settings(max_examples=200, deadline=None)
@given(
    hourly=CENTS,
    rate=st.integers(1, 10_000).map(Decimal),
    busy=st.integers(1, 100).map(lambda percent: Decimal(percent) / 100),
    gpus=st.none() | st.integers(1, 50),
    fixed=CENTS,
    price=st.integers(1, 100_000).map(lambda cents: Decimal(cents) / 10**9),
)
def test_where_they_meet_both_cost_the_same(  # one argument a number of the formula
    hourly: Decimal, rate: Decimal, busy: Decimal, gpus: int | None, fixed: Decimal, price: Decimal
) -> None:
    """And the GPUs can carry the volume: below it, the API is cheaper for as many GPUs."""
    own = Machines(hourly, rate, busy, gpus, fixed)
    met = break_even(own, price)
    if met is None:
        most = gpus or 10_000
        assert own.cost(most) > most * own.capacity * price
        return
    assert isinstance(met, BreakEven)
    assert abs(met.tokens * price - own.cost(met.gpus)) < Decimal("1e-9") * (1 + own.cost(met.gpus))
    assert met.tokens <= met.gpus * own.capacity * (1 + Decimal("1e-9"))
    if gpus is None and met.gpus > 1:
        fewer = met.gpus - 1
        assert own.cost(fewer) > fewer * own.capacity * price
