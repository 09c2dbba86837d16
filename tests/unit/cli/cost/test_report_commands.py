"""The commands from their flags to what they print."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.adapters.ledger.book import SqlLedger
from bot.cli.main import app
from bot.errors import WrongUsage
from tests.ledger_rows import invented_from, spent

HISTORY = invented_from(3, 60)
COMMANDS = (
    ["report", "--period", "day"],
    ["report", "--period", "week"],
    ["report", "--period", "month", "--date", "2026-11-01"],
    ["analyze", "--month", "2026-11"],
    ["trend", "--days", "30"],
    *(["breakdown", "--by", by] for by in ("repo", "team", "author", "model", "feature", "tier", "file-kind", "rule")),
    ["debug", "--period", "last-9d"],
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger file with sixty rows."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    with closing(SqlLedger(str(path))) as book:
        HISTORY.write(book)
    return path


def printed(ledger: Path, arguments: Sequence[str], how: str = "json") -> str:
    """What a command prints."""
    environment = {"HUNKWISE_NOW": "2026-11-26T12:00:00Z", "HUNKWISE_LEDGER": str(ledger), "COLUMNS": "100"}
    done = CliRunner().invoke(app, ["cost", *arguments, "--format", how], env=environment)
    if done.exception is not None:
        raise done.exception
    assert done.exit_code == 0
    return done.stdout


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_every_command_in_every_format(ledger: Path, arguments: list[str]) -> None:
    """Text, JSON and CSV are made of the same tables."""
    report = json.loads(printed(ledger, arguments))
    assert report["report"] == arguments[0]
    first = next(iter(report["tables"].values()))
    rows = list(csv.DictReader(io.StringIO(printed(ledger, arguments, "csv"))))
    assert [list(row.values())[:2] for row in rows] == [
        ["" if value is None else str(value) for value in list(row.values())[:2]] for row in first["rows"]
    ]
    text = printed(ledger, arguments, "text")
    assert report["title"] in text
    assert "Total" in text


def test_all_of_the_ledger(ledger: Path) -> None:
    """The rows of CSV add up to what was really spent, with all twelve digits."""
    rows = csv.DictReader(io.StringIO(printed(ledger, ["breakdown", "--by", "file-kind", "--period", "all"], "csv")))
    assert sum(Decimal(row["spent_usd"]) for row in rows) == spent(HISTORY.rows)


def test_flags_narrow(ledger: Path) -> None:
    """The flags for rows reach the report, and its heading says so."""
    flags = ["--repo", "acme/shop", "--author", "ada", "--team", "payments", "--time-zone", "Asia/Kathmandu"]
    report = json.loads(printed(ledger, ["breakdown", "--by", "repo", "--period", "all", *flags]))
    assert report["period"].endswith(", only acme/shop, only team payments, only pull requests of ada")
    assert [row["repository"] for row in report["tables"]["breakdown"]["rows"]] in ([], ["acme/shop"])


def test_simulated_rows_are_apart(ledger: Path) -> None:
    """Nothing simulated is in this ledger, and that is said rather than shown as nought dollars of real money."""
    report = json.loads(printed(ledger, ["report", "--simulated"]))
    assert report["tables"]["money"]["total"]["usd"] == "0"
    assert any("nothing was really spent" in note for note in report["notes"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", "--date", "soon"],
        ["analyze", "--month", "soon"],
        ["debug", "--period", "soon"],
        ["trend", "--time-zone", "Mars/Olympus"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_understood(ledger: Path, arguments: list[str]) -> None:
    """A mistake in a flag is a sentence with an example."""
    with pytest.raises(WrongUsage) as caught:
        printed(ledger, arguments)
    assert "like" in caught.value.next_step
