"""Every fault through the real SDK: what the client meets, and what the server charges for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types import Message

from bot.simulator.log import RequestRecord
from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.unit.simulator.bodies import output


@contextmanager
def simulated(*script: str, **options: Any) -> Iterator[tuple[Simulator, anthropic.Anthropic]]:
    """A stand-in with a script, and the SDK with its retries off."""
    with (
        Simulator(SimulatorOptions(script=script, **options)) as simulator,
        anthropic.Anthropic(api_key="k", base_url=simulator.base_url, max_retries=0) as sdk,
    ):
        yield simulator, sdk


def ask(sdk: anthropic.Anthropic, **changes: Any) -> Message:
    """A whole answer."""
    fields: dict[str, Any] = {
        "model": "claude-haiku-5-5",
        "max_tokens": 1000,
        "messages": [{"role": "user", "content": "Hello"}],
        **changes,
    }
    message: Message = sdk.messages.create(**fields)
    return message


def stream(sdk: anthropic.Anthropic, **changes: Any) -> list[str]:
    """The kinds of event of a streamed answer."""
    fields: dict[str, Any] = {
        "model": "claude-haiku-5-5",
        "max_tokens": 1000,
        "messages": [{"role": "user", "content": "Hello"}],
        **changes,
    }
    with sdk.messages.create(**fields, stream=True) as events:
        return [event.type for event in events]


def charged(simulator: Simulator) -> tuple[bool, bool]:
    """Whether the first request was charged, and whether its answer was delivered."""
    record = simulator.log[0]
    return record.usage is not None, record.delivered


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("429", anthropic.RateLimitError),
        ("529", anthropic.OverloadedError),
        ("500", anthropic.InternalServerError),
        ("503", anthropic.ServiceUnavailableError),
        ("402", anthropic.PaymentRequiredError),
        ("403", anthropic.PermissionDeniedError),
        ("usage-limit", anthropic.BadRequestError),
        ("stream-error", anthropic.OverloadedError),
    ],
)
def test_a_refusal_at_the_door_costs_nothing(word: str, expected: type[anthropic.APIStatusError]) -> None:
    """The SDK's own class for each status, nothing charged, and the next request goes through."""
    with simulated(word) as (simulator, sdk):
        with pytest.raises(expected):
            ask(sdk)
        assert charged(simulator) == (False, False)
        assert ask(sdk).stop_reason == "end_turn"


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("spend-cap", "EnforcedSpendLimitReachedError"),
        ("contract-cap", "ContractSpendLimitReachedError"),
        ("ramp", "RampLimitExceededError"),
    ],
)
def test_spend_limits_are_told_from_rate_limits(word: str, name: str) -> None:
    """All are 429; the error code makes the class."""
    with simulated(word) as (_, sdk), pytest.raises(anthropic.RateLimitError) as refused:
        ask(sdk)
    assert type(refused.value).__name__ == name


def test_a_429_says_when_to_come_back() -> None:
    """`retry-after` as scripted."""
    with simulated("429:7") as (_, sdk), pytest.raises(anthropic.RateLimitError) as refused:
        ask(sdk)
    assert refused.value.response.headers["retry-after"] == "7"


def test_an_empty_bucket_is_a_429_with_its_headers() -> None:
    """The real limit, not the scripted one."""
    with simulated(requests_per_minute=1) as (simulator, sdk):
        ask(sdk)
        with pytest.raises(anthropic.RateLimitError) as refused:
            ask(sdk)
    assert 1 <= int(refused.value.response.headers["retry-after"]) <= 60
    assert refused.value.response.headers["anthropic-ratelimit-requests-remaining"] == "0"
    assert simulator.log[1].usage is None


@pytest.mark.parametrize("word", ["reset", "cut"])
def test_a_broken_connection_is_charged_and_not_delivered(word: str) -> None:
    """The model ran: whoever retries pays twice."""
    with simulated(word) as (simulator, sdk):
        with pytest.raises((anthropic.APIConnectionError, httpx2.TransportError)):
            ask(sdk)
        assert charged(simulator) == (True, False)
        assert ask(sdk).stop_reason == "end_turn"
        assert simulator.totals["billed_not_delivered"]["output_tokens"] > 0


@pytest.mark.parametrize(("word", "status"), [("502", 502), ("504", 504)])
def test_a_gateways_error_is_charged(word: str, status: int) -> None:
    """What stands before the API gave up on an answer that was being made."""
    with simulated(word) as (simulator, sdk):
        with pytest.raises(anthropic.InternalServerError) as failed:
            ask(sdk)
        assert failed.value.status_code == status
        assert charged(simulator) == (True, False)


def test_a_cut_stream_breaks_off_behind_its_beginning() -> None:
    """The first events arrive, the end does not."""
    with simulated("cut") as (simulator, sdk):
        with pytest.raises((anthropic.APIConnectionError, httpx2.TransportError)):
            stream(sdk)
        assert charged(simulator) == (True, False)


def test_an_error_inside_a_stream_has_status_200() -> None:
    """It is told by its type alone."""
    with simulated("stream-error") as (simulator, sdk):
        with pytest.raises(anthropic.APIStatusError) as failed:
            stream(sdk)
        assert (failed.value.status_code, failed.value.type) == (200, "overloaded_error")
        assert charged(simulator) == (True, False)


@pytest.mark.parametrize("word", ["hang", "stall"])
@pytest.mark.parametrize("streaming", [1, 0])
def test_silence_ends_with_the_clients_patience(word: str, streaming: int) -> None:
    """The client times out; the server notices that it left, and charges."""
    with simulated(word) as (simulator, sdk):
        with pytest.raises((anthropic.APITimeoutError, httpx2.TimeoutException)):
            (stream if streaming else ask)(sdk, timeout=0.1)
        assert charged(simulator) == (True, False)


def test_a_silent_server_notices_that_its_client_left() -> None:
    """The connection's thread ends by itself, long before its silence would."""
    with simulated("hang") as (_, sdk):
        with pytest.raises(anthropic.APITimeoutError):
            ask(sdk, timeout=0.1)
        (thread,) = (one for one in threading.enumerate() if one.name == "simulator-connection")
        thread.join(5)
        assert not thread.is_alive()


def test_closing_ends_a_hanging_connection() -> None:
    """No test waits ten minutes for a server that is told to be silent."""
    with simulated("hang") as (simulator, sdk):
        with pytest.raises(anthropic.APIConnectionError):
            ask(sdk, timeout=0.1)
        simulator.close()
    assert charged(simulator) == (True, False)


def test_a_client_that_leaves_during_the_wait_is_charged() -> None:
    """A slow beginning and an impatient client: the lost attempt has its price."""
    with simulated("slow:0.2", "slow:0.4") as (simulator, sdk):
        with pytest.raises(anthropic.APITimeoutError):
            ask(sdk, timeout=0.1)
        ask(sdk)
        assert charged(simulator) == (True, False)


@pytest.mark.parametrize(
    ("word", "reason"), [("truncate", "max_tokens"), ("refuse", "refusal"), ("garble", "end_turn")]
)
def test_bad_answers_are_delivered_with_their_usage(word: str, reason: str) -> None:
    """They are paid for and must be counted as waste, not lost."""
    with simulated(word) as (simulator, sdk):
        message = ask(sdk, output_config=output())
        assert message.stop_reason == reason
        assert (message.stop_details is not None) == (word == "refuse")
        assert charged(simulator) == (True, True)
        record: RequestRecord = simulator.log[0]
        assert record.usage is not None
        assert record.usage.output_tokens == message.usage.output_tokens > 0


def test_a_reset_answer_has_written_the_cache() -> None:
    """It had begun, so the retry reads what the lost attempt paid for."""
    system = [{"type": "text", "text": "s" * 3000, "cache_control": {"type": "ephemeral"}}]
    with simulated("reset") as (simulator, sdk):
        with pytest.raises(anthropic.APIConnectionError):
            ask(sdk, system=system)
        assert ask(sdk, system=system).usage.cache_read_input_tokens == 1011
        assert simulator.totals["billed_not_delivered"]["cache_write_5m_tokens"] == 1011


def test_followers_wait_for_a_slow_leader_or_pay() -> None:
    """Only requests that write a cold prefix are slowed; what is cached answers at once."""
    system = [{"type": "text", "text": "s" * 3000, "cache_control": {"type": "ephemeral"}}]
    with simulated(slow_leader_s=0.2) as (simulator, sdk):
        ask(sdk, system=system)
        ask(sdk, system=system)
    waits = [record.begun - record.arrived for record in simulator.log if record.begun is not None]
    assert waits[0] >= 0.2
    assert len(waits) == 2


def test_a_paced_stream_arrives_whole() -> None:
    """Speed changes when events come, never what they say."""
    with simulated(tokens_per_second=20_000.0, time_to_first_token_s=0.01) as (_, sdk):
        kinds = stream(sdk)
    assert (kinds[0], kinds[-1]) == ("message_start", "message_stop")
