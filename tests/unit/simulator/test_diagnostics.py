"""Why a prefix could not be read."""

from __future__ import annotations

from typing import Any

import pytest

from bot.simulator.diagnostics import Diagnostics
from tests.unit.simulator.bodies import request

BEFORE: dict[str, Any] = {"diagnostics": {"previous_message_id": None}, "system": "s"}
AFTER: dict[str, Any] = {"diagnostics": {"previous_message_id": "msg_1"}, "system": "s"}
TURNS = [{"role": "user", "content": "Hello"}]


def explained(**changes: Any) -> dict[str, Any] | None:
    """What is said about a request that follows another."""
    diagnostics = Diagnostics()
    diagnostics.remember("msg_1", request(**BEFORE), cacheable=700)
    return diagnostics.explain(request(**{**AFTER, **changes}), read_tokens=100)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"model": "claude-opus-5-5"}, "model_changed"),
        ({"speed": "fast"}, "model_changed"),
        ({"tools": [{"name": "look", "input_schema": {"type": "object"}}]}, "tools_changed"),
        ({"system": "t"}, "system_changed"),
        ({"messages": [{"role": "user", "content": "Bye"}]}, "messages_changed"),
    ],
)
def test_the_first_divergence_is_named_with_what_it_cost(changes: dict[str, Any], kind: str) -> None:
    """The reason, and about how many tokens would have been read."""
    assert explained(**changes) == {"cache_miss_reason": {"type": kind, "cache_missed_input_tokens": 600}}


def test_other_parameters_have_no_name() -> None:
    """Thinking and effort are 'unavailable', without a figure."""
    assert explained(thinking={"type": "disabled"}) == {"cache_miss_reason": {"type": "unavailable"}}


def test_a_longer_conversation_has_not_diverged() -> None:
    """Turns added at the end are no reason for a miss."""
    assert explained(messages=[*TURNS, {"role": "user", "content": "and more"}]) is None


def test_an_unknown_message_is_said_to_be_unknown() -> None:
    """Requests that did not ask for diagnostics are not remembered."""
    diagnostics = Diagnostics()
    diagnostics.remember("msg_1", request(), cacheable=0)
    assert diagnostics.explain(request(**AFTER), 0) == {"cache_miss_reason": {"type": "previous_message_not_found"}}
    assert diagnostics.explain(request(), 0) is None


def test_another_tenants_message_is_unknown() -> None:
    """Nothing is told about a request of somebody else."""
    diagnostics = Diagnostics()
    diagnostics.remember("msg_1", request(**BEFORE), cacheable=700)
    told = diagnostics.explain(request("other", **AFTER), 0)
    assert told == {"cache_miss_reason": {"type": "previous_message_not_found"}}
