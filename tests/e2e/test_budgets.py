"""Budgets over time on GitHub: several pull requests and runs, one ledger in a file or in PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.adapters.ledger.book import SqlLedger
from bot.core.ledger.entry import Opening, RunFacts
from bot.simulator.server import Simulator
from tests.contract.ledgers import needs_postgres, schema
from tests.e2e import shop
from tests.e2e.github import StandIn, views
from tests.e2e.github.state import Pull
from tests.e2e.job import Job, Run
from tests.e2e.standing import findings, shown, summary


@dataclass
class Books:
    """The ledger of a company. `settings` are what a runner needs to use it."""

    place: str
    settings: str = ""

    def spent(self, usd: str, *, repository: str = "acme/other", team: str = "", author: str = "") -> None:
        """Somebody has spent so much just now."""
        now = datetime.now(UTC)
        run = RunFacts(uuid.uuid4().hex, now, repository, 1, author, team)
        row = Opening(uuid.uuid4().hex, now, "review", "m", "p", "K", "standard", "", 1, 1, 1, Decimal(usd))
        with closing(SqlLedger(self.place)) as ledger:
            assert ledger.reserve(run, [row]) is None


@pytest.fixture(params=["file", pytest.param("postgres", marks=needs_postgres)])
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    """A ledger in a file, which only counts on one runner, and one in a schema of its own."""
    if request.param == "file":
        yield Books(str(tmp_path / "ledger.db"), "best_effort: true, ")
        return
    with schema() as place:
        yield Books(place)


@dataclass
class Company:
    """A repository with budgets."""

    github: StandIn
    job: Job
    books: Books

    def allows(self, limits: str, more: str = "", after: str = "") -> None:
        """Set the budgets, as they stand in the base, with more in their section, and what comes after it."""
        text = f'budgets: {{{self.books.settings}ask: "#ci-platform", {more}limits: [{limits}]}}\n{after}'
        self.github.git.commit("main", {".github/hunkwise.yml": text.encode()})

    def opens(self, name: str, author: str = "alice") -> tuple[Pull, Run]:
        """A pull request with one fault, and the run on it."""
        pull = self.github.open(name, {f"{name}.py": shop.module(shop.catching(name))}, author=author)
        return pull, self.job.on(pull)


@pytest.fixture
def company(github: StandIn, job: Job, books: Books) -> Company:
    """Pull requests of a repository whose settings a test chooses."""
    job.inputs |= {"ledger": books.place}
    return Company(github, job, books)


def module_of(name: str) -> bytes:
    """A file that fills a request."""
    return shop.module(shop.catching(name), *(shop.sound(f"{name}_{number}") for number in range(40)))


def test_what_is_used_up_stops_the_next_pull_request(company: Company, claude: Simulator) -> None:
    """The sentence stands first on the pull request, in the job's page and in the receipt, and nothing is asked."""
    company.allows("{per: month, usd: 5, warn_at: 0.5}")
    company.books.spent("4")
    pull, first = company.opens("discount")
    assert (first.code, first.outputs["status"]) == (0, "findings"), first.log
    assert "80 % of the budget of everybody for " in shown(summary(company.github, pull).body)

    company.books.spent("0.999")
    company.books.spent("0.1")
    mark = shop.requests_so_far(claude)
    pull, second = company.opens("parcels")
    assert (second.code, second.outputs["status"], second.outputs["cost-usd"]) == (3, "partial", "0"), second.log
    assert shop.requests_so_far(claude) == mark
    assert findings(company.github, pull) == []
    page = shown(summary(company.github, pull).body)
    sentence = next(line for line in page.split("\n") if line.startswith("> - "))
    assert "The budget of everybody for " in sentence
    assert "($5.00) is used up. It renews on " in sentence
    assert sentence.endswith(", 00:00 UTC. Ask #ci-platform.")
    assert "Raise `budget-usd`" not in page
    assert sentence[4:] == second.receipt["notes"][0]
    assert sentence in second.summary
    [left_out] = second.receipt["coverage"]["skipped"]
    assert (left_out["path"], left_out["reason"]) == ("parcels.py", "budget")
    assert Decimal(left_out["cost_to_review_usd"]) > 0
    [period] = second.receipt["budget"]["periods"]
    assert (period["scope"], period["per"], period["state"]) == ("all", "month", "stopped")


def test_past_its_budget_a_repository_is_reviewed_by_the_cheap_model(company: Company, claude: Simulator) -> None:
    """What the first pull request spent is known to the run on the second, which says why it is cheap."""
    company.allows("{per: day, of: repository, usd: 0.001, on_exhausted: cheap, hard_usd: 5}")
    _, first = company.opens("discount")
    assert {call["tier"] for call in first.receipt["calls"]} == {"standard"}, first.log
    assert "from the next run on" in first.receipt["notes"][0]
    pull, second = company.opens("parcels")
    assert (second.code, second.outputs["status"]) == (0, "findings"), second.log
    assert {call["tier"] for call in second.receipt["calls"]} == {"cheap"}
    assert {call["why"].partition(" for ")[0] for call in second.receipt["calls"]} == {"the budget of octo/shop"}
    assert "so only the cheap model is asked, up to $5.00." in shown(summary(company.github, pull).body)
    assert len(findings(company.github, pull)) == 1


def test_past_its_budget_a_review_is_handed_in_as_a_batch(company: Company, claude: Simulator) -> None:
    """The run is one of the mode live; it waits for half the price all the same, and a later run posts it."""
    company.allows("{per: day, usd: 0.001, on_exhausted: batch, hard_usd: 5}")
    company.job.inputs |= {"on-incomplete": "warn"}
    _, first = company.opens("discount")
    assert first.outputs["status"] == "findings", first.log
    pull, second = company.opens("parcels")
    assert second.outputs["status"] == "partial", second.log
    assert {one["reason"] for one in second.receipt["coverage"]["skipped"]} == {"waits in a batch"}
    assert "so reviews are handed in as message batches" in second.receipt["notes"][0]
    assert claude.totals["batch"]["requests"] == 1
    payload = {"schedule": "17 * * * *", "repository": views.repository(company.github.url, company.github.state.repo)}
    collected = company.job.run("schedule", payload)
    assert collected.code == 0, collected.log
    assert len(findings(company.github, pull)) == 1


def test_a_budget_that_only_warns_lets_everything_go_on(company: Company) -> None:
    """With the sentence, up to the hard limit."""
    company.allows("{per: week, of: author, usd: 1, on_exhausted: warn, hard_usd: 3}")
    company.books.spent("2", author="alice")
    _, over = company.opens("discount")
    assert (over.code, over.outputs["status"]) == (0, "findings"), over.log
    assert "The budget of alice for the week from Monday " in over.receipt["notes"][0]
    company.books.spent("1", author="alice")
    _, beyond = company.opens("parcels")
    assert (beyond.code, beyond.outputs["status"], beyond.outputs["cost-usd"]) == (3, "partial", "0"), beyond.log
    _, another = company.opens("weights", author="bob")
    assert another.outputs["status"] == "findings", another.log


def test_a_team_is_known_by_its_people_and_by_its_files(company: Company) -> None:
    """The allocation of the team that owns the files stops the change; whose author is in another team has its own."""
    company.github.git.commit("main", {".github/CODEOWNERS": b"* @acme/shop\n*.py @acme/Payments\n"})
    company.allows(
        "{per: month, of: team, usd: 100}",
        'teams: [{name: payments, owners: ["@acme/payments"], usd: 7, per: month}, {name: search, logins: [Bob]}], ',
    )
    company.books.spent("7", team="payments")
    _, stopped = company.opens("discount")
    assert stopped.outputs["status"] == "partial", stopped.log
    assert stopped.receipt["target"]["team"] == "payments"
    assert stopped.receipt["notes"][0].startswith("The budget of team payments for ")
    _, other = company.opens("parcels", author="bob")
    assert (other.outputs["status"], other.receipt["target"]["team"]) == ("findings", "search"), other.log


def test_what_the_ledger_has_left_is_never_passed(company: Company) -> None:
    """A run that would cost more than is left asks what fits and names the rest."""
    company.allows("{per: month, usd: 0.07}", after="budget: {usd: 50, cheaper_when_tight: false}\n")
    names = [f"part{number}" for number in range(16)]
    files = {f"{name}.py": module_of(name) for name in names}
    pull = company.github.open("feature", files)
    run = company.job.on(pull)
    assert run.outputs["status"] == "partial", run.log
    [period] = run.receipt["budget"]["periods"]
    assert 0 < Decimal(period["committed_usd"]) <= Decimal("0.05")
    assert run.receipt["notes"][0].startswith("The budget of everybody for ")
    assert 0 < run.receipt["coverage"]["reviewed"] < len(names)


@pytest.mark.parametrize(
    ("inputs", "what"),
    [({}, "and none is named"), ({"ledger": "ledger.db"}, "and a file is on this runner alone")],
    ids=["none", "file"],
)
def test_a_runner_without_a_shared_ledger_is_refused(
    github: StandIn, claude: Simulator, job: Job, inputs: dict[str, str], what: str
) -> None:
    """Two hundred runners that count apart are no budget: the page says what to do, and nothing is asked."""
    github.git.commit("main", {".github/hunkwise.yml": b"budgets: {limits: [{per: month, usd: 5}]}\n"})
    job.variables |= {"RUNNER_ENVIRONMENT": "github-hosted"}
    job.inputs |= inputs
    run = job.on(github.open("feature", {"cart.py": shop.module(shop.catching("discount"))}))
    assert (run.code, run.outputs["status"]) == (2, "failed"), run.log
    for told in ("`budgets.limits` needs a ledger that all runners share", what, "PostgreSQL", "best_effort: true"):
        assert told in run.summary
    assert shop.requests_so_far(claude) == 0
    assert github.state.comments == []


def test_best_effort_counts_on_one_runner_and_says_so(github: StandIn, job: Job) -> None:
    """No ledger is named: the run goes on, and nobody takes its count for everybody's."""
    text = b"budgets: {best_effort: true, limits: [{per: month, usd: 5}]}\n"
    github.git.commit("main", {".github/hunkwise.yml": text})
    pull = github.open("feature", {"cart.py": shop.module(shop.catching("discount"))})
    run = job.on(pull)
    assert (run.code, run.outputs["status"]) == (0, "findings"), run.log
    assert "it knows of no other runner's spending" in shown(summary(github, pull).body)
    assert Decimal(run.receipt["budget"]["periods"][0]["committed_usd"]) == Decimal(run.outputs["cost-usd"])


def test_a_ledger_that_cannot_be_reached_spends_nothing(github: StandIn, claude: Simulator, job: Job) -> None:
    """What may be spent is not known, so nothing is asked; the password is in nobody's log."""
    github.git.commit("main", {".github/hunkwise.yml": b"budgets: {limits: [{per: month, usd: 5}]}\n"})
    job.inputs |= {"ledger": "postgresql://me:pa55word@127.0.0.1:1/ledger"}
    run = job.on(github.open("feature", {"cart.py": shop.module(shop.catching("discount"))}))
    assert (run.code, run.outputs["status"]) == (3, "failed"), run.log
    assert "does not answer" in run.summary
    assert "pa55word" not in run.said
    assert shop.requests_so_far(claude) == 0


@pytest.mark.parametrize(
    "text", [b"budgets: {limits: [{per: month, usd: five}]}\n", b"budgets: {limits: []}\nseverity: terrible\n"]
)
def test_settings_that_do_not_hold_open_no_budget(github: StandIn, claude: Simulator, job: Job, text: bytes) -> None:
    """Elsewhere a broken file gives way to the defaults; where it says what may be spent, nothing is."""
    github.git.commit("main", {".github/hunkwise.yml": text})
    run = job.on(github.open("feature", {"cart.py": shop.module(shop.catching("discount"))}))
    assert (run.code, run.outputs["status"]) == (2, "failed"), run.log
    assert "It sets budgets over time, so nothing is asked until that is mended." in run.summary
    assert shop.requests_so_far(claude) == 0


def test_other_settings_that_do_not_hold_leave_the_budgets_standing(company: Company, claude: Simulator) -> None:
    """The defaults take the place of the rest of the file, not of what may be spent."""
    company.allows("{per: month, usd: 5}")
    text = company.github.git.ask("show", "main:.github/hunkwise.yml") + b"style_guide: GONE.md\n"
    company.github.git.commit("main", {".github/hunkwise.yml": text})
    company.books.spent("5")
    _, run = company.opens("discount")
    assert run.outputs["status"] == "partial", run.log
    assert "is used up" in run.receipt["notes"][0]
    assert any("Until that is mended" in note for note in run.receipt["notes"])
    assert shop.requests_so_far(claude) == 0
