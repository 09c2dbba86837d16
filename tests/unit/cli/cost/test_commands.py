"""`hunkwise cost compare`, `forecast` and `selfhost`, from flags to what is printed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.bootstrap.ledger import open_ledger
from bot.cli.main import app
from bot.core.ledger.entry import RateRow
from bot.errors import BadConfiguration, UnknownPrice, WrongUsage
from tests.fakes import NOON
from tests.unit.core.cost.histories import row

Run = Callable[..., str]
GPU = ("selfhost", "--gpu-usd-per-hour", "2", "--tokens-per-second", "1000")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `hunkwise cost …` at noon on a ledger of 20 days at 1.25 dollars, and gives what it printed."""
    place = str(tmp_path / "ledger.db")
    with open_ledger(place) as ledger:
        ledger.book.add(row(str(back), at=NOON - timedelta(days=back), usd="1.25") for back in range(20))
        ledger.book.note_rates([RateRow("anthropic", "ANTHROPIC_API_KEY", "sonnet", "requests", 50, 50, NOON)])
    monkeypatch.setenv("HUNKWISE_LEDGER", place)
    monkeypatch.setenv("HUNKWISE_NOW", NOON.isoformat())

    def invoke(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["cost", *arguments])
        if done.exception is not None:
            raise done.exception
        return done.stdout

    return invoke


def tables(printed: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of a JSON report's tables."""
    return {name: table["rows"] for name, table in json.loads(printed)["tables"].items()}


def test_compare_keeps_what_was_paid_exactly(run: Run) -> None:
    """The row 'as it was' is the ledger's own sum; the same rows come as CSV."""
    rows = tables(run("compare", "--models", "all", "--format", "json"))["changes"]
    [as_it_was] = [one for one in rows if one["change"] == "as it was"]
    assert Decimal(as_it_was["usd"]) == 25
    lines = list(csv.DictReader(io.StringIO(run("compare", "--format", "csv"))))
    assert [line["change"] for line in lines] == [one["change"] for one in rows]


def test_compare_covers_the_time_and_the_rows_that_were_asked_for(run: Run) -> None:
    """Three complete days, then a repository that has none."""
    rows = tables(run("compare", "--days", "3", "--models", "claude-opus-5-5", "--format", "json"))
    [as_it_was] = [one for one in rows["changes"] if one["change"] == "as it was"]
    assert Decimal(as_it_was["usd"]) == Decimal("3.75")
    assert [one["model"] for one in rows["models"]] == ["claude-opus-5-5"]
    assert "nothing to compare" in run("compare", "--repo", "octo/other")


def test_forecast_prints_every_table(run: Run) -> None:
    """In JSON for programs, and in a terminal with the sentences."""
    told = tables(run("forecast", "--budget-usd", "100", "--budget-span", "month", "--format", "json"))
    assert set(told) == {"month_end", "budget", "rate_limits", "weekdays", "hours"}
    assert Decimal(told["month_end"][0]["spent_usd"]) == 25
    assert Decimal(told["month_end"][0]["expected_usd"]) == 35
    printed = run("forecast")
    assert "At the end of the month" in printed
    assert "No rate limit will be hit" in printed


def test_selfhost_prints_the_formula(run: Run) -> None:
    """With the price that the ledger paid for a token: 1.25 dollars for 5,500."""
    told = tables(run(*GPU, "--tokens-per-month", "1000000", "--format", "json"))
    assert Decimal(told["costs"][0]["usd_per_month"]) == Decimal("227.272727")
    assert told["break_even"][0]["tokens_per_month"] == 6_424_000
    assert "Break-even volume = own cost a month / API price" in " ".join(run(*GPU).split())


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("compare", "--models", "claude-nonsense"), UnknownPrice),
        (("compare", "--month", "2026-11", "--days", "3"), WrongUsage),
        (("forecast", "--time-zone", "Mars/Olympus"), WrongUsage),
        (("selfhost", "--gpu-usd-per-hour", "2", "--tokens-per-second", "9", "--month", "x"), WrongUsage),
        (("compare", "--ledger", "nowhere.db"), BadConfiguration),
    ],
)
def test_a_slip_is_an_error_with_a_sentence(run: Run, arguments: tuple[str, ...], error: type[Exception]) -> None:
    """Exit code 2 by its kind, and never an empty table."""
    with pytest.raises(error):
        run(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ("forecast", "--days", "3"),
        ("forecast", "--level", "1"),
        ("forecast", "--budget-usd", "-1"),
        (*GPU, "--utilisation", "0"),
        (*GPU, "--gpus", "0"),
        ("selfhost",),
    ],
)
def test_numbers_without_meaning_are_refused(run: Run, arguments: tuple[str, ...]) -> None:
    """Before the ledger is read."""
    with pytest.raises(SystemExit) as stopped:
        run(*arguments)
    assert stopped.value.code == 2
