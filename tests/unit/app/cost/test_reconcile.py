"""Reading both sides, closing what was lost, and writing adjustments, over the ledger in memory."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.app.cost.reconcile import Window, again, apply, close, open_reservations, read_booked, reconcile
from bot.core.cost.billed import Cell, Chosen, CostLine, UsageLine
from bot.core.cost.lost import Ages
from bot.core.cost.reconcile import Booked
from bot.core.ledger.entry import Entry, Opening, RunFacts, Settlement, State, Untaken
from bot.core.usage import Usage
from bot.errors import ReportsLost
from tests.fakes_ledger import FakeLedger
from tests.fakes_reports import FakeReports

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
HAIKU = "claude-haiku-5-5"
WEEK = Window(MONDAY, FRIDAY)


def row(
    name: str, ending: Settlement | None, *, at: datetime | None = None, simulated: bool = False, **facts: Any
) -> Entry:
    """A row of Monday noon, reserved at a dollar."""
    moment = at or datetime(2026, 11, 23, 12, tzinfo=UTC)
    usual: dict[str, Any] = {
        "id": name,
        "at": moment,
        "feature": "review",
        "model": HAIKU,
        "provider": "anthropic",
        "key": "KEY",
        "tier": "cheap",
        "why": "",
        "hunks": 1,
        "attempt": 1,
        "reserved_tokens": 1_000,
        "reserved_usd": Decimal(1),
    }
    return Entry(RunFacts("run", moment, "acme/shop", simulated=simulated), Opening(**{**usual, **facts}), ending)


def paid(usd: str) -> Settlement:
    """Answered, at a token a millionth of a dollar."""
    return Settlement(
        State.SETTLED, "answered", Usage(input_tokens=int(Decimal(usd) * 1_000_000)), cost_usd=Decimal(usd)
    )


def unsettled(usd: str) -> Settlement:
    """Ended without usage."""
    return Settlement(State.UNSETTLED, "timed_out", unsettled_usd=Decimal(usd), unsettled_tokens=1_000)


def billing(*charges: tuple[date, str]) -> FakeReports:
    """What the provider charged on some days."""
    reports = FakeReports()
    for day, usd in charges:
        tokens = Usage(input_tokens=int(Decimal(usd) * 1_000_000))
        reports.usages.append(UsageLine(day, HAIKU, "standard", None, None, tokens))
        reports.charges.append(CostLine(day, HAIKU, "standard", None, "input_tokens", "", Decimal(usd)))
    return reports


def ledger(*rows: Entry) -> FakeLedger:
    """A ledger with these rows."""
    fake = FakeLedger()
    fake.add(rows)
    return fake


def test_only_what_anthropic_bills_is_booked() -> None:
    """Not what ran on Amazon, not what was never asked, and a dated name is its model's."""
    fake = ledger(
        row("a", paid("0.5"), model="claude-haiku-4-5-20251001"),
        row("b", paid("0.25"), model="claude-haiku-4-5"),
        row("c", paid("9"), platform="aws"),
        row("d", Settlement(State.SETTLED, Untaken.REUSED.value), model=""),
        row("e", unsettled("1"), model="claude-haiku-4-5"),
        row("f", None, model="claude-haiku-4-5"),
        row("g", paid("7"), simulated=True),
    )
    assert read_booked(fake, MONDAY, FRIDAY, simulated=False) == {
        Cell(MONDAY, "claude-haiku-4-5", batch=False): Booked(
            Usage(input_tokens=750_000), Decimal("0.75"), Decimal(1), 1, Decimal(1), 1
        )
    }


def test_what_has_been_open_too_long_is_closed_and_nothing_else() -> None:
    """Once: a second time there is nothing to close, and what was settled meanwhile stays as it was."""
    young = NOW - timedelta(hours=2)
    fake = ledger(row("old", None), row("batch", None, batch=True), row("young", None, at=young))
    assert close(fake, fake, Ages(), NOW, simulated=False) == 1
    assert [one.opening.id for one in fake.open_rows()] == ["batch", "young"]
    assert fake.total().unsettled_usd == 3
    assert fake.total().open == 2
    assert close(fake, fake, Ages(), NOW, simulated=False) == 0
    assert [(one.mode, one.rows, one.lost_rows) for one in open_reservations(fake, Ages(), NOW, simulated=False)] == [
        ("batch", 1, 0),
        ("standard", 1, 0),
    ]


def test_an_adjustment_is_written_once_and_corrected_when_the_bill_changes() -> None:
    """Idempotent by its id; the reservation's row stays as it is."""
    fake = ledger(row("a", paid("0.5")), row("b", unsettled("1")))
    reports = billing((MONDAY, "0.75"))
    result = reconcile(fake, reports, WEEK, Chosen(), NOW)
    assert fake.total().spent_usd == Decimal("1.5"), "to compare writes nothing"
    assert apply(fake, result.compared, simulated=False) == 1
    assert fake.total().spent_usd == Decimal("0.75")
    assert fake.entries["b"].settlement == unsettled("1")
    afterwards = again(fake, result, NOW, simulated=False)
    assert [one.difference_usd for one in afterwards.compared] == [0]
    assert apply(fake, afterwards.compared, simulated=False) == 0
    reports = billing((MONDAY, "0.75"), (MONDAY, "0.05"))
    corrected = reconcile(fake, reports, WEEK, Chosen(), NOW)
    assert apply(fake, corrected.compared, simulated=False) == 1
    assert fake.total().spent_usd == Decimal("0.8")
    assert len(fake.entries) == 3


def test_adjustments_count_in_no_figure_but_dollars() -> None:
    """They ask nothing, answer nothing and waste nothing."""
    fake = ledger(row("a", paid("0.5")))
    apply(fake, reconcile(fake, billing((MONDAY, "2")), WEEK, Chosen(), NOW).compared, simulated=False)
    total = fake.total()
    assert (total.rows, total.attempts, total.requests, total.retried) == (2, 1, 1, 0)
    assert (total.cost_usd, total.wasted_usd) == (Decimal(2), Decimal(0))


def test_the_comparison_begins_with_the_ledger() -> None:
    """What was billed before anybody wrote a row is nobody's business here."""
    wednesday = datetime(2026, 11, 25, 12, tzinfo=UTC)
    fake = ledger(row("a", paid("0.5"), at=wednesday))
    reports = billing((MONDAY, "3"), (wednesday.date(), "0.5"))
    result = reconcile(fake, reports, WEEK, Chosen(), NOW)
    assert result.first == wednesday.date()
    assert [one.cell.day for one in result.compared] == [wednesday.date()]
    assert reports.asked == [(wednesday.date(), FRIDAY)] * 2


def test_an_empty_ledger_asks_nobody() -> None:
    """There is nothing to compare with."""
    reports = billing((MONDAY, "3"))
    assert reconcile(FakeLedger(), reports, WEEK, Chosen(), NOW).compared == ()
    assert reports.asked == []


def test_days_before_are_read_for_what_they_hand_over() -> None:
    """A month back at most, so that what was settled the night before is not taken for somebody else's."""
    sunday = datetime(2026, 11, 22, 23, 50, tzinfo=UTC)
    fake = ledger(
        row("first", paid("0.1"), at=sunday - timedelta(days=90)),
        row("night", paid("0.5"), at=sunday),
        row("a", paid("0.1")),
    )
    reports = billing((MONDAY, "0.6"))
    result = reconcile(fake, reports, WEEK, Chosen(), NOW)
    assert [one.target_usd for one in result.compared] == [0]
    assert reports.asked[0][0] == MONDAY - timedelta(days=31)


def test_without_a_report_nothing_is_written() -> None:
    """The error goes to whoever asked."""
    fake = ledger(row("a", paid("0.5")))
    reports = FakeReports(failing=ReportsLost("It did not come.", next_step="Try again."))
    with pytest.raises(ReportsLost):
        reconcile(fake, reports, WEEK, Chosen(), NOW)
    assert len(fake.entries) == 1
