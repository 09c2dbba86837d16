"""Whether a prompt is cached, and for how long: the cases that people ask about."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.cache_plan import CacheChoice, choose_ttl, prefix_price
from bot.core.usage import Usage
from tests.fakes import PLAIN, PRICES

PRICE = prefix_price(PRICES, PLAIN, 4_000)
MINUTE, HOUR = 60.0, 3_600.0


def chosen(*gaps: float, requests: int = 1, seconds: float = 60.0) -> CacheChoice:
    """The choice for a prompt of 4,000 tokens at Claude's usual ratios."""
    return choose_ttl(gaps, requests, seconds, PRICE)


def test_a_price_is_that_of_the_tokens() -> None:
    """Each way of paying for the prefix is the price list's own figure."""
    assert PRICE.plain == PRICES.cost(PLAIN, Usage(input_tokens=4_000))
    assert PRICE.write["5m"] == PRICES.cost(PLAIN, Usage(cache_write_5m_tokens=4_000)) == Decimal("0.005")
    assert PRICE.write["1h"] == PRICES.cost(PLAIN, Usage(cache_write_1h_tokens=4_000)) == Decimal("0.008")
    assert PRICE.read == PRICES.cost(PLAIN, Usage(cache_read_tokens=4_000))


@pytest.mark.parametrize(("requests", "ttl"), [(1, None), (2, "5m"), (3, "5m"), (300, "5m")])
def test_without_history_two_requests_decide(requests: int, ttl: str | None) -> None:
    """Nobody is known who would read what a single request writes; the second one already pays for it."""
    assert chosen(requests=requests).ttl == ttl


@pytest.mark.parametrize(
    ("gaps", "ttl"),
    [
        ([2 * MINUTE], "5m"),
        ([2 * MINUTE] * 10, "5m"),
        ([20 * MINUTE] * 10, "1h"),
        ([20 * MINUTE], None),  # one gap is half a chance, which an hour's price does not carry
        ([3 * HOUR] * 10, None),
        ([2 * MINUTE] * 3 + [20 * MINUTE] * 7, "1h"),
        ([2 * MINUTE] * 5 + [12 * HOUR] * 2, "5m"),
    ],
)
def test_a_single_request_caches_where_other_runs_are_near(gaps: list[float], ttl: str | None) -> None:
    """What it writes is read by the next, as often as the gaps say."""
    assert chosen(*gaps).ttl == ttl


def test_many_requests_cache_however_far_the_other_runs_are() -> None:
    """They pay for their own write, and only a near run makes an hour worth its price."""
    assert chosen(*[9 * HOUR] * 10, requests=5).ttl == "5m"
    assert chosen(*[20 * MINUTE] * 10, requests=5).ttl == "1h"


def test_requests_far_apart_need_the_longer_time() -> None:
    """A run whose requests come every ten minutes would write each of them anew at five."""
    assert chosen(requests=4, seconds=1_800.0).ttl == "1h"
    assert chosen(requests=4, seconds=4 * HOUR).ttl is None


def test_a_gap_as_long_as_the_time_to_live_is_a_miss() -> None:
    """An entry is gone the moment its time is over."""
    assert chosen(300.0).expected["5m"] == PRICE.write["5m"]
    assert chosen(299.0).expected["5m"] == (PRICE.write["5m"] + PRICE.read) / 2


def test_the_sentence_says_what_was_known_and_what_it_costs() -> None:
    """It stands on the receipt, so it must be understood there."""
    assert chosen(requests=2).why == (
        "2 requests of this run share this prompt, and no earlier run is known: about $0.0080 not cached, about $0.0054"
        " cached for 5 minutes, about $0.0084 cached for an hour, so it is cached for 5 minutes."
    )
    assert chosen(MINUTE, 20 * MINUTE, 2 * HOUR).why.startswith(
        "1 request of this run has this prompt; 1 of 3 gaps between runs were under 5 minutes, 2 under an hour:"
    )
