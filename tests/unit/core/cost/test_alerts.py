"""The rules of alerts: each at its edge, what it says, and what makes two alerts the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.core.cost.alert import Alert, AlertLimits, HourFacts, Rule, Severity, percent, quoted
from bot.core.cost.alerts import alerts_of, not_judged
from bot.core.ledger.entry import RateRow
from bot.core.ledger.sums import Sums
from tests.fakes import NOON
from tests.fakes_alerts import BERLIN, facts_at, spent

DAY = AlertLimits(day_usd=Decimal(50))
MONTH = AlertLimits(month_usd=Decimal(300))


def only(alerts: tuple[Alert, ...]) -> Alert:
    """The one alert that there is."""
    [one] = alerts
    return one


@pytest.mark.parametrize(
    ("usd", "rule"),
    [
        ("39.999999999999", None),
        ("40", Rule.BUDGET_WARNING),
        ("49.999999999999", Rule.BUDGET_WARNING),
        ("50", Rule.BUDGET_SPENT),
        ("90", Rule.BUDGET_SPENT),
    ],
)
def test_a_budget_warns_at_80_percent_and_again_when_it_is_spent(usd: str, rule: Rule | None) -> None:
    """At the edge itself and not a millionth of a millionth before; once it is spent, 80 % is no news."""
    assert [one.rule for one in alerts_of(facts_at(day=spent(usd)), DAY)] == ([rule] if rule else [])


def test_a_budget_counts_what_is_reserved_and_says_so() -> None:
    """Open reservations count as they do against the budget itself; the reader sees how much that is."""
    alert = only(alerts_of(facts_at(day=spent("41.20", "3.10"), zone=BERLIN), DAY))
    assert alert.name == "budget-80:day:2026-11-22:all"
    assert alert.severity is Severity.WARNING
    assert alert.title == "82.4% of the day's budget is spent"
    assert alert.sentence == (
        "2026-11-22: $41.20 of $50.00 spent (82.4%), of it $3.10 reserved for attempts whose bill is unknown. "
        "It renews at 2026-11-23 00:00 Europe/Berlin."
    )
    assert "--day-usd" in alert.next_step


def test_the_same_budget_on_another_day_or_of_another_repository_is_another_alert() -> None:
    """A name must not silence tomorrow's alert, nor somebody else's."""
    days = [facts_at(NOON + timedelta(days=day), day=spent("60")) for day in (0, 1)]
    repository = facts_at(subject="repository octo/shop", day=spent("60"))
    names = {only(alerts_of(facts, DAY)).name for facts in [*days, repository]}
    assert len(names) == 3
    assert only(alerts_of(facts_at(NOON + timedelta(hours=3), day=spent("70")), DAY)).name in names


def test_a_day_begins_at_midnight_of_the_readers() -> None:
    """At 23:30 UTC it is tomorrow in Berlin, and tomorrow's budget."""
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert only(alerts_of(facts_at(late, BERLIN, day=spent("50")), DAY)).period == "day:2026-11-23"


@pytest.mark.parametrize(
    ("now", "before", "alarms"),
    [
        ("12", "4", False),
        ("12.000000000001", "4", True),
        ("4.99", "0", False),
        ("5", "0", True),
        ("300", "100", False),
    ],
)
def test_an_hour_is_a_spike_past_three_times_the_day_before_and_never_for_cents(
    now: str, before: str, *, alarms: bool
) -> None:
    """More than three times, from the floor on; after an hour without any spending the floor alone decides."""
    hour = HourFacts(NOON, Decimal(now), Decimal(before))
    assert [one.rule for one in alerts_of(facts_at(hours=(hour,)), AlertLimits())] == [Rule.SPIKE] * alarms


def test_a_spike_says_when_how_much_and_where() -> None:
    """Who reads it knows the hour by their own clock and where to look first."""
    hour = HourFacts(NOON, Decimal("12.3"), Decimal(3), ("octo/shop", Decimal("9.87")))
    alert = only(alerts_of(facts_at(zone=BERLIN, hours=(hour,)), AlertLimits()))
    assert alert.name == "spike:hour:2026-11-22T12:00Z:all"
    assert alert.sentence == (
        "2026-11-22 13:00 to 14:00 Europe/Berlin: $12.30 spent, against $3.00 in the same hour of the day before, "
        "4.1 times as much. Most of it in octo/shop: $9.87."
    )


def attempts(answered: int, failed: int, still_open: int = 0) -> dict[str, Any]:
    """Today's attempts."""
    sums = Sums(attempts=answered + failed + still_open, answered=answered, open=still_open)
    return {"day": sums, "outcomes": {"answered": answered, "rate_limited": failed, "open": still_open}}


@pytest.mark.parametrize(
    ("answered", "failed", "still_open", "alarms"),
    [(99, 1, 0, False), (98, 2, 0, True), (97, 2, 50, False), (0, 0, 200, False), (990, 10, 90, False)],
)
def test_the_success_rate_is_judged_from_a_hundred_attempts_that_ended(
    answered: int, failed: int, still_open: int, *, alarms: bool
) -> None:
    """99 % itself is fine; attempts under way, as in a batch, are no failures; a few attempts prove nothing."""
    found = alerts_of(facts_at(**attempts(answered, failed, still_open)), AlertLimits())
    assert [one.rule for one in found] == [Rule.SUCCESS_RATE] * alarms


def test_a_low_success_rate_says_what_the_others_were() -> None:
    """The reader learns whether it is the limits, the provider or the answers."""
    alert = only(alerts_of(facts_at(**attempts(150, 50, 7)), AlertLimits()))
    assert alert.title == "75.0% of today's attempts brought an answer"
    assert alert.sentence == (
        "2026-11-22: 150 of 200 attempts brought an answer (75.0%; the floor is 99.0%). The others: 50 rate_limited."
    )


def rate(name: str, limit: int, remaining: int, minutes_ago: int = 5) -> RateRow:
    """What a response said."""
    return RateRow("anthropic", "KEY", "sonnet", name, limit, remaining, NOON - timedelta(minutes=minutes_ago))


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (rate("requests", 50, 10), None),
        (rate("requests", 50, 9), Rule.REMAINING_REQUESTS),
        (rate("requests", 50, 0, minutes_ago=61), None),
        (rate("requests", 0, 0), None),
        (rate("input-tokens", 40_000, 10_000), None),
        (rate("input-tokens", 40_000, 9_999), Rule.REMAINING_TOKENS),
        (rate("output-tokens", 8_000, 1_600), None),
        (rate("output-tokens", 8_000, 1_599), Rule.REMAINING_TOKENS),
    ],
)
def test_little_left_of_a_rate_limit(row: RateRow, rule: Rule | None) -> None:
    """Under a fifth of the requests, under the floor of tokens; a limit not above the floor goes by its share; what was
    heard long ago says nothing.
    """
    assert [one.rule for one in alerts_of(facts_at(rates=(row,)), AlertLimits())] == ([rule] if rule else [])


def test_each_limit_of_each_key_is_an_alert_of_its_own() -> None:
    """Two kinds of tokens that run out at once must not hide each other."""
    rows = (rate("input-tokens", 40_000, 0), rate("output-tokens", 40_000, 0), rate("requests", 50, 0))
    assert len({one.name for one in alerts_of(facts_at(rates=rows), AlertLimits())}) == 3


def burning(spent_usd: str, week_usd: str, days: int = 7, now: datetime = NOON) -> Any:
    """Facts of a month that spent so much, and so much in the last days."""
    return facts_at(now, month=spent(spent_usd), recent_usd=Decimal(week_usd), recent_days=Decimal(days))


def test_a_month_that_ends_early_names_the_day() -> None:
    """60 are left at 105 / 7 = 15 a day: four days from the 22nd at noon, and 4.5 days before the month ends."""
    alert = only(alerts_of(burning("200", "105"), AlertLimits(month_usd=Decimal(260))))
    assert alert.name == "burn-rate:month:2026-11:all"
    assert alert.title == "The month's budget ends early, on 2026-11-26"
    assert alert.sentence == (
        "2026-11: $200.00 of $260.00 spent. At $15.00 a day (the last 7 days) the rest is gone on "
        "2026-11-26 12:00 UTC, 4.5 days before the month ends."
    )


@pytest.mark.parametrize(
    ("facts", "alarms"),
    [
        (burning("200", "82"), False),  # 100 left at 11.71 a day: 8.54 days, and the month has 8.5
        (burning("200", "83"), True),  # 8.43 days
        (burning("200", "0"), False),
        (burning("200", "105", days=0), False),
        (burning("300", "105"), False),
    ],
)
def test_the_burn_rate_speaks_while_there_is_something_to_save(facts: Any, *, alarms: bool) -> None:
    """Not where the budget lasts, nothing is spent, the history is too short, or the budget is gone already."""
    assert (Rule.BURN_RATE in {one.rule for one in alerts_of(facts, MONTH)}) is alarms


def test_critical_alerts_come_first() -> None:
    """Who reads only the first learns the worst."""
    facts = facts_at(day=spent("60"), hours=(HourFacts(NOON, Decimal(60), Decimal(1)),))
    assert [one.severity for one in alerts_of(facts, DAY)] == [Severity.CRITICAL, Severity.WARNING]


def test_a_rule_is_switched_off_by_none_and_what_is_not_watched_is_said() -> None:
    """Silence must not pass for good news."""
    off = AlertLimits(spike_factor=None, success_rate=None, remaining_requests=None, remaining_tokens=None)
    hour = HourFacts(NOON, Decimal(60), Decimal(1))
    rates = (rate("requests", 50, 0), rate("input-tokens", 40_000, 0), rate("output-tokens", 8_000, 0))
    assert alerts_of(facts_at(hours=(hour,), rates=rates, **attempts(0, 500)), off) == ()
    assert len(not_judged(off)) == 2
    assert not_judged(AlertLimits(day_usd=Decimal(1), month_usd=Decimal(1))) == ()


def test_foreign_names_stay_on_one_line_and_short() -> None:
    """A repository's name from an imported receipt cannot add a line, a header or a colour to a message."""
    assert quoted("a\r\nBcc: x\x1b[31m\u202e") == "a Bcc: x\\u{202e}"
    assert len(quoted("x" * 5_000)) == 100


@pytest.mark.parametrize(("share", "text"), [("0.824", "82.4%"), ("1", "100.0%"), ("0.9999", "99.9900%")])
def test_a_share_does_not_look_like_all_where_it_is_less(share: str, text: str) -> None:
    """'100.0 % spent' beside an alert that it is nearly spent would be taken for a mistake."""
    assert percent(Decimal(share)) == text


def test_the_values_of_an_alert_are_all_there_is_to_know() -> None:
    """A webhook gets every field, dollars exact."""
    values = only(alerts_of(facts_at(day=spent("41.200000000001")), DAY)).as_values()
    assert values["name"] == "budget-80:day:2026-11-22:all"
    assert values["schema"] == "hunkwise.alert/1"
    assert values["figures"] == {
        "spent_usd": "41.200000000001",
        "unsettled_usd": "0",
        "limit_usd": "50",
        "renews": "2026-11-23T00:00:00+00:00",
    }
