"""Reads what was spent in a time."""

from __future__ import annotations

from bot.core.cost.spending import BY_ENDING, Spending
from bot.core.ledger.sums import Where
from bot.ports import LedgerReader


def read_spending(reader: LedgerReader, where: Where) -> Spending:
    """All of it; raises LedgerLost."""
    return Spending(tuple(reader.groups(BY_ENDING, where)), reader.reach(where), reader.findings(where))
