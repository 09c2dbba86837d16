from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.core.cost_page import figures


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.00"),
        ("2258.27341", "$2,258.27"),
        ("0.1234", "$0.12"),
        ("0.0234", "$0.0234"),
        ("0.000001", "<$0.0001"),
        ("-12.345", "-$12.35"),
        ("-0.00000001", "-<$0.0001"),
    ],
)
def test_dollars_are_rounded_but_never_to_nothing(amount: str, shown: str) -> None:
    """A reader sees cents, and still sees that something was spent where it is less."""
    assert figures.dollars(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("amount", "whole"),
    [
        ("2258.273412345678", "2258.273412345678"),
        ("3", "3.00"),
        ("0.5", "0.50"),
        ("1E+3", "1000.00"),
        ("-1.5", "-1.50"),
    ],
)
def test_the_exact_amount_keeps_every_digit(amount: str, whole: str) -> None:
    """What stands behind a rounded figure is the ledger's, to the last digit."""
    assert figures.exact(Decimal(amount)) == whole
    assert Decimal(figures.exact(Decimal(amount))) == Decimal(amount)


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (0.0, "0.0\u00a0%"),
        (0.0001, "<0.1\u00a0%"),
        (0.054, "5.4\u00a0%"),
        (0.226, "23\u00a0%"),
        (1.0, "100\u00a0%"),
        (-0.47, "-47\u00a0%"),
    ],
)
def test_percent(ratio: float, shown: str) -> None:
    """A share is as exact as its size deserves."""
    assert figures.percent(ratio) == shown


@pytest.mark.parametrize(
    ("by", "shown"), [(0.22, "+22\u00a0%"), (-0.03, "-3.0\u00a0%"), (0.0, "+0.0\u00a0%"), (2.2, "3.2 times")]
)
def test_changes_carry_their_sign(by: float, shown: str) -> None:
    """More and less are told apart without colours."""
    assert figures.signed_percent(by) == shown


def test_marks_of_an_axis() -> None:
    """Cents are shown only where the marks are that close."""
    assert [figures.axis_dollars(mark) for mark in (0.0, 1500.0, 0.5, 0.05)] == ["$0", "$1,500", "$0.5", "$0.05"]


def test_names_from_outside_stay_on_one_line_and_visible() -> None:
    """A name can neither turn the reading direction nor push the table off the page."""
    assert figures.name("acme/\u202eshop\n") == "acme/\\u{202e}shop\\u{a}"
    assert len(figures.name("x" * 5_000)) == figures.LONGEST_NAME
    assert figures.name("שלום/חנות") == "שלום/חנות"


def test_dates_are_words() -> None:
    """A manager reads days and moments, in the clock that was asked for."""
    assert figures.month_name(date(2026, 11, 1)) == "November 2026"
    assert figures.day_name(date(2026, 11, 26)) == "Thu 26 November"
    assert figures.moment(datetime(2026, 11, 26, 12, tzinfo=UTC), "Europe/Berlin") == "26 November 2026, 13:00 CET"
