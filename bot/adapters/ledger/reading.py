"""Reads the ledger for reports: the database adds up, so that memory does not grow with the rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Engine,
    Integer,
    Row,
    Select,
    Text,
    and_,
    cast,
    distinct,
    func,
    literal_column,
    select,
)

from bot.adapters.ledger.connect import reading
from bot.adapters.ledger.rows import quarter_of
from bot.adapters.ledger.tables import accounts, entries, findings, rates, runs
from bot.core.calls import Outcome
from bot.core.ledger.entry import Entry, Opening, RateRow, RunFacts, Settlement, State, Untaken
from bot.core.ledger.sums import (
    EVERYTHING,
    AccountSum,
    Field,
    FindingSums,
    Group,
    Reach,
    RunSums,
    SectionSums,
    Sums,
    Where,
)
from bot.core.money import from_units
from bot.core.savings import Saved
from bot.core.usage import Usage

_Row: TypeAlias = Row[*tuple[Any, ...]]

_PORTIONS = {"yield_per": 2_000}
"""Rows that are held at a time."""

_USAGE = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output", "thinking")
_SAVED = ("prompt_cache", "reuse", "duplicates", "routing", "batch")


class SqlReader:
    """A LedgerReader over the ledger's database; safe for threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def groups(self, by: Sequence[Field], where: Where = EVERYTHING) -> Iterator[Group]:
        """Sums of the rows that agree in these fields (LedgerReader.groups)."""
        columns = [entries.c[one.value] for one in by]
        query = (
            select(*columns, *_sums())
            .where(_matching(where))
            .group_by(*columns)
            .order_by(*(one.nulls_first() for one in columns))
        )
        for row in self._rows(query):
            yield Group(tuple(map(_word, row[: len(by)])), _as_sums(row[len(by) :]))

    def total(self, where: Where = EVERYTHING) -> Sums:
        """The sums of all rows (LedgerReader.total)."""
        [group] = self.groups((), where)
        return group.sums

    def rows(self, where: Where = EVERYTHING) -> Iterator[Entry]:
        """Every row, oldest first (LedgerReader.rows)."""
        query = select(entries).where(_matching(where)).order_by(entries.c.quarter, entries.c.at, entries.c.id)
        for row in self._rows(query):
            yield _as_entry(row)

    def open_rows(self, where: Where = EVERYTHING) -> Iterator[Entry]:
        """Every open reservation, oldest first (LedgerReader.open_rows)."""
        query = select(entries).where(_matching(where), entries.c.state == State.OPEN.value)
        for row in self._rows(query.order_by(entries.c.at, entries.c.id)):
            yield _as_entry(row)

    def largest_runs(self, where: Where = EVERYTHING, most: int = 10) -> tuple[RunSums, ...]:
        """The dearest runs (LedgerReader.largest_runs)."""
        by_run = self._by_run(where)
        dearest = (by_run.c.cost_e12 + by_run.c.unsettled_e12).desc()
        return tuple(self._runs(by_run, [dearest, by_run.c.run_id], most))

    def runs(self, where: Where = EVERYTHING) -> Iterator[RunSums]:
        """Every run with rows, oldest first (LedgerReader.runs)."""
        by_run = self._by_run(where)
        yield from self._runs(by_run, [runs.c.began, runs.c.run_id], None)

    def reach(self, where: Where = EVERYTHING) -> Reach:
        """How many runs and pull requests there are (LedgerReader.reach)."""
        pull_request = entries.c.repository + "#" + cast(entries.c.pull_request, Text)
        counts: list[ColumnElement[Any]] = [
            func.count(distinct(entries.c.run_id)).label("runs"),
            func.count(distinct(pull_request)).label("pull_requests"),
        ]
        query = select(*counts)
        [row] = self._rows(query.where(_matching(where)))
        return Reach(*row)

    def sections(self, where: Where = EVERYTHING, by: Sequence[Field] = ()) -> tuple[SectionSums, ...]:
        """Sums by what the system prompt was made of (LedgerReader.sections)."""
        text = func.coalesce(cast(runs.c.sections, Text), literal_column("'{}'")).label("sections")
        columns = [text, *(entries.c[one.value] for one in by)]
        query = select(*columns, *_sums()).where(_matching(where))
        query = query.join(runs, runs.c.run_id == entries.c.run_id, isouter=True)
        found = (
            (str(row[0]), tuple(map(_word, row[1 : len(columns)])), _as_sums(row[len(columns) :]))
            for row in self._rows(query.group_by(*columns))
        )
        ordered = sorted(found, key=lambda one: one[:2])
        return tuple(SectionSums(json.loads(sections), sums, key) for sections, key, sums in ordered)

    def findings(self, where: Where = EVERYTHING) -> tuple[FindingSums, ...]:
        """Findings counted by rule, severity and kind of file (LedgerReader.findings)."""
        keys = [findings.c.rule, findings.c.severity, findings.c.kind]
        posted = func.sum(cast(findings.c.posted, Integer)).label("posted")
        accepted = func.count(findings.c.accepted_at).label("accepted")
        query = select(*keys, func.count().label("found"), posted, accepted).where(
            findings.c.simulated == where.simulated
        )
        if where.since is not None:
            query = query.where(findings.c.at >= where.since)
        if where.until is not None:
            query = query.where(findings.c.at < where.until)
        if where.repository:
            query = query.where(findings.c.repository == where.repository)
        if where.pull_request is not None:
            query = query.where(findings.c.pull_request == where.pull_request)
        if where.team or where.author:
            query = query.join(runs, runs.c.run_id == findings.c.run_id)
            query = query.where(runs.c.team == where.team) if where.team else query
            query = query.where(runs.c.author == where.author) if where.author else query
        return tuple(FindingSums(*row) for row in self._rows(query.group_by(*keys).order_by(*keys)))

    def accounts(self, at: datetime, *, simulated: bool = False) -> tuple[AccountSum, ...]:
        """The accounts whose period holds a moment (LedgerReader.accounts)."""
        table = accounts.c
        query = select(accounts).where(table.simulated == simulated, table.period_start <= at, table.period_end > at)
        return tuple(
            AccountSum(
                row.scope,
                row.of,
                row.span,
                row.label,
                row.period_start,
                row.period_end,
                from_units(row.committed_e12),
            )
            for row in self._rows(query.order_by(table.name))
        )

    def rates(self) -> tuple[RateRow, ...]:
        """What was last heard of every rate limit (LedgerReader.rates)."""
        order = [rates.c.provider, rates.c.key, rates.c.model_class, rates.c.name]
        return tuple(RateRow(*row) for row in self._rows(select(rates).order_by(*order)))

    def first_and_last(self, where: Where = EVERYTHING) -> tuple[datetime, datetime] | None:
        """When the first and the last row began (LedgerReader.first_and_last)."""
        matching = _matching(where)
        ends = []
        for end in (func.min, func.max):  # the quarters have an index, so that few rows are looked at
            quarter = select(end(entries.c.quarter)).where(matching).scalar_subquery()
            moment = select(end(entries.c.at)).where(matching, entries.c.quarter == quarter)
            ends.append(moment.scalar_subquery())
        [(first, last)] = self._rows(select(*ends))
        return None if first is None else (first, last)

    def _by_run(self, where: Where) -> Any:
        query = select(entries.c.run_id, *_sums()).where(_matching(where)).group_by(entries.c.run_id)
        return query.subquery("by_run")

    def _runs(self, by_run: Any, order: Sequence[Any], most: int | None) -> Iterator[RunSums]:
        facts = [column for column in runs.c if column.name not in by_run.c or column.name == "run_id"]
        told = [runs.c.hunks.label("run_hunks"), runs.c.unsettled_e12.label("run_unsettled_e12")]
        sums = [column for column in by_run.c if column.name != "run_id"]
        query = select(*facts, *told, *sums)
        query = query.join(by_run, runs.c.run_id == by_run.c.run_id).order_by(*order).limit(most)
        for row in self._rows(query):
            yield RunSums(
                row.run_id,
                row.began,
                row.ended,
                row.repository,
                row.pull_request,
                row.author,
                row.team,
                row.status,
                row.run_hunks,
                row.reviewed,
                row.reused,
                from_units(row.total_e12),
                from_units(row.run_unsettled_e12),
                _as_sums(row[-len(sums) :]),
            )

    def _rows(self, query: Select[Any]) -> Iterator[_Row]:
        """The answer in portions; raises LedgerLost where there is none."""
        with reading(self._engine) as connection, connection.execute(query, execution_options=_PORTIONS) as result:
            yield from result


def _matching(where: Where) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [entries.c.simulated == where.simulated]
    if where.since is not None:
        conditions.append(entries.c.quarter >= quarter_of(where.since))
    if where.until is not None:
        conditions.append(entries.c.quarter < quarter_of(where.until))
    names = [name for name in ("repository", "team", "author") if getattr(where, name)]
    conditions += [entries.c[name] == getattr(where, name) for name in names]
    if where.pull_request is not None:
        conditions.append(entries.c.pull_request == where.pull_request)
    return and_(*conditions)


def _sums() -> list[ColumnElement[Any]]:
    """Everything that Sums holds, in its order."""
    asked = entries.c.outcome.not_in([one.value for one in Untaken])
    answered = entries.c.outcome == Outcome.ANSWERED.value
    opened = entries.c.state == State.OPEN.value
    unbought = entries.c.outcome.not_in([Outcome.ANSWERED.value, Untaken.ADJUSTED.value])
    return [
        func.count().label("rows"),
        func.count().filter(asked).label("attempts"),
        func.count().filter(asked, entries.c.attempt == 1).label("requests"),
        func.count().filter(answered).label("answered"),
        func.count().filter(asked, entries.c.attempt > 1).label("retried"),
        func.count().filter(opened).label("open"),
        *map(_sum, ("hunks", "latency_ms", *(f"{kind}_tokens" for kind in _USAGE), "unsettled_tokens")),
        *map(_sum, ("cost_e12", "unsettled_e12")),
        func.coalesce(func.sum(entries.c.cost_e12).filter(unbought), 0).label("wasted_e12"),
        *(_sum(f"saved_{kind}_e12") for kind in _SAVED),
    ]


def _sum(name: str) -> ColumnElement[Any]:
    return func.coalesce(func.sum(entries.c[name]), 0).label(name)


def _as_sums(values: Sequence[Any]) -> Sums:
    """The columns of _sums(); PostgreSQL's sums of whole numbers are Decimal."""
    whole = list(map(int, values))
    cost, unsettled, wasted, *saved = map(from_units, whole[15:])
    rows, attempts, requests, answered, retried, opened, hunks, latency_ms = whole[:8]
    return Sums(
        rows,
        attempts,
        requests,
        answered,
        retried,
        opened,
        hunks,
        latency_ms,
        Usage(*whole[8:14]),
        whole[14],
        cost,
        unsettled,
        wasted,
        Saved(*saved),
    )


def _as_entry(row: _Row) -> Entry:
    run = RunFacts(
        run_id=row.run_id,
        began=row.at,
        repository=row.repository,
        pull_request=row.pull_request,
        author=row.author,
        team=row.team,
        prompt_hash=row.prompt_hash,
        simulated=row.simulated,
    )
    opening = Opening(
        id=row.id,
        at=row.at,
        feature=row.feature,
        model=row.model,
        provider=row.provider,
        key=row.key,
        tier=row.tier,
        why=row.why,
        hunks=row.hunks,
        attempt=row.attempt,
        reserved_tokens=row.reserved_tokens,
        reserved_usd=from_units(row.reserved_e12),
        platform=row.platform,
        batch=row.batch,
        kinds=json.loads(row.kinds or "{}"),
    )
    if row.state == State.OPEN.value:
        return Entry(run, opening)
    ending = Settlement(
        state=State(row.state),
        outcome=row.outcome,
        usage=_usage(row),
        cost_usd=from_units(row.cost_e12),
        unsettled_usd=from_units(row.unsettled_e12),
        unsettled_tokens=row.unsettled_tokens,
        latency_ms=row.latency_ms,
        request_id=row.request_id,
        saved=_saved(row),
    )
    return Entry(run, opening, ending)


def _usage(row: _Row) -> Usage:
    return Usage(*(getattr(row, f"{kind}_tokens") for kind in _USAGE))


def _saved(row: _Row) -> Saved:
    return Saved(*(from_units(getattr(row, f"saved_{kind}_e12")) for kind in _SAVED))


def _word(value: Any) -> str:
    """A value as the key of a group."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)
