"""Student's t distribution, as far as intervals need it: without a library for statistics, and exact."""

from __future__ import annotations

import math
from functools import lru_cache

_PRECISION = 1e-12
_NORMAL_FROM = 400
"""Degrees of freedom from which the series is left alone: the quantile differs from the one at 400 by less than 1 %
(for levels up to 0.999).
"""


@lru_cache(maxsize=64)
def t_quantile(level: float, freedom: int) -> float:
    """The t that a standardised deviation stays within, to either side, with probability `level` (0 to 1, exclusive).

    The distribution function is inverted by halving. `freedom` are the degrees of freedom, at least 1; more than 400
    count as 400. Raises ValueError for anything else.
    """
    if not 0 < level < 1 or freedom < 1:
        raise ValueError(f"no t quantile for level {level} and {freedom} degrees of freedom")
    freedom = min(freedom, _NORMAL_FROM)
    low, high = 0.0, 1.0
    while within(high, freedom) < level:
        low, high = high, high * 2
    while high - low > _PRECISION * max(1.0, high):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, freedom) < level else (low, middle)
    return (low + high) / 2


def within(t: float, freedom: int) -> float:
    """The probability that Student's t stays between -t and t (t >= 0): A(t|freedom).

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 (odd) and 26.7.4 (even degrees of
    freedom); the series are finite, so nothing is cut off.
    """
    angle = math.atan2(t, math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term, total = (cosine, 0.0) if odd else (1.0, 1.0)
    if odd and freedom > 1:
        total = cosine
    for number in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine * cosine * (number - 1) / number
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
