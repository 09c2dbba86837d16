"""Budgets over time against any rules and any history: nothing passes a hard limit, and every dollar counts once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.ledger.account import Scope, Span
from bot.core.ledger.budgets import Budgets, OnExhausted, PeriodLimit
from bot.core.ledger.entry import Opening, RunFacts, Settlement, State
from bot.core.ledger.standing import Level, Standing, measures, standings
from bot.core.report.periods import standing_sentences
from tests.fakes_ledger import FakeLedger

ZONES = ["UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia"]
MOMENTS = st.datetimes(datetime(2011, 12, 1), datetime(2012, 1, 31)) | st.datetimes(  # noqa: DTZ001  # aware below
    datetime(2026, 3, 1),  # noqa: DTZ001
    datetime(2026, 4, 10),  # noqa: DTZ001
)
CENTS = st.integers(0, 3_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def limits(draw: st.DrawFn) -> PeriodLimit:
    """Any limit that the settings take."""
    usd, more = draw(CENTS), draw(CENTS)
    then, scope = draw(st.sampled_from(OnExhausted)), draw(st.sampled_from(Scope))
    of = draw(st.sampled_from(["", "payments", "search"])) if scope is Scope.TEAM else ""
    hard = usd if then is OnExhausted.STOP else usd + more
    return PeriodLimit(draw(st.sampled_from(Span)), scope, usd, hard, of, Decimal("0.8"), then)


RULES = st.builds(Budgets, zone=st.sampled_from(ZONES).map(ZoneInfo), limits=st.lists(limits(), max_size=6).map(tuple))
RUNS = st.builds(
    RunFacts,
    run_id=st.just("run"),
    began=st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    repository=st.sampled_from(["", "acme/shop", "acme/web"]),
    author=st.sampled_from(["", "ada", "ben"]),
    team=st.sampled_from(["", "payments", "search"]),
)
ATTEMPTS = st.lists(
    st.tuples(RUNS, MOMENTS.map(lambda naive: naive.replace(tzinfo=UTC)), CENTS, st.integers(0, 4)), max_size=30
)


def opening(number: int, at: datetime, usd: Decimal) -> Opening:
    """An attempt that may cost so much."""
    return Opening(str(number), at, "review", "m", "p", "K", "standard", "source", 1, 1, 100, usd)


def period_of(at: datetime, span: Span, zone: ZoneInfo) -> tuple[int, ...]:
    """The period of a moment as a calendar on the wall tells it: another way than the one under test."""
    local = at.astimezone(zone)
    week = local.isocalendar()
    of = {Span.DAY: (local.year, local.month, local.day), Span.WEEK: week[:2], Span.MONTH: (local.year, local.month)}
    return tuple(of[span])


@given(RULES, ATTEMPTS)
@settings(deadline=None)
def test_nothing_passes_a_hard_limit(rules: Budgets, attempts: list[tuple[RunFacts, datetime, Decimal, int]]) -> None:
    """Whatever the order of reservations, settlements and crashes, no period of anybody holds more than it may."""
    ledger = FakeLedger()
    for number, (run, at, usd, fate) in enumerate(attempts):
        if ledger.reserve(run, [opening(number, at, usd)], rules.account_limits(run, at)) is None and fate:
            cost = usd * fate / 4
            ledger.settle(str(number), Settlement(State.SETTLED, "answered", cost_usd=cost))
    for limit in rules.limits:
        spent: Counter[tuple[object, ...]] = Counter()
        for row in ledger.entries.values():
            name = {Scope.ALL: "", Scope.REPOSITORY: row.run.repository, Scope.TEAM: row.run.team}.get(
                limit.scope, row.run.author
            )
            if any(held.limit is limit for held in rules.held(row.run, row.opening.at)):
                usd = row.settlement.cost_usd if row.settlement else row.opening.reserved_usd
                spent[name, period_of(row.opening.at, limit.span, rules.zone)] += usd  # type: ignore[assignment]
        assert all(usd <= limit.hard_usd for usd in spent.values())


@given(RULES, RUNS, MOMENTS)
def test_a_run_is_held_by_the_periods_that_it_is_in(rules: Budgets, run: RunFacts, naive: datetime) -> None:
    """Every limit that holds is one of now: a second earlier or later at its ends, another one holds."""
    at = naive.replace(tzinfo=UTC)
    for held in rules.held(run, at):
        period, zone = held.account.period, rules.zone
        assert period.start <= at < period.end
        last, now = period.end - timedelta(microseconds=1), period_of(at, period.span, zone)
        assert period_of(period.start, period.span, zone) == now == period_of(last, period.span, zone)
        assert period_of(period.end, period.span, zone) != now
        assert period_of(period.start - timedelta(microseconds=1), period.span, zone) != now


@given(RULES, RUNS, MOMENTS, st.lists(CENTS, min_size=6, max_size=6))
def test_sentences_and_measures_say_the_same(
    rules: Budgets, run: RunFacts, naive: datetime, committed: list[Decimal]
) -> None:
    """Whoever is stopped reads of a budget that is used up, and when it renews, by the clock of the place."""
    held = rules.held(run, naive.replace(tzinfo=UTC))
    them = tuple(Standing(one, usd) for one, usd in zip(held, committed, strict=False))
    said = standing_sentences(them, rules)
    told = [one for one in them if one.level is not Level.WITHIN]
    assert len(said) == len(told)
    assert measures(them).stop == any("is used up. It renews" in one for one in said)
    for one in told:
        renews = one.held.account.period.end.astimezone(rules.zone)
        assert any(f"{renews.day} {renews:%B %Y}, {renews:%H:%M} {rules.zone.key}." in sentence for sentence in said)


@given(RULES, RUNS, MOMENTS)
def test_everything_that_is_held_is_in_the_ledger_s_limits(rules: Budgets, run: RunFacts, naive: datetime) -> None:
    """No limit is shown to a reader and kept from the ledger, and none is laxer there."""
    at = naive.replace(tzinfo=UTC)
    lowest = {one.account.name: one.usd for one in rules.account_limits(run, at)}
    them = standings(rules.held(run, at), lambda account: lowest[account.name])
    assert all(lowest[one.held.account.name] <= one.held.limit.hard_usd for one in them)
    assert {one.held.account.name for one in them} == lowest.keys()
    assert not rules.limits or replace(rules, limits=()).account_limits(run, at) == ()
