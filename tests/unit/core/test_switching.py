"""The arithmetic of a cold cache: what it costs, and what it is worth."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.pricing import PriceList
from bot.core.switching import Costs, better_to_return, better_to_wait, worth_writing
from bot.core.usage import Usage
from tests.fakes import NOON


def costs(model: str, prefix: int, *, ttl: str = "5m") -> Costs:
    """Costs by the list, for a prefix of so many tokens and a small hunk."""
    prices = PriceList(NOON, {})
    written = Usage(cache_write_1h_tokens=prefix) if ttl == "1h" else Usage(cache_write_5m_tokens=prefix)
    parts = (Usage(cache_read_tokens=prefix), written, Usage(input_tokens=prefix), Usage(1_000, output_tokens=300))
    return Costs(*(prices.cost(model, usage) for usage in parts))


SMALL = costs("claude-sonnet-5-5", 5_000)
LARGE = costs("claude-opus-5-5", 60_000)


@pytest.mark.parametrize(("ttl", "least"), [("5m", 2), ("1h", 3)])
def test_a_cache_is_written_for_who_will_read_it(ttl: str, least: int) -> None:
    """One request alone would pay the premium for nobody; an hour costs more than five minutes."""
    these = costs("claude-sonnet-5-5", 5_000, ttl=ttl)
    assert not worth_writing(these, least - 1)
    assert worth_writing(these, least)


def test_a_premium_does_not_grow_with_the_requests() -> None:
    """One writes and the others read, so it is the same for ten and for a thousand, and less for one alone."""
    assert SMALL.premium(10) == SMALL.premium(1_000) == SMALL.write - SMALL.read
    assert SMALL.premium(1) == SMALL.plain - SMALL.read < SMALL.premium(10)


def test_the_examples_of_the_page_hold() -> None:
    """5,000 tokens are left at once; for 60,000 on the dear model 17 seconds are worth waiting, and 18 are not."""
    assert not better_to_wait(SMALL, SMALL, 100, to_probe=5.0, down_for=0.0)
    assert better_to_wait(LARGE, LARGE, 100, to_probe=17.0, down_for=0.0)
    assert not better_to_wait(LARGE, LARGE, 100, to_probe=18.0, down_for=0.0)


def test_an_outage_is_expected_to_last_as_long_again() -> None:
    """However soon the next probe is."""
    assert not better_to_wait(LARGE, LARGE, 100, to_probe=1.0, down_for=18.0)


def test_dearer_prices_are_worth_more_waiting() -> None:
    """A tenth more for each of a thousand requests is money too; a cheaper provider is not waited for at all."""
    dearer = Costs(*(part * Decimal("1.1") for part in (SMALL.read, SMALL.write, SMALL.plain, SMALL.rest)))
    assert better_to_wait(SMALL, dearer, 1_000, to_probe=5.0, down_for=0.0)
    assert not better_to_wait(dearer, SMALL, 1_000, to_probe=0.1, down_for=0.0)


def test_a_warm_cache_is_always_gone_back_to() -> None:
    """It costs nothing, and the provider is the preferred one."""
    assert better_to_return(LARGE, 1, warm=True)


def test_nobody_returns_to_a_cold_cache_for_the_last_requests() -> None:
    """A write must be a fifth at most of what is still to be asked."""
    assert [n for n in range(1, 60) if better_to_return(SMALL, n, warm=False)] == list(range(11, 60))
