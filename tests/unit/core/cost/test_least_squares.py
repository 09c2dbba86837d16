"""Least squares against a published example and against what can be worked out by hand."""

from __future__ import annotations

import math
import statistics

import pytest

from bot.core.cost.least_squares import least_squares, predicted_sums
from bot.core.cost.student import t_quantile

VALUES = [3.0, 5.0, 4.0, 8.0, 7.0, 9.0, 12.0]


def test_a_line_is_found_and_its_errors_are_zero() -> None:
    """Two parallel lines, too: the third coefficient is their distance."""
    rows = [(1.0, float(day), float(day % 7 > 4)) for day in range(14)]
    fit = least_squares(rows, [10 + 2 * day - 5 * weekend for _, day, weekend in rows])
    assert fit.coefficients == pytest.approx((10, 2, -5))
    assert fit.deviation == pytest.approx(0, abs=1e-9)
    assert fit.freedom == 11


def test_slope_and_constant_are_those_of_the_standard_library() -> None:
    """The library knows the line, though not its errors."""
    days = list(range(7))
    known = statistics.linear_regression(days, VALUES)
    fit = least_squares([(1.0, float(day)) for day in days], VALUES)
    assert fit.coefficients == pytest.approx((known.intercept, known.slope))
    residuals = [value - fit.value((1.0, float(day))) for day, value in zip(days, VALUES, strict=True)]
    assert fit.deviation == pytest.approx(math.sqrt(sum(one * one for one in residuals) / 5))


def test_the_interval_of_one_day_is_the_one_of_the_textbook() -> None:
    """For a line and one new observation: t * s * sqrt(1 + 1/n + (x - mean)^2 / Sxx)."""
    fit = least_squares([(1.0, float(day)) for day in range(7)], VALUES)
    found = predicted_sums(fit, [(1.0, 9.0)], [1.0], 0.8)[-1]
    half = t_quantile(0.8, 5) * fit.deviation * math.sqrt(1 + 1 / 7 + (9 - 3) ** 2 / 28)
    assert found.expected == pytest.approx(fit.value((1.0, 9.0)))
    assert found.high - found.expected == pytest.approx(half)
    assert found.expected - found.low == pytest.approx(half)


def test_the_interval_of_a_mean_grows_with_the_days() -> None:
    """Nothing but a constant, m days to come: t * s * sqrt(m + m^2 / n)."""
    fit = least_squares([(1.0,)] * 7, VALUES)
    found = predicted_sums(fit, [(1.0,)] * 5, [1.0] * 5, 0.9)[-1]
    assert fit.deviation == pytest.approx(statistics.stdev(VALUES))
    assert found.expected == pytest.approx(5 * statistics.fmean(VALUES))
    half = t_quantile(0.9, 6) * fit.deviation * math.sqrt(5 + 25 / 7)
    assert found.high - found.expected == pytest.approx(half)


def test_part_of_a_day_counts_as_its_share() -> None:
    """Half of today is left: half of a day's dollars, and half of its errors' variance."""
    fit = least_squares([(1.0,)] * 7, VALUES)
    found = predicted_sums(fit, [(1.0,)], [0.5], 0.8)[-1]
    assert found.expected == pytest.approx(statistics.fmean(VALUES) / 2)
    half = t_quantile(0.8, 6) * fit.deviation * math.sqrt(0.5 + 0.25 / 7)
    assert found.high - found.expected == pytest.approx(half)


def test_nothing_is_spent_back() -> None:
    """A line that falls below nothing foretells nothing, not an income."""
    fit = least_squares([(1.0, float(day)) for day in range(7)], [6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0])
    found = predicted_sums(fit, [(1.0, 20.0)], [1.0], 0.8)[-1]
    assert (found.expected, found.low) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "not more days"),
        ([(1.0, 0.0), (1.0, 1.0)], "not more days"),
        ([(1.0, 3.0), (1.0, 3.0), (1.0, 3.0)], "tell the coefficients apart"),
    ],
)
def test_what_cannot_be_fitted_is_refused(rows: list[tuple[float, ...]], message: str) -> None:
    """An error, and not a line through nothing."""
    with pytest.raises(ValueError, match=message):
        least_squares(rows, [1.0] * len(rows))
