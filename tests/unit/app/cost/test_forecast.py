"""What a forecast takes from the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.app.cost.forecast import Asked, known_of
from bot.core.excerpt import Tier
from bot.core.ledger.account import Span
from bot.core.ledger.entry import RateRow
from bot.core.ledger.sums import Where
from bot.core.usage import Usage
from tests.fakes import NOON
from tests.unit.core.cost.histories import ledger, row

ASKED = Asked(NOON, ZoneInfo("Europe/Berlin"), Where(), days=10)


def test_the_month_counts_from_its_first_to_now_and_the_days_without_today() -> None:
    """Today is in the month's sum, reservations too, and in no day that is learned from."""
    rows = [row(str(back), at=NOON - timedelta(days=back)) for back in range(30)]
    known = known_of(ledger([*rows, row("open", usd="0", unsettled="5")]), ASKED)
    assert known.month_usd == 22 + 5
    assert [one.usd for one in known.past.days] == [Decimal(1)] * 10


def test_filters_narrow_the_spending() -> None:
    """A repository that has no rows has spent nothing, and has no days."""
    known = known_of(ledger([row(at=NOON - timedelta(days=9))]), replace(ASKED, where=Where(repository="octo/other")))
    assert (known.month_usd, known.past.days) == (Decimal(0), ())


def test_a_budget_of_a_week_counts_the_week() -> None:
    """NOON is a Sunday: six days and today since Monday."""
    rows = [row(str(back), at=NOON - timedelta(days=back)) for back in range(30)]
    known = known_of(ledger(rows), replace(ASKED, budget_usd=Decimal(9), budget_span=Span.WEEK))
    assert (known.budget_usd, known.budget_usd_spent) == (Decimal(9), Decimal(7))


def test_rate_limits_are_everybodys() -> None:
    """Use by other repositories empties the same bucket; the tier that has room is found by this ledger's models."""
    rows = [
        row(str(number), at=NOON - timedelta(minutes=15 * number - 1), usage=Usage(input_tokens=60_000))
        for number in (1, 2, 3, 4)
    ]
    reader = ledger(rows)
    reader.note_rates(
        RateRow("anthropic", "ANTHROPIC_API_KEY", family, "input-tokens", limit, limit, NOON)
        for family, limit in (("sonnet", 2_000), ("haiku", 50_000))
    )
    known = known_of(reader, replace(ASKED, where=Where(repository="octo/other")))
    by_class = {one.rate.model_class: one for one in known.limits}
    assert by_class["sonnet"].minutes == 1
    assert by_class["sonnet"].instead is Tier.CHEAP
    assert by_class["haiku"].minutes is None


def test_without_rates_nothing_is_said_of_limits() -> None:
    """A ledger that never heard of one."""
    assert known_of(ledger([row()]), ASKED).limits == ()
