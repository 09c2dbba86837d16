"""The columns that all tables of groups share, and their values."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

from bot.core.cost.report import Column, Kind, Value
from bot.core.cost.shares import ratio
from bot.core.ledger.sums import Sums
from bot.core.savings import Saved

MEASURES = (
    Column("spent_usd", "Spent", Kind.USD),
    Column("share", "Share", Kind.RATIO),
    Column("settled_usd", "Settled", Kind.USD, detail=True),
    Column("unsettled_usd", "Unsettled", Kind.USD, detail=True),
    Column("wasted_usd", "Wasted", Kind.USD),
    Column("saved_usd", "Saved", Kind.USD),
    Column("requests", "Requests", Kind.COUNT, detail=True),
    Column("attempts", "Attempts", Kind.COUNT),
    Column("success_rate", "Success", Kind.RATIO),
    Column("hunks", "Hunks", Kind.COUNT, detail=True),
    Column("tokens", "Tokens", Kind.COUNT, detail=True),
)


def measures(sums: Sums, whole: Sums) -> tuple[Value, ...]:
    """The values of MEASURES; the share is that of what `whole` spent."""
    return (
        sums.spent_usd,
        ratio(sums.spent_usd, whole.spent_usd),
        sums.cost_usd,
        sums.unsettled_usd,
        sums.wasted_usd,
        saved_usd(sums.saved),
        sums.requests,
        sums.attempts,
        success_rate(sums),
        sums.hunks,
        sums.usage.total_tokens,
    )


def success_rate(sums: Sums) -> float | None:
    """Which part of the attempts that have ended bought an answer."""
    return ratio(sums.answered, sums.attempts - sums.open)


def saved_usd(saved: Saved) -> Decimal:
    """What all means saved: each is measured against the bill after the one before it, so that they can be added."""
    return sum((getattr(saved, one.name) for one in fields(saved)), Decimal(0))
