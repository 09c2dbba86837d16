"""Reconciling: read both sides, compare, close what was lost, and write what brings the ledger to the bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from bot.core.cost.adjustment import adjustment
from bot.core.cost.billed import Billed, Cell, Chosen, added_up, plain_model
from bot.core.cost.buckets import moment_of
from bot.core.cost.lost import Ages, OpenRows, grouped, lost
from bot.core.cost.reconcile import Booked, Comparison, adjustable, compare
from bot.core.ledger.entry import ADJUSTMENT, State, Untaken
from bot.core.ledger.sums import Field, Group, Where
from bot.ports import Ledger, LedgerReader, UsageReports

_LOOK_BACK = timedelta(days=31)
"""What was settled before the days that are compared may be billed within them, and so on from day to day."""

_BY = (Field.QUARTER, Field.PLATFORM, Field.MODEL, Field.BATCH, Field.FEATURE, Field.STATE, Field.OUTCOME)
_PLATFORM = "anthropic"
"""Amazon and Google bill what runs on their platforms themselves."""


@dataclass(frozen=True, slots=True)
class Window:
    """The days (UTC) that are compared, both included, and whether rows of the stand-in are meant."""

    first: date
    last: date
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Both sides compared. `first` is where the comparison begins, no earlier than the ledger itself, and `back` from
    where both were read.
    """

    back: date
    first: date
    last: date
    compared: tuple[Comparison, ...]
    billed: Billed


def open_reservations(reader: LedgerReader, ages: Ages, now: datetime, *, simulated: bool) -> tuple[OpenRows, ...]:
    """All open reservations of the ledger, added up."""
    return grouped(reader.open_rows(Where(simulated=simulated)), ages, now)


def close(book: Ledger, reader: LedgerReader, ages: Ages, now: datetime, *, simulated: bool) -> int:
    """Charge in full every reservation that has been open for too long; gives how many.

    A row that is settled at the same moment by whoever it belongs to stays as they said.
    """
    old = [row for row in reader.open_rows(Where(simulated=simulated)) if ages.is_lost(row, now)]
    return sum(book.settle(row.opening.id, lost(row)) for row in old)


def reconcile(reader: LedgerReader, reports: UsageReports, window: Window, chosen: Chosen, now: datetime) -> Reconciled:
    """Compare the ledger with the provider's reports. Raises ReportsRefused, ReportsLost and LedgerLost."""
    known = reader.first_and_last(Where(simulated=window.simulated))
    if known is None or known[0].date() > window.last:
        return Reconciled(window.first, window.first, window.last, (), added_up((), (), chosen))
    begins = known[0].date()
    first = max(window.first, begins)
    back = max(first - _LOOK_BACK, begins)
    billed = added_up(reports.usage(back, window.last), reports.costs(back, window.last), chosen)
    return again(reader, Reconciled(back, first, window.last, (), billed), now, simulated=window.simulated)


def again(reader: LedgerReader, earlier: Reconciled, now: datetime, *, simulated: bool) -> Reconciled:
    """The same bill beside the ledger as it stands now."""
    booked = read_booked(reader, earlier.back, earlier.last, simulated=simulated)
    return replace(earlier, compared=compare(booked, earlier.billed.cells, earlier.first, earlier.last, now))


def apply(book: Ledger, compared: Sequence[Comparison], *, simulated: bool) -> int:
    """Write the adjustments that can be written; gives how many changed anything."""
    return book.adjust(adjustment(one, simulated=simulated) for one in adjustable(compared))


def read_booked(reader: LedgerReader, first: date, last: date, *, simulated: bool) -> dict[Cell, Booked]:
    """What the ledger holds by day (UTC), model and mode, of what Anthropic bills itself."""
    where = Where(since=_start(first), until=_start(last + timedelta(days=1)), simulated=simulated)
    cells: dict[Cell, Booked] = {}
    for group in reader.groups(_BY, where):
        quarter, platform, model, batch, *_, outcome = group.key
        is_taken = outcome == Untaken.ADJUSTED.value or outcome not in list(Untaken)
        if platform == _PLATFORM and is_taken:
            day = moment_of(quarter).date()
            cell = Cell(day, plain_model(model), batch == "1")
            cells[cell] = cells.get(cell, Booked()) + _booked(group)
    return cells


def _booked(group: Group) -> Booked:
    *_, feature, state, _outcome = group.key
    sums = group.sums
    if feature == ADJUSTMENT:
        return Booked(adjusted_usd=sums.spent_usd)
    if state == State.OPEN.value:
        return Booked(open_usd=sums.unsettled_usd, open_rows=sums.rows)
    if state == State.UNSETTLED.value:
        return Booked(usage=sums.usage, settled_usd=sums.cost_usd, lost_usd=sums.unsettled_usd, lost_rows=sums.rows)
    return Booked(usage=sums.usage, settled_usd=sums.cost_usd)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
