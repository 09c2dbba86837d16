"""Student's t against published tables."""

from __future__ import annotations

import statistics

import pytest

from bot.core.cost.student import t_quantile, within


@pytest.mark.parametrize(
    ("level", "freedom", "expected"),
    [
        (0.50, 1, 1.000),
        (0.80, 1, 3.078),
        (0.95, 1, 12.706),
        (0.80, 2, 1.886),
        (0.95, 2, 4.303),
        (0.95, 3, 3.182),
        (0.80, 5, 1.476),
        (0.80, 6, 1.440),
        (0.90, 10, 1.812),
        (0.80, 27, 1.314),
        (0.99, 29, 2.756),
        (0.80, 120, 1.289),
    ],
)
def test_quantiles_are_those_of_the_tables(level: float, freedom: int, expected: float) -> None:
    """Tables give three places; odd and even degrees of freedom have series of their own."""
    assert t_quantile(level, freedom) == pytest.approx(expected, abs=0.0006)


def test_many_degrees_of_freedom_come_near_the_normal_distribution() -> None:
    """And from 400 on nothing is worked out any more."""
    normal = statistics.NormalDist().inv_cdf(0.9)
    assert t_quantile(0.8, 400) == pytest.approx(normal, rel=0.002)
    assert t_quantile(0.8, 5_000) == t_quantile(0.8, 400)


@pytest.mark.parametrize("freedom", [1, 2, 3, 8, 31])
def test_the_quantile_inverts_the_distribution(freedom: int) -> None:
    """What is asked for is what lies within."""
    assert within(t_quantile(0.73, freedom), freedom) == pytest.approx(0.73)


@pytest.mark.parametrize(("level", "freedom"), [(0.0, 3), (1.0, 3), (0.8, 0)])
def test_what_has_no_quantile_is_refused(level: float, freedom: int) -> None:
    """A certainty has no bounds, and no days have no spread."""
    with pytest.raises(ValueError, match="no t quantile"):
        t_quantile(level, freedom)
