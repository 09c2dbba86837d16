"""The stand-in through the real SDK: what it serves is what the SDK reads, and its errors are the SDK's classes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types import Message

from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator

SYSTEM = [{"type": "text", "text": "s" * 3000, "cache_control": {"type": "ephemeral"}}]
HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A stand-in without faults."""
    with Simulator(SimulatorOptions(keep_bodies=True)) as running:
        yield running


@pytest.fixture
def client(simulator: Simulator) -> Iterator[anthropic.Anthropic]:
    """The SDK, its own retries off."""
    with anthropic.Anthropic(api_key="key", base_url=simulator.base_url, max_retries=0) as sdk:
        yield sdk


def ask(sdk: anthropic.Anthropic, **changes: Any) -> Message:
    """A small request, changed as needed."""
    fields: dict[str, Any] = {"model": "claude-haiku-5-5", "max_tokens": 1000, "messages": HELLO, **changes}
    message: Message = sdk.messages.create(**fields)
    return message


def test_a_message_has_the_shape_the_sdk_reads(client: anthropic.Anthropic, simulator: Simulator) -> None:
    """Content, stop reason and every kind of usage arrive; the server's account says the same."""
    message = ask(client, system=SYSTEM)
    assert (message.type, message.role, message.stop_reason) == ("message", "assistant", "end_turn")
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.usage.cache_creation is not None
    assert message.usage.cache_creation.ephemeral_5m_input_tokens == message.usage.cache_creation_input_tokens == 1011
    assert message.usage.output_tokens_details is not None
    (record,) = simulator.log
    assert (record.status, record.delivered, record.model) == (200, True, "claude-haiku-5-5")
    assert record.usage is not None
    assert record.usage.output_tokens == message.usage.output_tokens
    assert record.usage.thinking_tokens == message.usage.output_tokens_details.thinking_tokens
    assert record.body is not None
    assert json.loads(record.body)["system"] == SYSTEM


def test_a_stream_adds_up_to_the_same_message(client: anthropic.Anthropic, simulator: Simulator) -> None:
    """The leader's first event already shows what was written; the last one the whole usage."""
    with client.messages.stream(
        model="claude-sonnet-5-5",
        max_tokens=1000,
        system=[{"type": "text", "text": "s" * 3000, "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": "Hello"}],
        thinking={"type": "adaptive", "display": "summarized"},
    ) as stream:
        events = list(stream)
        message = stream.get_final_message()
    first = events[0]
    assert first.type == "message_start"
    assert (first.message.usage.cache_creation_input_tokens, first.message.usage.output_tokens) == (1011, 1)
    assert events[-1].type == "message_stop"
    kinds = [event.type for event in events]
    assert kinds.count("content_block_start") == kinds.count("content_block_stop") == 2
    whole = ask(
        client, model="claude-sonnet-5-5", system=SYSTEM, thinking={"type": "adaptive", "display": "summarized"}
    )
    assert [block.to_dict() for block in message.content] == [block.to_dict() for block in whole.content]
    assert message.usage.output_tokens == whole.usage.output_tokens
    assert [(record.streaming, record.delivered) for record in simulator.log] == [(True, True), (False, True)]
    assert whole.usage.cache_read_input_tokens == 1011


def test_followers_read_what_a_leader_wrote_once_it_has_begun() -> None:
    """On the leader's first event, and before its last, others read its prefix."""
    with (
        Simulator(SimulatorOptions(tokens_per_second=2000)) as simulator,
        anthropic.Anthropic(api_key="key", base_url=simulator.base_url, max_retries=0) as sdk,
    ):
        fields: dict[str, Any] = {"model": "claude-haiku-5-5", "max_tokens": 1000, "messages": HELLO, "system": SYSTEM}
        with sdk.messages.create(**fields, stream=True) as leader:
            assert next(iter(leader)).type == "message_start"
            assert simulator.log[0].delivered is False
            assert ask(sdk, system=SYSTEM).usage.cache_read_input_tokens == 1011


def test_parallel_cold_requests_each_write() -> None:
    """None has begun when the others arrive, so nobody can read."""
    with (
        Simulator(SimulatorOptions(time_to_first_token_s=0.3)) as simulator,
        anthropic.Anthropic(api_key="key", base_url=simulator.base_url, max_retries=0) as sdk,
        ThreadPoolExecutor(3) as pool,
    ):
        messages = list(pool.map(lambda _: ask(sdk, system=SYSTEM), range(3)))
    assert [message.usage.cache_creation_input_tokens for message in messages] == [1011] * 3


def test_counting_says_what_a_message_will_be_charged(client: anthropic.Anthropic) -> None:
    """`count_tokens` is the sum of all input kinds of the same request."""
    counted = client.messages.count_tokens(
        model="claude-haiku-5-5", messages=[{"role": "user", "content": "Hello"}], system="s" * 3000
    )
    usage = ask(client, system="s" * 3000).usage
    assert counted.input_tokens == usage.input_tokens


def test_models_are_listed_and_described(client: anthropic.Anthropic) -> None:
    """Limits and capabilities as the SDK's types have them; an unknown one is not found."""
    assert "claude-opus-5-5" in [model.id for model in client.models.list()]
    sonnet = client.models.retrieve("claude-sonnet-5-5")
    assert (sonnet.max_input_tokens, sonnet.max_tokens, sonnet.lifecycle) == (1_000_000, 128_000, "active")
    assert sonnet.capabilities is not None
    assert not sonnet.capabilities.thinking.types.disabled.supported
    with pytest.raises(anthropic.NotFoundError):
        client.models.retrieve("claude-unknown-1")


def test_rate_limit_headers_and_the_request_id_are_on_every_answer(client: anthropic.Anthropic) -> None:
    """Clients steer by these."""
    raw = client.messages.with_raw_response.create(
        model="claude-haiku-5-5", max_tokens=1000, messages=[{"role": "user", "content": "Hello"}]
    )
    assert raw.headers["anthropic-ratelimit-requests-remaining"] == "9999"
    assert raw.headers["anthropic-ratelimit-output-tokens-limit"] == "2000000"
    assert raw.headers["request-id"].startswith("req_")


REFUSALS: list[tuple[Callable[[anthropic.Anthropic], object], type[anthropic.APIStatusError], str]] = [
    (lambda sdk: ask(sdk, max_tokens=999_999, timeout=10), anthropic.BadRequestError, "invalid_request_error"),
    (lambda sdk: ask(sdk, extra_body={"temperature": 1}), anthropic.BadRequestError, "invalid_request_error"),
    (lambda sdk: ask(sdk, model="claude-unknown-1"), anthropic.NotFoundError, "not_found_error"),
    (lambda sdk: sdk.get("/v1/else", cast_to=object), anthropic.NotFoundError, "not_found_error"),
    (lambda sdk: sdk.post("/v1/models", cast_to=object, body={}), anthropic.NotFoundError, "not_found_error"),
    (
        lambda sdk: ask(sdk, extra_headers={"anthropic-version": "1999-01-01"}),
        anthropic.BadRequestError,
        "invalid_request_error",
    ),
    (
        lambda sdk: ask(sdk, extra_headers={"Authorization": "Basic x"}),
        anthropic.AuthenticationError,
        "authentication_error",
    ),
]


@pytest.mark.parametrize(("attempt", "expected", "kind"), REFUSALS)
def test_refusals_are_the_sdks_classes(
    client: anthropic.Anthropic,
    attempt: Callable[[anthropic.Anthropic], object],
    expected: type[anthropic.APIStatusError],
    kind: str,
) -> None:
    """Status, type and request id in the API's own shape."""
    with pytest.raises(expected) as refused:
        attempt(client)
    assert refused.value.type == kind
    assert refused.value.request_id is not None
    assert isinstance(refused.value.body, dict)
    assert refused.value.body["request_id"] == refused.value.request_id


def test_a_body_over_32_mb_is_too_large(client: anthropic.Anthropic, simulator: Simulator) -> None:
    """413, heard by the client, with the connection still good."""
    with pytest.raises(anthropic.ContentTooLargeError):
        ask(client, messages=[{"role": "user", "content": "x" * (32 * 1024 * 1024)}])
    assert ask(client).stop_reason == "end_turn"
    assert [record.status for record in simulator.log] == [413, 200]


def test_a_prompt_longer_than_the_context_is_refused(client: anthropic.Anthropic) -> None:
    """200k tokens are the end for the older haiku."""
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long"):
        ask(client, model="claude-haiku-4-5", messages=[{"role": "user", "content": "x" * 900_000}])


@pytest.mark.parametrize(
    ("headers", "status"), [({"x-api-key": "right"}, 200), ({"x-api-key": "wrong"}, 401), ({}, 401)]
)
def test_either_header_carries_the_key(headers: dict[str, str], status: int) -> None:
    """Gateways still send x-api-key; only the one key is accepted where one is set."""
    with Simulator(SimulatorOptions(api_key="right")) as simulator:
        url = f"{simulator.base_url}/v1/models"
        assert httpx2.get(url, headers={**headers, "anthropic-version": "2026-10-21"}).status_code == status
        assert httpx2.get(url, headers=headers).status_code == (400 if status == 200 else 401)


def test_workspaces_do_not_share_a_cache(client: anthropic.Anthropic) -> None:
    """What one workspace wrote, another cannot read."""
    ask(client, system=SYSTEM)
    assert ask(client, system=SYSTEM).usage.cache_read_input_tokens == 1011
    other = {"anthropic-workspace-id": "wrkspc_1"}
    assert ask(client, system=SYSTEM, extra_headers=other).usage.cache_read_input_tokens == 0


def test_diagnostics_explain_a_miss(client: anthropic.Anthropic) -> None:
    """Between two requests that ask for it, the first difference is named."""
    first = ask(client, system=SYSTEM, diagnostics={"previous_message_id": None})
    assert first.diagnostics is None
    second = ask(client, system="other", diagnostics={"previous_message_id": first.id})
    assert second.diagnostics is not None
    assert second.diagnostics.cache_miss_reason is not None
    assert second.diagnostics.cache_miss_reason.type == "system_changed"


def test_the_account_is_served_as_json(client: anthropic.Anthropic, simulator: Simulator) -> None:
    """What a benchmark in another process reads is what `totals` and `log` say."""
    ask(client)

    def page(name: str) -> Any:
        return httpx2.get(f"{simulator.base_url}/_simulator/{name}").json()

    assert page("totals") == simulator.totals
    assert [record["request_id"] for record in page("log")] == [simulator.log[0].request_id]


def test_many_at_once_are_served_and_leave_nothing_behind() -> None:
    """200 requests over 50 connections: one write that all others read, and no thread left after closing."""
    threads = set(threading.enumerate())
    simulator = Simulator().start()
    with anthropic.Anthropic(api_key="k", base_url=simulator.base_url, max_retries=0) as sdk:
        ask(sdk, system=SYSTEM)
        with ThreadPoolExecutor(50) as pool:
            messages = list(pool.map(lambda _: ask(sdk, system=SYSTEM), range(200)))
        simulator.close()
        assert set(threading.enumerate()) <= threads
    totals = simulator.totals
    assert all(message.usage.cache_read_input_tokens == 1011 for message in messages)
    assert totals["requests"] == 201
    assert totals["delivered"]["cache_write_5m_tokens"] == 1011
    assert totals["billed_not_delivered"]["output_tokens"] == 0


@pytest.mark.parametrize("raw", [b"", b"{", b"[" * 100_000, b"\xff", b"[]"])
def test_what_is_no_json_object_is_a_400(simulator: Simulator, raw: bytes) -> None:
    """Bytes of any kind are refused in the API's shape, and the connection goes on."""
    headers = {"authorization": "Bearer key", "anthropic-version": "2026-10-21"}
    with httpx2.Client(base_url=simulator.base_url, headers=headers) as sender:
        for _ in range(2):
            answer = sender.post("/v1/messages", content=raw)
            assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
