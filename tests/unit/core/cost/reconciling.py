"""Both sides of a reconciliation in few words: dollars are dollars, and a token costs a millionth of one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from bot.core.cost.billed import Bill, Cell
from bot.core.cost.reconcile import Booked, Comparison, compare
from bot.core.usage import Usage

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
LONG_AFTER = datetime(2026, 12, 31, tzinfo=UTC)
MODEL = "claude-haiku-5-5"
_MILLION = 1_000_000


def on(day: date, *, batch: bool = False) -> Cell:
    """A day's cell."""
    return Cell(day, MODEL, batch)


def booked(
    settled: str = "0", *, lost: str = "0", opened: str = "0", adjusted: str = "0", tokens: int | None = None
) -> Booked:
    """What the ledger holds; tokens as the dollars say, unless given."""
    usage = Usage(input_tokens=int(Decimal(settled) * _MILLION) if tokens is None else tokens)
    return Booked(
        usage,
        Decimal(settled),
        Decimal(lost),
        int(lost != "0"),
        Decimal(opened),
        int(opened != "0"),
        Decimal(adjusted),
    )


def bill(usd: str, tokens: int | None = None) -> Bill:
    """What the provider charged."""
    return Bill(Usage(input_tokens=int(Decimal(usd) * _MILLION) if tokens is None else tokens), Decimal(usd))


def compared(
    ours: dict[Cell, Booked], theirs: dict[Cell, Bill], now: datetime = LONG_AFTER, first: date = MONDAY
) -> dict[Cell, Comparison]:
    """Each cell's comparison."""
    return {one.cell: one for one in compare(ours, theirs, first, WEDNESDAY, now)}
