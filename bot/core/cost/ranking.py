"""Tables of who or what spent, dearest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.core.cost.measures import MEASURES, measures
from bot.core.cost.report import Column, Kind, Table, Value
from bot.core.cost.shares import change
from bot.core.ledger.sums import Field, Group, Sums

ByName = Mapping[str, Sums]
"""Sums by the value that rows have in a field."""

_BESIDE = (Column("spent_usd_before", "Before", Kind.USD), Column("change", "Change", Kind.CHANGE))
_NOTHING = {
    Field.REPOSITORY: "(no repository)",
    Field.TEAM: "(no team)",
    Field.AUTHOR: "(no author)",
    Field.TIER: "(not asked)",
    Field.MODEL: "(not asked)",
}
_YES_OR_NO = {Field.BATCH: {"1": "in a batch", "0": "at once"}}


def name_of(field: Field, value: str) -> str:
    """A field's value as people read it; values that are not known have a name, too."""
    return _YES_OR_NO.get(field, {}).get(value, value) or _NOTHING.get(field, "(unknown)")


def fold_fields(groups: Iterable[Group], by: Sequence[Field]) -> dict[Field, dict[str, Sums]]:
    """Groups of several fields, added up for each of these fields alone."""
    folded: dict[Field, dict[str, Sums]] = {one: {} for one in by}
    for group in groups:
        for one, value in zip(by, group.key, strict=True):
            name = name_of(one, value)
            folded[one][name] = folded[one].get(name, Sums()) + group.sums
    return folded


def ranking(
    name: str, title: str, column: Column, groups: ByName, most: int = 0, before: ByName | None = None
) -> Table:
    """A row for each of the `most` dearest (0: of all), one for all others, and the sum of all as the total.

    With `before`, what each spent in another time stands beside it; who spent only then has a row, too.
    """
    whole, whole_before = sum(groups.values(), Sums()), sum((before or {}).values(), Sums())
    rows = []
    for label, now, then in _rows(groups, before or {}, most):
        beside = () if before is None else _beside(now, then)
        rows.append((label, *measures(now, whole), *beside))
    total = ("Total", *measures(whole, whole), *(() if before is None else _beside(whole, whole_before)))
    columns = (column, *MEASURES, *(() if before is None else _BESIDE))
    return Table(name, title, columns, tuple(rows), total)


def _rows(groups: ByName, before: ByName, most: int) -> list[tuple[str, Sums, Sums]]:
    names = sorted(
        {*groups, *before},
        key=lambda name: (-groups.get(name, Sums()).spent_usd, -before.get(name, Sums()).spent_usd, name),
    )
    rows = [(name, groups.get(name, Sums()), before.get(name, Sums())) for name in names]
    if not most or len(rows) <= most:
        return rows
    rest = rows[most:]
    now, then = sum((row[1] for row in rest), Sums()), sum((row[2] for row in rest), Sums())
    return [*rows[:most], (f"all others ({len(rest):,})", now, then)]


def _beside(now: Sums, then: Sums) -> tuple[Value, ...]:
    return then.spent_usd, change(now.spent_usd, then.spent_usd)
