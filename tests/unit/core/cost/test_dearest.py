from __future__ import annotations

from decimal import Decimal

from bot.core.cost.dearest import dearest, pull_request_table, run_table
from bot.core.ledger.sums import Group, RunSums, Sums
from tests.ledger_rows import NOON

GROUPS = [
    Group(("acme/shop", str(number), "ada"), Sums(attempts=1, cost_usd=Decimal(usd)))
    for number, usd in enumerate((1, 5, 2, 5), 1)
]


def run(name: str, usd: int) -> RunSums:
    """A run of so many dollars."""
    sums = Sums(attempts=2, cost_usd=Decimal(usd))
    return RunSums(name, NOON, None, "acme/shop", 1, "ada", "", "", 0, 0, 0, Decimal(usd), Decimal(0), sums)


def test_only_so_many_are_kept() -> None:
    """The dearest are kept, equal ones in their order, and all others are one sum."""
    found = dearest(iter(GROUPS), 2)
    assert [group.key[1] for group in found.groups] == ["2", "4"]
    assert found.others.cost_usd == 3
    assert found.other_count == 2
    assert found.total.cost_usd == 13


def test_pull_requests() -> None:
    """The sentence says how much of it all they took; others and the total are there."""
    table = pull_request_table(dearest(GROUPS, 2))
    assert table.title == "Dearest pull requests: the first 2 of 4 took 76.9% of $13.0000."
    assert [row[:4] for row in table.rows] == [
        ("acme/shop", 2, "ada", 5),
        ("acme/shop", 4, "ada", 5),
        ("all others (2)", None, "", 3),
    ]


def test_no_pull_request() -> None:
    """What was reviewed without a pull request has a name, and nothing at all is said plainly."""
    [row] = pull_request_table(dearest([Group(("", "", ""), Sums())], 2)).rows
    assert row[:2] == ("(no repository)", None)
    assert pull_request_table(dearest([], 2)).title == "Dearest pull requests: nothing was spent."


def test_runs() -> None:
    """All other runs are what is left of the whole; a run that never said how it ended is marked."""
    table = run_table([run("r1", 5), run("r2", 3)], Sums(attempts=9, cost_usd=Decimal(10)), 4)
    spent = [column.name for column in table.columns].index("spent_usd")
    assert [(row[0], row[4], row[spent]) for row in table.rows] == [
        ("r1", "(no end)", 5),
        ("r2", "(no end)", 3),
        ("all others (2)", "", 2),
    ]
