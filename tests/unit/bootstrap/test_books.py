"""Which ledger a run writes, and which it is refused for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from bot.adapters.ledger.book import SqlLedger
from bot.app.options import Mode
from bot.bootstrap.access import Access
from bot.bootstrap.books import books_of, wanted_by_batch
from bot.bootstrap.ledger import is_shared
from bot.bootstrap.local import Source, load_plan
from bot.bootstrap.plan import Plan
from bot.core.ledger.entry import Opening, RunFacts
from bot.errors import BadConfiguration, LedgerLost
from bot.settings.load import Flags
from tests.fakes import FakeClock
from tests.unit.core.pushed import diff_bytes

NOW = FakeClock().now()
LIMITS = "limits: [{per: month, usd: 5}]"
BATCH = "limits: [{per: month, usd: 1, on_exhausted: batch, hard_usd: 5}]"


@pytest.fixture
def plan_with(tmp_path: Path) -> Callable[[str, Access], Plan]:
    """A plan for a small change, with budgets."""

    def plan(budgets: str, access: Access) -> Plan:
        change, config = tmp_path / "c.diff", tmp_path / "c.yml"
        change.write_bytes(diff_bytes({"a.py": {1: ["+import os"]}}))
        config.write_text(f"budgets: {{{budgets}}}\n")
        return load_plan(Source(str(change), config=config), Flags(), access)

    return plan


def spent(place: Path, usd: str) -> None:
    """Somebody has spent so much."""
    run = RunFacts("other", NOW)
    row = Opening("other-1", NOW, "review", "m", "p", "K", "standard", "", 1, 1, 1, Decimal(usd))
    with closing(SqlLedger(str(place))) as ledger:
        assert ledger.reserve(run, [row]) is None


@pytest.mark.parametrize("ledger", ["", "here.db", "sqlite:///here.db"])
def test_a_runner_needs_a_ledger_that_others_see(ledger: str, plan_with: Callable[[str, Access], Plan]) -> None:
    """No ledger, and no file by whatever name, knows what the other runners spend."""
    access = Access("key", ledger=ledger, on_a_runner=True)
    with pytest.raises(BadConfiguration, match="needs a ledger that all runners share") as caught:
        books_of(plan_with(LIMITS, access), access, FakeClock()).__enter__()
    assert "best_effort: true" in caught.value.next_step


def test_without_budgets_over_time_a_runner_needs_none(plan_with: Callable[[str, Access], Plan]) -> None:
    """Who has only a budget for each pull request is left in peace."""
    access = Access("key", on_a_runner=True)
    with books_of(plan_with("ask: me", access), access, FakeClock()) as books:
        assert (books.ledger, books.notes) == (None, [])


def test_best_effort_has_a_runner_count_by_itself(tmp_path: Path, plan_with: Callable[[str, Access], Plan]) -> None:
    """In a file of its own, and marked as such."""
    access = Access("key", variable={"HOME": str(tmp_path)}.get, on_a_runner=True)  # type: ignore[arg-type]
    with books_of(plan_with(f"best_effort: true, {LIMITS}", access), access, FakeClock()) as books:
        assert books.periods.alone
        assert books.ledger is not None
        [limit] = books.limits(NOW)
        assert limit.usd == 5


def test_on_a_laptop_the_usual_file_will_do(tmp_path: Path, plan_with: Callable[[str, Access], Plan]) -> None:
    """It counts what this machine spends."""
    access = Access("key", usual_ledger=str(tmp_path / "usual.db"))
    with books_of(plan_with(LIMITS, access), access, FakeClock()) as books:
        books.begin()
        assert not books.periods.alone
        assert [one.committed_usd for one in books.periods.before] == [0]


def test_with_budgets_over_time_no_run_goes_on_without_its_ledger(
    tmp_path: Path, plan_with: Callable[[str, Access], Plan]
) -> None:
    """The usual file, elsewhere a convenience, is what may be spent: where it cannot be opened nothing is."""
    (tmp_path / "usual").write_text("no folder")
    access = Access("key", usual_ledger=str(tmp_path / "usual" / "ledger.db"))
    with pytest.raises(LedgerLost):
        books_of(plan_with(LIMITS, access), access, FakeClock()).__enter__()
    with books_of(plan_with("ask: me", access), access, FakeClock()) as books:
        assert "not in a ledger" in books.notes[0]


def test_the_stand_in_spends_nothing_that_a_budget_could_miss(plan_with: Callable[[str, Access], Plan]) -> None:
    """A demo on a runner needs no database."""
    access = Access(simulate=True, on_a_runner=True)
    with books_of(plan_with(LIMITS, access), access, FakeClock()) as books:
        books.begin()
        assert books.ledger is None


@pytest.mark.parametrize(("usd", "batch"), [("0.99", False), ("1", True), ("4.99", True), ("5", False)])
def test_a_review_waits_in_a_batch_between_the_limit_and_its_hard_end(
    tmp_path: Path, plan_with: Callable[[str, Access], Plan], usd: str, *, batch: bool
) -> None:
    """Before it all is as ever, and past the end there is nothing to hand in."""
    access = Access("key", ledger=str(tmp_path / "ledger.db"))
    spent(tmp_path / "ledger.db", usd)
    plan = wanted_by_batch(plan_with(BATCH, access), access, FakeClock())
    assert plan.by_batch is batch


def test_nobody_looks_at_a_ledger_that_decides_nothing(plan_with: Callable[[str, Access], Plan]) -> None:
    """Without a budget that asks for batches the mode is what it was, and no database is opened for it."""
    access = Access("key", ledger="postgresql://127.0.0.1:1/nowhere")
    plan = plan_with(LIMITS, access)
    assert wanted_by_batch(plan, access, FakeClock()) is plan
    assert plan.options.mode is Mode.LIVE


@pytest.mark.parametrize(
    ("place", "shared"),
    [("postgres://h/d", True), ("postgresql://h/d", True), ("sqlite:///x.db", False), ("/x/postgresql.db", False)],
)
def test_only_a_database_server_is_shared(place: str, *, shared: bool) -> None:
    """A file on a runner is gone with it, whatever its name."""
    assert is_shared(place) is shared
