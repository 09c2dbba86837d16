"""Values as the cells of a file that programs read, and that people open in a spreadsheet all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from bot.core.cost.export.charge import Charge

Value = str | int | Decimal | datetime | None

_BEGINS_A_FORMULA = frozenset("=+-@\t\r\n|%＝＋－＠")  # noqa: RUF001  # the wide forms, too, which spreadsheets take for the others
"""What makes a spreadsheet read a cell as a formula (OWASP, "CSV Injection"), and what programs start commands with."""

_SPACES = " \u00a0\ufeff"
"""What a spreadsheet may take off before it looks."""

GUARD = "'"
"""Stands before a text that would be a formula, or that begins with a guard itself."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file: its name, what it says, and how it is read off a row."""

    name: str
    meaning: str
    value: Callable[[Charge], Value]


def guarded(text: str) -> str:
    """A text that no spreadsheet runs; `unguarded` gives it back exactly."""
    first = text[:1]
    if first in _SPACES:
        first = text.lstrip(_SPACES)[:1]
    return GUARD + text if first in _BEGINS_A_FORMULA or text.startswith(GUARD) else text


def unguarded(text: str) -> str:
    """What a guarded text was: one guard at its beginning is taken off."""
    return text.removeprefix(GUARD)


def as_cell(value: Value, *, exact: bool = False) -> str:
    """A value in a file: '' for None, money and counts with every digit, times in UTC, texts guarded unless `exact`."""
    # The frequent ones first: a large file has a hundred million cells.
    if isinstance(value, str):
        return value if exact else guarded(value)
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
