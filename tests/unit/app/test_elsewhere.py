"""A request in another provider's terms: the same question, at its own model, size and price."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app.elsewhere import Station
from bot.app.guard import with_margin
from bot.app.options import Options
from bot.app.tiers import tier_models
from bot.core.calls import Purpose
from bot.core.chain import Link
from bot.core.excerpt import Tier
from tests.fakes import NoCounter, TableCounter
from tests.unit.app.chains import AWS, HOME, PRICES, home_request

OLD_HAIKU = replace(AWS, models=dict.fromkeys(Tier, "global.anthropic.claude-haiku-4-5-20251001-v1:0"))


def station(link: Link, counter: NoCounter | TableCounter | None = None) -> Station:
    """A link at work."""
    return Station(link.name, tier_models(Options(), link), counter or NoCounter(), PRICES)


@pytest.mark.parametrize("tier", Tier)
def test_each_tier_has_its_own_model_there(tier: Tier) -> None:
    """Cheap stays cheap and strong stays strong."""
    request = home_request(purpose=Purpose(tier.value, "because", 1))
    assert station(AWS).request(request).model == AWS.models[tier] == station(AWS).model(request)


def test_the_question_is_the_same() -> None:
    """What is said differs in nothing; only who is asked does."""
    request = home_request()
    there = station(AWS).request(request)
    same = ("system", "facts", "hunks", "contract", "purpose", "cache_ttl", "rank", "attempt", "thinking", "effort")
    assert [getattr(there, name) for name in same] == [getattr(request, name) for name in same]
    assert (there.max_tokens, there.prefix_tokens) == (request.max_tokens, request.prefix_tokens)


def test_an_earlier_run_s_cache_is_no_business_of_others() -> None:
    """A message of one provider means nothing to another, which might refuse the question."""
    there = station(AWS).request(home_request(diagnosed=True, previous_message_id="msg_1"))
    assert (there.diagnosed, there.previous_message_id) == (False, None)


def test_a_model_that_does_not_think_needs_no_room_for_it() -> None:
    """Nor may it be sent an effort; the room for the answer itself stays."""
    request = home_request(max_tokens=5_350)
    there = station(OLD_HAIKU).request(request)
    assert (there.thinking, there.effort) == (None, None)
    assert there.max_tokens == 2_350, "3,000 less for thinking at medium effort"
    assert there.least_output_tokens >= 1


def test_another_model_s_prefix_is_counted_once_or_bounded() -> None:
    """Tokenizers differ; a reservation must hold at the other's."""
    counter = TableCounter({0: 7_000})
    there = station(OLD_HAIKU, counter)
    assert [there.request(home_request()).prefix_tokens for _ in range(3)] == [with_margin(7_000)] * 3
    assert counter.asked == 1
    bounded = station(OLD_HAIKU).request(home_request(system="x" * 9_000)).prefix_tokens
    assert bounded > 9_000 + 2_000


def test_costs_are_those_of_the_place() -> None:
    """Bedrock's regional ids cost a tenth more."""
    home, there = station(HOME), station(AWS)
    request = home_request()
    at_home, elsewhere = home.costs(request, "5m"), there.costs(there.request(request), "5m")
    assert elsewhere.write * 10 == at_home.write * 11
    assert at_home.read < at_home.plain < at_home.write
