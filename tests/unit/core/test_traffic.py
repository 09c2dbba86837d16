"""Sliding minutes by route."""

from __future__ import annotations

from bot.core.traffic import Flow, Route, Traffic

HERE = Route("small", "messages", "shop/web")
THERE = Route("large", "messages", None)


def test_a_minute_slides() -> None:
    """What is a minute old is gone from the minute, and stays in the peak and in the whole."""
    traffic = Traffic()
    for second in range(90):
        traffic.add(HERE, Flow(requests=1, input_tokens=10), float(second))
    assert traffic.last_minute(89.0) == {HERE: Flow(60, 600)}
    assert traffic.last_minute(140.0) == {HERE: Flow(9, 90)}
    assert traffic.last_minute(500.0) == {HERE: Flow()}
    assert traffic.routes() == [(HERE, Flow(90, 900), Flow(60, 600))]


def test_a_peak_is_the_busiest_minute_not_the_busiest_clock_minute() -> None:
    """Forty seconds on both sides of a full minute are one burst."""
    traffic = Traffic()
    for second in (*range(20, 60), *range(60, 70)):
        traffic.add(HERE, Flow(requests=2), float(second))
    assert traffic.together.peak.requests == 100


def test_routes_are_counted_apart_and_together() -> None:
    """By model, endpoint and repository; the peak of all is not the sum of their peaks."""
    traffic = Traffic()
    traffic.add(HERE, Flow(requests=3, output_tokens=7), 0.0)
    traffic.add(THERE, Flow(requests=2, rate_limited=1), 100.0)
    assert traffic.routes() == [
        (THERE, Flow(2, 0, 0, 1), Flow(2, 0, 0, 1)),
        (HERE, Flow(3, 0, 7), Flow(3, 0, 7)),
    ]
    assert traffic.together.total == Flow(5, 0, 7, 1)
    assert traffic.together.peak == Flow(3, 0, 7, 1)
