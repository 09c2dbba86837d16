"""Is this body one the Messages API accepts? Strict: what the API refuses is refused here, with its own 400.

First the shape of the body, then what its parts forbid each other, then what the model forbids
(model_rules.py) and the schema of a structured output (schema.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.simulator import model_rules, schema
from bot.simulator.api_error import invalid, not_found
from bot.simulator.models import MODELS
from bot.simulator.request import Message, Request
from bot.simulator.shape import (
    anything,
    array,
    boolean,
    integer,
    literal,
    mapping,
    nullable,
    record,
    string,
    string_or,
    tagged,
)
from bot.simulator.tenant import Tenant

MAX_BREAKPOINTS = 4
MAX_MESSAGES = 100_000
_REMOVED = ("temperature", "top_p", "top_k")

_CACHE_CONTROL = {"cache_control": nullable(record({"type": literal("ephemeral")}, {"ttl": literal("5m", "1h")}))}
_TEXT = record({"type": literal("text"), "text": string}, {**_CACHE_CONTROL, "citations": nullable(array(anything))})
_IMAGE = record({"type": literal("image"), "source": mapping}, {**_CACHE_CONTROL, "transformations": mapping})
_DOCUMENT = record(
    {"type": literal("document"), "source": mapping},
    {**_CACHE_CONTROL, "citations": nullable(mapping), "context": nullable(string), "title": nullable(string)},
)
_RESULT_CONTENT = tagged({"text": _TEXT, "image": _IMAGE, "document": _DOCUMENT})
_BLOCK = tagged(
    {
        "text": _TEXT,
        "image": _IMAGE,
        "document": _DOCUMENT,
        "thinking": record({"type": literal("thinking"), "thinking": string, "signature": string}),
        "redacted_thinking": record({"type": literal("redacted_thinking"), "data": string}),
        "tool_use": record(
            {"type": literal("tool_use"), "id": string, "name": string, "input": mapping},
            {**_CACHE_CONTROL, "caller": mapping, "toolset_name": nullable(string)},
        ),
        "tool_result": record(
            {"type": literal("tool_result"), "tool_use_id": string},
            {
                **_CACHE_CONTROL,
                "content": string_or(array(_RESULT_CONTENT)),
                "is_error": boolean,
                "toolset_name": nullable(string),
            },
        ),
    }
)
_TOOL = record(
    {"name": string, "input_schema": mapping},
    {
        **_CACHE_CONTROL,
        "type": nullable(literal("custom")),
        "description": string,
        "strict": boolean,
        "defer_loading": boolean,
        "eager_input_streaming": nullable(boolean),
        "input_examples": array(mapping),
        "allowed_callers": array(string),
    },
)
_PARALLEL = {"disable_parallel_tool_use": boolean}
_TOOL_CHOICE = tagged(
    {
        "auto": record({"type": literal("auto")}, _PARALLEL),
        "any": record({"type": literal("any")}, _PARALLEL),
        "tool": record({"type": literal("tool"), "name": string}, _PARALLEL),
        "none": record({"type": literal("none")}),
    }
)
_DISPLAY = {"display": nullable(literal("summarized", "omitted"))}
_THINKING = tagged(
    {
        "adaptive": record({"type": literal("adaptive")}, _DISPLAY),
        "between_tools": record({"type": literal("between_tools")}),
        "disabled": record({"type": literal("disabled")}),
        "enabled": record({"type": literal("enabled"), "budget_tokens": integer}, _DISPLAY),
    }
)
_FORMAT = record({"type": literal("json_schema"), "schema": mapping})
_OUTPUT_CONFIG = record(
    {},
    {"effort": nullable(literal("low", "medium", "high", "xhigh", "max")), "format": nullable(_FORMAT)},
)
_COUNTED = {
    **_CACHE_CONTROL,
    "system": string_or(array(_TEXT)),
    "tools": array(_TOOL),
    "tool_choice": _TOOL_CHOICE,
    "thinking": _THINKING,
    "output_config": _OUTPUT_CONFIG,
    "speed": nullable(literal("standard", "fast")),
}
_MESSAGE = record(
    {"role": literal("user", "assistant", "system"), "content": string_or(array(_BLOCK))},
)
_PROMPT = {"model": string, "messages": array(_MESSAGE)}
_COUNT_BODY = record(_PROMPT, _COUNTED)
_CREATE_BODY = record(
    {**_PROMPT, "max_tokens": integer},
    {
        **_COUNTED,
        "stream": boolean,
        "stop_sequences": array(string),
        "metadata": record({}, {"user_id": nullable(string)}),
        "service_tier": literal("auto", "standard_only"),
        "diagnostics": nullable(record({}, {"previous_message_id": nullable(string)})),
        "container": nullable(string_or(mapping)),
        "inference_geo": nullable(string),
    },
)


def read_request(body: Any, tenant: Tenant, *, counting: bool = False) -> Request:
    """The request a parsed JSON body stands for; `counting` for the body of `count_tokens`.

    Raises ApiError with the API's own 400 or, for an unknown model, its 404.
    """
    _refuse_sampling(body)
    (_COUNT_BODY if counting else _CREATE_BODY)(body, "")
    model = MODELS.get(body["model"])
    if model is None:
        raise not_found(f"model: {body['model']}")
    request = _assemble(body, tenant)
    _check_messages(request.messages)
    _check_texts(request)
    _check_markers(request)
    if request.schema is not None:
        schema.check(request.schema)
    model_rules.check(body, request, counting=counting)
    return request


def _refuse_sampling(body: Any) -> None:
    for name in _REMOVED:
        if isinstance(body, dict) and name in body:
            raise invalid(f"{name}: sampling parameters are not supported; remove `{name}`")


def _assemble(body: dict[str, Any], tenant: Tenant) -> Request:
    model = MODELS[body["model"]]
    output = body.get("output_config") or {}
    diagnostics = body.get("diagnostics")
    answer_format = output.get("format")
    messages = tuple(Message(turn["role"], _blocks(turn["content"])) for turn in body["messages"])
    if body.get("cache_control"):
        messages = _marked_at_the_end(messages, body["cache_control"])
    return Request(
        tenant=tenant,
        model=model,
        tools=tuple(body.get("tools") or ()),
        system=_blocks(body.get("system") or ()),
        messages=messages,
        max_tokens=body.get("max_tokens", 1),
        stream=body.get("stream", False),
        thinking=model_rules.thinking_of(body, model),
        effort=output.get("effort") or model.default_effort,
        schema=None if answer_format is None else answer_format["schema"],
        tool_choice=body.get("tool_choice"),
        speed=body.get("speed") or "standard",
        diagnosed=diagnostics is not None,
        previous_message_id=(diagnostics or {}).get("previous_message_id"),
    )


def _blocks(content: Any) -> tuple[dict[str, Any], ...]:
    return ({"type": "text", "text": content},) if isinstance(content, str) else tuple(content)


def _marked_at_the_end(messages: tuple[Message, ...], marker: dict[str, Any]) -> tuple[Message, ...]:
    """The top-level `cache_control` stands for a marker on the last block."""
    if not messages or not messages[-1].blocks:
        return messages
    last = messages[-1]
    block = {"cache_control": marker, **last.blocks[-1]}
    return (*messages[:-1], Message(last.role, (*last.blocks[:-1], block)))


def _check_messages(messages: tuple[Message, ...]) -> None:
    if not messages:
        raise invalid("messages: at least one message is required")
    if len(messages) > MAX_MESSAGES:
        raise invalid(f"messages: at most {MAX_MESSAGES} messages are allowed")
    if messages[0].role != "user":
        raise invalid('messages: first message must use the "user" role')
    for index, message in enumerate(messages):
        if not message.blocks:
            raise invalid(f"messages.{index}: all messages must have non-empty content")


def _check_texts(request: Request) -> None:
    for path, block in _blocks_in_order(request):
        if block.get("type") == "text" and not block["text"].strip():
            if block.get("cache_control"):
                raise invalid(f"{path}.cache_control: cache_control cannot be set for empty text blocks")
            if not block["text"]:
                raise invalid(f"{path.split('.')[0]}: text content blocks must be non-empty")
            raise invalid(f"{path.split('.')[0]}: text content blocks must contain non-whitespace text")


def _check_markers(request: Request) -> None:
    marked = [(path, block["cache_control"]) for path, block in _blocks_in_order(request) if block.get("cache_control")]
    if len(marked) > MAX_BREAKPOINTS:
        raise invalid(f"A maximum of {MAX_BREAKPOINTS} blocks with cache_control may be provided. Found {len(marked)}.")
    short_lived_seen = False
    for path, marker in marked:
        if marker.get("ttl", "5m") == "5m":
            short_lived_seen = True
        elif short_lived_seen:
            raise invalid(
                f"{path}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' "
                "cache_control block. Blocks are processed in the order `tools`, `system`, `messages`."
            )


def _blocks_in_order(request: Request) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, tool in enumerate(request.tools):
        yield f"tools.{index}", tool
    for index, block in enumerate(request.system):
        yield f"system.{index}", block
    for turn, message in enumerate(request.messages):
        for index, block in enumerate(message.blocks):
            yield f"messages.{turn}.content.{index}", block
