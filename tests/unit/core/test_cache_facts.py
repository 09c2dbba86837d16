"""The prompt cache on the receipt: prediction beside outcome, and a sentence for what went wrong."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.core.cache_facts import LeaderAnswer, cache_facts, cache_notes
from bot.core.calls import Call
from bot.core.prefix_plan import PrefixPlan
from bot.core.prefix_use import Earlier
from bot.core.receipt import CacheFacts
from bot.core.usage import Usage
from tests.fakes import NOON, PLAIN
from tests.unit.core.test_bill import BOTH, DEAR, a_call
from tests.unit.core.test_prefix_plan import a_plan
from tests.unit.core.test_prefix_use import a_use

WROTE = Usage(input_tokens=500, cache_write_5m_tokens=4_300, output_tokens=10)
READ = Usage(input_tokens=500, cache_read_tokens=4_300, output_tokens=10)


def as_planned() -> list[Call]:
    """Four answers, the first of which wrote what the others read."""
    return [a_call(usage=WROTE), *(a_call(usage=READ) for _ in range(3))]


def notes(plan: PrefixPlan, *calls: Call, leader: LeaderAnswer | None = None) -> list[str]:
    """What a reader is told."""
    return list(cache_notes([plan], {plan.key: leader} if leader else {}, calls, BOTH, NOON))


def test_a_plan_that_holds_predicts_its_own_hit_ratio() -> None:
    """Where nothing fails, both ratios are the same number."""
    facts = cache_facts([a_plan(why="It pays.")], as_planned(), BOTH)
    assert facts.predicted_hit_ratio == facts.actual_hit_ratio == 0.6719
    (one,) = facts.by_model
    assert (one.model, one.ttl, one.requests, one.writes, one.prefix_tokens) == (PLAIN, "5m", 4, 1, 4_300)
    assert one.saved_usd == 3 * 4_300 * Decimal("0.0000009") - 4_300 * Decimal("0.00000025")
    assert (facts.ttl, facts.why) == ("5m", "It pays.")


def test_others_that_wrote_again_are_counted() -> None:
    """A leader that was lost leaves the next ones in the cold."""
    facts = cache_facts([a_plan()], [a_call(usage=WROTE)] * 3 + [a_call(usage=READ)], BOTH)
    assert facts.by_model[0].writes == 3
    assert facts.actual_hit_ratio < facts.predicted_hit_ratio


def test_models_have_an_entry_each() -> None:
    """What holds for one says nothing of the other, and the run as a whole is mixed."""
    other = a_plan(model=DEAR, key="q" * 64, requests=1, system_ttl=None, facts_ttl=None, why="One request.")
    facts = cache_facts([a_plan(why="Four."), other], [*as_planned(), a_call(model=DEAR)], BOTH)
    assert [(one.model, one.ttl, one.actual_hit_ratio) for one in facts.by_model] == [
        (PLAIN, "5m", 0.6719),
        (DEAR, "off", 0.0),
    ]
    assert (facts.ttl, facts.why) == ("mixed", "Four. One request.")


def test_a_model_that_took_over_is_shown_and_one_that_did_not_is_not() -> None:
    """Nothing was planned on it, so it changes neither the prediction nor the run's time to live."""
    spare = a_plan(model=DEAR, key="q" * 64, requests=0)
    assert [one.model for one in cache_facts([a_plan(), spare], as_planned(), BOTH).by_model] == [PLAIN]
    facts = cache_facts([a_plan(), spare], [*as_planned(), a_call(model=DEAR)], BOTH)
    assert [(one.model, one.predicted_hit_ratio) for one in facts.by_model] == [(PLAIN, 0.6719), (DEAR, 0.0)]
    assert (facts.ttl, facts.predicted_hit_ratio) == ("5m", 0.6719)


def test_a_run_that_asked_nobody_has_no_cache() -> None:
    """An empty plan predicts nothing, and nothing happened."""
    assert cache_facts([a_plan(requests=0)], [], BOTH) == CacheFacts()


def test_what_went_as_planned_needs_no_words() -> None:
    """A note is for what a reader must not miss."""
    assert notes(a_plan(), *as_planned(), leader=LeaderAnswer(WROTE)) == []


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("model_changed", "the model or its speed differs"),
        ("system_changed", "the system prompt differs"),
        ("tools_changed", "the tools differ"),
        ("messages_changed", "the entry was given up early"),
        ("previous_message_not_found", "keys of one workspace"),
        ("unavailable", "cannot say why"),
        ("something_new", "did not say why"),
        (None, "did not say why"),
    ],
)
def test_a_predicted_read_that_did_not_happen_is_explained(reason: str | None, words: str) -> None:
    """The API's word for it becomes a sentence that says what to do."""
    plan = a_plan(left_by=a_use(3), earlier=Earlier((a_use(3),), a_use(3)))
    (note,) = notes(plan, *as_planned(), leader=LeaderAnswer(WROTE, reason))
    assert "though a run of 3 minutes ago had left it in the cache" in note
    assert words in note


def test_a_predicted_read_that_happened_needs_no_words() -> None:
    """The API compares with another change, whose part differs as it must."""
    plan = a_plan(left_by=a_use(3))
    assert notes(plan, *as_planned(), leader=LeaderAnswer(READ, "messages_changed")) == []


def test_a_prompt_that_drifted_is_said_with_the_reason() -> None:
    """Runs that should share a prompt do not, and it is paid for each time."""
    plan = a_plan(key="q" * 64, earlier=Earlier(newest=a_use(3)))
    (note,) = notes(plan, *as_planned(), leader=LeaderAnswer(WROTE, "system_changed"))
    assert "is not the one of the last run" in note
    assert "the system prompt differs" in note
    assert "After an upgrade of Hunkwise this happens once." in note


def test_nothing_is_said_of_a_prompt_that_nobody_answered() -> None:
    """A first request that failed says nothing about the cache."""
    assert notes(a_plan(key="q" * 64, earlier=Earlier(newest=a_use(3)))) == []


def test_a_prompt_too_short_to_be_cached_is_named_with_the_minimum() -> None:
    """The API would say nothing and cache nothing; one request would not have been cached anyway."""
    short = a_plan(system_ttl=None, facts_ttl=None, too_short=True, least_tokens=8_192)
    (note,) = notes(short)
    assert "about 4,300 tokens" in note
    assert "begins at 8,192" in note
    assert "4 requests paid for it in full" in note
    assert notes(replace(short, requests=1)) == []


def test_caching_that_cost_more_than_it_saved_is_said() -> None:
    """A prefix written and never read was a loss; where others wrote again, that is the reason."""
    (once,) = notes(a_plan(requests=2), a_call(usage=WROTE))
    assert once.startswith("Caching cost about $0.0011 more than it saved in this run. `cache_ttl: auto` caches only")
    (again,) = notes(a_plan(), *[a_call(usage=WROTE)] * 4)
    assert "4 answers wrote the prompt where 1 would have done" in again
    assert "lower `concurrency`" in again


def test_a_write_for_later_runs_is_no_loss() -> None:
    """It was meant to cost more in this run."""
    assert notes(a_plan(requests=1, facts_ttl=None, for_later=True), a_call(usage=WROTE)) == []


def test_a_plan_without_requests_is_not_spoken_of() -> None:
    """It is there for requests that move, and none did."""
    spare: dict[str, Any] = {"requests": 0, "too_short": True, "system_ttl": None, "facts_ttl": None}
    assert notes(a_plan(**spare)) == []
