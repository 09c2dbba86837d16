"""What the API refuses, the stand-in refuses with the API's own status and a message that names the place."""

from __future__ import annotations

from typing import Any

import pytest

from bot.simulator.api_error import ApiError
from bot.simulator.validate import read_request
from tests.unit.simulator.bodies import HOUR_MARKER, KEY, MARKER, body, output, request, text

SONNET = "claude-sonnet-5-5"
OPUS = "claude-opus-5-5"
TOOLS = [{"name": "look", "input_schema": {"type": "object"}}]


def user(*blocks: dict[str, Any]) -> list[dict[str, Any]]:
    """Messages of one user turn."""
    return [{"role": "user", "content": list(blocks)}]


REFUSED = [
    ({"surprise": 1}, "surprise: Extra inputs are not permitted"),
    ({"temperature": 0.2}, "temperature"),
    ({"top_p": 1}, "top_p"),
    ({"top_k": 1}, "top_k"),
    ({"max_tokens": None}, "max_tokens: Field required"),
    ({"max_tokens": "10"}, "max_tokens: Input should be a valid integer"),
    ({"max_tokens": True}, "max_tokens: Input should be a valid integer"),
    ({"max_tokens": -1}, "max_tokens"),
    ({"max_tokens": 128_001}, "128001 > 128000"),
    ({"max_tokens": 0, "output_config": output()}, "max_tokens: 0 cannot be combined"),
    ({"messages": []}, "at least one message"),
    ({"messages": None}, "messages: Field required"),
    ({"messages": [{"role": "robot", "content": "x"}]}, "messages.0.role"),
    ({"messages": [{"role": "assistant", "content": "x"}]}, "first message must use"),
    ({"messages": [{"role": "user", "content": "x", "name": "y"}]}, "messages.0.name: Extra inputs"),
    ({"messages": user()}, "messages.0: all messages must have non-empty content"),
    ({"messages": user(text(""))}, "messages: text content blocks must be non-empty"),
    ({"messages": user(text(" \n"))}, "non-whitespace"),
    ({"messages": user(text("", MARKER))}, "messages.0.content.0.cache_control: cache_control cannot be set for empty"),
    ({"messages": user({"type": "video"})}, "Input tag 'video'"),
    ({"messages": user({"type": "text"})}, "messages.0.content.0.text: Field required"),
    ({"messages": user(text("x", {"type": "eternal"}))}, "cache_control.type"),
    ({"messages": user(text("x", {"type": "ephemeral", "ttl": "2h"}))}, "cache_control.ttl"),
    ({"system": [text("", None)]}, "system: text content blocks must be non-empty"),
    ({"system": 3}, "system: Input should be a valid array"),
    ({"messages": user(*(text(str(number), MARKER) for number in range(5)))}, "Found 5"),
    ({"system": [text("s", MARKER)], "messages": user(text("m", HOUR_MARKER))}, "must not come after a ttl='5m'"),
    (
        {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "{"}]},
        "does not support assistant message prefill",
    ),
    ({"model": SONNET, "thinking": {"type": "disabled"}}, 'Use "between_tools"'),
    ({"model": SONNET, "thinking": {"type": "enabled", "budget_tokens": 2000}}, "thinking.type"),
    ({"model": SONNET, "thinking": {"type": "between_tools"}, "output_config": {"effort": "max"}}, 'effort "max"'),
    ({"model": OPUS, "thinking": {"type": "disabled"}}, "claude-opus-5-5"),
    ({"thinking": {"type": "disabled"}, "output_config": {"effort": "xhigh"}}, 'effort "xhigh"'),
    ({"thinking": {"type": "between_tools"}}, "thinking.type"),
    ({"thinking": {"type": "adaptive", "budget_tokens": 5}}, "thinking.budget_tokens: Extra inputs"),
    (
        {"model": "claude-haiku-4-5", "max_tokens": 1000, "thinking": {"type": "enabled", "budget_tokens": 1024}},
        "`max_tokens` must be greater",
    ),
    ({"model": "claude-haiku-4-5", "output_config": {"effort": "low"}}, "does not support the effort parameter"),
    ({"output_config": {"effort": "extreme"}}, "output_config.effort"),
    ({"output_config": {"format": {"type": "json_object"}}}, "output_config.format.schema: Field required"),
    ({"model": SONNET, "tools": TOOLS, "tool_choice": {"type": "any"}}, 'tool_choice.type: "any"'),
    ({"tool_choice": {"type": "auto"}}, "while providing tools"),
    ({"stream": "yes"}, "stream: Input should be a valid boolean"),
    ({"metadata": {"user": "me"}}, "metadata.user: Extra inputs"),
    ({"diagnostics": {"previous": "x"}}, "diagnostics.previous: Extra inputs"),
]


@pytest.mark.parametrize(("changes", "expected"), REFUSED, ids=[expected for _, expected in REFUSED])
def test_a_body_the_api_refuses_is_refused(changes: dict[str, Any], expected: str) -> None:
    """Each broken rule of the API gives its 400 and says where."""
    with pytest.raises(ApiError) as refused:
        read_request(body(**changes), KEY)
    assert (refused.value.status, refused.value.kind) == (400, "invalid_request_error")
    assert expected in refused.value.message


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"stream": True, "stop_sequences": ["x"], "metadata": {"user_id": "u"}, "service_tier": "auto"},
        {"system": [text("long", HOUR_MARKER)], "messages": user(text("facts", MARKER), text("hunk"))},
        {"system": "short", "output_config": output(effort="low"), "thinking": {"type": "disabled"}},
        {"model": SONNET, "thinking": {"type": "between_tools"}, "output_config": output(effort="high")},
        {"model": OPUS, "thinking": {"type": "adaptive", "display": "summarized"}},
        {"model": "claude-haiku-4-5", "max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}},
        {"tools": TOOLS, "tool_choice": {"type": "any"}},
        {"diagnostics": {"previous_message_id": None}},
        {"max_tokens": 0},
        {"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]},
    ],
)
def test_a_body_the_api_accepts_is_accepted(changes: dict[str, Any]) -> None:
    """Strictness must not refuse what the API takes."""
    read_request(body(**changes), KEY)


@pytest.mark.parametrize("value", [None, [], "x", 3])
def test_a_body_that_is_no_object_is_refused(value: object) -> None:
    """Any JSON that is not an object is a 400, not a crash."""
    with pytest.raises(ApiError, match="400"):
        read_request(value, KEY)


def test_an_unknown_model_is_not_found() -> None:
    """A model nobody knows is a 404, as an API client expects it."""
    with pytest.raises(ApiError) as refused:
        request(model="claude-unknown-1")
    assert (refused.value.status, refused.value.kind) == (404, "not_found_error")


def test_counting_refuses_what_only_a_message_may_say() -> None:
    """`count_tokens` has no max_tokens; the SDK never sends it, a hand-made client might."""
    with pytest.raises(ApiError, match="max_tokens: Extra inputs"):
        read_request(body(), KEY, counting=True)
    assert read_request(body(max_tokens=None), KEY, counting=True).model.id == "claude-haiku-5-5"


def test_defaults_are_those_of_the_model() -> None:
    """Effort and thinking left out are filled in, since they keep cache entries apart."""
    haiku, sonnet, old = request(), request(model=SONNET), request(model="claude-sonnet-4-6")
    assert (haiku.effort, sonnet.effort) == ("medium", "high")
    assert [one.thinking.on for one in (haiku, sonnet, old)] == [True, True, False]


def test_the_top_level_marker_stands_on_the_last_block() -> None:
    """Automatic caching marks the last block, and counts among the breakpoints."""
    marked = request(cache_control=MARKER, messages=user(text("a"), text("b")))
    assert [block.get("cache_control") for block in marked.messages[0].blocks] == [None, MARKER]
