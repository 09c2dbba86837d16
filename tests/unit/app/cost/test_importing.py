"""Receipts go into a ledger once, whatever else is given beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app.cost.importing import import_all
from bot.core.cost.imports import brief_report, import_report
from bot.core.ledger.documents import Document, Fate, Imported, Unread
from bot.core.ledger.entry import Entry
from bot.core.ledger.of_receipt import rows_of
from tests.fakes_ledger import FakeLedger
from tests.unit.core.ledger.receipt_files import named_receipt, old_receipt

NOW = datetime(2026, 11, 27, tzinfo=UTC)
AT = NOW - timedelta(days=1)


def file(receipt: Any, name: str = "receipt.json", *, is_named: bool = True) -> Document:
    """A receipt as it lies in a file."""
    return Document(name, json.dumps(receipt).encode(), is_named)


def into(
    ledger: FakeLedger, *found: Document | Unread, at: datetime | None = None, now: datetime = NOW
) -> list[Imported]:
    """Import everything."""
    return list(import_all(found, ledger, now, at))


def spent(receipts: Iterable[dict[str, Any]]) -> Decimal:
    """What receipts say they spent."""
    costs = [one["cost"] for one in receipts]
    return sum((Decimal(one["total_usd"]) + Decimal(one["unsettled_usd"]) for one in costs), Decimal(0))


@given(st.lists(st.integers(0, 3), max_size=12))
def test_any_order_any_number_of_times_counts_each_once(order: list[int]) -> None:
    """Protects budgets from receipts that are imported twice: the ledger is the sum of the different ones."""
    receipts = [named_receipt("run-a"), named_receipt("run-b"), old_receipt(), old_receipt() | {"notes": ["other"]}]
    ledger = FakeLedger()
    done = into(ledger, *(file(receipts[number]) for number in order), at=AT)
    assert ledger.total().spent_usd == spent(receipts[number] for number in set(order))
    assert [one.fate for one in done].count(Fate.IMPORTED) == len(set(order))
    assert {one.fate for one in done} <= {Fate.IMPORTED, Fate.KNOWN}


def test_a_row_that_a_lost_ledger_left_open_is_settled() -> None:
    """Protects from a crash's reservation: once the receipt is there, its worst case gives way to what it cost."""
    receipt = named_receipt()
    known = rows_of(receipt)
    ledger = FakeLedger()
    first = known.entries[0]
    ledger.reserve(known.run, [replace(first.opening, reserved_usd=Decimal(5))])
    assert ledger.total().spent_usd == Decimal(5)
    [done] = into(ledger, file(receipt))
    assert (done.fate, ledger.total().open) == (Fate.IMPORTED, 0)
    assert ledger.total().spent_usd == spent([receipt])


def test_a_settled_row_stays_as_it_is() -> None:
    """Protects the ledger's own word: what it settled, no file changes."""
    receipt = named_receipt()
    ledger = FakeLedger()
    known = rows_of(receipt).entries[0]
    assert known.settlement is not None
    settled = Entry(known.run, known.opening, replace(known.settlement, cost_usd=Decimal("0.5")))
    ledger.add([settled])
    into(ledger, file(receipt))
    assert ledger.entries[known.opening.id].settlement == settled.settlement


def test_the_end_of_the_run_and_its_findings_are_noted() -> None:
    """Protects reports by run and by rule: an imported run is whole."""
    receipt = named_receipt()
    ledger = FakeLedger()
    into(ledger, file(receipt))
    [run] = ledger.runs()
    assert (run.status, run.author, run.total_usd) == ("partial", "ada", Decimal(receipt["cost"]["total_usd"]))
    assert sum(one.found for one in ledger.findings()) == len(receipt["findings"])


def test_what_the_prompt_was_made_of_is_not_forgotten() -> None:
    """Protects the cost per rule: a receipt does not know the prompt's sections, so it must not wipe them out."""
    receipt = named_receipt()
    ledger = FakeLedger()
    live = replace(rows_of(receipt).run, sections={"core": 2_100})
    ledger.end_run(live, rows_of(receipt).end)
    into(ledger, file(receipt))
    assert ledger.sections()[0].sections == {"core": 2_100}


BAD: dict[str, tuple[Document, str]] = {
    "no JSON": (Document("x", b"{"), "as JSON"),
    "no text": (Document("x", b"\xff\xfe{"), "as JSON"),
    "not a number": (Document("x", b'{"schema": NaN}'), "as JSON"),
    "too deep": (Document("x", b"[" * 100_000), "as JSON"),
    "a list": (file([]), "no receipt"),
    "another version": (file(named_receipt() | {"schema": "hunkwise.receipt/9"}), "hunkwise.receipt/9"),
    "simulated": (file(named_receipt() | {"simulated": True}), "simulated"),
    "no time": (file(old_receipt()), "when it ran"),
    "the future": (
        file(named_receipt() | {"run": {"id": "x", "began": "2026-11-26T12:00:00Z", "ended": "2027-01-01T00:00:00Z"}}),
        "future",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_named_and_the_others_go_in(kind: str) -> None:
    """Protects everything beside a damaged file; its line says what is wrong and what to do."""
    document, said = BAD[kind]
    ledger = FakeLedger()
    failed, good = into(ledger, document, file(named_receipt()))
    assert (failed.fate, good.fate) == (Fate.FAILED, Fate.IMPORTED)
    assert said in failed.why
    assert failed.next_step
    assert ledger.total().spent_usd == spent([named_receipt()])


def test_other_json_in_a_folder_is_passed_over() -> None:
    """Protects folders that hold more than receipts; a receipt of another version in there is still a failure."""
    other = file({"name": "package"}, is_named=False)
    newer = file({"schema": "hunkwise.receipt/9"}, is_named=False)
    assert [one.fate for one in into(FakeLedger(), other, newer)] == [Fate.SKIPPED, Fate.FAILED]


def test_what_could_not_be_read_is_in_the_report() -> None:
    """Protects from silence about a file: unreadable is a failure, expired is not."""
    done = into(FakeLedger(), Unread("a", "No.", "Look."), Unread("b", "Gone.", is_failure=False))
    assert [(one.fate, one.why) for one in done] == [(Fate.FAILED, "No."), (Fate.SKIPPED, "Gone.")]


def test_a_run_found_twice_is_added_up_once() -> None:
    """Protects the report's sum: the same receipt in two files cost its money once."""
    done = into(FakeLedger(), file(named_receipt(), "a"), file(named_receipt(), "b"), Unread("c", "No.", "Look."))
    report = import_report(done)
    [table] = report.tables
    assert table.total is not None
    assert table.total[5] == Decimal(named_receipt()["cost"]["total_usd"])
    assert report.period == "1 imported, 1 known already, 1 not imported"
    assert [row[0] for row in brief_report(done).tables[0].rows] == ["a", "b"]
