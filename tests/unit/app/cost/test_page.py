from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.app.cost.page_facts import MOST_PULL_REQUESTS, Asked
from bot.core.ledger.account import Span, period_at
from bot.core.ledger.sums import Where
from bot.errors import LedgerLost
from tests.cost_months import CENT_AND_ALL_DIGITS, NOW, asked, facts_of, filled_ledger, row, run, write_run
from tests.fakes_ledger import FakeLedger

NOVEMBER = [Decimal(number) + CENT_AND_ALL_DIGITS for number in range(32, 58)]
"""What each day of November costs in the ledger that the tests fill."""


def test_the_month_is_the_ledgers_to_the_last_digit() -> None:
    """Sums by day, by hour, by name and the total agree, open reservations included."""
    facts = facts_of(filled_ledger())
    assert facts.total.spent_usd == sum(NOVEMBER)
    assert [day.spent_usd for day in facts.days] == NOVEMBER
    assert [day.unsettled_usd for day in facts.days][1:4] == [Decimal(0), NOVEMBER[2], NOVEMBER[3]]
    assert sum(facts.hours) == facts.hours[9] == sum(NOVEMBER)
    for each in facts.spenders:
        assert sum(one.spent_usd for one in each.each) == sum(NOVEMBER)
    assert facts.total.wasted_usd == NOVEMBER[1]


def test_the_month_before_is_compared_at_the_same_age() -> None:
    """By noon of the 26th, October had spent 26 days of its 31."""
    facts = facts_of(filled_ledger())
    october = [Decimal(number) + CENT_AND_ALL_DIGITS for number in range(1, 32)]
    assert facts.before.spent_usd == sum(october)
    assert facts.before.by_then_usd == sum(october[:26])
    assert len(facts.before.days) == 31
    dearest = facts.spenders[0].each[0]
    assert 0 < dearest.before_usd < sum(october[:26])
    assert facts.spenders[0].before_usd == sum(october[:26])


def test_pull_requests_and_reservations() -> None:
    """The dearest come first; of the open ones all are there, with no more than what is open of each."""
    book = filled_ledger()
    both = run(900, datetime(2026, 11, 5, tzinfo=UTC))
    write_run(book, both, [row(both, 0, Decimal(100)), row(both, 1, Decimal(7), "open")])
    facts = facts_of(book)
    assert len(facts.pull_requests) == MOST_PULL_REQUESTS
    assert (facts.pull_requests[0].number, facts.pull_requests[0].spent_usd) == (900, Decimal(107))
    assert [(one.number, one.open, one.open_usd) for one in facts.reserved] == [
        (35, 1, NOVEMBER[3]),
        (900, 1, Decimal(7)),
    ]


def test_rows_without_a_pull_request_are_no_pull_request() -> None:
    """Local runs count in the month, and are not listed as a request."""
    book = FakeLedger()
    local = replace(run(1, NOW), pull_request=None, repository="")
    write_run(book, local, [row(local)])
    facts = facts_of(book)
    assert facts.pull_requests == ()
    assert facts.total.spent_usd == CENT_AND_ALL_DIGITS


def test_the_rows_can_be_narrowed() -> None:
    """A page about one repository counts nothing of the others, the month before included."""
    facts = facts_of(filled_ledger(), replace(asked(), which=Where(repository="acme/docs")))
    whole = facts_of(filled_ledger())
    assert 0 < facts.total.spent_usd < whole.total.spent_usd
    assert 0 < facts.before.spent_usd < whole.before.spent_usd
    assert [one.name for one in facts.spenders[0].each] == ["acme/docs"]


def test_days_are_those_of_the_zone() -> None:
    """A row in the last hour of a month, by UTC, is of the next month where midnight has passed."""
    book = FakeLedger()
    late = run(1, datetime(2026, 10, 31, 23, 30, tzinfo=UTC))
    write_run(book, late, [row(late)])
    berlin = ZoneInfo("Europe/Berlin")
    month = period_at(Span.MONTH, NOW, berlin)
    facts = facts_of(book, Asked(month, NOW, berlin))
    assert facts.days[0].spent_usd == CENT_AND_ALL_DIGITS
    assert facts.hours[0] == CENT_AND_ALL_DIGITS
    assert facts_of(book).total.rows == 0


def test_other_ways_and_rules_come_with_it() -> None:
    """What if it had been batches is priced from the same rows; each rule has its part of the whole."""
    facts = facts_of(filled_ledger())
    batches, uncached = facts.alternatives
    assert batches.ours_usd == facts.total.cost_usd
    assert batches.usd == pytest.approx(facts.total.cost_usd / 2, rel=Decimal("1e-9"))
    assert uncached.usd > facts.total.cost_usd
    assert facts.by_rule is not None
    total = facts.by_rule.tables[0].total
    assert total is not None
    assert total[1] == facts.total.spent_usd


def test_a_forecast_is_made_for_the_running_month_alone() -> None:
    """Of a month that is over, or of a history of two days, nothing is foretold."""
    outlook = facts_of(filled_ledger()).outlook
    assert outlook is not None
    assert sum(NOVEMBER) < outlook.low_usd <= outlook.expected_usd <= outlook.high_usd
    assert facts_of(filled_ledger(), asked(10)).outlook is None
    book = FakeLedger()
    first = run(1, datetime(2026, 11, 25, tzinfo=UTC))
    write_run(book, first, [row(first)])
    assert facts_of(book).outlook is None


def test_a_month_that_has_not_begun() -> None:
    """There is nothing to say yet, and nothing breaks."""
    facts = facts_of(filled_ledger(), asked(12))
    assert facts.total.rows == 0
    assert facts.days == ()


def test_a_ledger_that_does_not_answer() -> None:
    """No page is made from half of the figures."""
    book = filled_ledger()
    book.lost = True
    with pytest.raises(LedgerLost):
        facts_of(book)
