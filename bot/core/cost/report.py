"""A report as a value: tables with named columns, from which text, JSON, CSV and the page are all drawn."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

SCHEMA = "hunkwise.cost/1"

Value = str | int | Decimal | float | datetime | None


class Kind(StrEnum):
    """What a column's values are, which decides how people see them; programs get them exact.

    RATIO is 0 to 1, MILLISECONDS whole, USD exact decimals in dollars, TIME aware moments in UTC, BAR a ratio that is
    drawn. CHANGE is by how much more (0.1: a tenth more) than before.
    """

    TEXT = "text"
    USD = "usd"
    COUNT = "count"
    RATIO = "ratio"
    MILLISECONDS = "ms"
    NUMBER = "number"
    TIME = "time"
    BAR = "bar"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is the key in JSON and CSV, in snake_case with its unit; `title` is what people read.

    A `detail` is for programs: a terminal has no room for it.
    """

    name: str
    title: str
    kind: Kind = Kind.TEXT
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values in the columns' order. `total` adds the rows up where that means anything."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `name` is the command's; `period` says in words what it covers; `notes` are plain sentences.

    The first table is the main one: it is what CSV gives unless another is asked for.
    """

    name: str
    title: str
    period: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()


def report_as_json(report: Report) -> dict[str, Any]:
    """The whole report as JSON values: money as exact decimal strings in dollars, times as ISO 8601 in UTC."""
    return {
        "schema": SCHEMA,
        "report": report.name,
        "title": report.title,
        "period": report.period,
        "tables": {table.name: _table_as_json(table) for table in report.tables},
        "notes": list(report.notes),
    }


def table_as_csv(table: Table) -> str:
    """One table with a line of column names; the total is left out, since whoever reads CSV adds up."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows([plain(value) for value in row] for row in table.rows)
    return stream.getvalue()


def plain(value: Value) -> str:
    """A value as programs read it; '' for None."""
    exact = exact_value(value)
    return "" if exact is None else str(exact)


def exact_value(value: Value) -> str | int | float | None:
    """A value as JSON has it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, datetime) else value


def dictionaries(columns: Sequence[Column], rows: Iterable[tuple[Value, ...]]) -> list[dict[str, Any]]:
    """Rows as objects, by their columns' names."""
    names = [column.name for column in columns]
    return [dict(zip(names, map(exact_value, row), strict=True)) for row in rows]


def _table_as_json(table: Table) -> dict[str, Any]:
    total = dictionaries(table.columns, [table.total]) if table.total else [None]
    return {"title": table.title, "rows": dictionaries(table.columns, table.rows), "total": total[0]}
