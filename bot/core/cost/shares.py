"""Dividing without losing anything, and the ratios that reports show."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.core.money import from_units, to_the_digit, to_units


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to the weights (none negative, at least one not zero) that add up to `amount`.

    What rounding down leaves goes, one each, to those that lost most of it, the first first (the method of the largest
    remainder, Hamilton 1792). `amount` may be negative.
    """
    whole = sum(weights)
    parts = [amount * weight // whole for weight in weights]
    lost = sorted(range(len(weights)), key=lambda at: -(amount * weights[at] % whole))
    for at in lost[: amount - sum(parts)]:
        parts[at] += 1
    return parts


def split_usd(usd: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """The same for dollars, to the last digit that a ledger holds."""
    return [from_units(part) for part in split(to_units(usd), weights)]


def per(usd: Decimal, count: int) -> Decimal | None:
    """Dollars for each of so many, to the ledger's last digit; None where there are none."""
    return to_the_digit(usd / count) if count else None


def ratio(part: Decimal | int, whole: Decimal | int) -> float | None:
    """Which part of the whole it is; None where there is no whole."""
    return float(part / whole) if whole else None


def change(now: Decimal | int, before: Decimal | int) -> float | None:
    """By how much more than before, 0.1 being a tenth; None where there was nothing before."""
    return float((now - before) / before) if before else None
