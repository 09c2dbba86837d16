"""The plan for one prefix: what each request pays, and what is predicted for all of them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.cache_facts import hit_ratio
from bot.core.prefix_plan import PrefixPlan
from bot.core.prefix_use import Earlier
from bot.core.usage import Usage
from tests.unit.core.test_prefix_use import a_use


def a_plan(**changes: Any) -> PrefixPlan:
    """Four requests that share a system prompt of 4,000 tokens and 300 tokens of facts, cached for 5 minutes."""
    fields: dict[str, Any] = {
        "model": "plain-model",
        "key": "p" * 64,
        "family": "f" * 64,
        "requests": 4,
        "system_tokens": 4_000,
        "facts_tokens": 300,
        "hunk_tokens": 2_000,
        "system_ttl": "5m",
        "facts_ttl": "5m",
    }
    return PrefixPlan(**(fields | changes))


def test_the_first_writes_and_the_others_read() -> None:
    """What the leader pays for, the followers have."""
    plan = a_plan()
    assert plan.usage(4_000, 300, leads=True) == Usage(cache_write_5m_tokens=4_300)
    assert plan.usage(4_000, 300, leads=False) == Usage(cache_read_tokens=4_300)
    assert plan.predicted == Usage(input_tokens=2_000, cache_write_5m_tokens=4_300, cache_read_tokens=3 * 4_300)


def test_what_an_earlier_run_left_is_read_by_the_first() -> None:
    """Only the facts are new to the cache."""
    plan = a_plan(system_ttl="1h", left_by=a_use(10, ttl="1h"))
    assert plan.usage(4_000, 300, leads=True) == Usage(cache_read_tokens=4_000, cache_write_5m_tokens=300)


def test_two_breakpoints_may_live_for_different_times() -> None:
    """The system prompt is kept for later runs, the facts for this one."""
    led = a_plan(system_ttl="1h").usage(4_000, 300, leads=True)
    assert led == Usage(cache_write_1h_tokens=4_000, cache_write_5m_tokens=300)
    assert a_plan(system_ttl="1h").ttl == "1h"


def test_the_second_breakpoint_alone_covers_both() -> None:
    """A prefix ends at its breakpoint, whatever stands before it."""
    plan = a_plan(system_ttl=None)
    assert plan.usage(4_000, 300, leads=True) == Usage(cache_write_5m_tokens=4_300)
    assert plan.usage(4_000, 300, leads=False) == Usage(cache_read_tokens=4_300)


@pytest.mark.parametrize(("ttls", "ttl"), [((None, None), "off"), (("5m", None), "5m"), ((None, "1h"), "1h")])
def test_what_has_no_breakpoint_is_paid_in_full(ttls: tuple[str | None, str | None], ttl: str) -> None:
    """No breakpoint, no reading."""
    plan = a_plan(requests=1, system_ttl=ttls[0], facts_ttl=ttls[1])
    assert (plan.ttl, plan.cached) == (ttl, ttl != "off")
    assert plan.predicted.total_input_tokens == 4_300 + 2_000
    assert plan.predicted.cache_read_tokens == 0


def test_a_prediction_is_a_ratio_of_all_input() -> None:
    """Reads by everything the model reads; nothing planned predicts nothing."""
    assert hit_ratio(a_plan().predicted) == round(3 * 4_300 / (4 * 4_300 + 2_000), 4)
    assert hit_ratio(a_plan(requests=0).predicted) == 0


def test_a_family_whose_prefix_changed_has_drifted() -> None:
    """The same ingredients made another prompt."""
    assert not a_plan().drifted
    assert not a_plan(earlier=Earlier(newest=a_use(5))).drifted
    assert a_plan(key="q" * 64, earlier=Earlier(newest=a_use(5))).drifted
