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

_BAR_LENGTH = 20
"""Characters of the longest bar."""

_LEAST_TEXT = 24
"""Characters of a text before it is broken."""


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
    """A table that is never narrower than its figures: a terminal may break its lines, but no digit is lost."""
    drawn = Drawn(box=SIMPLE_HEAD, show_footer=table.total is not None, pad_edge=False)
    numbers = [number for number, column in enumerate(table.columns) if not column.detail]
    cells = [[terminal(shown(table.columns[number], row[number])) for number in numbers] for row in table.rows]
    for at, number in enumerate(numbers):
        column = table.columns[number]
        footer = "" if table.total is None else terminal(shown(column, table.total[number]))
        longest = max(len(text) for text in (*column.title.split(), footer, *(row[at] for row in cells)))
        is_text = column.kind is Kind.TEXT
        drawn.add_column(
            Text(terminal(column.title)),
            Text(footer, style="bold"),
            justify="left" if is_text or column.kind in {Kind.TIME, Kind.BAR} else "right",
            min_width=min(longest, _LEAST_TEXT) if is_text else longest,
            overflow="fold",
        )
    for row in cells:
        drawn.add_row(*map(Text, row))
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
    Kind.BAR: lambda value: "#" * round(float(value) * _BAR_LENGTH),
    Kind.CHANGE: lambda value: f"{float(value):+.1%}",
    Kind.NUMBER: lambda value: f"{float(value):,.2f}",
}
