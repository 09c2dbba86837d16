"""What a difference is, and which adjustment brings the ledger to the bill."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.core.cost.billed import Bill
from bot.core.cost.reconcile import Booked, Verdict, Wait, adjustable, is_complete
from tests.unit.core.cost.reconciling import LONG_AFTER, MONDAY, TUESDAY, WEDNESDAY, bill, booked, compared, on


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict", "target"),
    [
        (booked("2"), bill("2"), Verdict.AGREES, "0"),
        (booked("2", lost="1"), bill("2"), Verdict.AGREES, "-1"),
        (booked("2", lost="1"), bill("2.25"), Verdict.WITHIN_UNSETTLED, "-0.75"),
        (booked("2", lost="1"), bill("3"), Verdict.WITHIN_UNSETTLED, "0"),
        (booked("2", lost="1"), bill("5"), Verdict.PROVIDER_MORE, "2"),
        (booked("0", lost="1"), Bill(), Verdict.AGREES, "-1"),
        (booked("2"), bill("1.5"), Verdict.LEDGER_MORE, "0"),
        (booked("2", lost="1"), bill("1.5"), Verdict.LEDGER_MORE, "-1"),
        (booked("2"), bill("2.5", tokens=2_000_000), Verdict.PRICE, "0.5"),
        (booked("2", lost="1"), bill("1.5", tokens=2_000_000), Verdict.PRICE, "-1"),
        (booked("2"), bill("2.0000001", tokens=2_000_000), Verdict.AGREES, "0"),
        (Booked(), bill("3"), Verdict.PROVIDER_MORE, "3"),
        (booked("2", lost="1", adjusted="-0.75"), bill("2.25"), Verdict.WITHIN_UNSETTLED, "-0.75"),
    ],
)
def test_a_difference_is_named_and_its_adjustment_comes_to_the_bill(
    ours: Booked, theirs: Bill, verdict: Verdict, target: str
) -> None:
    """Every kind of difference on a day that is over; an adjustment never takes from what was settled."""
    one = compared({on(MONDAY): ours}, {on(MONDAY): theirs})[on(MONDAY)]
    assert (one.verdict, one.target_usd, one.wait) == (verdict, Decimal(target), Wait.NOTHING)
    after = ours.settled_usd + ours.lost_usd + one.target_usd
    assert abs(after - max(theirs.usd, ours.settled_usd)) <= Decimal("0.000001")


def test_what_is_settled_before_midnight_and_billed_after_counts_once() -> None:
    """A batch of Monday night stands on Tuesday's bill: neither day is adjusted, and both say why they differ."""
    cells = compared(
        {on(MONDAY, batch=True): booked("4"), on(TUESDAY, batch=True): booked("1")},
        {on(MONDAY, batch=True): bill("1"), on(TUESDAY, batch=True): bill("4")},
    )
    monday, tuesday = cells[on(MONDAY, batch=True)], cells[on(TUESDAY, batch=True)]
    assert (monday.verdict, tuesday.verdict) == (Verdict.OVER_MIDNIGHT, Verdict.OVER_MIDNIGHT)
    assert (monday.after_usd, tuesday.before_usd) == (Decimal(3), Decimal(3))
    assert monday.target_usd == tuesday.target_usd == 0


def test_a_nightly_batch_is_carried_from_day_to_day() -> None:
    """Each night's batch is billed the next day: Tuesday's bill is Monday's, though Tuesday settled as much itself."""
    ours = {on(MONDAY): booked("2"), on(TUESDAY): booked("2")}
    cells = compared(ours, {on(TUESDAY): bill("2"), on(WEDNESDAY): bill("2")})
    assert [cells[on(day)].target_usd for day in (MONDAY, TUESDAY, WEDNESDAY)] == [0, 0, 0]


def test_nothing_is_carried_over_a_whole_day() -> None:
    """What is settled on Monday is billed by Tuesday: on Wednesday it explains nothing any more."""
    cells = compared({on(MONDAY): booked("2")}, {on(WEDNESDAY): bill("2")})
    assert cells[on(MONDAY)].verdict is Verdict.LEDGER_MORE
    assert (cells[on(WEDNESDAY)].verdict, cells[on(WEDNESDAY)].target_usd) == (Verdict.PROVIDER_MORE, Decimal(2))


def test_days_before_the_window_are_carried_and_not_shown() -> None:
    """The first day that is shown is not adjusted for what the day before it had settled."""
    cells = compared({on(MONDAY): booked("2")}, {on(TUESDAY): bill("2")}, first=TUESDAY)
    assert list(cells) == [on(TUESDAY)]
    assert cells[on(TUESDAY)].target_usd == 0


def test_a_lost_reservation_explains_what_the_next_day_bills() -> None:
    """Lost at a quarter to midnight and billed after: within the reservations, and moved from one day to the other."""
    cells = compared({on(MONDAY): booked(lost="3")}, {on(TUESDAY): bill("1")})
    assert cells[on(TUESDAY)].verdict is Verdict.WITHIN_UNSETTLED
    assert (cells[on(MONDAY)].target_usd, cells[on(TUESDAY)].target_usd) == (Decimal(-3), Decimal(1))


def test_nothing_is_written_while_it_may_still_change() -> None:
    """The report is incomplete, reservations run, or the next day may bill what this one would give back."""
    ours = {on(MONDAY): booked("1", lost="1")}
    monday_is_over = datetime(2026, 11, 24, 7, tzinfo=UTC)
    waits = {
        "early": compared(ours, {}, datetime(2026, 11, 24, 5, tzinfo=UTC)),
        "next": compared(ours, {}, monday_is_over),
        "open": compared({on(MONDAY): booked("1", lost="1", opened="1")}, {}, LONG_AFTER),
        "next_open": compared({**ours, on(TUESDAY): booked(opened="1")}, {}, LONG_AFTER),
        "never": compared(ours, {}, LONG_AFTER),
    }
    assert {name: cells[on(MONDAY)].wait for name, cells in waits.items()} == {
        "early": Wait.REPORT,
        "next": Wait.NEXT_DAY,
        "open": Wait.OPEN,
        "next_open": Wait.NEXT_DAY,
        "never": Wait.NOTHING,
    }
    assert waits["next_open"][on(TUESDAY)].wait is Wait.OPEN
    assert [len(adjustable(cells.values())) for cells in waits.values()] == [0, 0, 0, 0, 1]


def test_what_is_added_need_not_wait_for_the_next_day() -> None:
    """To count more is never too early."""
    cells = compared({}, {on(MONDAY): bill("1")}, datetime(2026, 11, 24, 7, tzinfo=UTC))
    assert len(adjustable(cells.values())) == 1


def test_what_the_report_lacks_today_is_provisional() -> None:
    """The same lack on a day that is long over is a difference."""
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    today = compared({on(MONDAY): booked("1")}, {on(MONDAY): bill("0.25")}, noon)[on(MONDAY)]
    assert (today.verdict, today.complete) == (Verdict.PROVISIONAL, False)


def test_an_adjustment_that_stands_is_not_written_again() -> None:
    """Only what would change anything is written."""
    cells = compared({on(MONDAY): booked("2", lost="1", adjusted="-0.75")}, {on(MONDAY): bill("2.25")})
    assert cells[on(MONDAY)].difference_usd == 0
    assert adjustable(cells.values()) == ()
    corrected = compared({on(MONDAY): booked("2", lost="1", adjusted="-0.75")}, {on(MONDAY): bill("2.5")})
    assert [one.target_usd for one in adjustable(corrected.values())] == [Decimal("-0.5")]


def test_a_day_is_complete_six_hours_after_it() -> None:
    """Days are UTC's."""
    assert not is_complete(MONDAY, datetime(2026, 11, 24, 5, 59, tzinfo=UTC))
    assert is_complete(MONDAY, datetime(2026, 11, 24, 6, tzinfo=UTC))
