"""The Message Batches API of the stand-in through the real SDK."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anthropic
import pytest
from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse

from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.unit.simulator.bodies import HOUR_MARKER, Clock, body, text

SYSTEM = [text("s" * 3000, HOUR_MARKER)]
HOUR, DAY = 3600.0, 24 * 3600.0


@contextmanager
def simulated(**options: Any) -> Iterator[tuple[Simulator, anthropic.Anthropic, Clock]]:
    """A stand-in on a clock of the test's own, and the SDK with its retries off."""
    clock = Clock()
    with (
        Simulator(SimulatorOptions(**options), now=clock) as simulator,
        anthropic.Anthropic(api_key="k", base_url=simulator.base_url, max_retries=0) as sdk,
    ):
        yield simulator, sdk, clock


def submit(sdk: anthropic.Anthropic, *custom_ids: str, **changes: Any) -> MessageBatch:
    """A batch of small requests."""
    requests: Any = [{"custom_id": custom_id, "params": body(**changes)} for custom_id in custom_ids]
    return sdk.messages.batches.create(requests=requests)


def results(sdk: anthropic.Anthropic, batch: MessageBatch) -> dict[str, MessageBatchIndividualResponse]:
    """All results by custom_id."""
    return {one.custom_id: one for one in sdk.messages.batches.results(batch.id)}


def usages(sdk: anthropic.Anthropic, batch: MessageBatch) -> list[tuple[int | None, int | None]]:
    """What each item read and wrote, by custom_id."""
    found = sorted(results(sdk, batch).items())
    messages = [one.result.message for _, one in found if one.result.type == "succeeded"]
    return [(one.usage.cache_read_input_tokens, one.usage.cache_creation_input_tokens) for one in messages]


def test_a_batch_lives_from_creation_to_its_results() -> None:
    """Counts stay silent until the end; results come in another order, with the batch's tier and the whole usage."""
    with simulated(batch_delay_s=60.0) as (simulator, sdk, clock):
        names = [f"item-{number}" for number in range(5)]
        batch = submit(sdk, *names)
        assert (batch.type, batch.processing_status, batch.results_url) == ("message_batch", "in_progress", None)
        assert batch.request_counts.to_dict() == {
            "processing": 5,
            "succeeded": 0,
            "errored": 0,
            "canceled": 0,
            "expired": 0,
        }
        assert (batch.expires_at - batch.created_at).total_seconds() == DAY
        with pytest.raises(anthropic.AnthropicError, match="in_progress"):
            sdk.messages.batches.results(batch.id)
        clock.now = 60.0
        ended = sdk.messages.batches.retrieve(batch.id)
        assert (ended.processing_status, ended.request_counts.succeeded) == ("ended", 5)
        assert ended.ended_at is not None
        assert (ended.ended_at - ended.created_at).total_seconds() == 60
        got = list(sdk.messages.batches.results(batch.id))
        assert sorted(one.custom_id for one in got) == names != [one.custom_id for one in got]
        for one in got:
            assert one.result.type == "succeeded"
            assert one.result.message.usage.service_tier == "batch"
            assert one.result.message.stop_reason == "end_turn"
        totals = simulator.totals
        assert totals["batch"]["requests"] == 5
        assert totals["batch"]["delivered"]["output_tokens"] > 0
        assert totals["requests"] == totals["delivered"]["output_tokens"] == 0
        assert totals["batch"]["by_model"]["claude-haiku-5-5"]["delivered"] == totals["batch"]["delivered"]
