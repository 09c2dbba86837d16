"""What every LedgerReader keeps to, tested on the fake in memory and on the real one over SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from bot.core.ledger.account import Account, Scope, Span, period_at
from bot.core.ledger.entry import Entry, FindingRow, RunFacts, Settlement, State
from bot.core.ledger.sums import AccountSum, Field, FindingSums, SectionSums, Sums, Where
from bot.core.savings import Saved
from bot.core.usage import Usage
from tests.contract.ledgers import ADA, EVERYBODY, NOON, Kept, answered, ended, limit, opening, whole
from tests.fakes_ledger import FakeLedger

BEN = RunFacts("run-2", NOON + timedelta(minutes=20), "acme/api", 10, "ben", "", prompt_hash="prompt-2")
LOCAL = RunFacts("run-3", NOON + timedelta(days=1), "acme/shop", None, "ada", "payments", sections={"core": 900})


def a_history() -> list[Entry]:
    """Rows that differ in every field: answered, wasted, unsettled, open and not asked, of three runs and two days."""
    rows: list[Entry] = []
    models, outcomes = ("claude-haiku-4-5", "claude-opus-4-5"), ("answered", "overloaded", "timeout", "open", "reused")
    for number, (run, model, outcome) in enumerate(product((ADA, BEN, LOCAL), models, outcomes)):
        one = opening(
            "0.02",
            at=run.began + timedelta(minutes=7 * number % 60),
            model=model,
            attempt=1 + number % 3,
            batch=number % 4 == 0,
            feature=("review", "verify", "Reply")[number % 3],
            key=("A_KEY", "B_KEY")[number % 2],
            kinds={"python": number} if number % 3 else {},
            hunks=number,
        )
        rows.append(Entry(run, one, an_end(outcome, number)))
    return rows


def an_end(outcome: str, number: int) -> Settlement | None:
    """What an attempt with this outcome costs."""
    cost = Decimal("0.001234567891") * (number + 1)
    if outcome == "answered":
        saved = Saved(cost, -cost, 2 * cost, 3 * cost, 4 * cost)
        return answered(str(cost), saved=saved, usage=Usage(1, 2, 3, 4, number, 1))
    if outcome == "overloaded":
        return Settlement(State.SETTLED, outcome, cost_usd=cost, latency_ms=number)
    if outcome == "timeout":
        return Settlement(State.UNSETTLED, outcome, unsettled_usd=Decimal("0.02"), unsettled_tokens=1_000)
    return Settlement(State.SETTLED, outcome, saved=Saved(reuse=cost)) if outcome == "reused" else None


HISTORY = a_history()


@pytest.fixture
def history(kept: Kept) -> Kept:
    """A ledger with three runs, of which the last never said how it ended."""
    for run in (ADA, BEN, LOCAL):
        kept.book.begin_run(run)
    kept.book.add(HISTORY)
    kept.book.end_run(ADA, ended(ADA))
    kept.book.end_run(BEN, ended(BEN, total_usd=Decimal(1), status="stopped"))
    return kept


@pytest.fixture
def expected() -> FakeLedger:
    """The same rows as plain values."""
    ledger = FakeLedger()
    ledger.add(HISTORY)
    return ledger


WHERES = [
    Where(),
    Where(since=NOON + timedelta(minutes=15), until=NOON + timedelta(days=1)),
    Where(repository="acme/shop", pull_request=7),
    Where(team="payments", author="ada"),
    Where(author="nobody"),
    Where(simulated=True),
]


@pytest.mark.parametrize("where", WHERES)
def test_groups_by_every_field_are_the_sums_of_their_rows(history: Kept, expected: FakeLedger, where: Where) -> None:
    """Whatever a report groups by, it adds up the same rows, in the same order on every database."""
    for one in Field:
        found = [(group.key, group.sums) for group in history.reader.groups([one], where)]
        assert found == [(group.key, group.sums) for group in expected.groups([one], where)], one
    assert history.reader.total(where) == sum((group.sums for group in expected.groups([Field.RUN], where)), Sums())


def test_groups_by_several_fields_come_in_their_order(history: Kept, expected: FakeLedger) -> None:
    """Reports print groups as they come; numbers sort as numbers, and what has no number comes first."""
    by = [Field.PULL_REQUEST, Field.FEATURE, Field.BATCH, Field.OUTCOME]
    found = list(history.reader.groups(by))
    assert [group.key for group in found] == [group.key for group in expected.groups(by)]
    assert list(dict.fromkeys(group.key[0] for group in found)) == ["", "7", "10"]
    assert list(dict.fromkeys(group.key[1] for group in found if group.key[0] == "7")) == ["Reply", "review", "verify"]


def test_sums_know_what_was_asked_answered_retried_and_wasted(kept: Kept) -> None:
    """The figures that success rates and waste are made of."""
    kept.book.add(
        [
            whole(ADA, "0.01"),
            Entry(ADA, opening(attempt=2), Settlement(State.SETTLED, "overloaded", cost_usd=Decimal("0.002"))),
            Entry(ADA, opening("0.03"), Settlement(State.SETTLED, "duplicate")),
            Entry(ADA, opening("0.05")),
        ]
    )
    sums = kept.reader.total()
    assert (sums.rows, sums.attempts, sums.requests, sums.answered, sums.retried, sums.open) == (4, 3, 2, 1, 1, 1)
    assert (sums.cost_usd, sums.unsettled_usd, sums.wasted_usd) == (Decimal("0.012"), Decimal("0.05"), Decimal("0.002"))
    assert (sums.unsettled_tokens, sums.usage.total_tokens) == (1_000, 210)


def test_quarters_of_an_hour_narrow_exactly(kept: Kept) -> None:
    """A report from noon holds noon, and one until noon does not."""
    kept.book.add([whole(ADA, "1", at=NOON - timedelta(microseconds=1)), whole(ADA, "2"), whole(ADA, "4", at=NOON)])
    assert kept.reader.total(Where(since=NOON)).cost_usd == 6
    assert kept.reader.total(Where(until=NOON)).cost_usd == 1
    in_kathmandu = NOON.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert kept.reader.total(Where(since=in_kathmandu + timedelta(minutes=14))).cost_usd == 6


def test_rows_come_oldest_first(history: Kept, expected: FakeLedger) -> None:
    """An export is a history."""
    assert list(history.reader.rows()) == list(expected.rows())
    assert [row.opening.at for row in history.reader.rows()] == sorted(row.opening.at for row in expected.rows())


def test_a_reader_may_stop_early(history: Kept) -> None:
    """Who has seen enough leaves nothing open behind."""
    assert next(history.reader.rows()).run.run_id == "run-1"
    assert next(history.reader.groups([Field.RUN])).key == ("run-1",)
    assert history.reader.total().rows == 30


def test_runs_have_their_ends_and_the_sums_of_their_rows(history: Kept) -> None:
    """The run's own total can be checked against its rows; a run that was killed has no end."""
    first, second, third = history.reader.runs()
    assert (first.run_id, first.began, first.ended, first.status) == ("run-1", NOON, NOON, "complete")
    assert (first.hunks, first.reviewed, first.reused) == (9, 6, 2)
    assert (first.total_usd, first.unsettled_usd) == (Decimal("0.123456789012"), Decimal("0.01"))
    assert (second.status, second.author, second.pull_request, second.team) == ("stopped", "ben", 10, "")
    assert (third.status, third.total_usd) == ("", Decimal(0))
    assert third.ended is None
    assert third.pull_request is None
    assert first.sums + second.sums + third.sums == history.reader.total()
    assert [run.run_id for run in history.reader.runs(Where(author="ada"))] == ["run-1", "run-3"]


def test_the_dearest_runs_come_first(history: Kept) -> None:
    """By what counts: settled and unsettled together."""
    runs = history.reader.largest_runs()
    assert [run.run_id for run in runs] == ["run-3", "run-2", "run-1"]
    assert [run.sums.spent_usd for run in runs] == sorted((run.sums.spent_usd for run in runs), reverse=True)
    assert [run.run_id for run in history.reader.largest_runs(most=1)] == ["run-3"]
    assert history.reader.largest_runs(Where(author="nobody")) == ()


def test_a_run_can_end_twice(history: Kept) -> None:
    """A run whose ending was interrupted says it again; the last word counts."""
    history.elsewhere().end_run(ADA, ended(ADA, status="failed", ended=NOON + timedelta(hours=1)))
    history.book.begin_run(ADA)
    [run] = history.reader.runs(Where(author="ada", pull_request=7))
    assert (run.status, run.ended) == ("failed", NOON + timedelta(hours=1))


def test_runs_with_the_same_sections_are_added_up(kept: Kept) -> None:
    """What an instruction costs is seen over all runs that had it, in whatever order it stood."""
    one = replace(ADA, sections={"core": 900, "guide/go": 50})
    same = replace(ADA, run_id="run-2", sections={"guide/go": 50, "core": 900})
    other = replace(ADA, run_id="run-3", sections={})
    for run in (one, same, other):
        kept.book.begin_run(run)
        kept.book.add([whole(run, "0.01")])
    first, second = sorted(kept.reader.sections(), key=lambda sums: len(sums.sections))
    assert (first.sections, first.sums.cost_usd) == ({}, Decimal("0.01"))
    assert second == SectionSums({"core": 900, "guide/go": 50}, second.sums)
    assert second.sums.cost_usd == Decimal("0.02")


def test_a_finding_is_counted_once_and_keeps_what_became_of_it(kept: Kept) -> None:
    """Each push finds it again: it is posted when it was once, and accepted when a later push had addressed it."""
    once = FindingRow("f1", "bug", "high", "python", posted=True)
    kept.book.end_run(ADA, ended(ADA, findings=(once, replace(once, fingerprint="f2", posted=False))))
    again = replace(once, posted=False, accepted_at=NOON)
    kept.book.end_run(replace(ADA, run_id="run-2"), ended(ADA, findings=(again,), ended=NOON + timedelta(days=1)))
    assert kept.reader.findings() == (FindingSums("bug", "high", "python", 2, 1, 1),)
    assert kept.reader.findings(Where(since=NOON + timedelta(hours=1))) == ()
    assert kept.reader.findings(Where(author="ada", repository="acme/shop")) == kept.reader.findings()
    assert kept.reader.findings(Where(team="search")) == ()
    assert kept.reader.findings(Where(pull_request=8)) == ()


def test_what_a_push_has_dealt_with_is_accepted_once(kept: Kept) -> None:
    """The first push that addressed a finding counts; other pull requests have fingerprints of their own."""
    one = FindingRow("f1", "bug", "high", "python", posted=True)
    for run in (ADA, replace(ADA, run_id="run-2", pull_request=8)):
        kept.book.end_run(run, ended(run, findings=(one,)))
    for _ in range(2):
        kept.book.end_run(replace(ADA, run_id="run-3"), ended(ADA, accepted=("f1", "unknown")))
    assert kept.reader.findings() == (FindingSums("bug", "high", "python", 2, 2, 1),)
    assert kept.reader.findings(Where(pull_request=7)) == (FindingSums("bug", "high", "python", 1, 1, 1),)


def test_an_invented_finding_does_not_hide_a_real_one(kept: Kept) -> None:
    """Who tried Hunkwise out on a pull request first finds the same again in earnest."""
    one = FindingRow("f1", "bug", "high", "python", posted=True)
    for run in (replace(ADA, run_id="run-2", simulated=True), ADA):
        kept.book.end_run(run, ended(run, findings=(one,)))
    real, invented = kept.reader.findings(), kept.reader.findings(Where(simulated=True))
    assert real == invented == (FindingSums("bug", "high", "python", 1, 1, 0),)


def test_accounts_are_shown_as_they_stand(kept: Kept) -> None:
    """The burn rate and the page of a budget read what reservations are checked against."""
    month = Account(Scope.AUTHOR, "ada", period_at(Span.MONTH, NOON, ZoneInfo("Europe/Berlin")))
    kept.book.reserve(ADA, [opening("0.25")], [limit("1"), limit("2", month)])
    day = EVERYBODY.period
    assert kept.reader.accounts(NOON) == (
        AccountSum("all", "", "day", "2026-11-26", day.start, day.end, Decimal("0.25")),
        AccountSum(
            "author",
            "ada",
            "month",
            "2026-11",
            datetime(2026, 10, 31, 23, tzinfo=UTC),
            datetime(2026, 11, 30, 23, tzinfo=UTC),
            Decimal("0.25"),
        ),
    )
    assert [one.span for one in kept.reader.accounts(day.end)] == ["month"]
    assert kept.reader.accounts(NOON, simulated=True) == ()


def test_the_first_and_the_last_row_say_how_far_the_ledger_reaches(history: Kept, expected: FakeLedger) -> None:
    """A forecast knows from how many days it speaks."""
    assert history.reader.first_and_last() == expected.first_and_last()
    assert history.reader.first_and_last(Where(author="nobody")) is None


def test_an_empty_ledger_has_sums_of_nothing(kept: Kept) -> None:
    """The first report before the first review is no error."""
    reader = kept.reader
    assert reader.total() == Sums()
    assert [group.sums for group in reader.groups([])] == [Sums()]
    assert list(reader.groups([Field.AUTHOR])) == []
    assert (list(reader.rows()), list(reader.runs()), reader.largest_runs()) == ([], [], ())
    assert (reader.sections(), reader.findings(), reader.accounts(NOON), reader.rates()) == ((), (), (), ())
    assert reader.first_and_last() is None
    assert kept.book.committed(EVERYBODY, simulated=False) == 0
