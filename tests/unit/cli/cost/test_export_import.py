"""`hunkwise cost export` and `import` on a ledger in a file."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from bot.bootstrap.ledger import open_ledger
from bot.cli.cost.span import span_of
from bot.cli.main import app
from bot.core.cost.export.lines import Added, Shape, lines
from bot.core.ledger.entry import Entry
from bot.core.ledger.of_receipt import rows_of
from bot.errors import BadConfiguration, OutputLost, WrongUsage
from tests.unit.core.cost.export.rows import AT, EVERY_KIND, SETTLED, row
from tests.unit.core.ledger.receipt_files import named_receipt, old_receipt

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with a row of every kind."""
    place = tmp_path / "ledger.db"
    with open_ledger(str(place)) as opened:
        opened.book.add(EVERY_KIND)
    return place


def run(command: str, *arguments: object) -> Result:
    """Run a command of `hunkwise cost`."""
    return CliRunner().invoke(app, ["cost", command, *map(str, arguments)])


def table(text: str) -> list[dict[str, str]]:
    """A CSV's rows."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("shape", Shape)
def test_a_file_is_what_standard_output_gets(shape: Shape, ledger: Path, tmp_path: Path) -> None:
    """Protects both ways out: the same lines, and a sum on stderr that a person can compare."""
    file = tmp_path / "out.csv"
    shown = run("export", "--as", shape.value, "--ledger", ledger)
    written = run("export", "--as", shape.value, "--ledger", ledger, "--output", file)
    assert (shown.exit_code, written.exit_code, written.stdout) == (0, 0, "")
    assert file.read_bytes() == shown.stdout_bytes
    assert "dollars (estimated: 0.55)" in written.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_rows_come_back_from_a_database_as_they_were(ledger: Path) -> None:
    """Protects the CSV's promise over a real ledger: the ids of all rows, and the sum to the last decimal."""
    rows = table(run("export", "--ledger", ledger).stdout)
    assert {one["id"] for one in rows} == {one.opening.id for one in EVERY_KIND}
    assert sum(Decimal(one["spent_usd"]) for one in rows) == Decimal("0.5825")


def test_filters_narrow(ledger: Path) -> None:
    """Protects bills of one month or team: what is outside is left out."""
    assert len(table(run("export", "--ledger", ledger, "--month", "2026-11").stdout)) == len(EVERY_KIND)
    assert table(run("export", "--ledger", ledger, "--since", "2026-12-01").stdout) == []
    assert table(run("export", "--ledger", ledger, "--team", "search").stdout) == []
    # In Berlin the last second of November in UTC is December already.
    assert table(run("export", "--ledger", ledger, "--month", "2026-11", "--time-zone", "Europe/Berlin").stdout) == []


def test_a_failed_export_leaves_no_file(ledger: Path, tmp_path: Path) -> None:
    """Protects whoever reads the file: half an export is never there."""
    result = run("export", "--ledger", ledger, "--output", tmp_path / "none" / "out.csv")
    assert isinstance(result.exception, OutputLost)
    assert isinstance(
        run("export", "--ledger", tmp_path / "no.db", "--output", tmp_path / "o").exception, BadConfiguration
    )
    assert not (tmp_path / "o").exists()


def test_simulated_runs_have_no_bill(ledger: Path) -> None:
    """Protects bills from money that was never spent."""
    assert isinstance(run("export", "--ledger", ledger, "--as", "focus", "--simulated").exception, WrongUsage)
    assert run("export", "--ledger", ledger, "--as", "csv", "--simulated").exit_code == 0


def test_memory_does_not_grow_with_the_rows() -> None:
    """Protects large ledgers: of twenty times the rows (megabytes, if they were kept) hardly more is held at once."""

    def rows(count: int) -> Iterator[Entry]:
        one = row(SETTLED)
        return (replace(one, opening=replace(one.opening, id=str(number))) for number in range(count))

    def highest(count: int) -> int:
        tracemalloc.start()
        for _ in lines(Shape.FOCUS, rows(count), Added()):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    highest(20)
    assert highest(2_000) < highest(100) + 200_000


@pytest.mark.parametrize(
    ("arguments", "start", "end"),
    [
        ((None, None, None), None, None),
        (("2026-11-01", None, None), "2026-10-31T23:00Z", None),
        (("2026-11-01T10:00", "2026-11-01T10:00Z", None), "2026-11-01T09:00Z", "2026-11-01T10:00Z"),
        ((None, None, "2026-03"), "2026-02-28T23:00Z", "2026-03-31T22:00Z"),
        ((None, None, "2026-12"), "2026-11-30T23:00Z", "2026-12-31T23:00Z"),
    ],
)
def test_spans_begin_at_the_zones_midnight(
    arguments: tuple[str | None, str | None, str | None], start: str | None, end: str | None
) -> None:
    """Protects bills at the edges of a month, across the change of clocks."""
    wanted = tuple(None if one is None else datetime.fromisoformat(one) for one in (start, end))
    assert span_of(*arguments, BERLIN) == wanted


@pytest.mark.parametrize(
    "arguments",
    [
        ("yesterday", None, None),
        ("0001-01-01", None, None),
        ("9999-12-31", None, None),
        ("0001-01-01T00:00+05:00", None, None),
        ("2026-11-02", "2026-11-01", None),
        ("2026-11-02", None, "2026-11"),
        (None, None, "2026-13"),
        (None, None, "2026-00"),
        (None, None, "26-11"),
    ],
)
def test_spans_that_make_no_sense_are_refused(arguments: tuple[str | None, str | None, str | None]) -> None:
    """Protects from a typing mistake that exports everything, or nothing."""
    with pytest.raises(WrongUsage) as caught:
        span_of(*arguments, BERLIN)
    assert caught.value.next_step


def test_an_import_makes_the_ledger_and_names_what_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a first import: the ledger is made, good receipts are in it, a bad one is named, and the code is 3."""
    monkeypatch.setenv("HUNKWISE_NOW", (AT + timedelta(days=1)).isoformat())
    place, good, old = tmp_path / "new.db", tmp_path / "good.json", tmp_path / "old.json"
    good.write_text(json.dumps(named_receipt()))
    old.write_text(json.dumps(old_receipt()))
    first = run("import", good, old, "--ledger", place)
    assert first.exit_code == 3
    assert f"{old}: The receipt is of a version that did not say when it ran." in first.stderr
    assert "--at" in first.stderr
    second = run("import", good, old, "--ledger", place, "--at", "2026-11-26T12:00:00Z", "--format", "json")
    fates = [one["fate"] for one in json.loads(second.stdout)["tables"]["files"]["rows"]]
    assert (second.exit_code, fates) == (0, ["known", "imported"])


def test_what_the_prompt_was_made_of_stays_in_the_database(tmp_path: Path) -> None:
    """Protects the cost per rule in a real ledger: an import does not wipe out the sections a live run wrote."""
    run_of = rows_of(named_receipt())
    live = replace(run_of.run, sections={"core": 2_100})
    with open_ledger(str(tmp_path / "l.db")) as opened:
        opened.book.add(run_of.entries)
        opened.book.end_run(live, run_of.end)
        opened.book.end_run(run_of.run, run_of.end)
        assert opened.reader.sections()[0].sections == {"core": 2_100}


def test_receipts_come_by_standard_input(tmp_path: Path) -> None:
    """Protects pipes: a review's JSON goes straight into a ledger."""
    arguments = ["cost", "import", "-", "--ledger", str(tmp_path / "l.db")]
    result = CliRunner().invoke(
        app,
        arguments,
        input=json.dumps(named_receipt()),
        env={"HUNKWISE_NOW": datetime(2026, 11, 27, tzinfo=UTC).isoformat()},
    )
    assert (result.exit_code, "1 imported" in result.stdout) == (0, True)
