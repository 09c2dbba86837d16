"""What a reader of `hunkwise cost selfhost` sees."""

from __future__ import annotations

from decimal import Decimal

from bot.core.cost.report import Report
from bot.core.cost.selfhost import Bought, Machines
from bot.core.cost.selfhost_report import selfhost_report

BOUGHT = Bought(Decimal(100_000_000), Decimal("0.000003"), Decimal(80_000))
"""A hundred million tokens a month, at 3 dollars a million."""


def report(bought: Bought | None = BOUGHT, *, rate: int = 1_000, gpus: int | None = None) -> Report:
    """A GPU for 2 dollars an hour, busy for half of the month: 1,314 million tokens for 1,460 dollars."""
    return selfhost_report(Machines(Decimal(2), Decimal(rate), Decimal("0.5"), gpus), bought, "2026-11")


def test_both_ways_stand_side_by_side() -> None:
    """A month, a million tokens, and how many tokens: at this volume, and used to the full."""
    assert report().tables[0].rows == (
        ("API, as paid", Decimal(300), Decimal(3), 100_000_000),
        ("1 own GPU, this volume", Decimal(1460), Decimal("14.6"), 100_000_000),
        ("1 own GPU, fully used", Decimal(1460), Decimal("1.111111"), 1_314_000_000),
    )


def test_the_break_even_is_told_in_tokens_and_in_pull_requests() -> None:
    """1,460 dollars buy 486.7 million tokens, which are 6,083 pull requests."""
    told = report()
    assert told.tables[1].rows == ((1, Decimal(1460), 486_666_667, 6_083, 4.8667),)
    assert told.notes[0] == "At this volume the API costs $1,160.0000 a month less."
    assert told.notes[1] == (
        "From 486,666,667 tokens a month on (6,083 pull requests of the usual size) 1 own GPU costs no more than the "
        "API, as long as that suffices."
    )


def test_own_gpus_that_are_cheaper_are_called_so() -> None:
    """A thousand million tokens cost 3,000 dollars there and 1,460 here."""
    told = report(Bought(Decimal(10**9), Decimal("0.000003")))
    assert told.notes[0] == "At this volume own GPUs cost $1,540.0000 a month less."
    assert told.tables[1].rows[0][3] is None


def test_too_few_gpus_are_told() -> None:
    """Two of the ten that it takes: they process a fifth, and their price is by what they can."""
    told = report(rate=10, gpus=2)
    assert told.notes[0] == "2 own GPUs process only 26.3% of this volume."
    assert told.tables[0].rows[1][3] == 26_280_000


def test_gpus_that_never_pay_are_told() -> None:
    """With what they cost and what the API takes for as much, so that the reader can check."""
    told = report(rate=10)
    assert told.tables[1].rows == ((8, Decimal(11680), None, None, None),)
    assert told.notes[1] == (
        "Own GPUs never break even here: a month of 1 GPU costs $1,460.0000, and the API sells what they can process "
        "for $39.4200."
    )


def test_formulas_and_assumptions_are_in_every_output() -> None:
    """A figure without its formula is a claim; quality is named as not priced in."""
    told = report()
    assert ("Utilisation", Decimal("0.5"), "share of the month") in told.tables[2].rows
    assert ("Capacity of a GPU", Decimal(1_314_000_000), "tokens a month") in told.tables[2].rows
    assert "Break-even volume = own cost a month / API price of a token" in " ".join(told.notes)
    assert "Not priced in: what other models find and miss" in " ".join(told.notes)


def test_without_a_price_nothing_is_compared() -> None:
    """Where nothing was paid there is only what was assumed."""
    told = report(None)
    assert [table.rows for table in told.tables[:2]] == [(), ()]
    assert told.notes[0] == "Nothing was paid in this time, so there is no price of the API to compare with."
