"""Tables as the page draws them: each cell with what is read, what is exact, and how long its bar is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from bot.core.cost.report import Column, Kind, Table, Value, plain
from bot.core.cost_page.figures import exact, name, percent, signed_percent

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
    """A report's table for the page, its details left out; the column of ratios named `bars` has a bar in each row."""
    shown = [number for number, column in enumerate(table.columns) if not column.detail]
    heads = tuple(Cell(table.columns[at].title, number=table.columns[at].kind not in _LEFT) for at in shown)
    cells = [
        _cells(table.columns[at], [row[at] for row in table.rows], with_bar=table.columns[at].name == bars)
        for at in shown
    ]
    total = None
    if table.total is not None:
        total = tuple(_cells(table.columns[at], [table.total[at]])[0] for at in shown)
    return Sheet(table.title, heads, tuple(zip(*cells, strict=True)), total)


def _cells(column: Column, values: Sequence[Value], *, with_bar: bool = False) -> list[Cell]:
    texts = _texts(column, values)
    return [
        Cell(
            text,
            "" if plain(value) == text else _exact(value),
            column.kind not in _LEFT,
            round(value * 100) if with_bar and isinstance(value, float) else None,
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
    return _WAYS[kind](float(value)) if kind in _WAYS else f"{value:,}"


_WAYS: dict[Kind, Callable[[float], str]] = {
    Kind.RATIO: percent,
    Kind.BAR: percent,
    Kind.CHANGE: signed_percent,
    Kind.MILLISECONDS: lambda value: f"{value / 1000:,.1f} s",
    Kind.NUMBER: lambda value: f"{value:,.2f}",
}


def _exact(value: Value) -> str:
    if isinstance(value, Decimal):
        return exact(value)
    return "" if isinstance(value, str) else plain(value)
