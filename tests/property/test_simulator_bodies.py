"""Whatever body is sent, the stand-in judges it: a request or the API's own refusal, never a crash."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.simulator.answer import compose
from bot.simulator.api_error import ApiError
from bot.simulator.prefix import prefix_blocks
from bot.simulator.validate import read_request
from tests.unit.simulator.bodies import HOUR_MARKER, KEY, MARKER, body, output, text

_WORDS = st.sampled_from(
    ["", " ", "type", "text", "object", "array", "string", "user", "low", "$ref", "#/$defs/Finding"]
)
_ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 200_000) | st.floats(allow_nan=False) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=6,
)
_GOOD = body(
    system=[text("s", HOUR_MARKER)],
    messages=[{"role": "user", "content": [text("facts", MARKER), text("File: a.py\n1 +eval(x)")]}],
    output_config=output(effort="low"),
    thinking={"type": "adaptive"},
    tools=[{"name": "look", "input_schema": {"type": "object"}}],
    tool_choice={"type": "auto"},
    diagnostics={"previous_message_id": "msg_1"},
)


def _paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(found for key, child in children for found in _paths(child, (*path, key)))]


def _replaced(path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(_GOOD)
    node: Any = changed
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return changed


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(_paths(_GOOD)), _ANY_JSON)
def test_any_part_may_be_anything(path: tuple[Any, ...], value: Any) -> None:
    """A good body with one part replaced is answered or refused as the API refuses."""
    try:
        request = read_request(_replaced(path, value), KEY)
    except ApiError:
        return
    assert compose(request, 1.0, None).output_tokens <= max(1, request.max_tokens)
    assert prefix_blocks(request)
