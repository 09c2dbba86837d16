"""The formula for the price of a cached prompt, against a cache that is played out request by request."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.cache_plan import OFF, TTL_SECONDS, PrefixPrice, choose_ttl

CENTS = st.integers(0, 400).map(lambda cents: Decimal(cents) / 1000)
PRICES = st.builds(
    lambda plain, short, long, read: PrefixPrice(plain, {"5m": short, "1h": long}, read), CENTS, CENTS, CENTS, CENTS
)
GAPS = st.lists(st.one_of(st.floats(0, 9_000), st.sampled_from([0.0, 299.9, 300.0, 3_599.0, 3_600.0])), max_size=30)
NOTHING = Decimal("1e-18")
"""What a division of Decimals may be off."""


def played(gaps: Sequence[float], requests: int, seconds: float, price: PrefixPrice, ttl: str | None) -> Decimal:
    """Dollars of all runs together: every request looks whether the entry is still there, and uses or writes it."""
    spent, now, gone_at = Decimal(0), 0.0, 0.0
    between = seconds / (requests - 1) if requests > 1 else 0.0
    for gap in (0.0, *gaps):
        for number in range(requests):
            now += between if number else gap
            if ttl is None:
                spent += price.plain
                continue
            spent += price.read if now < gone_at else price.write[ttl]
            gone_at = now + TTL_SECONDS[ttl]
    return spent


@settings(max_examples=150, deadline=None)
@given(gaps=GAPS, requests=st.integers(1, 12), seconds=st.integers(0, 9), price=PRICES)
def test_the_formula_is_what_a_cache_costs(gaps: list[float], requests: int, seconds: int, price: PrefixPrice) -> None:
    """Whatever the gaps and prices, the expected dollars are those of the cache, shared out over its runs."""
    whole = float(seconds * 450 * max(1, requests - 1))  # spacings on both sides of both times to live
    gaps = [float(round(gap)) for gap in gaps]  # whole seconds, so that the player's clock adds up exactly
    choice = choose_ttl(gaps, requests, whole, price)
    for way, dollars in choice.expected.items():
        truth = played(gaps, requests, whole, price, None if way == OFF else way)
        assert abs(dollars * (len(gaps) + 1) - truth) <= NOTHING


@settings(max_examples=150, deadline=None)
@given(gaps=GAPS, requests=st.integers(1, 12), seconds=st.floats(0, 90_000), price=PRICES)
def test_nothing_dearer_is_ever_chosen(gaps: list[float], requests: int, seconds: float, price: PrefixPrice) -> None:
    """By its own arithmetic the choice is the cheapest, and of equals the one that asks for less."""
    choice = choose_ttl(gaps, requests, seconds, price)
    chosen = choice.expected[choice.ttl or OFF]
    assert chosen == min(choice.expected.values())
    assert list(choice.expected) == [OFF, "5m", "1h"]
    assert next(way for way, dollars in choice.expected.items() if dollars == chosen) == (choice.ttl or OFF)


@settings(max_examples=80, deadline=None)
@given(gaps=GAPS, requests=st.integers(1, 12), ttls=st.sets(st.sampled_from(["5m", "1h"])), price=PRICES)
def test_only_what_is_offered_is_chosen(gaps: list[float], requests: int, ttls: set[str], price: PrefixPrice) -> None:
    """A time to live that the settings name is the only one that competes with no caching."""
    choice = choose_ttl(gaps, requests, 60.0, price, ttls)
    assert set(choice.expected) == {OFF, *ttls}
    assert choice.ttl is None or choice.ttl in ttls


@settings(max_examples=150, deadline=None)
@given(gaps=GAPS, requests=st.integers(1, 12), seconds=st.floats(0, 90_000), price=PRICES)
def test_earlier_runs_never_shorten_the_time_to_live(
    gaps: list[float], requests: int, seconds: float, price: PrefixPrice
) -> None:
    """What runs share stands before what only this run does, and the API wants the longer time to live first."""
    short, long = (max(price.read, write) for write in price.write.values())
    price = PrefixPrice(price.plain, {"5m": short, "1h": long}, price.read)  # no price list pays for writing
    alone, shared = choose_ttl((), requests, seconds, price), choose_ttl(gaps, requests, seconds, price)
    assert alone.ttl is None or shared.ttl is not None
    assert (alone.ttl, shared.ttl) != ("1h", "5m")
