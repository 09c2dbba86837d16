from __future__ import annotations

from decimal import Decimal

from bot.core.cost.bill_tables import bill_tables
from bot.core.cost.report import Table
from bot.core.cost.spending import Spending
from bot.core.ledger.sums import FindingSums, Group, Reach, Sums
from bot.core.savings import Saved
from bot.core.usage import Usage

USAGE = Usage(100, 20, 30, 40, 50, 25)
SPENDING = Spending(
    (
        Group(
            ("review", "settled", "answered"),
            Sums(
                rows=2,
                attempts=2,
                requests=2,
                answered=2,
                hunks=8,
                usage=USAGE,
                cost_usd=Decimal(6),
                saved=Saved(Decimal(1), Decimal(2), Decimal(3), Decimal(4), Decimal(5)),
            ),
        ),
        Group(("draft", "settled", "answered"), Sums(rows=1, attempts=1, answered=1, hunks=2, cost_usd=Decimal(1))),
        Group(("verify", "settled", "answered"), Sums(rows=1, attempts=1, answered=1, hunks=5, cost_usd=Decimal(1))),
        Group(
            ("review", "settled", "truncated"),
            Sums(rows=1, attempts=1, hunks=8, cost_usd=Decimal(2), wasted_usd=Decimal(2)),
        ),
        Group(("review", "unsettled", "timed_out"), Sums(rows=1, attempts=1, hunks=8, unsettled_usd=Decimal(3))),
        Group(("review", "open", "open"), Sums(rows=1, attempts=1, open=1, hunks=8, unsettled_usd=Decimal(7))),
    ),
    Reach(runs=4, pull_requests=2),
    (FindingSums("bug", "error", "python", 6, 5, 2), FindingSums("security", "error", "go", 1, 0, 0)),
)


def rows_of(name: str, tables: tuple[Table, ...]) -> dict[object, tuple[object, ...]]:
    """A table's rows, by their first cell."""
    [table] = [table for table in tables if table.name == name]
    total = [table.total] if table.total else []
    return {row[0]: row[1:] for row in [*table.rows, *total]}


def test_hunks_count_where_they_were_answered_first() -> None:
    """Neither checks of findings nor attempts that failed make a hunk count again."""
    assert SPENDING.hunks_reviewed == 10


def test_what_became_of_the_money() -> None:
    """Answers, waste, what ended without usage and what is open are told apart, and are together what was spent."""
    assert rows_of("money", bill_tables(SPENDING)) == {
        "Usable answers": (8, 0.4),
        "Unusable answers (wasted)": (2, 0.1),
        "Ended without usage, charged in full": (3, 0.15),
        "Open reservations, charged in full": (7, 0.35),
        "Total": (20, 1.0),
    }


def test_savings_and_tokens_are_shown_by_kind() -> None:
    """Each means and each kind of token has its row; thinking is part of the output and not added."""
    tables = bill_tables(SPENDING)
    assert [row[0] for row in rows_of("saved", tables).values()] == [1, 2, 3, 4, 5, 15]
    assert [row[0] for row in rows_of("tokens", tables).values()] == [100, 20, 30, 40, 50, 240]
    assert "25 tokens of thinking" in next(table.title for table in tables if table.name == "tokens")


def test_what_one_of_each_cost() -> None:
    """All that was spent, waste and reservations included, is what reviews, runs and findings cost."""
    assert rows_of("units", bill_tables(SPENDING)) == {
        "hunk reviewed": (10, 2),
        "run": (4, 5),
        "pull request": (2, 10),
        "posted finding": (5, 4),
        "accepted finding": (2, 10),
    }


def test_nothing_found_costs_nothing_for_each() -> None:
    """Without an accepted finding there is no cost of one: that is no nought."""
    spending = Spending(SPENDING.endings, SPENDING.reach)
    assert rows_of("units", bill_tables(spending))["accepted finding"] == (0, None)


def test_beside_another_time() -> None:
    """Every figure has the other time's beside it, and by how much it changed."""
    half = Spending(SPENDING.endings[:1], Reach(1, 1), ())
    tables = bill_tables(SPENDING, half)
    assert rows_of("money", tables)["Total"] == (20, 6, float(Decimal(14) / 6))
    assert rows_of("units", tables)["run"] == (4, 5, 6, float(Decimal(-1) / 6))
    assert rows_of("units", tables)["posted finding"] == (5, 4, None, None)
    assert rows_of("counts", tables)["Attempts"] == (7, 2, 2.5)


def test_nothing_at_all() -> None:
    """A ledger without a row has noughts, and no ratio of nothing."""
    assert rows_of("money", bill_tables(Spending()))["Total"] == (0, None)
