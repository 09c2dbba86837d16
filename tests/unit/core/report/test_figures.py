from dataclasses import replace
from decimal import Decimal

import pytest

from bot.core.receipt import BudgetFacts, PacingFacts
from bot.core.report.figures import (
    about_dollars,
    aligned_dollars,
    budget_lines,
    exact_dollars,
    money_rows,
    pacing_lines,
    saving_rows,
    token_rows,
)
from bot.core.savings import Saved
from bot.core.usage import Usage
from tests.unit.core.report.receipts import full_receipt, receipt


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.00"),
        ("0E-9", "$0.00"),
        ("1E+3", "$1,000.00"),
        ("0.0000003", "$0.0000003"),
        ("0.0423100", "$0.04231"),
        ("-1.5", "-$1.50"),
    ],
)
def test_what_was_paid_keeps_every_digit(amount: str, shown: str) -> None:
    """The figure shown is the receipt's own number, without an exponent."""
    assert exact_dollars(Decimal(amount)) == shown


def test_a_column_of_money_is_aligned() -> None:
    """All amounts of a column have as many decimals as the finest of them."""
    assert aligned_dollars([Decimal("0.5"), Decimal("0.00125"), Decimal(0)]) == ["$0.50000", "$0.00125", "$0.00000"]


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.0000"),
        ("0.00004", "<$0.0001"),
        ("-0.00004", "-<$0.0001"),
        ("0.03125", "$0.0313"),
        ("-0.5", "-$0.5000"),
    ],
)
def test_estimates_are_rounded_but_never_to_nothing(amount: str, shown: str) -> None:
    """A price too small for four decimals does not read as free."""
    assert about_dollars(Decimal(amount)) == shown


def test_tokens_are_listed_by_kind_with_their_total() -> None:
    """Kinds that did not occur are left away; thinking is shown as part of the output, never added."""
    usage = Usage(input_tokens=10, cache_write_1h_tokens=5, output_tokens=3, thinking_tokens=2)
    assert token_rows(usage) == [
        ("Input, not cached", 10),
        ("Written to the cache for 1 hour", 5),
        ("Output (of it 2 thinking)", 3),
        ("Total tokens", 18),
    ]


def test_wasted_and_unsettled_money_is_shown() -> None:
    """Paid-for failures and charges that may still come stand on the bill."""
    assert money_rows(full_receipt().bill) == [
        ("claude-haiku-4-5", Decimal("0.011644")),
        ("claude-sonnet-5", Decimal("0.03465")),
        ("Total", Decimal("0.046294")),
        ("Of it wasted on unusable answers", Decimal("0.005822")),
        ("Besides it, attempts never settled", Decimal("0.0812")),
    ]


def test_a_negative_saving_is_shown() -> None:
    """A cache that cost more than it saved is not hidden."""
    bill = replace(receipt().bill, saved=Saved(prompt_cache=Decimal("-0.002")))
    assert saving_rows(bill) == [("Prompt cache", Decimal("-0.002"))]


def test_budgets_say_what_is_left() -> None:
    """What earlier runs spent is taken off, and an overrun is called one."""
    budget = BudgetFacts(1000, 200, 900, Decimal(1), Decimal("0.25"), Decimal("0.5"))
    assert budget_lines(budget) == [
        "$0.50 of $1.00 spent by this run, $0.25 before it; $0.25 left.",
        "900 of 1,000 tokens spent by this run, 200 before it; over by 100.",
    ]


def test_no_limit_is_said() -> None:
    """A reader sees that nothing held the run back."""
    budget = BudgetFacts(None, 0, 900, None, Decimal(0), Decimal("0.5"))
    assert budget_lines(budget) == [
        "$0.50 spent by this run; no limit in dollars.",
        "900 tokens spent by this run; no limit in tokens.",
    ]


@pytest.mark.parametrize(
    ("pacing", "lines"),
    [
        (PacingFacts(requests_per_minute_peak=9), []),
        (PacingFacts(waits=1, waited_ms=1_250), ["Held back by rate limits for 1.2 s in 1 wait."]),
        (
            PacingFacts(waits=12, waited_ms=61_000, rate_limited=2),
            ["Held back by rate limits for 61.0 s in 12 waits, 2 requests answered 429."],
        ),
    ],
)
def test_waits_are_told_only_where_there_were_any(pacing: PacingFacts, lines: list[str]) -> None:
    """A run that nothing held back says nothing of it."""
    assert pacing_lines(pacing) == lines
