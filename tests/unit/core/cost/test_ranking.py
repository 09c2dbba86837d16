from __future__ import annotations

from decimal import Decimal

from bot.core.cost.ranking import fold_fields, name_of, ranking
from bot.core.cost.report import Column, Table
from bot.core.ledger.sums import Field, Group, Sums

COLUMN = Column("repository", "Repository")


def cost(usd: int, **more: int) -> Sums:
    """Sums of so many dollars."""
    return Sums(rows=1, cost_usd=Decimal(usd), **more)  # type: ignore[arg-type]  # counts


def column(table: Table, name: str) -> list[object]:
    """One column's values, the total last."""
    at = [one.name for one in table.columns].index(name)
    return [*(row[at] for row in table.rows), table.total and table.total[at]]


def test_dearest_first_and_others_as_one() -> None:
    """Only so many are shown, and all others are one row, so that the total is that of all."""
    table = ranking("who", "Who", COLUMN, {"a": cost(1), "b": cost(5), "c": cost(2), "d": cost(2)}, most=2)
    assert column(table, "repository") == ["b", "c", "all others (2)", "Total"]
    assert column(table, "spent_usd") == [5, 2, 3, 10]
    assert column(table, "share") == [0.5, 0.2, 0.3, 1.0]


def test_beside_another_time() -> None:
    """Who spent only before has a row, too, and nothing cannot have changed by a ratio."""
    table = ranking("who", "Who", COLUMN, {"a": cost(3), "new": cost(1)}, before={"a": cost(2), "gone": cost(4)})
    assert column(table, "repository") == ["a", "new", "gone", "Total"]
    assert column(table, "spent_usd_before") == [2, 0, 4, 6]
    assert column(table, "change") == [0.5, None, -1.0, -1 / 3]


def test_success_is_of_attempts_that_ended() -> None:
    """An attempt whose end is unknown has neither failed nor succeeded yet."""
    table = ranking("who", "Who", COLUMN, {"a": cost(1, attempts=5, open=1, answered=3), "b": Sums(attempts=1, open=1)})
    assert column(table, "success_rate") == [0.75, None, 0.75]


def test_a_group_of_several_fields_counts_once_for_each() -> None:
    """One question to the ledger answers several: each field's sums are those of all rows."""
    by = (Field.TEAM, Field.MODEL)
    groups = [Group(("", "m1"), cost(1)), Group(("", "m2"), cost(2)), Group(("search", "m1"), cost(4))]
    assert fold_fields(groups, by) == {
        Field.TEAM: {"(no team)": cost(1) + cost(2), "search": cost(4)},
        Field.MODEL: {"m1": cost(1) + cost(4), "m2": cost(2)},
    }


def test_what_is_not_known_has_a_name() -> None:
    """An empty cell would look like a mistake."""
    assert name_of(Field.REPOSITORY, "") == "(no repository)"
    assert name_of(Field.WHY, "") == "(unknown)"
    assert name_of(Field.BATCH, "1") == "in a batch"
