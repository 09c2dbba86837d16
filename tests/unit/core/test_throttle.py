"""The pace of one's own."""

from __future__ import annotations

import pytest

from bot.core.throttle import Throttle


def test_requests_go_one_by_one_at_the_limit_s_rate() -> None:
    """No burst: the window may be shorter than any."""
    throttle = Throttle(10.0, 0.0)
    throttle.take(0.0)
    assert throttle.wait_for(0.0, 1.0) == pytest.approx(0.1)
    assert throttle.wait_for(0.1, 1.0) == 0.0


def test_each_surprise_slows_it_by_a_fifth_and_time_makes_up_for_it() -> None:
    """It finds the rate that is left to it, and never goes beyond the limit's own."""
    throttle = Throttle(10.0, 0.0)
    throttle.slow_down(0.0)
    throttle.slow_down(0.0)
    throttle.take(0.0)
    assert throttle.wait_for(0.0, 1.0) == pytest.approx(1 / 6.4)
    throttle.take(10.0)
    assert throttle.wait_for(10.0, 1.0) == pytest.approx(1 / 7.4)
    throttle.take(1_000.0)
    assert throttle.wait_for(1_000.0, 1.0) == pytest.approx(0.1)
