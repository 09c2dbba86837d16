"""Rows that bring the ledger to what the provider billed: one a day, model and mode, written over when that changes."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal

from bot.core.cost.billed import Cell
from bot.core.cost.reconcile import Comparison
from bot.core.ledger.entry import ADJUSTMENT, Entry, Opening, RunFacts, Settlement, State, Untaken

_RUN = "reconcile"
_NOON = time(12)
"""When an adjustment counts: in the middle of its day, which falls on the same date in nearly every zone."""


def adjustment_id(cell: Cell) -> str:
    """The row's id: one for each day, model and mode, for ever."""
    return f"{ADJUSTMENT}:{cell.day.isoformat()}:{cell.model}:{cell.mode}"


def adjustment(one: Comparison, *, simulated: bool) -> Entry:
    """The row for a cell, in all that it must hold, whatever stands there already.

    What is taken away is taken from reservations that were charged in full, so it is negative and unsettled; what is
    added is a cost. It holds no tokens, belongs to no repository, team or author, and leaves every other row as it is.
    """
    cell, usd = one.cell, one.target_usd
    moment = datetime.combine(cell.day, _NOON, UTC)
    opening = Opening(
        id=adjustment_id(cell),
        at=moment,
        feature=ADJUSTMENT,
        model=cell.model,
        provider="anthropic",
        key="",
        tier="",
        why=f"the provider billed ${one.bill.usd:f}",
        hunks=0,
        attempt=0,
        reserved_tokens=0,
        reserved_usd=Decimal(0),
        batch=cell.batch,
    )
    taken = min(usd, Decimal(0))
    ending = Settlement(
        State.UNSETTLED if taken else State.SETTLED, Untaken.ADJUSTED.value, cost_usd=usd - taken, unsettled_usd=taken
    )
    return Entry(RunFacts(_RUN, moment, simulated=simulated), opening, ending)
