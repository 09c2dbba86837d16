"""Ordinary least squares for two or three coefficients, and what it predicts of a sum of days to come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.cost.student import t_quantile

_SINGULAR = 1e-9

Row = tuple[float, ...]
"""What is known of one day, the first value a 1 for the constant."""


@dataclass(frozen=True, slots=True)
class Fit:
    """y = row * coefficients + error. `inverse` is (X'X)^-1, `deviation` the residual standard error
    s = sqrt(sum of squared residuals / freedom), `freedom` the days less the coefficients.
    """

    coefficients: Row
    inverse: tuple[Row, ...]
    deviation: float
    freedom: int

    def value(self, row: Row) -> float:
        """What is expected of one day."""
        return _product(self.coefficients, row)


@dataclass(frozen=True, slots=True)
class Interval:
    """An expected sum, and between which two the true one lies with the probability that was asked for."""

    expected: float
    low: float
    high: float


def least_squares(rows: Sequence[Row], values: Sequence[float]) -> Fit:
    """The coefficients that leave the smallest squares: (X'X)^-1 X'y.

    Source: Draper and Smith, Applied Regression Analysis, 3rd edition, 1998. Raises ValueError where there are
    not more days than coefficients, or where the rows do not tell the coefficients apart.
    """
    size = len(rows[0]) if rows else 0
    freedom = len(rows) - size
    if freedom < 1:
        raise ValueError("there are not more days than coefficients")
    inverse = _inverted([[sum(row[i] * row[j] for row in rows) for j in range(size)] for i in range(size)])
    sums = tuple(sum(row[i] * value for row, value in zip(rows, values, strict=True)) for i in range(size))
    coefficients = tuple(_product(line, sums) for line in inverse)
    squares = sum((value - _product(coefficients, row)) ** 2 for row, value in zip(rows, values, strict=True))
    return Fit(coefficients, inverse, math.sqrt(squares / freedom), freedom)


def predicted_sums(fit: Fit, rows: Sequence[Row], shares: Sequence[float], level: float) -> list[Interval]:
    """What the days to come add up to, from the first to each of them. A day counts by its share: 1, or less for a
    part of one.

    With w the shares, x the sum of w_i * row_i and t Student's quantile for `level`:

        expected = x * coefficients;  half width = t * s * sqrt(sum of w_i + x' (X'X)^-1 x)

    The first term under the root are the errors of the days themselves, taken to be independent, the second what the
    coefficients are unsure by. Source: Draper and Smith again (the mean of several new observations, times their
    number). Nothing is ever spent back, so that no bound is below zero.
    """
    width = t_quantile(level, fit.freedom) * fit.deviation
    added, days, found = (0.0,) * len(fit.coefficients), 0.0, []
    for row, share in zip(rows, shares, strict=True):
        days += share
        added = tuple(total + share * value for total, value in zip(added, row, strict=True))
        unsure = _product(added, tuple(_product(line, added) for line in fit.inverse))
        half = width * math.sqrt(max(0.0, days + unsure))
        expected = _product(fit.coefficients, added)
        found.append(Interval(max(0.0, expected), max(0.0, expected - half), max(0.0, expected + half)))
    return found


def _product(left: Row, right: Row) -> float:
    return math.fsum(a * b for a, b in zip(left, right, strict=True))


def _inverted(matrix: list[list[float]]) -> tuple[Row, ...]:
    """The inverse, by Gauss and Jordan with the largest pivot first."""
    size = len(matrix)
    lines = [[*line, *(float(i == j) for j in range(size))] for i, line in enumerate(matrix)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda number: abs(lines[number][column]))
        lines[column], lines[pivot] = lines[pivot], lines[column]
        divisor = lines[column][column]
        if abs(divisor) < _SINGULAR:
            raise ValueError("the rows do not tell the coefficients apart")
        lines[column] = [value / divisor for value in lines[column]]
        for number in range(size):
            factor = lines[number][column]
            if number != column and factor:
                lines[number] = [a - factor * b for a, b in zip(lines[number], lines[column], strict=True)]
    return tuple(tuple(line[size:]) for line in lines)
