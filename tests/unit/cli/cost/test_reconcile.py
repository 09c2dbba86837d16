"""`hunkwise cost reconcile` from its flags to its output, over an SQLite file and the stand-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import anthropic
import pytest
from typer.testing import CliRunner, Result

from bot.adapters.ledger.book import SqlLedger
from bot.adapters.ledger.reading import SqlReader
from bot.cli.main import app
from bot.core.ledger.entry import Opening, RunFacts
from bot.errors import ReportsRefused, WrongUsage
from bot.simulator.server import Simulator

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
HAIKU = "claude-haiku-5-5"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A stand-in that billed one answer on Monday at noon."""
    with Simulator(now=lambda: 0.0, began=MONDAY) as running:
        with anthropic.Anthropic(api_key="key", base_url=running.base_url, max_retries=0) as client:
            hello: Any = [{"role": "user", "content": "Hello"}]
            client.messages.create(model=HAIKU, max_tokens=1_000, messages=hello)
        yield running


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, simulator: Simulator) -> str:
    """A ledger with the reservation for it, whose run was killed; the report is made on Friday."""
    monkeypatch.setenv("HUNKWISE_NOW", "2026-11-27T12:00:00Z")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
    monkeypatch.setenv("ANTHROPIC_ADMIN_KEY", "sk-ant-admin01-x")
    place = str(tmp_path / "ledger.db")
    book = SqlLedger(place)
    opening = Opening(
        id="row-1",
        at=MONDAY - timedelta(minutes=1),
        feature="review",
        model=HAIKU,
        provider="anthropic",
        key="ANTHROPIC_API_KEY",
        tier="cheap",
        why="",
        hunks=1,
        attempt=1,
        reserved_tokens=9_000,
        reserved_usd=Decimal("0.05"),
    )
    book.reserve(RunFacts("run-1", MONDAY, "acme/shop", 7, "ada"), [opening])
    book.close()
    return place


def run(place: str, *words: str) -> Result:
    """The command, as it is typed."""
    return CliRunner().invoke(app, ["cost", "reconcile", "--ledger", place, *words])


def printed(place: str, *words: str) -> dict[str, Any]:
    """Its JSON."""
    result = run(place, "--format", "json", *words)
    assert result.exit_code == 0, result.exception
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def spent(place: str) -> Decimal:
    """What the ledger counts."""
    book = SqlLedger(place)
    try:
        return SqlReader(book.engine).total().spent_usd
    finally:
        book.close()


def test_a_killed_run_is_brought_to_its_bill(place: str) -> None:
    """Compared, closed and adjusted: the reservation's row stays, and what counts is what was billed."""
    before = printed(place)
    [day] = before["tables"]["days"]["rows"]
    assert (day["unsettled_usd"], day["verdict"]) == ("0.05", "within unsettled")
    assert spent(place) == Decimal("0.05"), "to look changes nothing"
    after = printed(place, "--close", "--apply")
    [day] = after["tables"]["days"]["rows"]
    assert (day["unsettled_usd"], day["difference_usd"]) == ("0.05", "0")
    assert spent(place) == Decimal(day["billed_usd"])
    assert "Adjustments written: 1." in after["notes"]
    assert "Adjustments written: 0." in printed(place, "--close", "--apply")["notes"]


def test_without_a_key_open_reservations_are_shown_and_can_be_closed(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked; --apply alone needs the bill."""
    monkeypatch.delenv("ANTHROPIC_ADMIN_KEY")
    report = printed(place)
    assert list(report["tables"]) == ["open"]
    assert report["tables"]["open"]["rows"][0]["lost_rows"] == 1
    refused = run(place, "--close", "--apply")
    assert isinstance(refused.exception, WrongUsage)
    assert printed(place)["tables"]["open"]["rows"], "a refused command closes nothing"
    closed = printed(place, "--close")
    assert closed["tables"]["open"]["rows"] == []
    assert any("closed as lost: 1" in note for note in closed["notes"])
    assert spent(place) == Decimal("0.05")


def test_a_report_that_is_refused_changes_nothing(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bill is read before anything is written."""
    monkeypatch.setenv("ANTHROPIC_ADMIN_KEY", "sk-ant-api03-x")
    refused = run(place, "--close", "--apply")
    assert isinstance(refused.exception, ReportsRefused)
    monkeypatch.delenv("ANTHROPIC_ADMIN_KEY")
    assert printed(place)["tables"]["open"]["rows"][0]["rows"] == 1


def test_a_month_and_csv(place: str) -> None:
    """A month ends today where it is not over; what has not begun is a mistake."""
    csv = run(place, "--month", "2026-11", "--format", "csv").stdout.splitlines()
    assert csv[0].startswith("day,model,mode,settled_usd")
    assert len(csv) == 2
    assert printed(place, "--month", "2026-11")["period"] == "2026-11-23 to 2026-11-27 (UTC)"
    for word in ("2026-12", "2026-13", "November", "2026-1"):
        assert isinstance(run(place, "--month", word).exception, WrongUsage)


def test_another_key_and_another_workspace_are_told_apart(place: str) -> None:
    """The bill of a key that nobody used is nothing, and the default workspace's is all there is."""
    assert printed(place, "--api-key-id", "apikey_other")["tables"]["days"]["rows"][0]["billed_usd"] == "0"
    assert printed(place, "--workspace", "default")["tables"]["days"]["rows"][0]["billed_usd"] != "0"


def test_text_says_what_differs_and_why(place: str) -> None:
    """For people, in sentences."""
    said = " ".join(run(place).stdout.split())
    assert "The ledger beside the provider's bill: 2026-11-23 to 2026-11-27 (UTC)" in said
    assert "1 of 1 lines differ" in said
