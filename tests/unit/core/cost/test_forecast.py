"""What a reader of `hunkwise cost forecast` sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.cost.daily import DaySpent, Past, Quarter
from bot.core.cost.forecast import Known, forecast_report, last_day
from bot.core.cost.rate_outlook import LimitOutlook, UseLine
from bot.core.cost.report import Report, Table
from bot.core.excerpt import Tier
from bot.core.ledger.account import Span, period_at
from bot.core.ledger.entry import RateRow
from tests.fakes import NOON

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = NOON.astimezone(BERLIN).date()
MONTH = period_at(Span.MONTH, NOON, BERLIN)


def past(count: int) -> Past:
    """So many days at 4 dollars each, all of it spent at 15:15."""
    days = [TODAY - timedelta(days=number) for number in range(count, 0, -1)]
    at = NOON.astimezone(BERLIN).replace(hour=15, minute=15)
    quarters = [Quarter(at - timedelta(days=number), Decimal(4), 8) for number in range(count, 0, -1)]
    return Past(tuple(DaySpent(day, Decimal(4)) for day in days), tuple(quarters))


KNOWN = Known(NOON, BERLIN, past(14), MONTH, Decimal("84.5"))


def tables(report: Report) -> dict[str, Table]:
    """The tables by their names."""
    return {table.name: table for table in report.tables}


def test_the_month_ends_with_what_was_spent_and_what_is_to_come() -> None:
    """Noon is before all of today's spending, so that nine whole days come: 36 dollars without any doubt."""
    rows = tables(forecast_report(KNOWN))["month_end"].rows
    end = Decimal("120.500000")
    assert rows == (
        ("trend", Decimal("84.5"), Decimal(36), end, end, end),
        ("burn rate", Decimal("84.5"), Decimal(36), end, end, end),
    )


def test_the_end_of_the_month_is_a_sentence() -> None:
    """Whoever reads one line reads this one."""
    assert forecast_report(KNOWN).notes[0] == (
        "By the trend 2026-11 will have cost about $120.5000; with a probability of 80% between $120.5000 and "
        "$120.5000, if days go on to vary as they did."
    )


def test_too_little_history_is_said_and_not_guessed_from() -> None:
    """What was spent stands there, and nothing else about the month."""
    told = forecast_report(replace(KNOWN, past=past(6), budget=MONTH, budget_usd=Decimal(100)))
    assert tables(told)["month_end"].rows == (("", Decimal("84.5"), None, None, None, None),)
    assert tables(told)["budget"].rows == (("", Decimal(100), None, "", "", ""),)
    assert told.notes[0] == "Spending is not foretold: 6 complete days of history are known, and it takes 7."
    assert "1 complete day of history is" in forecast_report(replace(KNOWN, past=past(1))).notes[0]


def test_a_budget_lasts_for_so_many_days() -> None:
    """Ten dollars are left and each day takes four, today's too: it is used up on the third day."""
    told = forecast_report(replace(KNOWN, budget=MONTH, budget_usd=Decimal(100), budget_usd_spent=Decimal(90)))
    table = tables(told)["budget"]
    third = (TODAY + timedelta(days=2)).isoformat()
    assert table.rows[0] == ("trend", Decimal(10), 2, third, third, third)
    assert table.title == "How long the budget of $100.00 lasts (it renews after 2026-11-30)"


def test_an_overdrawn_budget_has_nothing_left() -> None:
    """No negative amount, and no day to wait for."""
    told = forecast_report(replace(KNOWN, budget=MONTH, budget_usd=Decimal(80), budget_usd_spent=Decimal(90)))
    assert tables(told)["budget"].rows[0][1:3] == (Decimal(0), 0)


def test_a_budget_for_years_is_said_in_words() -> None:
    """An empty cell would look like a mistake."""
    told = forecast_report(replace(KNOWN, budget=MONTH, budget_usd=Decimal(10**6)))
    assert tables(told)["budget"].rows[0][2:] == (None, "over a year", "over a year", "over a year")


def test_without_a_budget_there_is_no_such_table() -> None:
    """Nobody asked."""
    assert "budget" not in tables(forecast_report(KNOWN))


def test_peaks_are_named() -> None:
    """Hours without anything are left out of the table; the sentence names the dearest."""
    told = forecast_report(KNOWN)
    assert tables(told)["hours"].rows == (("15:00", Decimal(4), 8.0, 1.0),)
    assert len(tables(told)["weekdays"].rows) == 7
    assert "Most is spent on a Monday ($4.0000) and between 15:00 and 16:00 ($4.0000 on an average day)." in told.notes
    assert not any("Most is spent" in note for note in forecast_report(replace(KNOWN, past=Past((), ()))).notes)


def test_the_trend_is_told_in_words() -> None:
    """A reader can follow the line without the mathematics."""
    days = tuple(DaySpent(one.day, Decimal(number)) for number, one in enumerate(past(14).days))
    told = forecast_report(replace(KNOWN, past=Past(days, ())))
    assert told.notes[1] == "By the trend a day costs $13.0000, and that grows by $1.0000 a day."
    weekends = tuple(replace(one, usd=Decimal(1 if one.is_weekend else 30 - n)) for n, one in enumerate(days))
    note = forecast_report(replace(KNOWN, past=Past(weekends, ()))).notes[1]
    assert note.startswith("By the trend a working day costs $")
    assert "and a weekend day $" in note
    assert "shrinks by $" in note


def limit(minutes: int | None, instead: Tier | None = None) -> LimitOutlook:
    """A limit of Sonnet's input tokens."""
    rate = RateRow("anthropic", "ANTHROPIC_API_KEY", "sonnet", "input-tokens", 2_000_000, 500_000, NOON)
    return LimitOutlook(rate, UseLine(1_500_000.0, 50_000.0), minutes, instead)


def test_a_rate_limit_that_will_be_hit_is_a_sentence() -> None:
    """When, and what would do instead; a limit that will not be hit is only a line of the table."""
    told = forecast_report(replace(KNOWN, limits=(limit(12, Tier.CHEAP), limit(0), limit(None))))
    assert tables(told)["rate_limits"].rows[0] == (
        "ANTHROPIC_API_KEY", "sonnet", "input tokens", 2_000_000, 1_500_000, 3_000_000, 12, "cheap",
    )  # fmt: skip
    sentence = "The limit of input tokens for sonnet (ANTHROPIC_API_KEY) will be hit"
    assert f"{sentence} in about 12 minutes; the cheap tier has room." in told.notes
    assert f"{sentence} now; no other tier is known to have room." in told.notes
    assert len([note for note in told.notes if "will be hit" in note]) == 2


def test_a_key_of_another_provider_is_named_with_it() -> None:
    """Two providers may read their keys from variables of the same name."""
    other = replace(limit(None), rate=replace(limit(None).rate, provider="gateway"))
    assert (
        tables(forecast_report(replace(KNOWN, limits=(other,))))["rate_limits"].rows[0][0]
        == "gateway: ANTHROPIC_API_KEY"
    )


def test_quiet_rate_limits_are_said_to_be_quiet() -> None:
    """Silence would leave the question open; so would it where no limit is known."""
    assert any(
        "No rate limit will be hit" in note for note in forecast_report(replace(KNOWN, limits=(limit(None),))).notes
    )
    assert "No response has told of a rate limit yet." in forecast_report(KNOWN).notes


def test_the_last_day_of_a_period_is_the_zones() -> None:
    """November ends at 23:00 in UTC for Berlin."""
    assert last_day(MONTH, BERLIN).isoformat() == "2026-11-30"
