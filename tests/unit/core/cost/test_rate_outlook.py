"""When a rate limit will be hit, and what would do instead."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.core.cost.rate_outlook import BY, TierChoice, UseLine, minutes_until_hit, outlooks, uses
from bot.core.excerpt import Tier
from bot.core.ledger.entry import Entry, RateRow
from bot.core.usage import Usage
from tests.fakes import NOON
from tests.unit.core.cost.histories import ledger, row

KEY = ("anthropic", "ANTHROPIC_API_KEY")
SONNET = (*KEY, "sonnet")
TIERS = (
    TierChoice(Tier.STRONG, "opus", Decimal(20)),
    TierChoice(Tier.STANDARD, "sonnet", Decimal(10)),
    TierChoice(Tier.CHEAP, "haiku", Decimal(1)),
)


def rate(
    name: str = "input-tokens", family: str = "sonnet", limit: int = 100, remaining: int = 100, at: datetime = NOON
) -> RateRow:
    """What was last heard of one limit."""
    return RateRow(*KEY, family, name, limit, remaining, at)


def quarters_ago(number: int, tokens: int, **facts: object) -> Entry:
    """A row so many quarters of an hour before noon."""
    at = NOON - timedelta(minutes=15 * number)
    return row(f"{number}-{tokens}-{facts}", at=at, usage=Usage(input_tokens=tokens), **facts)  # type: ignore[arg-type]


def test_use_is_a_line_through_the_last_hour() -> None:
    """1500, 3000, 4500 and 6000 tokens a quarter are 100 to 400 a minute, and in 7.5 minutes it would be 500."""
    told = uses(ledger([quarters_ago(5 - one, one * 1_500) for one in (1, 2, 3, 4)]).groups(BY), NOON)
    line = told[SONNET, "input-tokens"]
    assert line.at(0) == pytest.approx(450)
    assert line.at(7.5) == pytest.approx(500)


def test_what_does_not_count_against_a_limit_is_left_out() -> None:
    """Tokens read from the cache are free of it, batches have their own, and what is older is history."""
    cached = row("cached", at=NOON - timedelta(minutes=5), usage=Usage(cache_read_tokens=9_000, output_tokens=15))
    told = uses(ledger([cached, quarters_ago(1, 1_500, batch=True), quarters_ago(6, 1_500)]).groups(BY), NOON)
    assert told[SONNET, "input-tokens"] == UseLine(0.0, 0.0)
    assert told[SONNET, "output-tokens"].at(-7.5) == pytest.approx(0.7)
    assert told[SONNET, "tokens"] == told[SONNET, "output-tokens"]


def test_the_quarter_that_runs_counts_from_five_minutes_on() -> None:
    """Earlier, one request would be taken for a flood."""
    rows = [row("new", at=NOON + timedelta(minutes=1), usage=Usage(input_tokens=6_000))]
    assert uses(ledger(rows).groups(BY), NOON + timedelta(minutes=4)).get((SONNET, "input-tokens")) is None
    line = uses(ledger(rows).groups(BY), NOON + timedelta(minutes=6))[SONNET, "input-tokens"]
    assert line.growth > 0


def test_a_limit_that_refills_faster_than_it_is_used_is_never_hit() -> None:
    """Even from nothing, the bucket fills up."""
    assert minutes_until_hit(rate(remaining=1), UseLine(99.0), NOON) is None


def test_a_limit_that_is_used_faster_than_it_refills_is_hit_when_the_bucket_is_empty() -> None:
    """100 remain, and 120 are used where 100 flow in: after five minutes nothing is left."""
    assert minutes_until_hit(rate(), UseLine(120.0), NOON) == 5


def test_growing_use_hits_it_later() -> None:
    """Below the limit until the tenth minute, then 1, 3, 5 … more than flows in: 10 minutes more for a hundred."""
    assert minutes_until_hit(rate(), UseLine(80.0, 2.0), NOON) == 20


def test_what_was_heard_long_ago_has_refilled_since() -> None:
    """Nothing remained ten minutes ago, and hardly anything was used since."""
    stale = rate(remaining=0, at=NOON - timedelta(minutes=10))
    assert minutes_until_hit(stale, UseLine(10.0), NOON) is None
    assert minutes_until_hit(rate(remaining=0), UseLine(10.0), NOON) == 0


def test_use_never_falls_below_nothing() -> None:
    """A falling line ends at zero; it does not fill buckets."""
    assert UseLine(10.0, -1.0).at(30) == 0.0


def test_the_cheapest_tier_with_room_for_both_is_named() -> None:
    """Haiku is cheaper than Opus, and its limit bears its own use and what is moved to it."""
    rates = [rate(), rate(family="haiku", limit=500, remaining=500), rate(family="opus", limit=500, remaining=500)]
    used = {(SONNET, "input-tokens"): UseLine(150.0), ((*KEY, "haiku"), "input-tokens"): UseLine(100.0)}
    found = outlooks(rates, used, TIERS, NOON)
    assert [(one.minutes, one.instead) for one in found] == [(2, Tier.CHEAP), (None, None), (None, None)]


def test_a_tier_that_would_be_hit_itself_is_no_way_out() -> None:
    """Haiku has room for its own use only, so that Opus is named; of a class that was never heard of, nothing is."""
    rates = [rate(), rate(family="haiku", limit=200, remaining=200), rate(family="opus", limit=500, remaining=500)]
    used = {(SONNET, "input-tokens"): UseLine(150.0), ((*KEY, "haiku"), "input-tokens"): UseLine(100.0)}
    assert outlooks(rates, used, TIERS, NOON)[0].instead is Tier.STRONG
    assert outlooks(rates[:2], used, TIERS, NOON)[0].instead is None


def test_every_limit_of_the_other_tier_must_have_room() -> None:
    """Tokens without requests are of no use."""
    haiku = [rate(family="haiku", limit=500, remaining=500), rate("requests", "haiku", 10, 10)]
    used = {(SONNET, "input-tokens"): UseLine(150.0), (SONNET, "requests"): UseLine(20.0)}
    assert outlooks([rate(), *haiku], used, TIERS, NOON)[0].instead is None


def test_another_keys_room_does_not_count() -> None:
    """The other tier is asked with the same key."""
    other = RateRow("anthropic", "OTHER_KEY", "haiku", "input-tokens", 500, 500, NOON)
    used = {(SONNET, "input-tokens"): UseLine(150.0)}
    assert outlooks([rate(), other], used, TIERS, NOON)[0].instead is None
