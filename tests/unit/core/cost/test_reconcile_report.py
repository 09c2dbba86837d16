"""`cost reconcile` as tables and notes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from bot.core.cost.lost import Ages, OpenRows
from bot.core.cost.reconcile_report import Done, Found, reconcile_report
from bot.core.cost.report import Report, report_as_json, table_as_csv
from tests.unit.core.cost.reconciling import MONDAY, TUESDAY, bill, booked, compared, on

OPEN = OpenRows(MONDAY, "claude-haiku-5-5", "standard", "acme/shop", 3, Decimal("0.75"), 2, Decimal("0.5"))
PERIOD = "2026-11-23 to 2026-11-29 (UTC)"


def found(**changes: object) -> Found:
    """A Monday with a lost reservation, and a Tuesday on which nothing differs."""
    ours = {on(MONDAY): booked("2", lost="1"), on(TUESDAY): booked("1")}
    cells = compared(ours, {on(MONDAY): bill("2.25"), on(TUESDAY): bill("1")})
    facts: dict[str, object] = {"opened": (OPEN,), "ages": Ages(), "compared": tuple(cells.values()), **changes}
    return Found(PERIOD, **facts)  # type: ignore[arg-type]  # any of its fields


def notes(report: Report) -> str:
    """All notes in one text."""
    return "\n".join(report.notes)


def test_the_main_table_has_a_line_a_day_and_model() -> None:
    """Exact decimals without zeros at the end; CSV gives this table."""
    report = reconcile_report(found())
    assert table_as_csv(report.tables[0]).splitlines() == [
        "day,model,mode,settled_usd,unsettled_usd,adjusted_usd,billed_usd,difference_usd,verdict",
        "2026-11-23,claude-haiku-5-5,standard,2,1,0,2.25,-0.75,within unsettled",
        "2026-11-24,claude-haiku-5-5,standard,1,0,0,1,0,agrees",
    ]
    assert report.tables[0].total == ("Total", "", "", 3, 1, 0, Decimal("3.25"), Decimal("-0.75"), "")
    assert "1 of 2 lines differ; in all the provider billed $0.7500 less than counts in the ledger." in notes(report)


def test_the_other_tables_say_why_and_what_would_be_written() -> None:
    """Only those that have rows are there."""
    tables = report_as_json(reconcile_report(found()))["tables"]
    assert list(tables) == ["days", "explanations", "tokens", "adjustments", "open"]
    assert tables["tokens"]["rows"][0]["difference_tokens"] == 250_000
    assert tables["adjustments"]["rows"] == [
        {
            "id": "adjustment:2026-11-23:claude-haiku-5-5:standard",
            "there_usd": "0",
            "target_usd": "-0.75",
            "state": "--apply writes it",
        }
    ]
    assert [row["explanation"][:20] for row in tables["explanations"]["rows"]] == ["Billed beyond what s"]
    agreeing = compared({on(MONDAY): booked("1")}, {on(MONDAY): bill("1")})
    report = reconcile_report(found(compared=tuple(agreeing.values()), opened=()))
    assert [table.name for table in report.tables] == ["days"]
    assert report.notes == ("The ledger says what the provider billed.",)


def test_what_waits_says_for_what() -> None:
    """An amount that nobody can know yet is not shown."""
    opened = compared({on(MONDAY): booked("2", opened="1")}, {on(MONDAY): bill("2")})
    table = report_as_json(reconcile_report(found(compared=tuple(opened.values()))))["tables"]["adjustments"]
    assert table["rows"][0]["target_usd"] is None
    assert table["rows"][0]["state"].startswith("waits: reservations of this day")
    early = datetime(2026, 11, 24, 7, tzinfo=UTC)
    held = compared({on(MONDAY): booked("2", lost="1")}, {on(MONDAY): bill("2")}, early)
    table = report_as_json(reconcile_report(found(compared=tuple(held.values()))))["tables"]["adjustments"]
    assert table["rows"][0]["target_usd"] == "0"
    assert "Provisional" not in notes(reconcile_report(found(compared=tuple(held.values()))))
    noon = compared({on(MONDAY): booked("2")}, {}, datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert "Provisional from 2026-11-23 on" in notes(reconcile_report(found(compared=tuple(noon.values()))))
    assert "more waits: what was reserved may be billed on the next day" in table["rows"][0]["state"]


def test_without_a_key_only_open_reservations_are_shown() -> None:
    """And what --close would do, and what is missing."""
    report = reconcile_report(found(compared=None))
    assert [table.name for table in report.tables] == ["open"]
    assert "2 of the open reservations, $0.5000, are older than 24 hours (in batches 29 days)" in notes(report)
    assert "ANTHROPIC_ADMIN_KEY" in notes(report)


def test_what_was_done_is_said() -> None:
    """How many were closed and written, and that the bill may be others' too."""
    report = reconcile_report(found(done=Done(closed=2, applied=1)))
    assert "Reservations closed as lost: 2. They go on counting in full." in notes(report)
    assert "Adjustments written: 1." in notes(report)
    assert "The whole organisation's bill was taken for Hunkwise's" in notes(report)
    assert "whole organisation" not in notes(reconcile_report(found(done=Done(applied=1), everything=False)))


def test_what_was_not_compared_is_named() -> None:
    """Web searches, the Priority Tier, and days before the ledger began."""
    report = reconcile_report(
        found(others={"Web Search Usage": Decimal("0.5")}, priority_tokens=1_200, begins=date(2026, 11, 23))
    )
    assert "Not compared: $0.5000 for Web Search Usage." in notes(report)
    assert "Not compared: 1,200 tokens of the Priority Tier" in notes(report)
    assert "The ledger begins on 2026-11-23; the days before were not compared." in notes(report)
    assert "nothing to compare" in notes(reconcile_report(found(compared=())))
