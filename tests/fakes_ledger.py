"""A Ledger and LedgerReader in memory, for tests of runs and reports; the contract suite holds it to the real ones."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from bot.core.budget import Amount
from bot.core.calls import Outcome
from bot.core.ledger.account import Account, AccountLimit, Exhausted, Scope
from bot.core.ledger.entry import (
    ADJUSTMENT,
    LOST,
    Entry,
    FindingRow,
    Opening,
    RateRow,
    RunEnd,
    RunFacts,
    Settlement,
    State,
    Untaken,
)
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
from bot.errors import LedgerLost

QUARTER = 900


@dataclass
class FakeLedger:
    """Keeps rows in lists. While `lost`, nothing answers."""

    entries: dict[str, Entry] = field(default_factory=dict)
    runs_known: dict[str, tuple[RunFacts, RunEnd | None]] = field(default_factory=dict)
    found: dict[tuple[str, int | None, str, bool], tuple[RunFacts, datetime, FindingRow]] = field(default_factory=dict)
    known_rates: dict[tuple[str, str, str, str], RateRow] = field(default_factory=dict)
    known_accounts: dict[tuple[str, bool], Account] = field(default_factory=dict)
    lost: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin_run(self, run: RunFacts) -> None:
        self._answer()
        self.runs_known.setdefault(run.run_id, (run, None))

    def reserve(
        self, run: RunFacts, openings: Sequence[Opening], limits: Sequence[AccountLimit] = ()
    ) -> Exhausted | None:
        self._answer()
        with self._lock:
            refused = [one for limit in limits for one in self._over(run, openings, limit)]
            if refused:
                return min(refused, key=lambda one: one.left_usd)
            for limit in limits:
                self.known_accounts.setdefault((limit.account.name, run.simulated), limit.account)
            for one in openings:
                before = self.entries.get(one.id)
                assert before is None or (one.batch and _cost_nothing(before))
                self.entries[one.id] = Entry(run, one)
        return None

    def settle(self, entry_id: str, ending: Settlement) -> bool:
        self._answer()
        with self._lock:
            row = self.entries.get(entry_id)
            if row is None or row.settlement is not None:
                return False
            self.entries[entry_id] = replace(row, settlement=ending)
            return True

    def add(self, rows: Iterable[Entry]) -> int:
        self._answer()
        changed = 0
        for row in rows:
            if row.opening.id not in self.entries:
                self.entries[row.opening.id] = row
                changed += 1
            elif row.settlement is not None:
                self._find(row.opening.id, row.settlement)
                changed += self.settle(row.opening.id, row.settlement)
        return changed

    def _find(self, entry_id: str, ending: Settlement) -> None:
        """Open a row again that was given up for lost, now that its end has turned up."""
        known = self.entries[entry_id]
        if known.settlement is not None and known.settlement.outcome == LOST != ending.outcome:
            self.entries[entry_id] = replace(known, settlement=None)

    def adjust(self, rows: Iterable[Entry]) -> int:
        self._answer()
        changed = 0
        for row in rows:
            if row.opening.feature != ADJUSTMENT or row.settlement is None:
                raise ValueError(f"{row.opening.id} is no adjustment")
            with self._lock:
                before = self.entries.get(row.opening.id)
                if before is not None and before.opening.feature != ADJUSTMENT:
                    raise ValueError(f"{row.opening.id} is the id of another row")
                if before is None or before.settlement != row.settlement:
                    self.entries[row.opening.id] = row
                    changed += 1
        return changed

    def end_run(self, run: RunFacts, end: RunEnd) -> None:
        self._answer()
        known_run = self.runs_known.get(run.run_id, (run, None))[0]
        self.runs_known[run.run_id] = (replace(run, sections=run.sections or known_run.sections), end)
        for one in end.findings:
            key = (run.repository, run.pull_request or 0, one.fingerprint, run.simulated)
            first = self.found.setdefault(key, (run, end.ended, one))
            known = first[2]
            merged = replace(known, posted=known.posted or one.posted, accepted_at=known.accepted_at or one.accepted_at)
            self.found[key] = (first[0], first[1], merged)
        for fingerprint in end.accepted:
            key = (run.repository, run.pull_request or 0, fingerprint, run.simulated)
            if key in self.found:
                by, at, one = self.found[key]
                self.found[key] = (by, at, replace(one, accepted_at=one.accepted_at or end.ended))

    def note_rates(self, rows: Iterable[RateRow]) -> None:
        self._answer()
        for row in rows:
            known = self.known_rates.get((row.provider, row.key, row.model_class, row.name))
            if known is None or row.at >= known.at:
                self.known_rates[row.provider, row.key, row.model_class, row.name] = row

    def spent_on(self, run: RunFacts) -> Amount:
        self._answer()
        own = [
            row
            for row in self.entries.values()
            if (row.run.repository, row.run.pull_request, row.run.simulated)
            == (run.repository, run.pull_request, run.simulated)
        ]
        return sum((_amount(row) for row in own), Amount())

    def committed(self, account: Account, *, simulated: bool) -> Decimal:
        self._answer()
        rows = [row for row in self.entries.values() if row.run.simulated == simulated and _covers(account, row)]
        return sum((_amount(row).usd for row in rows), Decimal(0))

    def close(self) -> None:
        """Nothing to let go of."""

    def groups(self, by: Sequence[Field], where: Where = EVERYTHING) -> Iterator[Group]:
        self._answer()
        rows = sorted(
            ((tuple(_word(row, one) for one in by), row) for row in self._matching(where)),
            key=lambda pair: [_place(word, one) for word, one in zip(pair[0], by, strict=True)],
        )
        if not by and not rows:
            yield Group((), Sums())
        for key, group in groupby(rows, key=lambda row: row[0]):
            yield Group(key, sum((_sums(row) for _, row in group), Sums()))

    def total(self, where: Where = EVERYTHING) -> Sums:
        return next(self.groups((), where)).sums

    def rows(self, where: Where = EVERYTHING) -> Iterator[Entry]:
        self._answer()
        rows = sorted(self._matching(where), key=lambda row: (row.opening.at, row.opening.id))
        yield from (replace(row, run=_as_rows_hold_it(row)) for row in rows)

    def open_rows(self, where: Where = EVERYTHING) -> Iterator[Entry]:
        yield from (row for row in self.rows(where) if row.settlement is None)

    def largest_runs(self, where: Where = EVERYTHING, most: int = 10) -> tuple[RunSums, ...]:
        by_cost = sorted(self.runs(where), key=lambda run: (-run.sums.spent_usd, run.run_id))
        return tuple(by_cost[:most])

    def runs(self, where: Where = EVERYTHING) -> Iterator[RunSums]:
        sums = {group.key[0]: group.sums for group in self.groups([Field.RUN], where)}
        known = sorted(self.runs_known.values(), key=lambda one: (one[0].began, one[0].run_id))
        yield from (_run_sums(run, end, sums[run.run_id]) for run, end in known if run.run_id in sums)

    def reach(self, where: Where = EVERYTHING) -> Reach:
        self._answer()
        runs = [row.run for row in self._matching(where)]
        pull_requests = {(run.repository, run.pull_request) for run in runs if run.pull_request is not None}
        return Reach(len({run.run_id for run in runs}), len(pull_requests))

    def sections(self, where: Where = EVERYTHING, by: Sequence[Field] = ()) -> tuple[SectionSums, ...]:
        added: dict[tuple[str, tuple[str, ...]], Sums] = {}
        for group in self.groups([Field.RUN, *by], where):
            known = self.runs_known.get(group.key[0])
            sections = json.dumps(dict(sorted(known[0].sections.items())) if known else {})
            key = (sections, group.key[1:])
            added[key] = added.get(key, Sums()) + group.sums
        return tuple(SectionSums(json.loads(key[0]), added[key], key[1]) for key in sorted(added))

    def findings(self, where: Where = EVERYTHING) -> tuple[FindingSums, ...]:
        self._answer()
        counts: dict[tuple[str, str, str], list[FindingRow]] = {}
        for run, at, one in self.found.values():
            if run.simulated == where.simulated and _in_time(at, where, exact=True) and _of(run, where):
                counts.setdefault((one.rule, one.severity, one.kind), []).append(one)
        return tuple(
            FindingSums(*key, len(ones), sum(o.posted for o in ones), sum(o.accepted_at is not None for o in ones))
            for key, ones in sorted(counts.items())
        )

    def accounts(self, at: datetime, *, simulated: bool = False) -> tuple[AccountSum, ...]:
        self._answer()
        ours = sorted((name, one) for (name, kind), one in self.known_accounts.items() if kind == simulated)
        return tuple(
            AccountSum(
                one.scope.value,
                one.of,
                one.period.span.value,
                one.period.label,
                one.period.start,
                one.period.end,
                self.committed(one, simulated=simulated),
            )
            for _, one in ours
            if one.period.start <= at < one.period.end
        )

    def rates(self) -> tuple[RateRow, ...]:
        self._answer()
        return tuple(self.known_rates[key] for key in sorted(self.known_rates))

    def first_and_last(self, where: Where = EVERYTHING) -> tuple[datetime, datetime] | None:
        times = [row.opening.at for row in self.rows(where)]
        return (min(times), max(times)) if times else None

    def _answer(self) -> None:
        if self.lost:
            raise LedgerLost("The ledger does not answer.", next_step="Check it.")

    def _over(self, run: RunFacts, openings: Sequence[Opening], limit: AccountLimit) -> Iterator[Exhausted]:
        account, replaced = limit.account, {one.id for one in openings}
        given_back = [
            row for id_, row in self.entries.items() if id_ in replaced and row.run.simulated == run.simulated
        ]
        added = [-_amount(row).usd for row in given_back if _covers(account, row)]
        added += [one.reserved_usd for one in openings if _covers(account, Entry(run, one))]
        committed = sum(
            (
                _amount(row).usd
                for row in self.entries.values()
                if row.run.simulated == run.simulated and _covers(account, row)
            ),
            Decimal(0),
        )
        if sum(added) > 0 and committed + sum(added) > limit.usd:
            yield Exhausted(limit, max(Decimal(0), limit.usd - committed))

    def _matching(self, where: Where) -> list[Entry]:
        return [
            row
            for row in self.entries.values()
            if row.run.simulated == where.simulated and _in_time(row.opening.at, where) and _of(row.run, where)
        ]


def _cost_nothing(row: Entry) -> bool:
    return row.settlement is None or row.settlement.cost_usd + row.settlement.unsettled_usd == 0


def _as_rows_hold_it(row: Entry) -> RunFacts:
    return replace(row.run, began=row.opening.at, head_sha="", sections={})


def _of(run: RunFacts, where: Where) -> bool:
    return (
        where.repository in {"", run.repository}
        and where.team in {"", run.team}
        and where.author in {"", run.author}
        and where.pull_request in {None, run.pull_request}
    )


def _in_time(at: datetime, where: Where, *, exact: bool = False) -> bool:
    if exact:
        return (where.since is None or at >= where.since) and (where.until is None or at < where.until)
    return (where.since is None or _quarter(at) >= _quarter(where.since)) and (
        where.until is None or _quarter(at) < _quarter(where.until)
    )


def _quarter(moment: datetime) -> int:
    return int(moment.timestamp()) // QUARTER


def _amount(row: Entry) -> Amount:
    ending = row.settlement
    if ending is None:
        return Amount(row.opening.reserved_tokens, row.opening.reserved_usd)
    return Amount(ending.usage.total_tokens + ending.unsettled_tokens, ending.cost_usd + ending.unsettled_usd)


def _covers(account: Account, row: Entry) -> bool:
    of: Mapping[Scope, str] = {
        Scope.ALL: "",
        Scope.REPOSITORY: row.run.repository,
        Scope.TEAM: row.run.team,
        Scope.AUTHOR: row.run.author,
    }
    return account.period.start <= row.opening.at < account.period.end and of[account.scope] == account.of


def _word(row: Entry, one: Field) -> str:
    ending = row.settlement
    if one is Field.QUARTER:
        return str(_quarter(row.opening.at))
    if one is Field.KINDS:
        return json.dumps(dict(sorted(row.opening.kinds.items()))) if row.opening.kinds else ""
    if one is Field.STATE:
        return State.OPEN.value if ending is None else ending.state.value
    if one is Field.OUTCOME:
        return State.OPEN.value if ending is None else ending.outcome
    holder = row.run if hasattr(row.run, one.value) else row.opening
    value = getattr(holder, one.value)
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)


def _place(word: str, one: Field) -> tuple[int, str]:
    """Numbers sort as numbers, and what is not there comes first."""
    return (int(word or -1), "") if one in {Field.QUARTER, Field.PULL_REQUEST} else (0, word)


def _sums(row: Entry) -> Sums:
    opening, ending = row.opening, row.settlement or Settlement(State.OPEN, State.OPEN.value)
    is_open = row.settlement is None
    asked = ending.outcome not in [one.value for one in Untaken]
    answered = ending.outcome == Outcome.ANSWERED.value
    return Sums(
        rows=1,
        attempts=int(asked),
        requests=int(asked and opening.attempt == 1),
        answered=int(answered),
        retried=int(asked and opening.attempt > 1),
        open=int(is_open),
        hunks=opening.hunks,
        latency_ms=ending.latency_ms,
        usage=ending.usage,
        unsettled_tokens=opening.reserved_tokens if is_open else ending.unsettled_tokens,
        cost_usd=ending.cost_usd,
        unsettled_usd=opening.reserved_usd if is_open else ending.unsettled_usd,
        wasted_usd=Decimal(0) if answered or ending.outcome == Untaken.ADJUSTED.value else ending.cost_usd,
        saved=ending.saved,
    )


def _run_sums(run: RunFacts, end: RunEnd | None, sums: Sums) -> RunSums:
    return RunSums(
        run.run_id,
        run.began,
        end.ended if end else None,
        run.repository,
        run.pull_request,
        run.author,
        run.team,
        end.status if end else "",
        end.hunks if end else 0,
        end.reviewed if end else 0,
        end.reused if end else 0,
        end.total_usd if end else Decimal(0),
        end.unsettled_usd if end else Decimal(0),
        sums,
    )
