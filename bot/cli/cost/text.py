"""A report as tables in a terminal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table as Drawn
from rich.text import Text

from bot.core.cost.report import Column, Kind, Report, Table, Value
from bot.core.report.figures import about_dollars
from bot.core.sanitise import terminal


def report_as_renderable(report: Report) -> RenderableType:
    """Title, what it covers, its tables, and what a reader must not miss."""
    parts: list[RenderableType] = [Text(terminal(f"{report.title}: {report.period}"), style="bold")]
    for table in report.tables:
        if len(report.tables) > 1:
            parts += [Text(), Text(terminal(table.title), style="bold")]
        parts.append(_drawn(table) if table.rows else Text("Nothing in this time.", style="dim"))
    parts += [Text(terminal(note)) for note in report.notes]
    return Group(*parts)


def _drawn(table: Table) -> Drawn:
    drawn = Drawn(box=SIMPLE_HEAD, show_footer=table.total is not None, pad_edge=False)
    for number, column in enumerate(table.columns):
        footer = "" if table.total is None else shown(column, table.total[number])
        right = column.kind not in {Kind.TEXT, Kind.TIME}
        drawn.add_column(
            Text(terminal(column.title)),
            Text(terminal(footer), style="bold"),
            justify="right" if right else "left",
            no_wrap=right,  # a number that is cut in two is another number
            overflow="fold",
        )
    for row in table.rows:
        cells = zip(table.columns, row, strict=True)
        drawn.add_row(*(Text(terminal(shown(column, value))) for column, value in cells))
    return drawn


def shown(column: Column, value: Value) -> str:
    """A value as people read it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    if value is None or isinstance(value, str):
        return value or ""
    return _WAYS.get(column.kind, str)(value)


_WAYS: dict[Kind, Callable[[Any], str]] = {
    Kind.USD: lambda value: about_dollars(Decimal(value)),
    Kind.RATIO: lambda value: f"{float(value):.1%}",
    Kind.MILLISECONDS: lambda value: f"{float(value) / 1000:,.1f} s",
    Kind.COUNT: lambda value: f"{value:,}",
    Kind.NUMBER: lambda value: f"{float(value):,.2f}",
}
