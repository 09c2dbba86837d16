"""What every Ledger keeps to, tested on the fake in memory and on the real one over SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.core.budget import Amount
from bot.core.ledger.account import Account, AccountLimit, Exhausted, Scope, Span, period_at
from bot.core.ledger.entry import LOST, Entry, RateRow, RunFacts, Settlement, State
from bot.core.ledger.sums import Where
from tests.contract.ledgers import ADA, EVERYBODY, NOON, Kept, answered, limit, opening, whole

BERLIN, LAGOS, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("Africa/Lagos"), ZoneInfo("UTC")


def test_a_reservation_counts_in_full_until_it_is_settled(kept: Kept) -> None:
    """A crash in between leaves the worst case counted, in tokens too."""
    one = opening("0.02")
    assert kept.book.reserve(ADA, [one]) is None
    assert kept.book.spent_on(ADA) == Amount(1_000, Decimal("0.02"))
    [row] = kept.reader.rows()
    assert (row.opening, row.settlement) == (one, None)
    assert kept.book.settle(one.id, answered("0.0123"))
    assert kept.book.spent_on(ADA) == Amount(210, Decimal("0.0123"))


def test_a_settled_row_comes_back_as_it_was_written(kept: Kept) -> None:
    """Reports, exports and imports read the same values that a run wrote."""
    one, ending = opening("0.02", kinds={"sql": 1, "go": 2}, batch=True, platform="bedrock"), answered("0.0123")
    kept.book.reserve(ADA, [one])
    kept.book.settle(one.id, ending)
    [row] = kept.reader.rows()
    assert row == Entry(replace(ADA, began=NOON, head_sha="", sections={}), one, ending)


def test_what_ended_without_a_bill_stays_charged(kept: Kept) -> None:
    """Usage that never came back may have been billed."""
    one = opening("0.02")
    kept.book.reserve(ADA, [one], [limit("1")])
    ending = Settlement(State.UNSETTLED, "timeout", unsettled_usd=Decimal("0.02"), unsettled_tokens=1_000)
    assert kept.book.settle(one.id, ending)
    assert kept.book.spent_on(ADA) == Amount(1_000, Decimal("0.02"))
    assert kept.book.committed(EVERYBODY, simulated=False) == Decimal("0.02")


def test_the_second_end_of_an_attempt_changes_nothing(kept: Kept) -> None:
    """An answer that comes back after it was reconciled is not billed twice."""
    one = opening()
    kept.book.reserve(ADA, [one], [limit("1")])
    assert kept.book.settle(one.id, answered("0.004"))
    assert not kept.elsewhere().settle(one.id, answered("0.005"))
    assert not kept.book.settle("nobody", answered())
    assert kept.book.committed(EVERYBODY, simulated=False) == Decimal("0.004")


def test_what_was_given_up_for_lost_is_settled_by_its_receipt(kept: Kept) -> None:
    """A receipt that turns up late is the truth about its attempts, also after a night's `reconcile --close`."""
    one = opening("0.02")
    kept.book.reserve(ADA, [one], [limit("1")])
    given_up = Settlement(State.UNSETTLED, LOST, unsettled_usd=Decimal("0.02"), unsettled_tokens=1_000)
    assert kept.book.settle(one.id, given_up)
    assert not kept.book.settle(one.id, answered("0.0123"))
    assert kept.book.add([Entry(ADA, one, given_up)]) == 0
    receipts = [Entry(ADA, one, answered("0.0123"))]
    assert kept.elsewhere().add(receipts) == 1
    assert kept.book.add(receipts) == 0
    [row] = kept.reader.rows()
    assert row.settlement == answered("0.0123")
    assert kept.book.committed(EVERYBODY, simulated=False) == Decimal("0.0123")


def test_what_would_pass_a_limit_is_refused_and_not_counted(kept: Kept) -> None:
    """All or none: a refused wave leaves neither rows nor sums, and names the tightest account."""
    month = Account(Scope.TEAM, "payments", period_at(Span.MONTH, NOON, UTC_ZONE))
    limits = [limit("0.05"), limit("0.03", month)]
    assert kept.book.reserve(ADA, [opening("0.02")], limits) is None
    refused = kept.book.reserve(ADA, [opening("0.006"), opening("0.006", at=NOON + timedelta(seconds=1))], limits)
    assert refused == Exhausted(limits[1], Decimal("0.01"))
    assert kept.reader.total().rows == 1
    assert kept.book.committed(month, simulated=False) == Decimal("0.02")
    assert kept.book.reserve(ADA, [opening("0.01")], limits) is None  # to the last cent


def test_an_overdrawn_account_has_nothing_left(kept: Kept) -> None:
    """A limit that was lowered refuses, and never speaks of less than nothing."""
    kept.book.reserve(ADA, [opening("0.5")], [limit("1")])
    assert kept.book.reserve(ADA, [opening()], [limit("0.1")]) == Exhausted(limit("0.1"), Decimal(0))


def test_a_reservation_across_midnight_counts_on_both_days(kept: Kept) -> None:
    """Each attempt belongs to the day it was made on, and one refusal refuses all."""
    tomorrow = Account(Scope.ALL, "", period_at(Span.DAY, NOON + timedelta(days=1), UTC_ZONE))
    late, early = (datetime(2026, 11, 26, 23, 59, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC))
    both = [opening("0.03", at=early), opening("0.02", at=late)]
    tight = [limit("1"), limit("0.02", tomorrow)]
    assert kept.book.reserve(ADA, both, tight) == Exhausted(tight[1], Decimal("0.02"))
    assert kept.book.reserve(ADA, both, [limit("1"), limit("1", tomorrow)]) is None
    assert kept.book.committed(EVERYBODY, simulated=False) == Decimal("0.02")
    assert kept.book.committed(tomorrow, simulated=False) == Decimal("0.03")


@pytest.mark.parametrize("scope", list(Scope))
def test_an_account_that_begins_late_holds_what_was_spent_before(kept: Kept, scope: Scope) -> None:
    """A budget that is configured on the 26th knows what the month had cost until then."""
    of = {Scope.ALL: "", Scope.REPOSITORY: "acme/shop", Scope.TEAM: "payments", Scope.AUTHOR: "ada"}[scope]
    month = Account(scope, of, period_at(Span.MONTH, NOON, UTC_ZONE))
    first = opening("0.02")
    kept.book.reserve(ADA, [first])
    stranger = RunFacts("run-2", NOON, "acme/other", 7, "ben", "search")
    kept.book.add([whole(ADA, "0.01", at=datetime(2026, 11, 1, tzinfo=UTC)), whole(stranger, "0.04")])
    kept.book.add([whole(ADA, "5", at=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))])
    own = Decimal("0.07") if scope is Scope.ALL else Decimal("0.03")
    assert kept.book.committed(month, simulated=False) == own
    assert kept.book.reserve(ADA, [opening("0.01")], [limit(str(own), month)]) == Exhausted(
        limit(str(own), month), Decimal(0)
    )
    assert kept.book.reserve(ADA, [opening("0.01")], [limit("1", month)]) is None
    kept.book.settle(first.id, answered("0.001"))
    assert kept.book.committed(month, simulated=False) == own - Decimal("0.009")


def test_rows_move_accounts_that_only_others_limit(kept: Kept) -> None:
    """Who has no budget in his configuration still spends from the team's."""
    kept.book.reserve(ADA, [opening("0.01")], [limit("1")])
    other, without_limits = kept.elsewhere(), opening("0.02")
    other.reserve(replace(ADA, run_id="run-2"), [without_limits])
    assert kept.book.committed(EVERYBODY, simulated=False) == Decimal("0.03")
    other.settle(without_limits.id, answered("0.005"))
    other.add([whole(ADA, "0.007")])
    assert kept.book.committed(EVERYBODY, simulated=False) == Decimal("0.022")
    assert kept.book.reserve(ADA, [opening("0.01")], [limit("0.03")]) == Exhausted(limit("0.03"), Decimal("0.008"))


def test_adding_the_same_rows_again_changes_nothing(kept: Kept) -> None:
    """A receipt can be imported twice; what was open gets its end, and only once."""
    one = opening("0.02")
    kept.book.reserve(ADA, [one], [limit("1")])
    rows = [Entry(ADA, one, answered("0.004")), *(whole(ADA, "0.001") for _ in range(120)), Entry(ADA, opening("0.5"))]
    assert kept.book.add(iter(rows)) == 122
    assert kept.book.add(reversed(rows)) == 0
    assert kept.book.add([rows[1], rows[1], whole(ADA, "0")]) == 1
    assert kept.book.add([]) == 0
    assert kept.reader.total().spent_usd == Decimal("0.624")
    assert kept.book.committed(EVERYBODY, simulated=False) == Decimal("0.624")


def test_a_batch_takes_over_what_it_had_reserved_itself(kept: Kept) -> None:
    """A run that was killed while it handed in a batch reserves the same again: it counts once, for the team of now."""
    payments, search = (Account(Scope.TEAM, team, EVERYBODY.period) for team in ("payments", "search"))
    limits = [limit("1"), limit("1", payments), limit("1", search)]
    one = opening("0.6", batch=True)
    assert kept.book.reserve(ADA, [one], limits) is None
    again = replace(one, at=NOON + timedelta(minutes=5), reserved_usd=Decimal("0.7"))
    assert kept.elsewhere().reserve(replace(ADA, run_id="run-2", team="search"), [again], limits) is None
    assert [row.opening for row in kept.reader.rows()] == [again]
    held = [kept.book.committed(account, simulated=False) for account in (EVERYBODY, payments, search)]
    assert held == [Decimal("0.7"), 0, Decimal("0.7")]


def test_days_begin_at_the_zones_midnight(kept: Kept) -> None:
    """23:30 in UTC is the next day in Berlin, and on the days when clocks change nothing is lost."""
    late = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    days = [Account(Scope.ALL, "", period_at(Span.DAY, late + timedelta(hours=h), BERLIN)) for h in (-1, 0, 23)]
    limits = [AccountLimit(day, Decimal(9)) for day in days]
    moments = [late - timedelta(hours=1), late, late + timedelta(hours=22, minutes=20), late + timedelta(hours=23)]
    assert kept.book.reserve(ADA, [opening("1", at=moment) for moment in moments], limits) is None
    assert [kept.book.committed(day, simulated=False) for day in days] == [1, 2, 1]


def test_months_that_begin_together_and_end_apart_are_two_accounts(kept: Kept) -> None:
    """Berlin changes its clocks in March and Lagos does not: each keeps to the limit of its own month."""
    between = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    berlin, lagos = (Account(Scope.ALL, "", period_at(Span.MONTH, NOON.replace(month=3), z)) for z in (BERLIN, LAGOS))
    kept.book.reserve(ADA, [opening("0.01", at=NOON.replace(month=3))], [limit("1", berlin), limit("1", lagos)])
    assert kept.book.reserve(ADA, [opening("1", at=between)], [limit("1", lagos)]) is not None
    assert kept.book.reserve(ADA, [opening("1", at=between)], [limit("1", berlin)]) is None


def test_simulated_rows_are_kept_apart(kept: Kept) -> None:
    """Trying Hunkwise out costs no budget and shows in no report."""
    invented = replace(ADA, run_id="run-2", simulated=True)
    assert kept.book.reserve(invented, [opening("0.9")], [limit("1")]) is None
    assert kept.book.reserve(ADA, [opening("0.2")], [limit("1")]) is None
    assert kept.book.committed(EVERYBODY, simulated=True) == Decimal("0.9")
    assert kept.book.committed(EVERYBODY, simulated=False) == Decimal("0.2")
    assert kept.book.spent_on(ADA).usd == Decimal("0.2")
    assert kept.reader.total(Where(simulated=True)).spent_usd == Decimal("0.9")
    assert [one.committed_usd for one in kept.reader.accounts(NOON, simulated=True)] == [Decimal("0.9")]


def test_only_the_same_pull_request_is_added_up(kept: Kept) -> None:
    """Number 7 of another repository is another pull request; local runs of a repository have none."""
    local = replace(ADA, pull_request=None)
    for run, usd in ((ADA, "1"), (replace(ADA, repository="acme/b"), "2"), (replace(ADA, pull_request=8), "4")):
        kept.book.add([whole(run, usd)])
    kept.book.add([whole(local, "8"), whole(local, "16")])
    assert kept.book.spent_on(ADA).usd == 1
    assert kept.book.spent_on(local).usd == 24
    assert kept.book.spent_on(replace(ADA, repository="new")) == Amount()


def test_dollars_are_exact_to_the_last_place(kept: Kept) -> None:
    """Twelve places over nine thousand dollars are more digits than a float has."""
    tiny, large = Decimal("0.000000000001"), Decimal("9007.199254740993")
    kept.book.reserve(ADA, [opening(str(large), reserved_usd=large)], [limit("99999")])
    kept.book.add([whole(ADA, str(tiny)), whole(ADA, "1234.000000000003")])
    assert kept.reader.total().spent_usd == large + tiny + Decimal("1234.000000000003")
    assert kept.book.committed(EVERYBODY, simulated=False) == Decimal("10241.199254740997")
    exact = limit("10241.199254740998")
    assert kept.book.reserve(ADA, [opening(reserved_usd=2 * tiny)], [exact]) == Exhausted(exact, tiny)
    assert kept.book.reserve(ADA, [opening(reserved_usd=tiny)], [exact]) is None


def test_the_newest_word_on_a_rate_limit_is_kept(kept: Kept) -> None:
    """Answers may come back in another order than they were given."""
    old, new = (
        RateRow("anthropic", "KEY", "haiku", "requests", 50, left, NOON + timedelta(seconds=s))
        for left, s in ((40, 0), (30, 5))
    )
    other = replace(old, name="input-tokens")
    kept.book.note_rates([new, other])
    kept.book.note_rates([old])
    kept.book.note_rates([])
    assert kept.reader.rates() == (other, new)
