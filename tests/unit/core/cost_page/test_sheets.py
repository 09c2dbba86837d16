from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from bot.core.cost.report import Column, Kind, Table, Value
from bot.core.cost_page.sheets import Cell, in_column, sheet

COLUMNS = (
    Column("name", "Who"),
    Column("usd", "Spent", Kind.USD),
    Column("share", "Share", Kind.RATIO),
    Column("tokens", "Tokens", Kind.COUNT, detail=True),
)


def test_cells_hold_the_rounded_and_the_exact_value() -> None:
    """Whoever points at a figure, and whoever reads the page by program, gets the ledger's."""
    drawn = sheet(Table("t", "T", COLUMNS, (("ada", Decimal("12.345000000001"), 0.25, 7),)), bars="share")
    assert drawn.heads == (Cell("Who"), Cell("Spent", number=True), Cell("Share", number=True))
    assert drawn.rows == (
        (
            Cell("ada"),
            Cell("$12.35", "12.345000000001", number=True),
            Cell("25\u00a0%", "0.25", number=True, bar=25),
        ),
    )
    assert drawn.total is None


def test_the_total_is_a_row_of_its_own() -> None:
    """It is drawn as the sum, and has no bar."""
    drawn = sheet(Table("t", "T", COLUMNS, (), ("all", Decimal(3), 1.0, 9)), bars="share")
    assert drawn.total == (Cell("all"), Cell("$3.00", "3.00", number=True), Cell("100\u00a0%", "1.0", number=True))


def test_every_kind_of_value_can_be_read() -> None:
    """A report may bring any column."""
    kinds: dict[Kind, tuple[Value, str]] = {
        Kind.COUNT: (1234, "1,234"),
        Kind.MILLISECONDS: (1500, "1.5 s"),
        Kind.NUMBER: (2.5, "2.50"),
        Kind.CHANGE: (-0.5, "-50\u00a0%"),
        Kind.BAR: (0.5, "50\u00a0%"),
        Kind.TIME: (datetime(2026, 11, 26, 12, tzinfo=UTC), "2026-11-26 12:00 UTC"),
        Kind.TEXT: (None, ""),
    }
    table = Table("t", "T", tuple(Column(kind, kind, kind) for kind in kinds), (tuple(v for v, _ in kinds.values()),))
    assert [cell.text for cell in sheet(table).rows[0]] == [shown for _, shown in kinds.values()]


def test_dollars_of_a_column_have_the_same_decimals() -> None:
    """Amounts that stand below each other can be compared at a glance."""
    assert in_column([Decimal("12.5"), Decimal("0.001"), None, Decimal(-3)]) == ["$12.50", "<$0.01", "", "-$3.00"]
    assert in_column([Decimal("0.5"), Decimal("0.00001"), Decimal(0)]) == ["$0.5000", "<$0.0001", "$0.0000"]
    assert in_column([]) == []


def test_a_table_without_rows() -> None:
    """Nothing to show is no mistake."""
    assert sheet(Table("t", "T", COLUMNS, ())).rows == ()
