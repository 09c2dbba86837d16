"""The ledger against the provider's own report: where they differ, why, and what makes the ledger say what was billed.

Both are added up by day (UTC), model and mode. The ledger dates a row when it is reserved, the provider when it is
processed, so what is settled on one day may be billed on the next, but no later: a batch has ended after 24 hours.
What is settled and not billed yet is therefore carried from day to day, as a queue is:

    carried(d) = min(settled(d), max(0, carried(d - 1) + settled(d) - billed(d)))

What is billed beyond `settled(d) + carried(d - 1)` was never settled: it is what reservations whose usage never came
back really cost, or somebody else's. The adjustment of a day makes `lost(d) + adjustment(d)` exactly that, where `lost`
are the reservations charged in full; so it is never less than `-lost(d)`, and no settled dollar is ever taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.core.cost.billed import TOKEN_KINDS, Bill, Cell
from bot.core.usage import Usage

REPORT_LAG = timedelta(hours=6)
"""A day's report counts as complete so long after the day; Anthropic says that most of it is there in five minutes."""

ROUNDING = Decimal("0.000001")
"""Dollars by which the same tokens may differ because the report rounds."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Booked:
    """What the ledger holds for one cell, apart from earlier adjustments, which stand in `adjusted_usd`.

    `usage` and `settled_usd` are of rows whose usage came back; `lost_usd` are reservations charged in full because
    none did; `open_usd` are those whose end is unknown.
    """

    usage: Usage = field(default_factory=Usage)
    settled_usd: Decimal = Decimal(0)
    lost_usd: Decimal = Decimal(0)
    lost_rows: int = 0
    open_usd: Decimal = Decimal(0)
    open_rows: int = 0
    adjusted_usd: Decimal = Decimal(0)

    @property
    def unsettled_usd(self) -> Decimal:
        """Reservations that count in full, open or lost."""
        return self.lost_usd + self.open_usd

    @property
    def spent_usd(self) -> Decimal:
        """What counts against budgets now."""
        return self.settled_usd + self.unsettled_usd + self.adjusted_usd

    def __add__(self, other: Booked) -> Booked:
        return Booked(
            self.usage + other.usage,
            self.settled_usd + other.settled_usd,
            self.lost_usd + other.lost_usd,
            self.lost_rows + other.lost_rows,
            self.open_usd + other.open_usd,
            self.open_rows + other.open_rows,
            self.adjusted_usd + other.adjusted_usd,
        )


class Verdict(StrEnum):
    """What a difference is."""

    AGREES = "agrees"
    OVER_MIDNIGHT = "over midnight"
    WITHIN_UNSETTLED = "within unsettled"
    PROVIDER_MORE = "provider has more"
    LEDGER_MORE = "ledger has more"
    PRICE = "price differs"
    PROVISIONAL = "provisional"


class Wait(StrEnum):
    """Why an adjustment is not written yet, '' where it can be."""

    NOTHING = ""
    REPORT = "the report of the day is not complete yet"
    OPEN = "reservations of this day or the day before are open; --close ends those that cannot be running"
    NEXT_DAY = "what was reserved may be billed on the next day, which has no adjustment yet"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One cell of the ledger beside the provider's. `before_usd` of the bill was settled the day before; `after_usd` of
    what was settled is billed on a later day. `loose_usd` are reservations of the day before that may be billed here;
    `lost_before_usd` are all that were lost then, and given back there.
    """

    cell: Cell
    booked: Booked
    bill: Bill
    complete: bool
    wait: Wait
    before_usd: Decimal = Decimal(0)
    after_usd: Decimal = Decimal(0)
    loose_usd: Decimal = Decimal(0)
    lost_before_usd: Decimal = Decimal(0)

    @property
    def difference_usd(self) -> Decimal:
        """What the provider billed beyond what counts in the ledger; negative where it is less."""
        return self.bill.usd - self.booked.spent_usd

    @property
    def unseen_usd(self) -> Decimal:
        """What was billed and never settled; negative where more was settled than billed."""
        return self.bill.usd - self.before_usd - self.booked.settled_usd

    @property
    def target_usd(self) -> Decimal:
        """What the adjustment of this cell must be in all, whatever stands there already.

        While its own reservations are held for what the next day may bill, they do not cover what those of the day
        before are billed here.
        """
        rounded = self.same_tokens and abs(self.unseen_usd) <= ROUNDING
        unseen = Decimal(0) if rounded else max(self.unseen_usd, Decimal(0))
        return min(unseen, self.lost_before_usd) if self.wait is Wait.NEXT_DAY else unseen - self.booked.lost_usd

    @property
    def same_tokens(self) -> bool:
        """Whether both counted the same tokens, kind by kind."""
        return all(getattr(self.booked.usage, kind) == getattr(self.bill.usage, kind) for kind in TOKEN_KINDS)

    @property
    def verdict(self) -> Verdict:
        """What the difference is."""
        if self.same_tokens and not self.before_usd:
            return Verdict.AGREES if abs(self.unseen_usd) <= ROUNDING else Verdict.PRICE
        if self.unseen_usd < -ROUNDING:
            return self._less()
        if self.unseen_usd <= ROUNDING:
            return Verdict.OVER_MIDNIGHT if self.before_usd else Verdict.AGREES
        if self.unseen_usd <= self.booked.unsettled_usd + self.loose_usd:
            return Verdict.WITHIN_UNSETTLED
        return Verdict.PROVIDER_MORE

    def _less(self) -> Verdict:
        if self.after_usd >= -self.unseen_usd:
            return Verdict.OVER_MIDNIGHT
        return Verdict.LEDGER_MORE if self.complete else Verdict.PROVISIONAL


def compare(
    booked: Mapping[Cell, Booked], bills: Mapping[Cell, Bill], first: date, last: date, now: datetime
) -> tuple[Comparison, ...]:
    """Every cell from `first` to `last` (included) that either side knows, by day and model.

    Both sides may reach back before `first`: what was settled there may be billed here.
    """
    lines = sorted({(cell.model, cell.batch) for cell in {**booked, **bills}})
    compared = [one for model, batch in lines for one in _line(booked, bills, model, now, batch=batch)]
    return tuple(sorted((one for one in compared if first <= one.cell.day <= last), key=lambda one: one.cell))


def _line(
    booked: Mapping[Cell, Booked], bills: Mapping[Cell, Bill], model: str, now: datetime, *, batch: bool
) -> list[Comparison]:
    """One model in one mode, day by day."""
    own = [cell for cell in {**booked, **bills} if (cell.model, cell.batch) == (model, batch)]
    days = {cell.day for cell in own}
    compared: list[Comparison] = []
    carried = loose = lost = Decimal(0)
    was_open = False
    for day in _each(min(days), max(days)):
        cell = Cell(day, model, batch)
        row, bill = booked.get(cell, Booked()), bills.get(cell, Bill())
        before = min(carried, max(Decimal(0), bill.usd - row.settled_usd))
        excess = carried + row.settled_usd - bill.usd
        carried = min(row.settled_usd, max(Decimal(0), excess))
        one = Comparison(cell, row, bill, is_complete(day, now), Wait.NOTHING, before, Decimal(0), loose, lost)
        following = booked.get(Cell(day + _DAY, model, batch), Booked())
        compared.append(_waiting(one, now, was_open=was_open, will_be_open=following.open_rows > 0))
        loose = max(Decimal(0), row.unsettled_usd - max(Decimal(0), one.unseen_usd))
        lost, was_open = row.lost_usd, row.open_rows > 0
    return _billed_later([one for one in compared if one.cell.day in days])


def _billed_later(compared: list[Comparison]) -> list[Comparison]:
    """Tell each day how much of it the days after took."""
    told: list[Comparison] = []
    claimed = Decimal(0)
    for one in reversed(compared):
        after = min(claimed, max(Decimal(0), -one.unseen_usd))
        told.append(replace(one, after_usd=after))
        claimed = claimed - after + one.before_usd
    return told[::-1]


def _waiting(one: Comparison, now: datetime, *, was_open: bool, will_be_open: bool) -> Comparison:
    """Why the adjustment of a cell must wait.

    What is taken away from reservations may have been billed on the next day, so it is not taken before that day's own
    adjustment can be written.
    """
    wait = Wait.NOTHING
    if not one.complete:
        wait = Wait.REPORT
    elif one.booked.open_rows or was_open:
        wait = Wait.OPEN
    elif one.target_usd < 0 and (will_be_open or not is_complete(one.cell.day + _DAY, now)):
        wait = Wait.NEXT_DAY
    return replace(one, wait=wait)


def is_complete(day: date, now: datetime) -> bool:
    """Whether the provider's report of a day can be taken for complete."""
    return now >= datetime.combine(day, time(), UTC) + _DAY + REPORT_LAG


def adjustable(compared: Iterable[Comparison]) -> tuple[Comparison, ...]:
    """Those whose adjustment can be written now, and would change something."""
    can = (one for one in compared if one.wait in {Wait.NOTHING, Wait.NEXT_DAY})
    return tuple(one for one in can if one.target_usd != one.booked.adjusted_usd)


def _each(first: date, last: date) -> Iterable[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
