"""What a person reads who is out of budget."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.core.ledger.account import Scope, Span
from bot.core.ledger.budgets import OnExhausted, PeriodLimit
from bot.core.report.periods import periods_as_json, sentence, standing_sentences, used_up
from tests.unit.core.ledger.budgets import budgets, limit, standing

RULES = budgets(zone="Europe/Berlin", ask="#ci-platform")
TEAM = limit("120", scope=Scope.TEAM, of="payments")
RENEWS = "It renews on Tuesday 1 December 2026, 00:00 Europe/Berlin."


def in_berlin(one: PeriodLimit, committed: str) -> str:
    """The sentences about one limit, by the clock of Berlin."""
    return sentence(standing(one, committed, zone="Europe/Berlin"), RULES)


def test_a_budget_that_is_used_up_says_when_it_renews_and_whom_to_ask() -> None:
    """That is all that its reader can act on."""
    expected = f"The budget of team payments for November 2026 ($120.00) is used up. {RENEWS} Ask #ci-platform."
    assert in_berlin(TEAM, "120") == expected


def test_nobody_to_ask_is_nobody_named() -> None:
    """A sentence that ends in nothing helps nobody."""
    assert sentence(standing(TEAM, "120", zone="Europe/Berlin"), budgets(zone="Europe/Berlin")).endswith(RENEWS)


def test_a_warning_says_how_much_is_used() -> None:
    """In hundredths and in dollars, so that the reader can judge how near the end is."""
    expected = f"81 % of the budget of team payments for November 2026 ($97.31 of $120.00) is used. {RENEWS}"
    assert in_berlin(TEAM, "97.31") == expected


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (OnExhausted.CHEAP, "so only the cheap model is asked, up to $40.00."),
        (OnExhausted.BATCH, "so reviews are handed in as message batches, at half the price, up to $40.00."),
        (OnExhausted.WARN, "and reviews go on, up to $40.00."),
    ],
)
def test_what_is_done_instead_is_said(then: OnExhausted, words: str) -> None:
    """A review that is not what it was yesterday says why, and how far this goes."""
    said = in_berlin(limit("30", Span.DAY, Scope.REPOSITORY, then, "40"), "31")
    assert said.startswith("The budget of acme/shop for Thursday 26 November 2026 ($30.00) is used up, " + words)


def test_what_came_to_its_end_just_now_says_what_comes_next() -> None:
    """A run on the usual models must not say that it asked the cheap one."""
    one = standing(limit("30", Span.DAY, Scope.REPOSITORY, OnExhausted.CHEAP, "40"), "31")
    [said] = standing_sentences([one], RULES, [one])
    assert "so only the cheap model is asked from the next run on, up to $40.00." in said


def test_a_hard_limit_is_named_where_it_is_reached() -> None:
    """Both figures: the one that was planned, and the one that nothing passes."""
    said = in_berlin(limit("30", Span.WEEK, Scope.AUTHOR, OnExhausted.CHEAP, "40"), "40")
    assert said.startswith(
        "The budget of ada for the week from Monday 23 November 2026 ($30.00, at most $40.00) is used up. "
        "It renews on Monday 30 November 2026"
    )


def test_a_request_that_did_not_fit_is_no_empty_budget() -> None:
    """What is left is named, so that nobody looks for an error in the books."""
    little = replace(standing(limit("500"), "499.98", zone="Europe/Berlin"), refused=True)
    whose = "The budget of everybody for November 2026 ($500.00)"
    assert sentence(little, RULES) == f"{whose} did not cover everything, with $0.02 left. {RENEWS} Ask #ci-platform."
    nothing = replace(little, committed_usd=Decimal(501))
    assert sentence(nothing, RULES) == f"{whose} is used up. {RENEWS} Ask #ci-platform."


def test_the_reason_of_what_is_not_asked_is_the_gravest_budget() -> None:
    """It stands beside every hunk that was left out, in a few words."""
    exhausted = standing(limit("1", then=OnExhausted.CHEAP, hard="5"), "2")
    assert used_up([standing(limit("9"), "8"), exhausted], RULES) == (
        "the budget of everybody for November 2026 is used up"
    )
    assert used_up([exhausted, standing(TEAM, "120")], RULES) == (
        "the budget of team payments for November 2026 is used up"
    )
    assert used_up([standing(limit("9"), "8")], RULES) == ""


def test_programs_read_the_budgets_too() -> None:
    """Money is exact and without an exponent, and times are in UTC."""
    one = standing(limit("30", Span.DAY, Scope.REPOSITORY, OnExhausted.CHEAP, "40"), "0.000000000001")
    assert periods_as_json([one]) == [
        {
            "scope": "repository",
            "of": "acme/shop",
            "per": "day",
            "label": "2026-11-26",
            "limit_usd": "30",
            "hard_usd": "40",
            "committed_usd": "0.000000000001",
            "warn_at": "0.8",
            "renews_at": "2026-11-27T00:00:00+00:00",
            "on_exhausted": "cheap",
            "state": "within",
        }
    ]


def test_the_gravest_comes_first_and_the_rest_is_silence() -> None:
    """Who reads one line reads why nothing was asked; a budget that is far from its end is no news."""
    them = [standing(limit("9"), "1"), standing(limit("8"), "7"), standing(limit("7"), "7")]
    assert [said.partition(" of everybody")[0] for said in standing_sentences(them, RULES)] == [
        "The budget",
        "87 % of the budget",
    ]


@pytest.mark.parametrize(
    ("zone", "at", "renews"),
    [
        ("America/Havana", "2026-03-07T12:00", "Sunday 8 March 2026, 01:00 America/Havana"),
        ("America/Havana", "2026-10-31T12:00", "Sunday 1 November 2026, 00:00 America/Havana"),
        ("Australia/Lord_Howe", "2026-04-04T12:00", "Sunday 5 April 2026, 00:00 Australia/Lord_Howe"),
        ("Pacific/Apia", "2011-12-30T09:00", "Saturday 31 December 2011, 00:00 Pacific/Apia"),
    ],
)
def test_it_renews_when_the_clock_of_the_place_says_so(zone: str, at: str, renews: str) -> None:
    """Where a day has no midnight, or is missing, the sentence names the first moment that there is."""
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    said = sentence(standing(limit("1", Span.DAY), "1", zone=zone, at=moment), budgets(zone=zone))
    assert said.endswith(f"It renews on {renews}.")
