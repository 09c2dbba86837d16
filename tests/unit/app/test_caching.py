"""Where prompts get their breakpoints: only where they count, and for as long as they pay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.app.caching import CachePlanner
from bot.app.options import Options
from bot.app.prepare import Prepared
from bot.app.tiers import tier_models
from bot.core.excerpt import Tier
from bot.core.prefix_plan import PrefixPlan
from bot.core.prefix_use import PrefixUse
from bot.ports import PrefixHistory
from tests.fakes import NOON, KeptPrefixes
from tests.unit.app.runs import ALL_PRICES, MODELS, a_change, a_plan, some_options

LONG = "A rule of the house. " * 400
SHORT = "A word."


def planned(
    requests: int, history: PrefixHistory | None = None, *, system: str = LONG, facts: str = LONG, **changes: Any
) -> PrefixPlan:
    """The standard model's plan for so many requests; a stranger to the table caches from 1,024 tokens on."""
    options = some_options(**changes)
    prepared = replace(a_plan(a_change(requests), options), system=system, facts=facts)
    return plan_of(prepared, options, history)


def plan_of(prepared: Prepared, options: Options, history: PrefixHistory | None = None) -> PrefixPlan:
    """The standard model's plan."""
    tiers = tier_models(options)
    return CachePlanner(prepared, options, ALL_PRICES, history).prefixes(tiers)[tiers[Tier.STANDARD].prefix]


def history_of(plan: PrefixPlan, *minutes_ago: float, ttl: str | None = "5m", **changes: Any) -> KeptPrefixes:
    """Runs so many minutes ago that asked with the plan's prefix."""
    moments = [NOON - timedelta(minutes=minutes) for minutes in minutes_ago]
    uses = [PrefixUse(plan.key, plan.family, moment, moment, 1, ttl, "msg_1") for moment in moments]
    return KeptPrefixes([replace(use, **changes) for use in uses])


def breakpoints(plan: PrefixPlan) -> tuple[str | None, str | None]:
    """Behind the system prompt and behind the facts."""
    return plan.system_ttl, plan.facts_ttl


@pytest.mark.parametrize(
    ("system", "facts", "expected"),
    [
        (LONG, LONG, ("5m", "5m")),
        (LONG, SHORT, ("5m", "5m")),
        (LONG, "", ("5m", None)),
        (SHORT, LONG, (None, "5m")),
        (SHORT, SHORT, (None, None)),
    ],
)
def test_a_breakpoint_stands_only_where_it_counts(
    system: str, facts: str, expected: tuple[str | None, str | None]
) -> None:
    """The first where the system prompt is long enough by itself, the second where the facts add to what is read."""
    plan = planned(3, system=system, facts=facts)
    assert breakpoints(plan) == expected
    assert plan.too_short == (expected == (None, None))


def test_without_history_a_single_request_caches_nothing() -> None:
    """Nobody is known who would read it, whether a history is kept or not."""
    assert breakpoints(planned(1)) == breakpoints(planned(1, KeptPrefixes())) == (None, None)


def test_a_single_request_caches_what_runs_share() -> None:
    """The system prompt and not the facts, which no other run has; it costs more now and is meant to."""
    history = history_of(planned(1), 122, 120, 3)
    plan = planned(1, history)
    assert breakpoints(plan) == ("5m", None)
    assert plan.for_later
    assert plan.left_by == history.uses[-1]
    assert breakpoints(planned(1, history_of(planned(1), 900, 600, 300))) == (None, None)


def test_runs_within_the_hour_make_the_system_prompt_live_for_one() -> None:
    """The facts need no more than the five minutes of their own run."""
    plan = planned(3, history_of(planned(3), *range(200, 0, -20)))
    assert breakpoints(plan) == ("1h", "5m")
    assert not plan.for_later or plan.expected["1h"] < plan.expected["off"]


def test_another_prefix_is_another_history() -> None:
    """Other languages, settings or models are asked with another system prompt."""
    assert breakpoints(planned(1, history_of(planned(1), 6, 4, 2, prefix="0" * 64))) == (None, None)


def test_what_was_not_cached_was_not_left() -> None:
    """Only a run that asked for it leaves something to read."""
    assert planned(2, history_of(planned(2), 3, ttl=None)).left_by is None
    assert planned(2, history_of(planned(2), 3)).left_by is not None
    assert planned(2, history_of(planned(2), 30)).left_by is None


@pytest.mark.parametrize("ttl", ["5m", "1h"])
def test_a_time_to_live_that_is_asked_for_is_obeyed(ttl: str) -> None:
    """Where requests share the prefix at all; a single one still needs a reason."""
    assert breakpoints(planned(2, cache_ttl=ttl)) == (ttl, ttl)
    assert breakpoints(planned(1, cache_ttl=ttl)) == (None, None)
    near = history_of(planned(1), *range(40, 0, -2))
    assert breakpoints(planned(1, near, cache_ttl=ttl)) == (ttl, None)


def test_off_is_off() -> None:
    """Whatever the history says."""
    plan = planned(9, history_of(planned(9), 6, 4, 2), cache_ttl=None)
    assert (breakpoints(plan), plan.cached, plan.too_short) == ((None, None), False, False)


def test_a_model_that_nothing_is_planned_for_is_ready_for_what_moves_there() -> None:
    """When dollars run short, many move at once."""
    options = some_options()
    tiers = tier_models(options)
    plans = CachePlanner(a_plan(a_change(3), options), options, ALL_PRICES, KeptPrefixes(note="damaged"))
    spare = plans.prefixes(tiers)[tiers[Tier.CHEAP].prefix]
    assert (spare.model, spare.requests, spare.cached) == (MODELS[Tier.CHEAP], 0, True)
    assert spare.earlier.note == "", "nobody looks up what may never be asked"


def test_no_text_of_a_change_decides_a_prefix() -> None:
    """Its hash, and that of its family, are the same for every change of these languages."""
    options = some_options()
    one, other = plan_of(a_plan(a_change(1), options), options), plan_of(a_plan(a_change(9), options), options)
    assert (one.key, one.family) == (other.key, other.family)


@pytest.mark.parametrize(
    "changes",
    [{"language": "German"}, {"style_guide": "Amounts are Decimal."}, {"models": dict.fromkeys(Tier, "large-model")}],
)
def test_settings_make_a_family(changes: dict[str, Any]) -> None:
    """What a maintainer changes is no drift: it is meant to make another prompt."""
    plain, changed = some_options(), some_options(**changes)
    one, other = plan_of(a_plan(a_change(2), plain), plain), plan_of(a_plan(a_change(2), changed), changed)
    assert one.family != other.family
    assert one.key != other.key


def test_another_prompt_from_the_same_ingredients_has_drifted() -> None:
    """It should be the same to the byte, and is not."""
    before = planned(2)
    history = history_of(before, 2)
    assert not planned(2, history).drifted
    changed = planned(2, history, system=f"{LONG} And one more.")
    assert changed.drifted
    assert changed.previous_message_id == "msg_1"
    assert changed.left_by is None
