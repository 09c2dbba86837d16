"""Every report adds up to the ledger, to the last digit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.ledger.book import SqlLedger
from bot.adapters.ledger.reading import SqlReader
from bot.app.cost.breakdown import read_breakdown
from bot.app.cost.month import read_month
from bot.app.cost.period import read_period
from bot.app.cost.trend import read_trend
from bot.app.cost.unusual import read_unusual
from bot.core.cost.breakdown import By
from bot.core.cost.buckets import quarter_start
from bot.core.cost.report import Kind, Report, Table
from bot.core.cost.shares import split
from bot.core.ledger.account import Period, Span, period_at
from bot.core.ledger.entry import Entry
from bot.core.ledger.sums import EVERYTHING
from bot.core.pricing import PriceList
from bot.ports import LedgerReader
from tests.fakes_ledger import FakeLedger
from tests.ledger_rows import NOON, Invented, invented, invented_from, spent

PRICES = PriceList(NOON, {})
NOT_ADDED = {"usd_each", "usd_per_posted", "usd_per_accepted", "average_usd", "prompt_tokens"}
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]).map(ZoneInfo)
MOMENTS = st.sampled_from([NOON, datetime(2026, 10, 25, 20, tzinfo=UTC), datetime(2026, 10, 31, 23, 50, tzinfo=UTC)])
HISTORIES = st.builds(invented, st.randoms(use_true_random=False), st.integers(0, 25))


def in_memory(history: Invented) -> FakeLedger:
    """A ledger with these rows."""
    ledger = FakeLedger()
    history.write(ledger)
    return ledger


def added(table: Table) -> Iterator[tuple[str, object, object]]:
    """Each column that can be added: its name, the sum of its rows, and what the table says is the total."""
    if table.total is None:
        return
    for at, column in enumerate(table.columns):
        if column.kind in {Kind.USD, Kind.COUNT} and column.name not in NOT_ADDED and table.total[at] is not None:
            yield column.name, sum(row[at] or 0 for row in table.rows), table.total[at]  # type: ignore[misc]  # numbers


def spent_in(table: Table) -> Decimal:
    """The total of what was spent, as a table says."""
    names = [column.name for column in table.columns]
    name = next(name for name in ("spent_usd", "usd") if name in names)
    total = table.total
    assert total is not None
    value = total[names.index(name)]
    assert isinstance(value, Decimal)
    return value


def check(report: Report, rows: list[Entry], tables: set[str]) -> None:
    """All columns add up, and each of these tables says what the rows cost."""
    for table in report.tables:
        for name, of_rows, total in added(table):
            assert of_rows == total, (report.name, table.name, name)
    by_name = {table.name: table for table in report.tables}
    for name in tables:
        assert spent_in(by_name[name]) == spent(rows), name


def within(history: Invented, period: Period) -> list[Entry]:
    """The rows of a period."""
    return history.between(period.start, period.end)


@settings(max_examples=30)
@given(HISTORIES, st.sampled_from(Span), MOMENTS, ZONES)
def test_a_period_adds_up(history: Invented, span: Span, now: datetime, zone: ZoneInfo) -> None:
    """Hours and days, and what became of the money, are all of a period, wherever its midnight is."""
    period = period_at(span, now, zone)
    report = read_period(in_memory(history), period, EVERYTHING, zone, now)
    check(report, within(history, period), {"time", "money"})


@settings(max_examples=30)
@given(HISTORIES, MOMENTS, ZONES)
def test_a_month_adds_up(history: Invented, now: datetime, zone: ZoneInfo) -> None:
    """Every ranking of a month and its days are all of it."""
    month = period_at(Span.MONTH, now, zone)
    report = read_month(in_memory(history), month, EVERYTHING, zone, now)
    rankings = {"repositories", "teams", "authors", "models", "features"}
    check(report, within(history, month), {"money", "outcomes", "time", *rankings})


@settings(max_examples=30)
@given(HISTORIES, st.integers(1, 40), MOMENTS, ZONES)
def test_a_trend_adds_up(history: Invented, days: int, now: datetime, zone: ZoneInfo) -> None:
    """The days of a trend are all that was spent in them."""
    report = read_trend(in_memory(history), days, EVERYTHING, zone, now)
    today = period_at(Span.DAY, now, zone)
    midday = today.start.astimezone(zone).replace(hour=12)
    first = period_at(Span.DAY, midday - timedelta(days=days - 1), zone)
    check(report, history.between(first.start, today.end), {"days"})


@settings(max_examples=30)
@given(HISTORIES, st.sampled_from(By), st.integers(0, 2))
def test_a_breakdown_adds_up(history: Invented, by: By, most: int) -> None:
    """Whatever it is parted by, and however much of it is shown, a breakdown is all of the ledger."""
    report = read_breakdown(in_memory(history), by, EVERYTHING, "everything", PRICES, most)
    check(report, list(history.rows), {"breakdown"})


@settings(max_examples=30)
@given(HISTORIES, st.sampled_from([timedelta(hours=1), timedelta(hours=24), timedelta(days=9)]), ZONES)
def test_what_was_unusual_adds_up(history: Invented, last: timedelta, zone: ZoneInfo) -> None:
    """The dearest and all others are together all that was spent."""
    report = read_unusual(in_memory(history), last, EVERYTHING, zone, NOON)
    rows = history.between(quarter_start(NOON - last), NOON + timedelta(minutes=15))
    check(report, rows, {"pull_requests", "runs", "outcomes", "retries"})


@given(st.integers(-(10**15), 10**15), st.lists(st.integers(0, 50), min_size=1).filter(any))
def test_nothing_is_lost_by_splitting(amount: int, weights: list[int]) -> None:
    """The parts add up, each is its exact share rounded up or down, and who weighs nothing gets nothing."""
    parts = split(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) < sum(weights)
        assert weight or not part


@pytest.mark.parametrize("seed", [1, 2])
def test_a_database_gives_the_same_reports(tmp_path: Path, seed: int) -> None:
    """What holds for rows in memory holds for SQLite: its reports are equal to the last digit."""
    history = invented_from(seed, 400)
    zone = ZoneInfo("Europe/Berlin")
    with closing(SqlLedger(str(tmp_path / "ledger.db"))) as book:
        history.write(book)
        for of_sql, of_memory in zip(
            reports(SqlReader(book.engine), zone), reports(in_memory(history), zone), strict=True
        ):
            assert of_sql == of_memory


def reports(reader: LedgerReader, zone: ZoneInfo) -> Iterator[Report]:
    """All of them."""
    for span in Span:
        yield read_period(reader, period_at(span, NOON, zone), EVERYTHING, zone, NOON)
    yield read_month(reader, period_at(Span.MONTH, NOON, zone), EVERYTHING, zone, NOON)
    yield read_trend(reader, 20, EVERYTHING, zone, NOON)
    for by in By:
        yield read_breakdown(reader, by, EVERYTHING, "everything", PRICES)
    yield read_unusual(reader, timedelta(days=9), EVERYTHING, zone, NOON)


def test_the_check_would_notice() -> None:
    """A table that lost a row does not add up."""
    report = read_breakdown(in_memory(invented_from(1, 30)), By.MODEL, EVERYTHING, "", PRICES)
    [table] = report.tables
    short = Table(table.name, table.title, table.columns, table.rows[1:], table.total)
    assert any(of_rows != total for _, of_rows, total in added(short))
