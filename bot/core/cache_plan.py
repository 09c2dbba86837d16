"""Whether a prompt that requests share is worth caching, and for how long: arithmetic, and nothing else.

A prefix that stands in the cache is read; one that does not is written, which costs more than plain input. An entry
lives for its time to live T after its last use: a read refreshes it free of charge, a miss pays the write again. Take
k + 1 runs like this one, of n requests each, with k gaps g between them (from one run's last request to the next
one's first) and s seconds between the requests of a run. The very first request misses, and so does every other that
comes T or more after the one before it:

    misses(T)    =  1 + #{g >= T} + (k + 1) (n - 1) [s >= T]
    expected(T)  =  (misses(T) * write(T) + ((k + 1) n - misses(T)) * read) / (k + 1)    dollars a run
    expected(off) = n * plain

Nothing known of other runs is k = 0: one write, and n - 1 reads. The gaps that were are taken for those that will be.
tests/property/test_cache_plan.py holds the formula against a cache that is played out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.core.pricing import LIVE, PriceList, Tariff
from bot.core.report.figures import about_dollars
from bot.core.report.words import counted
from bot.core.usage import Usage

OFF = "off"
TTL_SECONDS = {"5m": 300.0, "1h": 3_600.0}
"""How long an entry lives after its last use, by the API's name for it; the cheaper to write first."""

TTL_WORDS = {"5m": "5 minutes", "1h": "an hour"}


@dataclass(frozen=True, slots=True)
class PrefixPrice:
    """Dollars for one prefix: sent as plain input, written to the cache (by time to live), read from it."""

    plain: Decimal
    write: Mapping[str, Decimal]
    read: Decimal


@dataclass(frozen=True, slots=True)
class CacheChoice:
    """The time to live to ask for (None: no caching), the expected dollars a run of each way ('off' too), and why."""

    ttl: str | None
    expected: Mapping[str, Decimal] = field(default_factory=dict)
    why: str = ""


def prefix_price(prices: PriceList, model: str, tokens: int, tariff: Tariff = LIVE) -> PrefixPrice:
    """What so many tokens of prefix cost on a model; raises UnknownPrice for a model that has no price."""
    return PrefixPrice(
        plain=prices.cost(model, Usage(input_tokens=tokens), tariff),
        write={
            "5m": prices.cost(model, Usage(cache_write_5m_tokens=tokens), tariff),
            "1h": prices.cost(model, Usage(cache_write_1h_tokens=tokens), tariff),
        },
        read=prices.cost(model, Usage(cache_read_tokens=tokens), tariff),
    )


def choose_ttl(
    gaps: Sequence[float],
    requests: int,
    seconds: float,
    price: PrefixPrice,
    ttls: Collection[str] = tuple(TTL_SECONDS),
) -> CacheChoice:
    """The cheapest of no caching and `ttls`, by the formula above; of equals the one that asks for less.

    `gaps` are seconds between runs that share the prefix, `requests` (1 or more) those of this run, which takes so
    many `seconds` for them.
    """
    expected = {OFF: requests * price.plain}
    for ttl in ttls:
        expected[ttl] = _expected(gaps, requests, seconds, price, ttl)
    best = min(expected, key=lambda way: expected[way])
    return CacheChoice(None if best == OFF else best, expected, _sentence(gaps, requests, expected, best))


def _expected(gaps: Sequence[float], requests: int, seconds: float, price: PrefixPrice, ttl: str) -> Decimal:
    lives = TTL_SECONDS[ttl]
    runs = len(gaps) + 1
    spaced_out = requests > 1 and seconds / (requests - 1) >= lives
    misses = 1 + sum(gap >= lives for gap in gaps) + (runs * (requests - 1) if spaced_out else 0)
    return (misses * price.write[ttl] + (runs * requests - misses) * price.read) / runs


def _sentence(gaps: Sequence[float], requests: int, expected: Mapping[str, Decimal], best: str) -> str:
    shared = f"{counted(requests, 'request')} of this run {'has' if requests == 1 else 'share'} this prompt"
    known = ", and no earlier run is known"
    if gaps:
        soon, later = (sum(gap < lives for gap in gaps) for lives in TTL_SECONDS.values())
        known = f"; {soon} of {counted(len(gaps), 'gap')} between runs were under 5 minutes, {later} under an hour"
    ways = [f"about {about_dollars(dollars)} {_words(way)}" for way, dollars in expected.items()]
    return f"{shared}{known}: {', '.join(ways)}, so it is {_words(best)}."


def _words(way: str) -> str:
    return "not cached" if way == OFF else f"cached for {TTL_WORDS[way]}"
