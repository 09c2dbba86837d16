from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.cost.shares import change, per, ratio, split, split_usd


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (10, [1, 2, 3], [2, 3, 5]),
        (1, [1, 1], [1, 0]),
        (-1, [1, 1], [0, -1]),
        (7, [0, 5], [0, 7]),
        (0, [3, 4], [0, 0]),
    ],
)
def test_split(amount: int, weights: list[int], parts: list[int]) -> None:
    """What rounding leaves goes to those who lost most, the first first; a negative amount is shared out as well."""
    assert split(amount, weights) == parts


def test_dollars_are_split_to_the_last_digit() -> None:
    """A third of a dollar has twelve digits, and the three are a dollar."""
    assert split_usd(Decimal(1), [1, 1, 1]) == [
        Decimal("0.333333333334"),
        Decimal("0.333333333333"),
        Decimal("0.333333333333"),
    ]


def test_nothing_is_divided_by_nothing() -> None:
    """Where there is nothing to divide by, there is no figure, rather than a wrong one."""
    assert per(Decimal(1), 0) is None
    assert ratio(Decimal(1), Decimal(0)) is None
    assert change(Decimal(1), Decimal(0)) is None


def test_figures() -> None:
    """Dollars for each end at the ledger's last digit; a change is against what was before."""
    assert per(Decimal(2), 3) == Decimal("0.666666666667")
    assert ratio(1, 4) == 0.25
    assert change(Decimal(3), Decimal(2)) == 0.5
    assert change(1, 2) == -0.5
