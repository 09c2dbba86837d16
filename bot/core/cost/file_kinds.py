"""What reviews cost by kind of file: each amount is shared out over the hunks of its request, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal

from bot.core.cost.findings import FOUND, Found, found_by
from bot.core.cost.measures import saved_usd
from bot.core.cost.report import Column, Kind, Report, Table, Value
from bot.core.cost.shares import per, ratio, split, split_usd
from bot.core.cost.words import ACCEPTED, SPENT, simulated_note
from bot.core.ledger.sums import FindingSums, Group, Where

UNKNOWN = "(unknown)"
OTHER = "(no language)"

_COLUMNS = (
    Column("file_kind", "Files"),
    Column("spent_usd", "Spent", Kind.USD),
    Column("share", "Share", Kind.RATIO),
    Column("settled_usd", "Settled", Kind.USD, detail=True),
    Column("unsettled_usd", "Unsettled", Kind.USD, detail=True),
    Column("wasted_usd", "Wasted", Kind.USD),
    Column("saved_usd", "Saved", Kind.USD, detail=True),
    Column("hunks", "Hunks asked", Kind.COUNT),
    Column("tokens", "Tokens", Kind.COUNT, detail=True),
    *FOUND,
    Column("usd_per_posted", "A posted one", Kind.USD),
    Column("usd_per_accepted", "An accepted one", Kind.USD),
)
_SHARED_OUT = (
    "A request about several kinds of files is shared out over them by its hunks, to the last digit (largest"
    " remainder). Hunks count each time that they are asked about."
)


@dataclass(frozen=True, slots=True)
class KindSums:
    """What a kind of file took of all requests; dollars exact."""

    settled_usd: Decimal = Decimal(0)
    unsettled_usd: Decimal = Decimal(0)
    wasted_usd: Decimal = Decimal(0)
    saved_usd: Decimal = Decimal(0)
    hunks: int = 0
    tokens: int = 0

    @property
    def spent_usd(self) -> Decimal:
        """What counts against budgets."""
        return self.settled_usd + self.unsettled_usd

    def __add__(self, other: KindSums) -> KindSums:
        return KindSums(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def by_kind(groups: Iterable[Group]) -> dict[str, KindSums]:
    """Groups of Field.KINDS, shared out over the kinds that each of them names."""
    added: dict[str, KindSums] = {}
    for group in groups:
        for kind, sums in _shared_out(group):
            added[kind] = added.get(kind, KindSums()) + sums
    return added


def file_kind_report(
    kinds: dict[str, KindSums], findings: Iterable[FindingSums], covers: str, where: Where, most: int = 0
) -> Report:
    """The report, dearest kind first; findings belong to the kind of their file."""
    found = found_by(findings, lambda one: one.kind or OTHER)
    whole = sum(kinds.values(), KindSums())
    names = sorted({*kinds, *found}, key=lambda name: (-kinds.get(name, KindSums()).spent_usd, name))
    rows = [(name, kinds.get(name, KindSums()), found.get(name, Found())) for name in names]
    if most and len(rows) > most:
        others = rows[most:]
        name = f"all others ({len(others):,})"
        rest = (name, sum((row[1] for row in others), KindSums()), sum((row[2] for row in others), Found()))
        rows = [*rows[:most], rest]
    table = Table(
        "breakdown",
        "By file-kind",
        _COLUMNS,
        tuple(_values(name, sums, ones, whole) for name, sums, ones in rows),
        _values("Total", whole, sum(found.values(), Found()), whole),
    )
    notes = (_SHARED_OUT, ACCEPTED, SPENT, *simulated_note(where))
    return Report("breakdown", "What reviews cost by file-kind", covers, (table,), notes)


def _shared_out(group: Group) -> Iterable[tuple[str, KindSums]]:
    sums = group.sums
    weights: dict[str, int] = json.loads(group.key[0]) if group.key[0] else {}
    if not any(weights.values()):
        weights = {"": 1} if weights else {UNKNOWN: 1}
    parts = list(weights.values())
    columns = zip(
        weights,
        *(split_usd(usd, parts) for usd in (sums.cost_usd, sums.unsettled_usd, sums.wasted_usd, saved_usd(sums.saved))),
        split(sums.hunks, parts),
        split(sums.usage.total_tokens, parts),
        strict=True,
    )
    for kind, settled, unsettled, wasted, saved, hunks, tokens in columns:
        yield kind or OTHER, KindSums(settled, unsettled, wasted, saved, hunks, tokens)


def _values(name: str, sums: KindSums, found: Found, whole: KindSums) -> tuple[Value, ...]:
    return (
        name,
        sums.spent_usd,
        ratio(sums.spent_usd, whole.spent_usd),
        sums.settled_usd,
        sums.unsettled_usd,
        sums.wasted_usd,
        sums.saved_usd,
        sums.hunks,
        sums.tokens,
        *found.values,
        per(sums.spent_usd, found.posted),
        per(sums.spent_usd, found.accepted),
    )
