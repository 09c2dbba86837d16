"""When a budget warns, when it is used up, and what runs do then."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.ledger.budgets import OnExhausted
from bot.core.ledger.standing import Level, Measures, Standing, measures, standings
from tests.unit.core.ledger.budgets import AT, RUN, budgets, limit, standing

CHEAP = limit("30", then=OnExhausted.CHEAP, hard="40")


@pytest.mark.parametrize(
    ("committed", "level", "percent"),
    [
        ("0", Level.WITHIN, 0),
        ("23.999999", Level.WITHIN, 79),
        ("24", Level.WARNING, 80),
        ("29.999999999999", Level.WARNING, 99),
        ("30", Level.EXHAUSTED, 100),
        ("39.99", Level.EXHAUSTED, 133),
        ("40", Level.STOPPED, 133),
        ("41", Level.STOPPED, 136),
    ],
)
def test_levels(committed: str, level: Level, percent: int) -> None:
    """Each threshold belongs to the level above it, and a share is never rounded up to one that is not reached."""
    one = standing(CHEAP, committed)
    assert (one.level, one.percent) == (level, percent)


def test_a_limit_that_stops_has_no_level_between() -> None:
    """Used up is used up, to the last dollar."""
    assert standing(limit("30"), "29.99").level is Level.WARNING
    assert standing(limit("30"), "30").level is Level.STOPPED


def test_a_budget_of_nothing_is_used_up() -> None:
    """Zero dollars is a budget: whoever wrote it meant that nothing be spent."""
    one = standing(limit("0"), "0")
    assert (one.level, one.percent) == (Level.STOPPED, 100)


@pytest.mark.parametrize(
    ("them", "asked"),
    [
        ([], Measures()),
        ([standing(CHEAP, "29")], Measures()),
        ([standing(CHEAP, "30")], Measures(cheap=True)),
        ([standing(limit("1", then=OnExhausted.BATCH, hard="2"), "1")], Measures(batch=True)),
        ([standing(limit("1", then=OnExhausted.WARN, hard="2"), "1")], Measures()),
        (
            [standing(CHEAP, "30"), standing(limit("1", then=OnExhausted.BATCH, hard="2"), "1")],
            Measures(cheap=True, batch=True),
        ),
        ([standing(CHEAP, "30"), standing(limit("1"), "1")], Measures(stop=True)),
        ([standing(limit("1", then=OnExhausted.WARN, hard="2"), "2")], Measures(stop=True)),
    ],
)
def test_the_strictest_wins(them: list[Standing], asked: Measures) -> None:
    """One budget that is used up for good stops all; short of that, everything that is asked for is done."""
    assert measures(them) == asked


def test_standings_ask_for_each_account() -> None:
    """Every budget is looked up in the ledger by its own account."""
    held = budgets(limit("5"), CHEAP).held(RUN, AT)
    asked = {held[0].account.name: Decimal(1)}
    assert [one.committed_usd for one in standings(held[:1], lambda account: asked[account.name])] == [1]
