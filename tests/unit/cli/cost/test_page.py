"""`hunkwise cost page`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.adapters.ledger.book import SqlLedger
from bot.cli.main import app
from bot.errors import BadConfiguration, OutputLost, WrongUsage
from tests.cost_months import NOW, write_months

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command over a ledger of two months."""
    place = tmp_path / "ledger.db"
    with closing(SqlLedger(str(place))) as book:
        write_months(book)
    monkeypatch.setenv("HUNKWISE_NOW", NOW.isoformat())
    return lambda *arguments: CliRunner().invoke(app, ["cost", "page", "--ledger", str(place), *arguments])


def test_the_page_is_written_to_the_file(run: Run, tmp_path: Path) -> None:
    """One file, whole, that others may read as they may read any other; nothing else is left beside it."""
    html = tmp_path / "pages" / "november.html"
    html.parent.mkdir()
    html.write_text("an older page")
    done = run("--html", str(html), "--budget-usd", "2000", "--time-zone", "Europe/Berlin")
    assert (done.exit_code, done.output) == (0, "")
    page = html.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert "of the budget of $2,000.00" in page
    assert "Europe/Berlin" in page
    assert list(html.parent.iterdir()) == [html]
    other = html.parent / "other"
    other.touch()
    assert html.stat().st_mode == other.stat().st_mode


def test_the_page_can_go_to_stdout(run: Run) -> None:
    """A pipe is a place, too."""
    done = run("--html", "-", "--month", "2026-10", "--repo", "acme/docs")
    assert done.exit_code == 0
    assert done.output.startswith("<!doctype html>")
    assert "October 2026" in done.output
    assert "Only repository acme/docs." in done.output


def test_a_folder_that_is_not_there(run: Run, tmp_path: Path) -> None:
    """It is said which file could not be written, and why."""
    done = run("--html", str(tmp_path / "none" / "page.html"))
    assert isinstance(done.exception, OutputLost)
    assert "none/page.html: No such file or directory" in str(done.exception)


def test_a_place_that_cannot_be_replaced(run: Run, tmp_path: Path) -> None:
    """A half-written page is not left behind."""
    (tmp_path / "page.html").mkdir()
    before = sorted(tmp_path.iterdir())
    done = run("--html", str(tmp_path / "page.html"))
    assert isinstance(done.exception, OutputLost)
    assert sorted(tmp_path.iterdir()) == before


def test_what_is_no_month_and_no_ledger(run: Run, tmp_path: Path) -> None:
    """Mistakes are named before anything is written."""
    assert isinstance(run("--html", "-", "--month", "november").exception, WrongUsage)
    missing = CliRunner().invoke(app, ["cost", "page", "--html", "-", "--ledger", str(tmp_path / "none.db")])
    assert isinstance(missing.exception, BadConfiguration)
