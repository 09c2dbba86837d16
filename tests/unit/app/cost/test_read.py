"""What each report reads of the ledger: the right time, the right rows, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.app.cost.breakdown import read_breakdown
from bot.app.cost.month import read_month
from bot.app.cost.period import read_period
from bot.app.cost.trend import read_trend
from bot.app.cost.unusual import read_unusual
from bot.core.cost.breakdown import By
from bot.core.cost.report import Report, Value
from bot.core.ledger.account import Span, period_at
from bot.core.ledger.entry import Entry, FindingRow, RunFacts
from bot.core.ledger.sums import EVERYTHING, Where
from bot.core.pricing import PriceList
from bot.errors import LedgerLost
from tests.fakes_ledger import FakeLedger
from tests.ledger_rows import ANSWERED, END, NOON, RUN, settled

UTC_ZONE = ZoneInfo("UTC")
PRICES = PriceList(NOON, {})


def ledger_of(*rows: Entry) -> FakeLedger:
    """A ledger with these rows and the runs that they belong to."""
    ledger = FakeLedger()
    ledger.add(rows)
    for row in rows:
        ledger.end_run(row.run, replace(END, ended=row.opening.at))
    return ledger


def cost(usd: int, number: int, hours_ago: float = 0, run: RunFacts = RUN) -> Entry:
    """An answer of so many dollars."""
    at = NOON - timedelta(hours=hours_ago)
    ending = replace(ANSWERED, cost_usd=Decimal(usd))
    return settled(ending, number, at, run=replace(run, run_id=f"run-{number}", began=at))


def total_of(report: Report, table: str, column: str) -> Value:
    """A table's total in one column."""
    [found] = [one for one in report.tables if one.name == table]
    assert found.total is not None
    return found.total[[one.name for one in found.columns].index(column)]


DAY, MONTH = 24, 24 * 26
LEDGER = ledger_of(
    cost(1, 1),
    cost(2, 2, DAY),
    cost(4, 3, 2 * DAY, replace(RUN, repository="acme/search", team="search", author="eli")),
    cost(8, 4, MONTH + 12, replace(RUN, team="")),
    cost(16, 5, 1, replace(RUN, simulated=True)),
)


@pytest.mark.parametrize(
    ("where", "usd"),
    [
        (EVERYTHING, 7),
        (Where(repository="acme/search"), 4),
        (Where(team="payments"), 3),
        (Where(author="ada"), 3),
        (Where(simulated=True), 16),
    ],
)
def test_only_the_rows_that_were_asked_for(where: Where, usd: int) -> None:
    """Repository, team, author and simulated narrow every table of a report."""
    month = period_at(Span.MONTH, NOON, UTC_ZONE)
    report = read_period(LEDGER, month, where, UTC_ZONE, NOON)
    assert total_of(report, "time", "spent_usd") == total_of(report, "money", "usd") == usd
    analysis = read_month(LEDGER, month, where, UTC_ZONE, NOON)
    assert total_of(analysis, "authors", "spent_usd") == usd


def test_a_month_is_beside_the_one_before() -> None:
    """What was spent in as much of October stands beside November's."""
    report = read_month(LEDGER, period_at(Span.MONTH, NOON, UTC_ZONE), EVERYTHING, UTC_ZONE, NOON)
    assert total_of(report, "money", "usd_before") == 0
    later = NOON + timedelta(days=4, hours=12)
    whole = read_month(LEDGER, period_at(Span.MONTH, NOON, UTC_ZONE), EVERYTHING, UTC_ZONE, later)
    assert total_of(whole, "money", "usd_before") == total_of(whole, "teams", "spent_usd_before") == 8


def test_a_trend_is_beside_the_days_before() -> None:
    """As many days before, up to the same hour, are in the sentence."""
    report = read_trend(LEDGER, 2, EVERYTHING, UTC_ZONE, NOON + timedelta(minutes=20))
    assert total_of(report, "days", "spent_usd") == 3
    assert "$3.0000 were spent in these 2 days, $4.0000 in the 2 days before: -25.0%." in report.notes


def test_a_breakdown_of_everything() -> None:
    """Without a time all of the ledger is parted, the simulated rows apart."""
    report = read_breakdown(LEDGER, By.TEAM, EVERYTHING, "all", PRICES)
    assert [row[:2] for row in report.tables[0].rows] == [("(no team)", 8), ("search", 4), ("payments", 3)]


def test_rules_are_read_with_their_sections_and_findings() -> None:
    """The prompt's part, what it found, and the remainder come from three questions to the ledger and add up."""
    ledger = ledger_of(cost(1, 1))
    end = replace(END, findings=(FindingRow("f1", "bug", "error", "python", posted=True, accepted_at=NOON),))
    ledger.end_run(replace(RUN, run_id="run-1"), end)
    [core, *rest] = read_breakdown(ledger, By.RULE, EVERYTHING, "all", PRICES).tables[0].rows
    assert core[0] == "core"
    assert core[5:8] == (1, 1, 1)
    assert sum(row[1] for row in [core, *rest]) == 1  # type: ignore[misc]  # dollars
    assert isinstance(core[1], Decimal)
    assert 0 < core[1] < 1


def test_what_began_a_moment_ago_is_in_it() -> None:
    """The newest quarter of an hour is not over, and yet it is what one looks for."""
    report = read_unusual(LEDGER, timedelta(hours=24), EVERYTHING, UTC_ZONE, NOON + timedelta(minutes=1))
    assert total_of(report, "pull_requests", "spent_usd") == 3


def test_causes_are_sought_in_a_day_at_most() -> None:
    """Rows are read one by one only for a day, and the table says so."""
    report = read_unusual(LEDGER, timedelta(days=7), EVERYTHING, UTC_ZONE, NOON)
    [table] = [one for one in report.tables if one.name == "cache_misses"]
    assert table.title.startswith("Cache misses in the newest 24 hours")
    assert total_of(report, "cache_misses", "requests") == 2
    assert total_of(report, "runs", "spent_usd") == 7


def test_a_ledger_that_does_not_answer() -> None:
    """Nothing is made up where the ledger is lost."""
    ledger = FakeLedger(lost=True)
    with pytest.raises(LedgerLost):
        read_trend(ledger, 2, EVERYTHING, UTC_ZONE, NOON)
