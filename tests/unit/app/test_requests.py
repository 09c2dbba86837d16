"""What is sent: the shared parts once and always the same, the hunks of each batch once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.app.caching import CachePlanner
from bot.app.guard import with_margin
from bot.app.options import Options
from bot.app.prepare import Prepared
from bot.app.requests import RequestMaker
from bot.app.tiers import tier_models
from bot.core.choose import RequestSizes
from bot.core.diff.model import Diff
from bot.core.excerpt import Batch, Tier
from bot.core.prefix_use import Earlier, PrefixUse
from bot.core.route import Routing
from bot.core.tokens import bound_tokens
from bot.ports import PrefixHistory
from tests.fakes import NOON, NoCounter, TableCounter
from tests.unit.app.runs import ALL_PRICES, MODELS, a_change, a_plan, markers_in, some_options
from tests.unit.core.prompt.prompts import TEMPLATES


def a_maker(change: Diff, options: Options, *, tiers: tuple[Tier, ...] = ()) -> RequestMaker:
    """A maker for a plan; `tiers` are those of its batches in turn, where the plan's own do not matter."""
    prepared = a_plan(change, options)
    if tiers:
        batches = zip(prepared.batches, tiers, strict=True)
        prepared = replace(
            prepared, batches=tuple(replace(one, route=replace(one.route, tier=tier)) for one, tier in batches)
        )
    return maker_of(prepared, options)


def maker_of(prepared: Prepared, options: Options, history: PrefixHistory | None = None) -> RequestMaker:
    """A maker that caches as a review with this history would."""
    prefixes = CachePlanner(prepared, options, ALL_PRICES, history).prefixes(tier_models(options))
    return RequestMaker(prepared, TEMPLATES, prefixes)


def test_system_and_facts_are_the_same_bytes_in_every_request() -> None:
    """One byte of difference and nothing is read from the cache."""
    options = some_options(routing=Routing.RULES, sizes=RequestSizes(max_hunks=3))
    maker = a_maker(a_change(40, rows=5), options)
    requests = [maker.request(job) for job in maker.jobs(tier_models(options))]
    assert len(requests) > 10
    assert len({(request.system, request.facts, str(request.contract.schema)) for request in requests}) == 1
    assert sorted(marker for request in requests for marker in markers_in(request)) == [
        f"marker_{number:04}" for number in range(200)
    ]


def test_no_text_of_the_change_is_in_the_system_prompt() -> None:
    """What a pull request says is data: it stands in user messages only."""
    request = a_maker(a_change(1), some_options()).request_without_hunks(
        a_maker(a_change(1), some_options()).jobs(tier_models(some_options()))[0]
    )
    assert "marker_" not in request.system
    assert "src/part000.py" not in request.system
    assert "src/part000.py" in request.facts


def cached(change: Diff, *tiers: Tier, **changes: Any) -> list[bool]:
    """Whether each request of a plan marks its prefix for the cache."""
    options = some_options(**changes)
    return [job.cached for job in a_maker(change, options, tiers=tiers).jobs(tier_models(options))]


def test_a_single_request_pays_no_premium() -> None:
    """A prefix that is written and never read costs a quarter more for nothing."""
    assert cached(a_change(1), Tier.STANDARD) == [False]


def test_each_model_is_judged_by_itself() -> None:
    """Two requests to one model share a prefix; a single one to another model does not."""
    tiers = (Tier.STANDARD, Tier.STRONG, Tier.STANDARD)
    assert cached(a_change(3), *tiers) == [True, False, True]


def test_tiers_share_a_prefix_only_where_the_api_lets_them() -> None:
    """One model for all tiers is one prefix; at two efforts it would be two."""
    tiers = (Tier.CHEAP, Tier.STANDARD, Tier.STRONG)
    plain = dict.fromkeys(Tier, MODELS[Tier.STANDARD])
    assert cached(a_change(3), *tiers, models=plain) == [True, True, True]
    assert cached(a_change(3), *tiers, models=dict.fromkeys(Tier, "claude-sonnet-5-5")) == [True, True, True]
    apart = {Tier.CHEAP: "claude-opus-5-5", Tier.STANDARD: "claude-sonnet-5-5", Tier.STRONG: "claude-opus-5-5"}
    assert cached(a_change(3), *tiers, models=apart) == [False, False, False]


def test_the_cache_can_be_turned_off() -> None:
    """`cache_ttl: off` marks nothing."""
    assert cached(a_change(3), cache_ttl=None) == [False] * 3


def test_a_prefix_too_short_for_the_model_is_not_marked() -> None:
    """It would not be cached, and the others would wait for a leader in vain."""
    prepared = replace(a_plan(a_change(3), some_options()), system="Short.", facts="Few.")
    options = some_options(cache_ttl="5m")
    assert [job.cached for job in maker_of(prepared, options).jobs(tier_models(options))] == [False] * 3


@pytest.mark.parametrize("ttl", ["5m", "1h"])
def test_the_breakpoint_has_the_time_to_live_that_was_asked_for(ttl: str) -> None:
    """And only where the job is cached."""
    options = some_options(cache_ttl=ttl)
    maker = a_maker(a_change(2), options)
    job = maker.jobs(tier_models(options))[0]
    assert (maker.request(job).cache_ttl, maker.request(job).facts_ttl) == (ttl, ttl)
    assert not maker.request(replace(job, cached=False)).ttls


def test_every_request_of_a_model_has_the_same_breakpoints() -> None:
    """A marker more or less, and one request would not read what another wrote; that holds where tiers change too."""
    options = some_options()
    maker = a_maker(a_change(4), options, tiers=(Tier.STANDARD, Tier.STRONG, Tier.STANDARD, Tier.CHEAP))
    tiers = tier_models(options)
    jobs = maker.jobs(tiers)
    moved = [maker.as_planned(replace(job, tier=tiers[Tier.STANDARD])) for job in jobs]
    assert [job.cached for job in jobs] == [True, False, True, False]
    assert {(maker.request(job).cache_ttl, maker.request(job).facts_ttl) for job in moved} == {("5m", "5m")}
    back = maker.as_planned(replace(jobs[0], tier=tiers[Tier.STRONG]))
    assert not maker.request(back).ttls, "the model it moved to was planned to cache nothing"


def test_only_the_first_of_each_prefix_asks_for_diagnostics() -> None:
    """And only where a history is kept: other servers may not know the question."""
    options, tiers = some_options(), (Tier.STANDARD, Tier.STRONG, Tier.STANDARD, Tier.STRONG)
    maker = a_maker(a_change(4), options, tiers=tiers)
    assert [maker.request(job).diagnosed for job in maker.jobs(tier_models(options))] == [False] * 4
    remembered = PrefixHistoryOf("msg_1")
    asking = maker_of(maker.prepared, options, remembered)
    requests = [asking.request(job) for job in asking.jobs(tier_models(options))]
    assert [(one.diagnosed, one.previous_message_id) for one in requests] == [
        (True, "msg_1"),
        (True, "msg_1"),
        (False, None),
        (False, None),
    ]


@dataclass(frozen=True)
class PrefixHistoryOf:
    """A history in which every family was last asked by one message, a day ago."""

    message_id: str

    def earlier(self, prefix: str, family: str) -> Earlier:
        day = NOON - timedelta(days=1)
        return Earlier(newest=PrefixUse(prefix, family, day, day, 1, "5m", self.message_id))

    def add(self, use: PrefixUse) -> None:
        raise AssertionError("a plan writes nothing")


def test_the_prefix_is_counted_once_for_each_model() -> None:
    """One free question a model, whatever the number of requests, with a margin on what it answers."""
    options = some_options()
    maker = a_maker(a_change(5), options, tiers=(Tier.STANDARD, Tier.STRONG, Tier.STANDARD, Tier.STRONG, Tier.CHEAP))
    counter = TableCounter({0: 2_000})
    jobs = maker.jobs(tier_models(options))
    maker.measure_prefix(jobs, counter)
    assert counter.asked == 3
    assert {maker.request(job).prefix_tokens for job in jobs} == {with_margin(2_000)}


def test_a_prefix_that_cannot_be_counted_is_bounded_by_its_bytes() -> None:
    """A guess that is too low would overspend."""
    options = some_options()
    maker = a_maker(a_change(1), options)
    jobs = maker.jobs(tier_models(options))
    before = maker.request(jobs[0]).prefix_tokens
    maker.measure_prefix(jobs, NoCounter())
    request = maker.request(jobs[0])
    assert request.prefix_tokens == before >= bound_tokens(request.system) + bound_tokens(request.facts)


def test_an_answer_has_room_for_its_hunks() -> None:
    """Twenty hunks may say more than one, and a second try may say twice as much."""
    options = some_options(sizes=RequestSizes(max_hunks=20))
    maker = a_maker(a_change(20), options)
    (job,) = maker.jobs(tier_models(options))
    request, again = maker.request(job), maker.request(replace(job, room=2))
    assert (len(request.hunks), request.purpose.hunks) == (20, 20)
    assert request.max_tokens > maker.request(replace(job, batch=_first(maker.prepared))).max_tokens
    assert again.max_tokens == 2 * request.max_tokens
    assert request.least_output_tokens == request.max_tokens, "a batch is halved before its answer is squeezed"
    alone = maker.request(replace(job, batch=_first(maker.prepared)))
    assert alone.least_output_tokens < alone.max_tokens


def _first(prepared: Prepared) -> Batch:
    batch = prepared.batches[0]
    return replace(batch, excerpts=batch.excerpts[:1])
