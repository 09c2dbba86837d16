"""`hunkwise cost fetch`: receipts from a repository's workflow artifacts into the ledger, against the stand-in."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
from typer.testing import CliRunner, Result

from bot.adapters.github import artifacts
from bot.bootstrap.ledger import open_ledger
from bot.cli.main import app
from bot.core.ledger.sums import Sums
from bot.errors import CodeHostError, NotPermitted
from tests.e2e.github import StandIn, openapi
from tests.e2e.github.state import JOB_TOKEN
from tests.unit.core.ledger.receipt_files import named_receipt

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def archive(**files: Any) -> bytes:
    """A zip as actions/upload-artifact makes one; what is no bytes is written as JSON."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(f"{name}.json", content if isinstance(content, bytes) else json.dumps(content))
    return stream.getvalue()


@pytest.fixture(autouse=True)
def environment(github: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job's token that may read artifacts, and a clock."""
    github.state.tokens[JOB_TOKEN].permissions = {"actions": "read", "metadata": "read"}
    monkeypatch.setenv("GITHUB_TOKEN", JOB_TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", github.url)
    monkeypatch.setenv("HUNKWISE_NOW", NOW.isoformat())


def fetch(ledger: Path, *arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(
        app, ["cost", "fetch", "octo/shop", "--ledger", str(ledger), "--format", "json", *arguments]
    )


def fates(result: Result) -> list[tuple[str, str]]:
    """What became of each file."""
    rows = json.loads(result.stdout)["tables"]["files"]["rows"]
    return [(row["file"].partition(" ")[0], row["fate"]) for row in rows]


def total(ledger: Path) -> Sums:
    """What the ledger holds."""
    with open_ledger(str(ledger)) as opened:
        return opened.reader.total()


def test_receipts_come_into_the_ledger_and_again_change_nothing(github: StandIn, tmp_path: Path) -> None:
    """Protects teams without a database: what the runs cost is in the ledger, once, whatever is fetched how often."""
    ledger = tmp_path / "ledger.db"
    receipts = [named_receipt(f"run-{number}") for number in range(3)]
    for receipt in receipts:
        github.keep("hunkwise-receipt", archive(receipt=receipt), created=NOW)
    github.keep("coverage", archive(coverage={"lines": 1}), created=NOW)
    assert fates(fetch(ledger)) == [("hunkwise-receipt", "imported")] * 3
    first = total(ledger)
    assert first.cost_usd == 3 * Decimal(receipts[0]["cost"]["total_usd"])
    assert first.unsettled_usd == 3 * Decimal(receipts[0]["cost"]["unsettled_usd"])
    again = fetch(ledger)
    assert (again.exit_code, fates(again)) == (0, [("hunkwise-receipt", "known")] * 3)
    assert total(ledger) == first


def test_the_token_stays_with_github(github: StandIn, tmp_path: Path) -> None:
    """Protects the token: the storage that a redirect names is another host, and must never see it."""
    github.keep("hunkwise-receipt", archive(receipt=named_receipt()), created=NOW)
    assert fetch(tmp_path / "ledger.db").exit_code == 0
    [asked] = github.storage.asked
    assert "authorization" not in asked.headers
    assert JOB_TOKEN not in repr(asked)


def test_all_pages_are_read(github: StandIn, tmp_path: Path) -> None:
    """Protects from losing what is on the second page."""
    for _ in range(101):
        github.keep("hunkwise-receipt-x", b"", created=NOW, expired=True)
    result = fetch(tmp_path / "ledger.db")
    assert fates(result) == [("hunkwise-receipt-x", "skipped")] * 101
    assert result.exit_code == 0
    assert len(github.asked("GET", "/actions/artifacts")) == 2


def test_since_and_a_name_narrow(github: StandIn, tmp_path: Path) -> None:
    """Protects from reading months of artifacts for a week's: dates and exact names are kept to."""
    github.keep("hunkwise-receipt", archive(receipt=named_receipt("old")), created=NOW - timedelta(days=9))
    github.keep("hunkwise-receipt", archive(receipt=named_receipt("new")), created=NOW)
    github.keep("other", archive(receipt=named_receipt("other")), created=NOW)
    assert len(fates(fetch(tmp_path / "1.db", "--since", "2026-11-26"))) == 1
    assert fates(fetch(tmp_path / "2.db", "--artifact", "other")) == [("other", "imported")]
    assert github.asked("GET", "/actions/artifacts")[-1].query["name"] == "other"


def test_an_artifact_that_expires_meanwhile_is_passed_over(github: StandIn, tmp_path: Path) -> None:
    """Protects the others from one that is gone between listing and download."""
    kept = github.keep("hunkwise-receipt", archive(receipt=named_receipt()), created=NOW)
    github.faults.before("GET", "/zip$", lambda: setattr(kept, "expired", True))
    result = fetch(tmp_path / "ledger.db")
    assert (result.exit_code, fates(result)) == (0, [("hunkwise-receipt", "skipped")])


def test_a_forks_receipt_is_not_taken_unasked(github: StandIn, tmp_path: Path) -> None:
    """Protects budgets from strangers: a run of a fork can leave a receipt that nobody paid for."""
    github.keep("hunkwise-receipt", archive(receipt=named_receipt()), created=NOW, head_repository=2)
    assert fates(fetch(tmp_path / "1.db")) == [("hunkwise-receipt", "skipped")]
    assert github.storage.asked == []
    assert fates(fetch(tmp_path / "2.db", "--forks")) == [("hunkwise-receipt", "imported")]


def test_a_bad_receipt_does_not_keep_out_the_others(github: StandIn, tmp_path: Path) -> None:
    """Protects from one damaged file: it is named, the rest is imported, and the exit code says so."""
    github.keep("hunkwise-receipt", archive(bad=b"{", good=named_receipt()), created=NOW)
    github.keep("hunkwise-receipt", b"PK\x03\x04 no archive", created=NOW)
    result = fetch(tmp_path / "ledger.db")
    assert result.exit_code == 3
    assert sorted(fate for _, fate in fates(result)) == ["failed", "failed", "imported"]
    assert "bad.json" in result.stderr


def test_a_missing_permission_is_named(github: StandIn, tmp_path: Path) -> None:
    """Protects whoever sets it up: the error says which permission the token lacks."""
    github.state.tokens[JOB_TOKEN].permissions = {"contents": "read"}
    result = fetch(tmp_path / "ledger.db")
    assert isinstance(result.exception, NotPermitted)
    assert "actions: read" in result.exception.message + result.exception.next_step


def test_what_was_read_before_a_failure_is_kept(github: StandIn, tmp_path: Path) -> None:
    """Protects work done: where GitHub fails in between, earlier receipts are in the ledger and the code is 3."""
    github.keep("hunkwise-receipt", archive(receipt=named_receipt("first")), created=NOW - timedelta(hours=1))
    second = github.keep("hunkwise-receipt", archive(receipt=named_receipt("second")), created=NOW)
    github.faults.answer("GET", f"/{second.id}/zip$", 403, "Resource not accessible by integration")
    result = fetch(tmp_path / "ledger.db")
    assert (result.exit_code, [fate for _, fate in fates(result)]) == (3, ["imported", "failed"])
    assert total(tmp_path / "ledger.db").rows > 0


def test_a_short_failure_of_github_is_tried_again(github: StandIn, tmp_path: Path) -> None:
    """Protects from a server error in passing: reads are repeated."""
    github.keep("hunkwise-receipt", archive(receipt=named_receipt()), created=NOW)
    github.faults.answer("GET", "/zip$", 502)
    github.faults.answer("GET", "/actions/artifacts$", 502)
    assert fates(fetch(tmp_path / "ledger.db")) == [("hunkwise-receipt", "imported")]


def test_an_archive_that_is_too_large_is_not_held(
    github: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects memory from an archive that is larger than any receipt."""
    monkeypatch.setattr(artifacts, "MOST_BYTES", 100)
    github.keep("hunkwise-receipt", archive(receipt=named_receipt()), created=NOW)
    result = fetch(tmp_path / "ledger.db")
    assert (result.exit_code, fates(result)) == (3, [("hunkwise-receipt", "failed")])


def test_no_archive_comes_without_encryption(github: StandIn) -> None:
    """Protects what receipts say: an API that is encrypted may not send on to an address that is not."""
    kept = github.keep("hunkwise-receipt", archive(receipt=named_receipt()), created=NOW)
    store = artifacts.GitHubArtifacts(JOB_TOKEN, "octo/shop", github.url)
    store._is_private = True
    [listed] = store.artifacts()
    assert listed.id == kept.id
    with pytest.raises(CodeHostError, match="without encryption"):
        store.archive(listed)
    store.close()
    assert github.storage.asked == []


def test_the_stand_in_answers_as_github_describes(github: StandIn) -> None:
    """Protects these tests: the listing has the types of GitHub's own description."""
    github.keep("hunkwise-receipt", archive(receipt=named_receipt()), created=NOW)
    where = "/repos/octo/shop/actions/artifacts"
    answer = requests.get(github.url + where, headers={"Authorization": f"Bearer {JOB_TOKEN}"}, timeout=10).json()
    assert openapi.misshapen("GET", where, answer) == []
    assert openapi.misshapen("GET", where, {**answer, "total_count": "many"}) != []
