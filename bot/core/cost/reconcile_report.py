"""`hunkwise cost reconcile` as tables: what differs, why, what would be written, and what is still open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from bot.core.cost.adjustment import adjustment_id
from bot.core.cost.billed import TOKEN_KINDS
from bot.core.cost.explained import explanation, is_settled
from bot.core.cost.lost import Ages, OpenRows
from bot.core.cost.reconcile import Comparison, Wait
from bot.core.cost.report import Column, Kind, Report, Table, Value
from bot.core.money import from_units, to_units
from bot.core.report.figures import about_dollars

NAME = "reconcile"
TITLE = "The ledger beside the provider's bill"

_DAY = (Column("day", "Day (UTC)"), Column("model", "Model"), Column("mode", "Mode"))
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Done:
    """What this run changed: None where it was not asked to."""

    closed: int | None = None
    applied: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that a report of reconciliation is made from. `compared` is None without an administrator's key.

    `begins` is the first day that is compared where earlier ones were asked for.
    """

    period: str
    opened: Sequence[OpenRows]
    ages: Ages
    done: Done = Done()
    compared: Sequence[Comparison] | None = None
    others: Mapping[str, Decimal] = field(default_factory=dict)
    priority_tokens: int = 0
    everything: bool = True
    begins: date | None = None


def reconcile_report(found: Found) -> Report:
    """The report; its first table is the comparison where there is one, else the open reservations."""
    if found.compared is None:
        return Report(NAME, TITLE, found.period, (_open(found.opened),), _without_key(found))
    tables = (
        _days(found.compared),
        _explanations(found.compared),
        _tokens(found.compared),
        _adjustments(found.compared),
        _open(found.opened),
    )
    kept = (tables[0], *(table for table in tables[1:] if table.rows))
    return Report(NAME, TITLE, found.period, kept, _notes(found, found.compared))


def _cell(one: Comparison) -> tuple[str, str, str]:
    return one.cell.day.isoformat(), one.cell.model, one.cell.mode


def _days(compared: Sequence[Comparison]) -> Table:
    money = ("settled", "Settled"), ("unsettled", "Unsettled"), ("adjusted", "Adjusted"), ("billed", "Billed")
    columns = (
        *_DAY,
        *(Column(f"{name}_usd", title, Kind.USD) for name, title in (*money, ("difference", "Difference"))),
        Column("verdict", "Which is"),
    )
    rows = [(*_cell(one), *_amounts(one), one.verdict.value) for one in compared]
    sums = [sum((_amounts(one)[place] for one in compared), Decimal(0)) for place in range(5)]
    return Table("days", "By day and model", columns, tuple(rows), ("Total", "", "", *sums, "") if rows else None)


def _amounts(one: Comparison) -> tuple[Decimal, ...]:
    booked = one.booked
    amounts = booked.settled_usd, booked.unsettled_usd, booked.adjusted_usd, one.bill.usd, one.difference_usd
    return tuple(map(_tidy, amounts))


def _explanations(compared: Sequence[Comparison]) -> Table:
    told = [(*_cell(one), text) for one in compared if (text := explanation(one))]
    return Table("explanations", "Why they differ", (*_DAY, Column("explanation", "Explanation")), tuple(told))


def _tokens(compared: Sequence[Comparison]) -> Table:
    columns = (
        *_DAY,
        Column("kind", "Kind"),
        Column("ledger_tokens", "Ledger", Kind.COUNT),
        Column("billed_tokens", "Billed", Kind.COUNT),
        Column("difference_tokens", "Difference", Kind.COUNT),
    )
    rows: list[tuple[Value, ...]] = []
    for one in compared:
        for kind in TOKEN_KINDS:
            ours, theirs = getattr(one.booked.usage, kind), getattr(one.bill.usage, kind)
            if ours != theirs:
                rows.append((*_cell(one), kind.removesuffix("_tokens"), ours, theirs, theirs - ours))
    return Table("tokens", "Tokens that only one side counts", columns, tuple(rows))


def _adjustments(compared: Sequence[Comparison]) -> Table:
    columns = (
        Column("id", "Row"),
        Column("there_usd", "Is", Kind.USD),
        Column("target_usd", "Is to be", Kind.USD),
        Column("state", "State"),
    )
    rows = [
        (adjustment_id(one.cell), _tidy(one.booked.adjusted_usd), _target(one), _state(one))
        for one in compared
        if one.target_usd or one.booked.adjusted_usd or one.wait in {Wait.OPEN, Wait.NEXT_DAY}
    ]
    return Table("adjustments", "Adjustments", columns, tuple(rows))


def _target(one: Comparison) -> Decimal | None:
    """What is to be written; None where nobody can know before the reservations have ended."""
    return None if one.wait is Wait.OPEN else _tidy(one.target_usd)


def _tidy(usd: Decimal) -> Decimal:
    """The same amount without zeros at the end, as the ledger gives its own."""
    return from_units(to_units(usd))


def _state(one: Comparison) -> str:
    if one.wait in {Wait.REPORT, Wait.OPEN}:
        return f"waits: {one.wait.value}"
    written = "written" if one.target_usd == one.booked.adjusted_usd else "--apply writes it"
    return f"{written}; more waits: {one.wait.value}" if one.wait else written


def _open(opened: Sequence[OpenRows]) -> Table:
    columns = (
        *_DAY,
        Column("repository", "Repository"),
        Column("rows", "Open", Kind.COUNT),
        Column("reserved_usd", "Reserved", Kind.USD),
        Column("lost_rows", "Of them lost", Kind.COUNT),
        Column("lost_usd", "Reserved for those", Kind.USD),
    )
    rows = [
        (
            one.day.isoformat(),
            one.model,
            one.mode,
            one.repository,
            one.rows,
            one.usd,
            one.lost_rows,
            one.lost_usd,
        )
        for one in opened
    ]
    return Table("open", "Open reservations, which count in full", columns, tuple(rows))


def _without_key(found: Found) -> tuple[str, ...]:
    return (
        *_about_open(found),
        "Nothing was compared: ANTHROPIC_ADMIN_KEY must hold an Admin API key (sk-ant-admin…) to read the bill.",
    )


def _notes(found: Found, compared: Sequence[Comparison]) -> tuple[str, ...]:
    notes = []
    left = [one for one in compared if not is_settled(one)]
    if found.begins:
        notes.append(f"The ledger begins on {found.begins.isoformat()}; the days before were not compared.")
    if not compared:
        notes.append("There is nothing to compare: the ledger has no rows of these days, or neither side has.")
    elif left:
        total = sum((one.difference_usd for one in compared), Decimal(0))
        notes.append(
            f"{len(left)} of {len(compared)} lines differ; in all the provider billed "
            f"{about_dollars(abs(total))} {'more' if total > 0 else 'less'} than counts in the ledger."
        )
    else:
        notes.append("The ledger says what the provider billed.")
    early = sorted({one.cell.day for one in compared if not one.complete})
    if early:
        notes.append(f"Provisional from {early[0].isoformat()} on: the provider's report of those days may still grow.")
    if found.done.applied is not None:
        notes.append(f"Adjustments written: {found.done.applied:,}.")
    if found.done.applied and found.everything:
        notes.append(
            "The whole organisation's bill was taken for Hunkwise's; --api-key-id or --workspace says which part is."
        )
    notes += [f"Not compared: {about_dollars(usd)} for {what}." for what, usd in sorted(found.others.items()) if usd]
    if found.priority_tokens:
        notes.append(
            f"Not compared: {found.priority_tokens:,} tokens of the Priority Tier, whose costs the report leaves out."
        )
    return (*notes, *_about_open(found))


def _about_open(found: Found) -> tuple[str, ...]:
    notes = []
    if found.done.closed is not None:
        notes.append(f"Reservations closed as lost: {found.done.closed:,}. They go on counting in full.")
    old = sum(one.lost_rows for one in found.opened)
    if old:
        usd = sum((one.lost_usd for one in found.opened), Decimal(0))
        notes.append(
            f"{old:,} of the open reservations, {about_dollars(usd)}, are older than {_hours(found.ages.live)} "
            f"(in batches {_hours(found.ages.batch)}): --close charges them in full, as lost."
        )
    return tuple(notes)


def _hours(age: timedelta) -> str:
    hours = age // _HOUR
    return f"{hours} hours" if hours < 72 else f"{hours // 24} days"  # noqa: PLR2004  # three days read as days
