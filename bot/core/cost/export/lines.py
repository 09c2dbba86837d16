"""A whole export, line after line: memory does not grow with the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.core.cost.export import aws, focus, ledger_csv
from bot.core.cost.export.cells import Column, as_cell
from bot.core.cost.export.charge import charge_of
from bot.core.ledger.entry import Entry


class Shape(StrEnum):
    """What a file is to look like."""

    CSV = "csv"
    FOCUS = "focus"
    AWS = "aws"


@dataclass(slots=True)
class Added:
    """What went into a file so far: its lines and their dollars, and the part of these that is estimated."""

    lines: int = 0
    usd: Decimal = Decimal(0)
    estimated_usd: Decimal = Decimal(0)


_COLUMNS: dict[Shape, tuple[Column, ...]] = {
    Shape.CSV: ledger_csv.COLUMNS,
    Shape.FOCUS: focus.COLUMNS,
    Shape.AWS: aws.COLUMNS,
}


def columns_of(shape: Shape) -> tuple[Column, ...]:
    """The columns of a file, in their order."""
    return _COLUMNS[shape]


def lines(shape: Shape, rows: Iterable[Entry], added: Added, *, exact: bool = False) -> Iterator[list[str]]:
    """The names of the columns, then the rows; `added` counts along.

    Billing files have no lines for what was not asked, and for attempts that cost and used nothing: nobody bills
    them, and their sum is the same. Texts that a spreadsheet would run are guarded unless `exact`.
    """
    columns = columns_of(shape)
    yield [column.name for column in columns]
    for row in rows:
        charge = charge_of(row)
        if shape is not Shape.CSV and not charge.is_billed:
            continue
        added.lines += 1
        added.usd += charge.spent_usd
        added.estimated_usd += charge.unsettled_usd
        yield [as_cell(column.value(charge), exact=exact) for column in columns]
