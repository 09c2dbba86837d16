"""A quote's range holds: what the run really costs lies within it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.app.caching import CachePlanner
from bot.app.options import Options
from bot.app.prepare import Prepared
from bot.app.quote import quote, worst_of_plan
from bot.app.tiers import tier_models
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.choose import RequestSizes
from bot.core.diff.model import Diff
from bot.core.excerpt import Tier
from bot.core.prefix_use import PrefixUse
from bot.core.report.quote_facts import QuoteFacts
from bot.core.route import Routing
from bot.core.tokens import bound_tokens
from bot.core.usage import Usage
from tests.fakes import NOON, KeptPrefixes, Vendor
from tests.unit.app.runs import ALL_PRICES, MODELS, NO_LIMITS, Room, a_change, a_plan, said, some_options
from tests.unit.core.prompt.prompts import TEMPLATES

SHAPES: dict[str, tuple[Diff, dict[str, Any]]] = {
    "one request": (a_change(1), {}),
    "one request of many hunks": (a_change(12), {"sizes": RequestSizes()}),
    "many requests": (a_change(12), {}),
    "many requests, uncached": (a_change(12), {"cache_ttl": None}),
    "many requests, kept for an hour": (a_change(12), {"cache_ttl": "1h"}),
    "long hunks": (a_change(3, rows=300), {"sizes": RequestSizes()}),
}


class Api:
    """A vendor that counts like an API: some bytes to a token, one write of the prefix, reads after that."""

    def __init__(self, bytes_per_token: float, say: Callable[[ModelRequest], int]) -> None:
        self._bytes_per_token = bytes_per_token
        self._say = say
        self._warm: set[tuple[str, str | None]] = set()

    def __call__(self, request: ModelRequest) -> ModelAnswer:
        """Answer with nothing found, at a price."""
        prefix = self._tokens(request.system) + self._tokens(request.facts) + self._tokens(str(request.contract.schema))
        hunks = sum(self._tokens(block) for block in request.hunks)
        output = self._say(request)
        if request.cache_ttl is None:
            return said(usage=Usage(input_tokens=prefix + hunks, output_tokens=output))
        warm = (request.model, request.effort) in self._warm
        self._warm.add((request.model, request.effort))
        written = {} if warm else {f"cache_write_{request.cache_ttl}_tokens": prefix}
        return said(
            usage=Usage(input_tokens=hunks, output_tokens=output, cache_read_tokens=prefix if warm else 0, **written)
        )

    def _tokens(self, text: str) -> int:
        return int(len(text.encode()) / self._bytes_per_token)


def quoted(change: Diff, options: Options) -> tuple[Prepared, QuoteFacts]:
    """The plan and its quote."""
    plan = a_plan(change, options)
    return plan, quote(plan, options, TEMPLATES, ALL_PRICES)


def dollars(change: Diff, options: Options, api: Api) -> Decimal:
    """What the run really costs."""
    receipt = Room(Vendor(api)).review(change, options)
    assert receipt.coverage.skipped == ()
    return receipt.bill.total_usd


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("bytes_per_token", [2.5, 3.0, 3.9, 4.5])
@pytest.mark.parametrize("seed", range(3))
def test_the_bill_lies_within_the_quote(shape: str, bytes_per_token: float, seed: int) -> None:
    """However the tokenizer counts, whatever is said: at least the lowest price, at most the highest."""
    change, changes = SHAPES[shape]
    options = some_options(**changes)
    dice = random.Random(seed)  # noqa: S311  # a test's dice
    _, facts = quoted(change, options)
    paid = dollars(change, options, Api(bytes_per_token, lambda request: dice.randint(8, request.max_tokens)))
    assert facts.planned.lowest <= paid <= facts.planned.highest


@pytest.mark.parametrize("shape", SHAPES)
def test_the_ends_of_the_range_can_be_met(shape: str) -> None:
    """A range from nothing to a fortune would hold as well: a silent run is near the lowest, and no bound is idle."""
    change, changes = SHAPES[shape]
    options = some_options(**changes)
    _, facts = quoted(change, options)
    silent = dollars(change, options, Api(3.0, lambda _: 8))
    assert silent <= 2 * facts.planned.lowest
    full = dollars(change, options, Api(1.0, lambda request: request.max_tokens))
    assert full >= facts.planned.highest / 5


def test_the_highest_price_is_what_would_be_reserved() -> None:
    """Each request once, at its worst case, in tokens as well."""
    options = some_options(cache_ttl=None)
    plan, facts = quoted(a_change(4), options)
    tokens = facts.highest_tokens
    receipt = Room(Vendor(Api(1.0, lambda request: request.max_tokens))).review(
        plan.target.diff, replace(options, limits=replace(NO_LIMITS, tokens=tokens))
    )
    assert receipt.coverage.skipped == ()


def test_each_tier_has_its_price() -> None:
    """The same plan on each tier, cheapest first; the planned one is among them."""
    _, facts = quoted(a_change(4), some_options())
    assert [one.model for one in facts.tiers] == [MODELS[tier] for tier in Tier]
    lowest = [one.price.lowest for one in facts.tiers]
    assert lowest == sorted(lowest)
    assert facts.planned == facts.tiers[1].price


def test_caching_is_quoted_with_and_without() -> None:
    """It pays where many requests read what one wrote, and changes nothing for a single one."""
    _, many = quoted(a_change(12), some_options())
    assert many.with_cache.lowest < many.without_cache.lowest
    _, single = quoted(a_change(1), some_options())
    assert single.with_cache == single.without_cache


def test_a_quote_lists_the_requests_that_a_review_makes() -> None:
    """In the same order, with the same tier, model and reason."""
    options = some_options(routing=Routing.RULES, sizes=RequestSizes(max_hunks=3))
    change = a_change(10, rows=8)
    vendor = Vendor(Api(3.0, lambda _: 8))
    _, facts = quoted(change, options)
    Room(vendor).review(change, options)
    asked = [(one.purpose.tier, one.model, one.purpose.hunks, one.purpose.why) for one in vendor.requests]
    assert asked == [(one.tier, one.model, one.hunks, one.why) for one in facts.requests]


def test_nothing_to_ask_costs_nothing() -> None:
    """An empty plan has a price, and it is zero."""
    _, facts = quoted(Diff(()), some_options())
    prices: list[Any] = [facts.planned, facts.with_cache, facts.without_cache, *(one.price for one in facts.tiers)]
    assert {(one.lowest, one.highest) for one in prices} == {(Decimal(0), Decimal(0))}
    assert (facts.requests, facts.highest_tokens) == ((), 0)


def test_the_estimate_of_a_request_is_near_its_bytes() -> None:
    """What the table calls input tokens is not a bound: it lies well under one."""
    plan, facts = quoted(a_change(1), some_options())
    assert facts.requests[0].input_tokens < bound_tokens(plan.system) + bound_tokens(plan.facts)


def test_the_lowest_price_knows_what_an_earlier_run_left() -> None:
    """With a history a quote caches as the review will: what stands in the cache is read, and not written."""
    options, history = some_options(), KeptPrefixes()
    plan, cold = quoted(a_change(1), options)
    tiers = tier_models(options)
    own = CachePlanner(plan, options, ALL_PRICES).prefixes(tiers)[tiers[Tier.STANDARD].prefix]
    for minutes in (6, 4, 2):
        moment = NOON - timedelta(minutes=minutes)
        history.add(PrefixUse(own.key, own.family, moment, moment, 1, "5m"))
    warm = quote(plan, options, TEMPLATES, ALL_PRICES, history)
    assert warm.planned.lowest < cold.planned.lowest / 2
    assert warm.planned.highest > cold.planned.highest, "it may have to be written after all"
    assert warm.without_cache == cold.without_cache
    assert worst_of_plan(plan, options, TEMPLATES, ALL_PRICES, history).usd == warm.planned.highest
