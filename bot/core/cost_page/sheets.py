"""Tables as the page draws them: each cell with what is read, what is exact, and how long its bar is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from bot.core.cost.report import Column, Kind, Table, Value, plain
from bot.core.cost_page.figures import change, exact, name, percent

_LEFT = frozenset({Kind.TEXT, Kind.TIME})
_CENT = Decimal("0.01")
_FINE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is rounded for reading, `exact` the ledger's value where it differs; `bar` in percent."""

    text: str
    exact: str = ""
    number: bool = False
    bar: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its title, its columns' titles, and its cells."""

    title: str
    heads: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None


def sheet(table: Table, *, bars: str = "") -> Sheet:
    """A report's table for the page; the column of ratios that is named `bars` gets a bar in each row."""
    columns = [
        _cells(column, [row[at] for row in table.rows], with_bar=column.name == bars)
        for at, column in enumerate(table.columns)
    ]
    total = None
    if table.total is not None:
        total = tuple(_cells(column, [value])[0] for column, value in zip(table.columns, table.total, strict=True))
    heads = tuple(Cell(column.title, number=column.kind not in _LEFT) for column in table.columns)
    return Sheet(table.title, heads, tuple(zip(*columns, strict=True)), total)


def changed(title: str = "change", name: str = "change") -> Column:
    """A column of texts that say how much more or less; see `change_of`."""
    return Column(name, title, Kind.NUMBER)


def change_of(now: Decimal, then: Decimal) -> str:
    """A cell of such a column."""
    return change(now, then) or ("new" if now else "")


def _cells(column: Column, values: Sequence[Value], *, with_bar: bool = False) -> list[Cell]:
    texts = _texts(column, values)
    return [
        Cell(
            text,
            "" if plain(value) == text else _exact(value),
            column.kind not in _LEFT,
            round(value * 100) if with_bar and isinstance(value, Decimal) else None,
        )
        for text, value in zip(texts, values, strict=True)
    ]


def _texts(column: Column, values: Sequence[Value]) -> list[str]:
    if column.kind is Kind.USD:
        return in_column([value if isinstance(value, Decimal) else None for value in values])
    return [_text(column.kind, value) for value in values]


def in_column(amounts: Sequence[Decimal | None]) -> list[str]:
    """Dollars with the same decimals in all rows: cents, or hundredths of them where no amount reaches a dollar."""
    largest = max((abs(amount) for amount in amounts if amount is not None), default=Decimal(0))
    places = _CENT if largest >= 1 or not largest else _FINE
    return ["" if amount is None else _rounded(amount, places) for amount in amounts]


def _rounded(amount: Decimal, places: Decimal) -> str:
    sign = "-" if amount < 0 else ""
    if amount and abs(amount) < places:
        return f"{sign}<${places}"
    return f"{sign}${abs(amount).quantize(places, ROUND_HALF_UP):,f}"


def _text(kind: Kind, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, str):
        return name(value)
    if kind is Kind.RATIO:
        return percent(Decimal(str(value)))
    if kind is Kind.MILLISECONDS:
        return f"{float(value) / 1000:,.1f} s"
    return f"{value:,}" if isinstance(value, int) else f"{float(value):,.2f}"


def _exact(value: Value) -> str:
    if isinstance(value, Decimal):
        return exact(value)
    return "" if isinstance(value, str) else plain(value)
