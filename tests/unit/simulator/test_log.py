"""The server's own account."""

from __future__ import annotations

from bot.simulator.log import BatchItemRecord, RequestLog, UsageFigures


def test_totals_keep_delivered_and_lost_usage_apart() -> None:
    """What was charged and never arrived is what a client must have reserved for."""
    log = RequestLog()
    delivered, lost, refused = (log.open(f"req_{n}", "/v1/messages", float(n)) for n in range(3))
    log.note(delivered, model="a", status=200, usage=UsageFigures(1, 2, 3, 4, 5, 1), delivered=True)
    log.note(lost, model="b", fault="reset", usage=UsageFigures(output_tokens=7))
    log.note(refused, model="a", status=429, fault="429:1")
    log.note(log.open("req_9", "/v1/models", 9.0), status=200, delivered=True)
    totals = log.totals()
    assert totals["requests"] == 3
    assert totals["delivered"]["cache_read_tokens"] == 4
    assert totals["billed_not_delivered"]["output_tokens"] == 7
    assert totals["by_model"]["b"]["delivered"]["output_tokens"] == 0
    assert totals["by_model"]["a"]["requests"] == 2
    assert totals["by_status"] == {"200": 1, "None": 1, "429": 1}
    assert totals["by_fault"] == {"reset": 1, "429:1": 1}


def test_totals_are_kept_by_platform_under_the_ids_asked_for() -> None:
    """One model costs more in a region than worldwide, and each platform sends its own bill."""
    log = RequestLog()
    for number, (platform, asked) in enumerate([("bedrock", "eu.a"), ("bedrock", "global.a"), ("vertex", "a@1")]):
        opened = log.open(f"req_{number}", "/v1/messages", 0.0, platform)
        log.note(opened, model="a", asked_as=asked, usage=UsageFigures(output_tokens=number + 1), delivered=True)
    log.open("req_9", "/v1/messages", 9.0)
    totals = log.totals()["by_platform"]
    assert {name: figures["requests"] for name, figures in totals.items()} == {
        "anthropic": 1,
        "bedrock": 2,
        "vertex": 1,
    }
    assert totals["bedrock"]["delivered"]["output_tokens"] == 3
    assert totals["bedrock"]["by_model"]["global.a"]["delivered"]["output_tokens"] == 2
    assert totals["anthropic"]["by_model"] == {}


def test_records_are_a_snapshot() -> None:
    """What was read does not change under the reader."""
    log = RequestLog()
    number = log.open("req", "/v1/messages", 0.0)
    before = log.records()
    log.note(number, status=200)
    assert before[0].status is None
    assert log.records()[0].status == 200


def test_totals_keep_batches_apart_and_by_model() -> None:
    """A judge prices them at half; only what succeeded is charged."""
    log = RequestLog()
    log.note_batch_item(BatchItemRecord("b1", "x", "a", "succeeded", UsageFigures(input_tokens=5)))
    log.note_batch_item(BatchItemRecord("b1", "y", "b", "succeeded", UsageFigures(input_tokens=7)))
    log.note_batch_item(BatchItemRecord("b2", "x", "a", "errored"))
    log.note_batch_item(BatchItemRecord("b2", "z", None, "expired"))
    batch = log.totals()["batch"]
    assert (batch["batches"], batch["requests"], batch["delivered"]["input_tokens"]) == (2, 4, 12)
    assert batch["by_model"]["a"]["requests"] == 2
    assert batch["by_model"]["a"]["delivered"]["input_tokens"] == 5
    assert batch["by_result"] == {"succeeded": 2, "errored": 1, "expired": 1}
    assert log.totals()["delivered"]["input_tokens"] == 0


def test_totals_say_what_the_buckets_let_in_and_when() -> None:
    """Throughput against the limit comes from the server's own record; a scripted 429 is none of the buckets'."""
    log = RequestLog()
    for number, admitted in enumerate((3.0, 1.0, 2.0)):
        log.note(log.open(f"req_{number}", "/v1/messages", 0.0), limit_class="haiku", status=200, admitted=admitted)
    log.note(log.open("req_3", "/v1/messages", 0.0), limit_class="haiku", status=429)
    log.note(log.open("req_4", "/v1/messages", 0.0), limit_class="haiku", status=429, fault="429:1")
    log.note(log.open("req_5", "/v1/messages", 0.0), limit_class="opus", status=429)
    by_class = log.totals()["by_class"]
    assert by_class["haiku"] == {"admitted": 3, "limited": 1, "first_admitted": 1.0, "last_admitted": 3.0}
    assert by_class["opus"] == {"admitted": 0, "limited": 1, "first_admitted": None, "last_admitted": None}
