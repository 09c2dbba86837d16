"""`hunkwise cost alerts`: shown by default, sent once with --send, and never an address."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.adapters.ledger.book import SqlLedger
from bot.cli.main import app
from bot.core.ledger.entry import Entry, Opening, RunFacts, Settlement, State
from bot.errors import BadConfiguration, NotDelivered, WrongUsage
from tests.e2e.github.stand_in import StandIn
from tests.e2e.github.state import ACTIONS_BOT, JOB_TOKEN, Token
from tests.fakes import NOON
from tests.listening import Webhook, webhook

SECRET = "s3cr3tT0ken0123456789abc"  # noqa: S105  # a stand-in for one

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command on a ledger that spent 45 dollars today, at noon, with a budget of 50."""
    place = tmp_path / "ledger.db"
    opening = Opening("row", NOON, "review", "m", "anthropic", "KEY", "standard", "", 1, 1, 1000, Decimal(45))
    ending = Settlement(State.SETTLED, "answered", cost_usd=Decimal(45))
    with closing(SqlLedger(str(place))) as book:
        book.add([Entry(RunFacts("run", NOON, "octo/shop", 1, "alice"), opening, ending)])
    monkeypatch.setenv("HUNKWISE_NOW", NOON.isoformat())
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    defaults = {"HUNKWISE_ALERT_DAY_USD": "50", "HUNKWISE_ALERT_SPIKE_FLOOR_USD": "1000"}

    def invoke(*arguments: str, **environment: str) -> Result:
        command = ["cost", "alerts", "--ledger", str(place), *arguments]
        return CliRunner().invoke(app, command, env=defaults | environment)

    return invoke


@pytest.fixture
def server() -> Iterator[Webhook]:
    """A webhook that listens."""
    with webhook() as listening:
        yield listening


def test_it_shows_what_holds_and_sends_nothing(run: Run, server: Webhook) -> None:
    """Without --send nobody is told, whoever could be."""
    result = run(HUNKWISE_ALERT_URLS=f"{server.url}/{SECRET}")
    assert result.exit_code == 0
    assert "WARNING  90.0% of the day's budget is spent" in result.output
    assert "webhook at 127.0.0.1: to be sent" in result.output
    assert "1 alert; messages: 1 to be sent." in result.output
    assert "--month-usd" in result.output
    assert server.bodies == []


def test_it_sends_once_and_says_when(run: Run, server: Webhook) -> None:
    """The second run has nothing to send; the dry run after it says that too."""
    for arguments, said in (
        (["--send"], "sent now"),
        (["--send"], "sent earlier (2026-11-22 12:00 UTC)"),
        ([], "sent earlier"),
    ):
        result = run(*arguments, HUNKWISE_ALERT_URLS=server.url)
        assert result.exit_code == 0
        assert f"webhook at 127.0.0.1: {said}" in result.output
    assert [body["name"] for body in server.bodies] == ["budget-80:day:2026-11-22:all"]


def test_a_failure_is_exit_3_names_the_target_and_is_tried_again(run: Run, server: Webhook) -> None:
    """Neither the report nor the error repeats the address; when the target is back it is told."""
    server.status = 500
    address = server.url.replace("//", f"//user:{SECRET}@") + f"/{SECRET}"
    failed = run("--send", HUNKWISE_ALERT_URLS=address)
    assert isinstance(failed.exception, NotDelivered)
    assert failed.exception.exit_code == 3
    assert failed.exception.message == "1 message could not be delivered to webhook at 127.0.0.1."
    assert "HTTP status 500" in failed.exception.next_step
    assert "webhook at 127.0.0.1: not delivered" in failed.output
    assert SECRET not in failed.output + failed.exception.message + failed.exception.next_step
    server.status = 200
    assert run("--send", HUNKWISE_ALERT_URLS=address).exit_code == 0
    assert len(server.bodies) == 2


def test_an_issue_is_opened_and_found_again(run: Run, tmp_path: Path) -> None:
    """Through the real adapter, with a job's token that may write issues."""
    with StandIn(tmp_path / "git") as github:
        github.git.commit("main", {"a.txt": b"a\n"})
        github.state.tokens[JOB_TOKEN] = Token(ACTIONS_BOT, {"issues": "write"})
        for _ in range(2):
            result = run("--send", "--github-issue", "octo/shop", GITHUB_TOKEN=JOB_TOKEN, GITHUB_API_URL=github.url)
            assert result.exit_code == 0, result.exception
        [issue] = github.state.issues.values()
        assert issue.title == "Hunkwise: 90.0% of the day's budget is spent"
        assert "$45.00 of $50.00 spent" in issue.body
        assert github.violations == []


def test_json_and_csv_hold_every_field(run: Run, server: Webhook) -> None:
    """For whoever sends in their own way: the same fields, and what became of each."""
    report = json.loads(run("--format", "json", HUNKWISE_ALERT_URLS=server.url).output)
    [alert] = report["tables"]["alerts"]["rows"]
    assert (alert["name"], alert["severity"]) == ("budget-80:day:2026-11-22:all", "warning")
    assert report["tables"]["deliveries"]["rows"] == [
        {"name": alert["name"], "target": "webhook at 127.0.0.1", "delivery": "to be sent", "at": None, "why": ""}
    ]
    [row] = csv.DictReader(io.StringIO(run("--format", "csv").output))
    assert {name: row[name] for name in ("name", "sentence")} == {name: alert[name] for name in ("name", "sentence")}


@pytest.mark.parametrize(
    ("arguments", "environment", "error"),
    [
        (["--send"], {}, WrongUsage),
        (["--send", "--urls-from", "OTHER"], {"HUNKWISE_ALERT_URLS": "https://example.com"}, WrongUsage),
        ([], {"HUNKWISE_ALERT_URLS": f"nonsense://{SECRET}"}, BadConfiguration),
        (["--github-issue", "octo/shop"], {}, BadConfiguration),
        (["--github-issue", "octo"], {"GITHUB_TOKEN": SECRET}, BadConfiguration),
        (["--urls-from", "A", "--urls-from", "B"], dict.fromkeys("AB", "https://example.com"), BadConfiguration),
    ],
)
def test_what_cannot_be_sent_as_asked_is_wrong_usage(
    run: Run, arguments: list[str], environment: dict[str, str], error: type[WrongUsage]
) -> None:
    """Nobody to send to, an address that is none, no token, a name twice: exit 2, what to do, and no secret."""
    result = run(*arguments, **environment)
    assert type(result.exception) is error
    assert result.exception.next_step
    assert SECRET not in result.output + result.exception.message + result.exception.next_step


@pytest.mark.parametrize(
    "arguments",
    [["--success-rate", "101%"], ["--success-rate", "nan"], ["--day-usd", "0"], ["--spike-factor", "x"]],
)
def test_limits_that_mean_nothing_are_refused(run: Run, arguments: list[str]) -> None:
    """A limit that can never be broken, or always is, is a slip of the pen."""
    assert run(*arguments).exit_code == 2


def test_limits_come_by_flag_or_variable_and_the_flag_wins(run: Run) -> None:
    """A workflow sets variables once; who looks by hand tries others."""
    assert "The day's budget is spent" in run("--day-usd", "45").output
    assert "Nothing to tell" in run(HUNKWISE_ALERT_DAY_USD="1000").output
    assert "Spending spiked: $45.00 in one hour" in run("--spike-floor-usd", "45").output
