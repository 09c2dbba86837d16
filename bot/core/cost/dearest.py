"""The dearest of many groups, of which only so many are kept."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.core.cost.report import Column, Kind, Table, Value
from bot.core.cost.shares import ratio
from bot.core.ledger.sums import Group, RunSums, Sums
from bot.core.report.figures import about_dollars

_AMOUNTS = (
    Column("spent_usd", "Spent", Kind.USD),
    Column("share", "Share", Kind.RATIO),
    Column("wasted_usd", "Wasted", Kind.USD),
    Column("unsettled_usd", "Unsettled", Kind.USD),
    Column("attempts", "Attempts", Kind.COUNT),
    Column("retried", "Retries", Kind.COUNT),
    Column("hunks", "Hunks", Kind.COUNT),
)
_SHOWN_OF_RUNS = {"spent_usd", "unsettled_usd", "attempts", "retried"}
_PULL_REQUEST = (
    Column("repository", "Repository"),
    Column("pull_request", "PR"),
    Column("author", "Author"),
)


@dataclass(frozen=True, slots=True)
class Dearest:
    """The dearest groups, dearest first, and the sums of all others with how many they are."""

    groups: tuple[Group, ...]
    others: Sums
    other_count: int

    @property
    def total(self) -> Sums:
        """All groups."""
        return sum((group.sums for group in self.groups), self.others)


def dearest(groups: Iterable[Group], most: int) -> Dearest:
    """Keep the `most` dearest of them; equal ones in the order of their keys."""
    kept: list[tuple[Decimal, int, Group]] = []
    others, count = Sums(), 0
    for number, group in enumerate(groups):
        heapq.heappush(kept, (group.sums.spent_usd, -number, group))
        if len(kept) > most:
            others, count = others + heapq.heappop(kept)[2].sums, count + 1
    return Dearest(tuple(group for _, _, group in sorted(kept, reverse=True)), others, count)


def pull_request_table(found: Dearest) -> Table:
    """The dearest pull requests, of groups by repository, pull request and author."""
    whole = found.total
    rows: list[tuple[Value, ...]] = [(*_name(group.key), *_amounts(group.sums, whole)) for group in found.groups]
    if found.other_count:
        rows.append((f"all others ({found.other_count:,})", None, "", *_amounts(found.others, whole)))
    count = len(found.groups) + found.other_count
    kept = sum((group.sums.spent_usd for group in found.groups), Decimal(0))
    title = f"Dearest pull requests: {_of(len(found.groups), count, kept, whole.spent_usd)}"
    total = ("Total", None, "", *_amounts(whole, whole))
    return Table("pull_requests", title, (*_PULL_REQUEST, *_AMOUNTS), tuple(rows), total)


def run_table(runs: Sequence[RunSums], whole: Sums, count: int) -> Table:
    """The dearest runs; all others, `count` in all, are what is left of the whole."""
    kept = sum((run.sums for run in runs), Sums())
    rows: list[tuple[Value, ...]] = [
        (run.run_id, run.began, run.repository, run.pull_request, run.status or "(no end)", *_amounts(run.sums, whole))
        for run in runs
    ]
    if count > len(runs):
        rows.append((f"all others ({count - len(runs):,})", None, "", None, "", *_amounts(_rest(whole, kept), whole)))
    columns = (
        Column("run_id", "Run"),
        Column("began", "Began (UTC)", Kind.TIME),
        Column("repository", "Repository"),
        Column("pull_request", "PR"),
        Column("status", "Ended as"),
        *(replace(one, detail=one.name not in _SHOWN_OF_RUNS) for one in _AMOUNTS),
    )
    title = f"Dearest runs: {_of(len(runs), count, kept.spent_usd, whole.spent_usd)}"
    return Table("runs", title, columns, tuple(rows), ("Total", None, "", None, "", *_amounts(whole, whole)))


def _name(key: Sequence[str]) -> tuple[Value, ...]:
    repository, pull_request, author = key
    return repository or "(no repository)", int(pull_request) if pull_request else None, author


def _amounts(sums: Sums, whole: Sums) -> tuple[Value, ...]:
    spent = sums.spent_usd
    share = ratio(spent, whole.spent_usd)
    return spent, share, sums.wasted_usd, sums.unsettled_usd, sums.attempts, sums.retried, sums.hunks


def _rest(whole: Sums, kept: Sums) -> Sums:
    return Sums(
        attempts=whole.attempts - kept.attempts,
        retried=whole.retried - kept.retried,
        hunks=whole.hunks - kept.hunks,
        cost_usd=whole.cost_usd - kept.cost_usd,
        unsettled_usd=whole.unsettled_usd - kept.unsettled_usd,
        wasted_usd=whole.wasted_usd - kept.wasted_usd,
    )


def _of(shown: int, count: int, kept: Decimal, whole: Decimal) -> str:
    part = ratio(kept, whole)
    if part is None:
        return "nothing was spent."
    return f"the first {shown} of {count:,} took {part:.1%} of {about_dollars(whole)}."
