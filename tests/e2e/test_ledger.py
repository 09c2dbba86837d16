"""The Action with a ledger: it and the summary comment both remember what a pull request has spent."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bot.bootstrap.ledger import open_ledger
from bot.core.ledger.entry import Untaken
from bot.core.ledger.sums import Field
from bot.simulator.server import Simulator
from tests.e2e import shop
from tests.e2e.github import StandIn
from tests.e2e.job import Job


@pytest.fixture
def place(job: Job, tmp_path: Path) -> str:
    """A ledger in a file, as a runner of one's own has it."""
    job.inputs["ledger"] = str(tmp_path / "ledger.db")
    return job.inputs["ledger"]


def test_of_ledger_and_marker_the_higher_counts(github: StandIn, job: Job, place: str) -> None:
    """Protects a pull request's budget where somebody deletes the comments, and where somebody loses the ledger."""
    pull = github.open("feature", {"first.py": shop.module(shop.catching("first"))})
    spent = Decimal(job.on(pull).receipt["budget"]["usd"]["spent"])
    assert spent > 0

    github.state.comments.clear()
    github.state.reviews.clear()
    github.git.commit("feature", {"second.py": shop.module(shop.comparing("second"))})
    forgotten = job.on(pull, "synchronize").receipt["budget"]["usd"]
    assert Decimal(forgotten["before"]) == spent, "the ledger remembers"

    spent += Decimal(forgotten["spent"])
    Path(place).unlink()
    github.git.commit("feature", {"third.py": shop.module(shop.catching("third"))})
    lost = job.on(pull, "synchronize").receipt["budget"]["usd"]
    assert Decimal(lost["before"]) == Decimal(forgotten["spent"]), "the marker of the last run does"


def test_the_ledger_knows_what_became_of_findings(github: StandIn, claude: Simulator, job: Job, place: str) -> None:
    """Protects the cost of an accepted finding: what was posted, and what the next push has dealt with."""
    pull = github.open("feature", {"first.py": shop.module(shop.catching("first"))})
    first = job.on(pull)
    github.git.commit("feature", {"first.py": shop.module(shop.sound("first"))})
    second = job.on(pull, "synchronize")
    with open_ledger(place) as ledger:
        [found] = ledger.reader.findings()
        runs = list(ledger.reader.runs())
        total = ledger.reader.total()
    assert (found.found, found.posted, found.accepted) == (1, 1, 1)
    assert [(run.repository, run.pull_request, run.author) for run in runs] == [
        (github.state.repo, pull.number, pull.author)
    ] * 2
    receipts = [first.receipt, second.receipt]
    assert [run.run_id for run in runs] == [receipt["run"]["id"] for receipt in receipts]
    assert total.cost_usd == sum(Decimal(receipt["cost"]["total_usd"]) for receipt in receipts)
    assert total.usage.total_tokens == shop.tokens_paid(claude)


def test_what_was_reviewed_before_is_a_row_that_saved(github: StandIn, job: Job, place: str) -> None:
    """Protects the savings of a month: a push that changes little shows what it did not have to ask."""
    files = {f"part{number}.py": shop.module(shop.catching(f"part{number}")) for number in range(3)}
    pull = github.open("feature", files)
    job.on(pull)
    github.git.commit("feature", {"more.py": shop.module(shop.comparing("more"))})
    receipt = job.on(pull, "synchronize").receipt
    assert receipt["coverage"]["reused"] == 3
    saved = Decimal(receipt["cost"]["saved_usd"]["reuse"])
    assert saved > 0
    with open_ledger(place) as ledger:
        by_outcome = {group.key[0]: group.sums for group in ledger.reader.groups([Field.OUTCOME])}
    reused = by_outcome[Untaken.REUSED.value]
    assert (reused.hunks, reused.saved.reuse, reused.spent_usd) == (3, saved, Decimal(0))
