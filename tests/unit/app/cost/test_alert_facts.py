"""What of the ledger alerts are judged from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.app.cost.alert_facts import read_alert_facts
from bot.core.cost.alert import AlertFacts
from bot.core.ledger.entry import Entry, Opening, RateRow, RunFacts, Settlement, State
from bot.core.ledger.sums import EVERYTHING, Where
from tests.fakes_alerts import BERLIN, UTC_ZONE
from tests.fakes_ledger import FakeLedger

NOW = datetime(2026, 11, 25, 10, 40, tzinfo=UTC)


def ledger(*rows: tuple[datetime, str, str, str]) -> FakeLedger:
    """Rows of one attempt each: when, in which repository, how it ended ('open': not yet), and what it cost."""
    book = FakeLedger()
    for number, (at, repository, outcome, usd) in enumerate(rows):
        run = RunFacts(f"run-{number}", at, repository, number, "alice", "core")
        opening = Opening(
            f"row-{number}", at, "review", "m", "anthropic", "KEY", "standard", "", 1, 1, 1000, Decimal(usd)
        )
        ending = None if outcome == "open" else Settlement(State.SETTLED, outcome, cost_usd=Decimal(usd))
        book.add([Entry(run, opening, ending)])
    return book


def usd(*amounts: int) -> tuple[Decimal, ...]:
    """Whole dollars."""
    return tuple(Decimal(one) for one in amounts)


def facts(book: FakeLedger, where: Where = EVERYTHING) -> AlertFacts:
    """The facts at 11:40 in Berlin."""
    return read_alert_facts(book, where, NOW, BERLIN)


def test_day_and_month_are_those_of_the_zone_and_hold_reservations() -> None:
    """Half past eleven at night in London is tomorrow in Berlin; what is open counts in full."""
    book = ledger(
        (datetime(2026, 11, 24, 22, 50, tzinfo=UTC), "o/r", "answered", "1"),
        (datetime(2026, 11, 24, 23, 10, tzinfo=UTC), "o/r", "answered", "2"),
        (datetime(2026, 11, 25, 9, 0, tzinfo=UTC), "o/r", "open", "4"),
        (datetime(2026, 10, 31, 22, 50, tzinfo=UTC), "o/r", "answered", "8"),
    )
    found = facts(book)
    assert (found.day.spent_usd, found.day.unsettled_usd, found.month.spent_usd) == usd(6, 4, 7)
    assert found.outcomes == {"answered": 1, "open": 1}


def test_hours_are_held_against_the_same_hour_of_the_day_before() -> None:
    """The last whole hour and the one under way, each with the repository that spent most."""
    book = ledger(
        (datetime(2026, 11, 25, 9, 59, tzinfo=UTC), "o/r", "answered", "1"),
        (datetime(2026, 11, 25, 10, 0, tzinfo=UTC), "o/small", "answered", "2"),
        (datetime(2026, 11, 25, 10, 30, tzinfo=UTC), "o/large", "answered", "4"),
        (datetime(2026, 11, 24, 10, 59, tzinfo=UTC), "o/r", "answered", "8"),
        (datetime(2026, 11, 24, 11, 0, tzinfo=UTC), "o/r", "answered", "16"),
    )
    last, current = facts(book).hours
    assert (last.spent_usd, last.before_usd) == usd(1, 0)
    assert (last.start.hour, last.dearest) == (9, ("o/r", Decimal(1)))
    assert (current.spent_usd, current.before_usd) == usd(6, 8)
    assert (current.start.hour, current.dearest) == (10, ("o/large", Decimal(4)))


def test_the_hour_before_a_change_of_clocks_is_the_same_on_the_wall() -> None:
    """On 25 October 2026 clocks in Berlin went back: ten o'clock is 25 hours after ten o'clock of the day before."""
    book = ledger((datetime(2026, 10, 24, 8, 30, tzinfo=UTC), "o/r", "answered", "1"))
    at = datetime(2026, 10, 25, 9, 40, tzinfo=UTC)
    _, current = read_alert_facts(book, EVERYTHING, at, BERLIN).hours
    assert (current.start, current.before_usd) == (datetime(2026, 10, 25, 9, 0, tzinfo=UTC), Decimal(1))


def test_the_burn_rate_is_that_of_a_week_or_of_the_whole_history() -> None:
    """A ledger of two days is not taken for a quiet week."""
    old = (NOW - timedelta(days=8), "o/r", "answered", "100")
    young = (NOW - timedelta(days=2), "o/r", "answered", "3")
    later = (NOW + timedelta(days=1), "o/r", "answered", "50")
    assert facts(ledger(young, later)).recent_usd == Decimal(3)
    assert (facts(ledger(young)).recent_usd, facts(ledger(young)).recent_days) == usd(3, 2)
    assert (facts(ledger(old, young)).recent_usd, facts(ledger(old, young)).recent_days) == usd(3, 7)
    empty = read_alert_facts(ledger(), EVERYTHING, NOW, UTC_ZONE)
    assert (empty.recent_usd, empty.recent_days) == usd(0, 0)


def test_narrowed_facts_say_whose_they_are_and_leave_out_what_is_everybodys() -> None:
    """A rate limit belongs to a key, not to a repository; a simulated run has none."""
    book = ledger((NOW, "o/r", "answered", "1"), (NOW, "o/s", "answered", "2"))
    book.note_rates([RateRow("anthropic", "KEY", "sonnet", "requests", 50, 0, NOW)])
    assert (facts(book).subject, len(facts(book).rates), facts(book).day.spent_usd) == ("all", 1, Decimal(3))
    narrow = facts(book, Where(repository="o/r", team="core"))
    assert (narrow.subject, narrow.rates, narrow.day.spent_usd) == ("repository o/r, team core", (), Decimal(1))
    assert (facts(book, Where(simulated=True)).subject, facts(book, Where(simulated=True)).rates) == ("simulated", ())
