"""Days, hours and weekdays by the clock of a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.core.cost.daily import Past, past, share_left, usual_hours, usual_weekdays
from bot.core.ledger.entry import Entry
from bot.core.ledger.sums import Field
from tests.fakes import NOON
from tests.unit.core.cost.histories import ledger, row

BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = NOON
"""22 November 2026."""


def known(*rows: Entry, days: int = 30, now: datetime = NOON) -> Past:
    """The complete days of a ledger with these rows."""
    reader = ledger(rows)
    reach = reader.first_and_last()
    return past(reader.groups([Field.QUARTER]), reach[0] if reach else None, days, now, BERLIN)


def test_days_are_those_of_the_zone_and_have_no_gaps() -> None:
    """23:30 in UTC is the next day in Berlin; a day without rows cost nothing, and counts."""
    late = NOON.replace(day=17, hour=23, minute=30)
    told = known(row("first", at=NOON.replace(day=15)), row("late", at=late, usd="2"), row("today", at=NOON, usd="9"))
    assert [(one.day.day, one.usd) for one in told.days] == [
        (16, Decimal(0)),
        (17, Decimal(0)),
        (18, Decimal(2)),
        (19, Decimal(0)),
        (20, Decimal(0)),
        (21, Decimal(0)),
    ]
    assert [one.is_weekend for one in told.days] == [False] * 5 + [True]


def test_reservations_that_never_settled_count_as_spent() -> None:
    """They do against every budget."""
    told = known(row("first", at=NOON - timedelta(days=5)), row("b", at=NOON - timedelta(days=1), unsettled="3"))
    assert told.days[-1].usd == 4


def test_only_so_many_days_are_looked_at() -> None:
    """What is older may be in the sums, and is left out."""
    told = known(*(row(str(back), at=NOON - timedelta(days=back)) for back in range(9)), days=4)
    assert [one.day for one in told.days] == [date(2026, 11, day) for day in (18, 19, 20, 21)]
    assert len(told.quarters) == 4


def test_without_rows_there_are_no_days() -> None:
    """An empty ledger is no month of zeros; nor is the first day a complete one."""
    assert known() == Past((), ())
    assert known(row(at=NOON)).days == ()
    assert known(row(at=NOON - timedelta(days=1))).days == ()


def test_the_share_left_is_what_usually_comes_after_this_hour() -> None:
    """Three of four dollars are spent after 13:00 in Berlin, which is noon in UTC."""
    early, late = NOON - timedelta(days=1, hours=3), NOON - timedelta(days=1) + timedelta(hours=3)
    told = known(row("first", at=NOON - timedelta(days=4)), row("a", at=early), row("b", at=late, usd="3"))
    assert share_left(told.quarters, NOON, BERLIN) == 0.75


def test_the_clock_decides_where_nothing_was_spent() -> None:
    """13:00 of 24."""
    assert share_left((), NOON, BERLIN) == pytest.approx(11 / 24)


def test_hours_and_weekdays_are_averages_over_their_days() -> None:
    """Eight days, so that one weekday came twice: its average is over two days, an hour's over all eight."""
    first = NOON - timedelta(days=9)
    rows = [row("first", at=first)] + [row(str(back), at=NOON - timedelta(days=back), usd="2") for back in (1, 8)]
    told = known(*rows)
    hours, weekdays = usual_hours(told), usual_weekdays(told)
    assert len(hours) == 24
    assert (hours[13].usd, hours[13].attempts, hours[13].share) == (Decimal("0.5"), 0.25, 1.0)
    assert (hours[12].usd, hours[12].share) == (Decimal(0), 0.0)
    saturday = weekdays[5]
    assert (saturday.number, saturday.days, saturday.usd, saturday.share) == (5, 2, Decimal(2), 1.0)


def test_an_average_of_no_days_is_nothing() -> None:
    """No division by zero on the first day."""
    assert {one.usd for one in usual_hours(Past((), ()))} == {Decimal(0)}
    assert usual_weekdays(Past((), ())) == ()


def test_the_day_when_clocks_go_back_is_one_day() -> None:
    """Its 25 hours all belong to 25 October in Berlin."""
    start = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    rows = [row(str(hour), at=start + timedelta(hours=hour)) for hour in range(25)]
    told = known(row("first", at=start - timedelta(days=2)), *rows, now=datetime(2026, 10, 27, 12, 0, tzinfo=UTC))
    assert {one.day.day: one.usd for one in told.days} == {24: 0, 25: 25, 26: 0}
