"""A receipt becomes the rows that its run would have written."""

from __future__ import annotations

import copy
import json
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.core.ledger.entry import State
from bot.core.ledger.of_receipt import rows_of
from bot.core.savings import Saved
from bot.errors import NotAReceipt
from tests.unit.core.ledger.receipt_files import RUN_ID, named_receipt, old_receipt

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)


def test_a_row_a_call_under_the_calls_own_id() -> None:
    """Protects the join between receipt and ledger: a row that a run reserved is found again by its id."""
    receipt = named_receipt()
    rows = rows_of(receipt).entries
    calls = [row for row in rows if row.opening.model]
    assert [row.opening.id for row in calls] == [call["id"] for call in receipt["calls"]]
    first = calls[0]
    assert (first.run.run_id, first.run.repository, first.run.author, first.run.team) == (
        RUN_ID, "acme/shop", "ada", "payments",
    )  # fmt: skip
    assert (first.opening.at, first.opening.key) == (AT, "ANTHROPIC_API_KEY")
    assert first.opening.kinds == {"python": 6}


@pytest.mark.parametrize("receipt", [old_receipt(), named_receipt()], ids=["old", "named"])
def test_rows_add_up_to_the_receipt(receipt: dict[str, Any]) -> None:
    """Protects the promise that reports equal receipts to the last decimal: costs, reservations and every saving."""
    rows = [row.settlement for row in rows_of(receipt, AT).entries]
    endings = [ending for ending in rows if ending is not None]
    assert len(endings) == len(rows)
    assert sum(one.cost_usd for one in endings) == Decimal(receipt["cost"]["total_usd"])
    assert sum(one.unsettled_usd for one in endings) == Decimal(receipt["cost"]["unsettled_usd"])
    for one in fields(Saved):
        added = sum(getattr(ending.saved, one.name) for ending in endings)
        assert added == Decimal(receipt["cost"]["saved_usd"][one.name]), one.name


def test_what_was_not_asked_is_a_row_of_its_own() -> None:
    """Protects what reuse, duplicates and triage saved: no call stands for it."""
    receipt = named_receipt()
    receipt["coverage"] |= {"reused": 3, "duplicates": 2}
    receipt["cost"]["saved_usd"] |= {"reuse": "0.01", "duplicates": "0.02", "routing": "0.5"}
    rows = {row.opening.id: row for row in rows_of(receipt).entries if not row.opening.model}
    assert set(rows) == {f"{RUN_ID}:reused", f"{RUN_ID}:duplicate", f"{RUN_ID}:spared"}
    endings = {name: row.settlement for name, row in rows.items()}
    assert rows[f"{RUN_ID}:reused"].opening.hunks == 3
    assert endings[f"{RUN_ID}:reused"].saved == Saved(reuse=Decimal("0.01"))  # type: ignore[union-attr]  # settled
    assert endings[f"{RUN_ID}:spared"].saved.routing == Decimal("0.5") - 5 * Decimal("0.001")  # type: ignore[union-attr]


def test_nothing_left_out_makes_no_row() -> None:
    """Protects the count of rows: a run that asked everything has a row a call and no more."""
    receipt = named_receipt()
    receipt["coverage"] |= {"reused": 0, "duplicates": 0, "skipped": []}
    for call in receipt["calls"]:
        call["saved_usd"] = dict.fromkeys(call["saved_usd"], "0")
    receipt["cost"]["saved_usd"] = dict.fromkeys(receipt["cost"]["saved_usd"], "0.00")
    assert len(rows_of(receipt).entries) == len(receipt["calls"])


def test_a_reservation_stays_unsettled() -> None:
    """Protects budgets: what never said its price is imported as charged in full."""
    receipt = named_receipt()
    receipt["calls"][1] |= {"unsettled_usd": "0.25", "unsettled_tokens": 900}
    receipt["cost"]["unsettled_usd"] = "0.3312"  # with the 0.0812 of the call that timed out
    row = rows_of(receipt).entries[1]
    assert row.settlement is not None
    assert (row.settlement.state, row.settlement.unsettled_usd) == (State.UNSETTLED, Decimal("0.25"))


def test_an_old_receipt_is_known_by_its_contents() -> None:
    """Protects from counting twice: layout and order of keys change nothing, any figure does."""
    receipt = old_receipt()
    shuffled = json.loads(json.dumps(dict(reversed(receipt.items())), indent=4))
    other = old_receipt() | {"notes": ["another run"]}
    ids = [rows_of(one, AT).run.run_id for one in (receipt, shuffled, other)]
    assert ids[0] == ids[1] != ids[2]
    assert len(ids[0]) == 32
    assert rows_of(receipt, AT).entries[0].opening.id == f"{ids[0]}:0"


def test_an_old_receipt_needs_a_time() -> None:
    """Protects the periods of budgets: a copied file's own time says nothing of when money was spent."""
    with pytest.raises(NotAReceipt) as caught:
        rows_of(old_receipt())
    assert "--at" in caught.value.next_step


def test_a_receipts_own_time_wins() -> None:
    """Protects the time of a named run from a flag meant for older files."""
    assert rows_of(named_receipt(), datetime(2030, 1, 1, tzinfo=UTC)).run.began == AT


def test_findings_come_with_their_kind_of_file() -> None:
    """Protects the cost per rule: a finding is known by fingerprint, rule and kind of file."""
    receipt = named_receipt()
    receipt["findings"] = [receipt["findings"][0] | {"path": "src/\udcff.py"}]
    [found] = rows_of(receipt).end.findings
    assert (found.kind, found.posted) == ("python", False)


def _changed(path: str, value: Any) -> dict[str, Any]:
    receipt = copy.deepcopy(named_receipt())
    *way, last = path.split(".")
    place: Any = receipt
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    return receipt


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("schema", "hunkwise.receipt/2", "hunkwise.receipt/2"),
        ("schema", None, "does not say which receipt"),
        ("calls", {}, "calls"),
        ("calls.0.hunks", -1, "calls.0.hunks"),
        ("calls.0.hunks", True, "calls.0.hunks"),
        ("calls.0.usage.input_tokens", 10**13, "calls.0.usage.input_tokens"),
        ("calls.0.cost_usd", "-0.01", "it is negative"),
        ("calls.0.cost_usd", 0.03465, "dollars are a text"),
        ("calls.0.cost_usd", "1e3", "plain decimal"),
        ("calls.0.cost_usd", "NaN", "plain decimal"),
        ("calls.0.cost_usd", "1" * 60, "digits"),
        ("calls.0.cost_usd", "1000000.01", "1,000,000 dollars"),
        ("calls.0.cost_usd", "0.0000000000001", "finer"),
        ("calls.0.cost_usd", "0.04", "do not add up"),
        ("cost.total_usd", "0.04", "do not add up"),
        ("calls.0.unsettled_usd", "0.01", "do not add up"),
        ("usage.input_tokens", 1, "not the sum of its calls'"),
        ("calls.0.usage.total_tokens", 1, "total_tokens"),
        ("calls.0.id", "run-0001-call-1", "same id"),
        ("calls.0.model", "claude\0", "no database keeps"),
        ("calls.0.model", "", "calls.0.model"),
        ("calls.0.why", "x" * 20_001, "calls.0.why"),
        ("calls.0.at", "2026-11-26T12:00:00", "no zone"),
        ("calls.0.at", 1_700_000_000, "a time is a text"),
        ("run.began", "1970-01-01T00:00:00Z", "before 2023"),
        ("run.began", "2026-11-27T12:00:00Z", "ended before it began"),
        ("target.pull_request", 0, "target.pull_request"),
        ("target.pull_request", 2**31, "target.pull_request"),
    ],
)
def test_what_cannot_be_a_receipt_is_refused(path: str, value: Any, said: str) -> None:
    """Protects the ledger from files that were made up or damaged; the error says where and what."""
    with pytest.raises(NotAReceipt) as caught:
        rows_of(_changed(path, value))
    assert said in caught.value.message
    assert caught.value.next_step


def test_a_cost_and_a_reservation_exclude_each_other() -> None:
    """Protects sums from a call that is charged both ways."""
    receipt = _changed("calls.0.unsettled_usd", "0.01")
    receipt["cost"]["unsettled_usd"] = format(Decimal(receipt["cost"]["unsettled_usd"]) + Decimal("0.01"), "f")
    with pytest.raises(NotAReceipt, match="both a cost"):
        rows_of(receipt)
