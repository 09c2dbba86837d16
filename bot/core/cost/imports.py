"""What an import did, as a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from bot.core.cost.report import Column, Kind, Report, Table
from bot.core.ledger.documents import Fate, Imported

_COLUMNS = (
    Column("file", "File"),
    Column("fate", "What became of it"),
    Column("run_id", "Run"),
    Column("rows", "Rows", Kind.COUNT),
    Column("changed", "Written", Kind.COUNT),
    Column("total_usd", "Cost", Kind.USD),
    Column("unsettled_usd", "Unsettled", Kind.USD),
    Column("why", "Why"),
)


def import_report(imported: Sequence[Imported]) -> Report:
    """A line a file, and how many of each fate; a run that was found twice is added up once."""
    rows = tuple(
        (one.name, one.fate.value, one.run_id, one.rows, one.changed, one.total_usd, one.unsettled_usd, one.why)
        for one in imported
    )
    table = Table("files", "Files", _COLUMNS, rows, ("Together", "", "", *_together(imported), ""))
    return _report(imported, table)


def brief_report(imported: Sequence[Imported]) -> Report:
    """For people: what failed is left out, since it is said elsewhere with what to do about it."""
    rows = tuple(
        (one.name, one.fate.value, one.rows, one.changed, one.total_usd)
        for one in imported
        if one.fate is not Fate.FAILED
    )
    columns = tuple(column for column in _COLUMNS if column.name not in {"run_id", "unsettled_usd", "why"})
    total = ("Together", "", *_together(imported)[:3])
    return _report(imported, *([Table("files", "Files", columns, rows, total)] if rows else []))


def _report(imported: Sequence[Imported], *tables: Table) -> Report:
    return Report("import", "Receipts", _counted(imported), tables)


def _together(imported: Sequence[Imported]) -> tuple[int, int, Decimal, Decimal]:
    """Rows, what was written, and dollars."""
    runs = {one.run_id: one for one in imported if one.run_id}.values()
    return (
        sum(one.rows for one in runs),
        sum(one.changed for one in imported),
        sum((one.total_usd for one in runs), Decimal(0)),
        sum((one.unsettled_usd for one in runs), Decimal(0)),
    )


def _counted(imported: Sequence[Imported]) -> str:
    counts = Counter(one.fate for one in imported)
    words = {
        Fate.IMPORTED: "imported",
        Fate.KNOWN: "known already",
        Fate.SKIPPED: "passed over",
        Fate.FAILED: "not imported",
    }
    return ", ".join(f"{counts[fate]} {word}" for fate, word in words.items() if counts[fate]) or "no files"
