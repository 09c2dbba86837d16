"""The Message Batches API of the stand-in through the real SDK."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anthropic
import httpx2
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


def test_the_list_is_paged_newest_first() -> None:
    """The SDK's own paging walks the whole list; a cursor backwards gives what is right before it."""
    with simulated() as (_, sdk, _clock):
        made = [submit(sdk, "a").id for _ in range(5)]
        assert [batch.id for batch in sdk.messages.batches.list(limit=2)] == made[::-1]
        page = sdk.messages.batches.list(limit=2)
        assert (page.first_id, page.last_id, page.has_more) == (made[4], made[3], True)
        before = sdk.messages.batches.list(limit=2, before_id=made[1])
        assert ([batch.id for batch in before.data], before.has_more) == ([made[3], made[2]], True)
        last = sdk.messages.batches.list(after_id=made[0])
        assert (last.data, last.has_more, last.first_id) == ([], False, None)
        for refused in ({"limit": 0}, {"limit": 1001}, {"after_id": made[0], "before_id": made[1]}, {"after_id": "x"}):
            with pytest.raises(anthropic.BadRequestError):
                sdk.messages.batches.list(**refused)


def test_a_workspace_sees_its_own_batches_only() -> None:
    """Another's batch is not found, and not listed."""
    with simulated() as (_, sdk, _clock):
        batch = submit(sdk, "a")
        with pytest.raises(anthropic.NotFoundError):
            sdk.messages.batches.retrieve(batch.id, workspace_id="wrkspc_1")
        assert not sdk.messages.batches.list(workspace_id="wrkspc_1").data


def test_cancelling_keeps_what_was_processed() -> None:
    """Half-way through, half of the items are answered and charged; the rest is cancelled and free."""
    with simulated(batch_delay_s=100.0) as (simulator, sdk, clock):
        batch = submit(sdk, "a", "b", "c", "d")
        clock.now = 50.0
        canceling = sdk.messages.batches.cancel(batch.id)
        assert (canceling.processing_status, canceling.request_counts.processing) == ("canceling", 4)
        ended = sdk.messages.batches.retrieve(batch.id)
        assert (ended.processing_status, ended.request_counts.succeeded, ended.request_counts.canceled) == (
            "ended",
            2,
            2,
        )
        assert ended.cancel_initiated_at == ended.ended_at
        kinds = {name: one.result.type for name, one in results(sdk, batch).items()}
        assert kinds == {"a": "succeeded", "b": "succeeded", "c": "canceled", "d": "canceled"}
        assert simulator.totals["batch"]["by_result"] == {"succeeded": 2, "canceled": 2}
        with pytest.raises(anthropic.BadRequestError):
            sdk.messages.batches.cancel(batch.id)


def test_what_takes_longer_than_a_day_expires() -> None:
    """What was not reached in 24 hours is expired, one by one, and not charged."""
    with simulated(batch_delay_s=2 * DAY) as (simulator, sdk, clock):
        batch = submit(sdk, "a", "b")
        clock.now = DAY - 1
        assert sdk.messages.batches.retrieve(batch.id).processing_status == "in_progress"
        clock.now = DAY + HOUR
        ended = sdk.messages.batches.retrieve(batch.id)
        assert ended.ended_at == ended.expires_at
        assert {name: one.result.type for name, one in results(sdk, batch).items()} == {
            "a": "succeeded",
            "b": "expired",
        }
        assert [item.usage is not None for item in simulator.batch_items] == [True, False]


def test_results_are_gone_after_29_days() -> None:
    """The batch is still there, archived; its results are not found."""
    with simulated() as (_, sdk, clock):
        batch = submit(sdk, "a")
        clock.now = 29 * DAY - 1
        assert len(results(sdk, batch)) == 1
        clock.now = 29 * DAY
        assert sdk.messages.batches.retrieve(batch.id).archived_at is not None
        with pytest.raises(anthropic.NotFoundError):
            sdk.messages.batches.results(batch.id)


def test_only_an_ended_batch_can_be_deleted() -> None:
    """Before, a 400; afterwards it is gone, and its charge is not."""
    with simulated(batch_delay_s=1.0) as (simulator, sdk, clock):
        batch = submit(sdk, "a")
        with pytest.raises(anthropic.BadRequestError):
            sdk.messages.batches.delete(batch.id)
        clock.now = 1.0
        deleted = sdk.messages.batches.delete(batch.id)
        assert (deleted.id, deleted.type) == (batch.id, "message_batch_deleted")
        with pytest.raises(anthropic.NotFoundError):
            sdk.messages.batches.retrieve(batch.id)
        assert simulator.totals["batch"]["delivered"]["output_tokens"] > 0


def test_results_asked_for_too_early_are_not_found() -> None:
    """The path exists before the results do."""
    with simulated(batch_delay_s=1.0) as (_, sdk, _clock):
        batch = submit(sdk, "a")
        with pytest.raises(anthropic.NotFoundError):
            sdk.get(f"/v1/messages/batches/{batch.id}/results", cast_to=object)


def test_bad_params_end_their_own_item_only() -> None:
    """The create is accepted; the item is errored in the API's words for a live request, and costs nothing."""
    with simulated() as (simulator, sdk, _clock):
        requests: Any = [
            {"custom_id": "good", "params": body()},
            {"custom_id": "bad", "params": body(temperature=1.0)},
            {"custom_id": "unknown", "params": body(model="claude-unknown-1")},
        ]
        got = results(sdk, sdk.messages.batches.create(requests=requests))
        bad, unknown = got["bad"].result, got["unknown"].result
        assert bad.type == unknown.type == "errored"
        assert (bad.error.type, bad.error.error.type) == ("error", "invalid_request_error")
        assert "temperature" in bad.error.error.message
        assert unknown.error.error.type == "not_found_error"
        assert [item.usage is None for item in simulator.batch_items] == [False, True, True]


def test_only_what_was_cached_before_is_read() -> None:
    """Items of one batch, and of one submitted without waiting for the leader, each pay for the prefix."""
    with simulated(batch_delay_s=10.0) as (_, sdk, clock):
        leader = submit(sdk, "leader", system=SYSTEM)
        clock.now = 5.0
        hasty = submit(sdk, "a", "b", system=SYSTEM)
        clock.now = 10.0
        patient = submit(sdk, "a", "b", system=SYSTEM)
        clock.now = 20.0
        assert usages(sdk, leader) == [(0, 1011)]
        assert usages(sdk, hasty) == [(0, 1011)] * 2
        assert usages(sdk, patient) == [(1011, 0)] * 2


def test_batches_and_live_requests_share_a_cache() -> None:
    """What either writes, the other reads, from the moment it was written and as long as it lives."""
    with simulated(batch_delay_s=10.0) as (simulator, sdk, clock):
        submit(sdk, "a", system=SYSTEM)
        live: Any = body(system=SYSTEM)
        clock.now = 10.0 + HOUR - 1
        assert sdk.messages.create(**live).usage.cache_read_input_tokens == 1011
        batch = submit(sdk, "b", system=SYSTEM)
        clock.now += 10.0
        assert usages(sdk, batch) == [(1011, 0)]
        assert simulator.totals["batch"]["delivered"]["cache_write_1h_tokens"] == 1011


@pytest.mark.parametrize(("parallel", "writers"), [(0, 6), (1, 1), (2, 2)])
def test_items_in_turn_read_what_earlier_ones_wrote(parallel: int, writers: int) -> None:
    """Only those that are processed at the same time are blind to each other."""
    with simulated(batch_parallel=parallel) as (_, sdk, _clock):
        found = usages(sdk, submit(sdk, *"abcdef", system=SYSTEM))
        assert sorted(found) == [(0, 1011)] * writers + [(1011, 0)] * (6 - writers)


def test_hits_are_best_effort() -> None:
    """A share of the items misses what it might have read, the same one for the same seed."""
    with simulated(batch_cache_hits=0.5, seed=3) as (_, sdk, _clock):
        sdk.messages.create(**body(system=SYSTEM))
        names = [f"i{number}" for number in range(40)]
        first, second = (usages(sdk, submit(sdk, *names, system=SYSTEM)) for _ in range(2))
        assert 10 < first.count((1011, 0)) < 30
        assert first != second


def test_scripted_items_fail_and_cost_nothing() -> None:
    """Errored by the API's own fault, expired, cancelled; a spoiled answer is charged."""
    with simulated(batch_script=("errored,expired", "canceled,truncate")) as (simulator, sdk, _clock):
        got = {name: one.result for name, one in results(sdk, submit(sdk, *"abcde")).items()}
        assert [got[name].type for name in "abcde"] == ["errored", "expired", "canceled", "succeeded", "succeeded"]
        failed, cut = got["a"], got["d"]
        assert failed.type == "errored"
        assert failed.error.error.type == "api_error"
        assert cut.type == "succeeded"
        assert cut.message.stop_reason == "max_tokens"
        assert [item.usage is not None for item in simulator.batch_items] == [False, False, False, True, True]


def test_items_carry_diagnostics_where_asked() -> None:
    """A batch's item can be compared with a live message, and a live one with a batch's item."""
    with simulated() as (_, sdk, _clock):
        first = sdk.messages.create(**body(system=SYSTEM, diagnostics={"previous_message_id": None}))
        batch = submit(sdk, "a", system="other", diagnostics={"previous_message_id": first.id})
        result = results(sdk, batch)["a"].result
        assert result.type == "succeeded"
        assert result.message.diagnostics is not None
        assert result.message.diagnostics.cache_miss_reason is not None
        assert result.message.diagnostics.cache_miss_reason.type == "system_changed"
        after = sdk.messages.create(**body(system="other", diagnostics={"previous_message_id": result.message.id}))
        assert after.diagnostics is None


@pytest.mark.parametrize("word", ["reset", "502", "504", "cut", "hang"])
def test_a_lost_create_has_made_a_batch(word: str) -> None:
    """The answer never arrives whole, but the list knows the batch, and it is charged once."""
    with simulated(script=(f"create/{word}",)) as (simulator, sdk, _clock):
        with pytest.raises((anthropic.APIConnectionError, anthropic.InternalServerError, httpx2.TransportError)):
            submit(sdk.with_options(timeout=0.2), "a")
        (found,) = sdk.messages.batches.list()
        assert results(sdk, found).keys() == {"a"}
        assert simulator.totals["batch"]["requests"] == 1


def test_a_create_refused_at_the_door_has_made_none() -> None:
    """A fault before the API is one in which nothing was done."""
    with simulated(script=("create/529",)) as (_, sdk, _clock):
        with pytest.raises(anthropic.OverloadedError):
            submit(sdk, "a")
        assert not sdk.messages.batches.list().data


def test_results_cut_in_the_middle_can_be_fetched_again() -> None:
    """Some lines arrive, the end does not; the second time they all do, at no further charge."""
    with simulated(script=("results/cut",)) as (simulator, sdk, _clock):
        batch = submit(sdk, *(f"i{number}" for number in range(30)))
        got = []
        with pytest.raises((anthropic.APIConnectionError, httpx2.TransportError)):  # noqa: PT012 - lines, then the cut
            for one in sdk.messages.batches.results(batch.id):
                got.append(one)  # noqa: PERF402 - what had come before the cut is looked at
        assert 0 < len(got) < 30
        charged = simulator.totals["batch"]
        assert len(results(sdk, batch)) == 30
        assert simulator.totals["batch"] == charged


def test_batches_draw_on_no_bucket_of_live_requests() -> None:
    """A hundred items beside a limit of one request a minute."""
    with simulated(requests_per_minute=1) as (_, sdk, _clock):
        batch = submit(sdk, *(f"i{number}" for number in range(100)))
        assert len(results(sdk, batch)) == 100
        sdk.messages.create(**body())


def test_a_batch_may_be_larger_than_a_request() -> None:
    """32 MB end a request for a message, not a batch."""
    with simulated() as (_, sdk, _clock):
        large = [{"role": "user", "content": "x" * (33 * 1024 * 1024)}]
        batch = submit(sdk, "large", messages=large)
        assert results(sdk, batch)["large"].result.type == "errored"


@pytest.mark.parametrize(("method", "more"), [("GET", "/else"), ("DELETE", "/results"), ("POST", "")])
def test_other_paths_are_not_found(method: str, more: str) -> None:
    """The API has six calls about batches and no more."""
    with simulated() as (simulator, sdk, _clock):
        url = f"{simulator.base_url}/v1/messages/batches/{submit(sdk, 'a').id}{more}"
        headers = {"authorization": "Bearer k", "anthropic-version": "2026-10-21"}
        assert httpx2.request(method, url, headers=headers).status_code == 404


def test_the_items_are_served_as_json() -> None:
    """A judge in another process sees each item with its batch, model and charge."""
    with simulated() as (simulator, sdk, _clock):
        batch = submit(sdk, "a")
        (item,) = httpx2.get(f"{simulator.base_url}/_simulator/batch_items").json()
        assert (item["batch_id"], item["custom_id"], item["result"]) == (batch.id, "a", "succeeded")
        assert item["usage"]["output_tokens"] > 0
        assert item["model"] == "claude-haiku-5-5"
