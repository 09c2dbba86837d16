"""Reservations whose end is unknown: which of them can have no end any more, and what they then count as."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bot.core.ledger.entry import LOST, Entry, Settlement, State

LIVE_AFTER = timedelta(hours=24)
"""No attempt at an answer at once takes so long, retries and waits included: a job on GitHub ends after 6 hours."""

BATCH_AFTER = timedelta(days=29)
"""A batch has ended after 24 hours, but its results can be collected, and settle their rows, for 29 days."""

BATCH_ENDS_AFTER = timedelta(hours=25)
"""The shortest time after which a batch's rows may be closed: it cannot be running any more."""


@dataclass(frozen=True, slots=True)
class Ages:
    """After how long an open reservation is taken for lost."""

    live: timedelta = LIVE_AFTER
    batch: timedelta = BATCH_AFTER

    def is_lost(self, row: Entry, now: datetime) -> bool:
        """Whether a row has been open for too long to be running, or to be collected."""
        return now - row.opening.at > (self.batch if row.opening.batch else self.live)


def lost(row: Entry) -> Settlement:
    """The end of an attempt that nobody saw: its reservation is charged in full."""
    return Settlement(
        State.UNSETTLED,
        LOST,
        unsettled_usd=row.opening.reserved_usd,
        unsettled_tokens=row.opening.reserved_tokens,
    )


@dataclass(frozen=True, slots=True)
class OpenRows:
    """Open reservations of one day (UTC), model, mode and repository; `lost_rows` are those that can be closed."""

    day: date
    model: str
    mode: str
    repository: str
    rows: int = 0
    usd: Decimal = Decimal(0)
    lost_rows: int = 0
    lost_usd: Decimal = Decimal(0)


def grouped(rows: Iterable[Entry], ages: Ages, now: datetime) -> tuple[OpenRows, ...]:
    """Open reservations added up, oldest day first."""
    sums: dict[tuple[date, str, str, str], OpenRows] = {}
    for row in rows:
        opening = row.opening
        mode = "batch" if opening.batch else "standard"
        key = (opening.at.astimezone(UTC).date(), opening.model, mode, row.run.repository)
        known = sums.get(key) or OpenRows(*key)
        gone = ages.is_lost(row, now)
        sums[key] = OpenRows(
            *key,
            known.rows + 1,
            known.usd + opening.reserved_usd,
            known.lost_rows + gone,
            known.lost_usd + (opening.reserved_usd if gone else 0),
        )
    return tuple(sums[key] for key in sorted(sums))
