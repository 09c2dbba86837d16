"""One bucket: when it lets through, and how it is predicted between two responses."""

from __future__ import annotations

import pytest

from bot.core.pacing import ALONE, SHARED, Bucket, Cost
from bot.core.rate_facts import LimitFacts

LIMIT = 600  # ten a second


def bucket(remaining: int, limit: int = LIMIT) -> Bucket:
    """A bucket heard of at the beginning of time."""
    return Bucket(LimitFacts(limit, remaining), 0.0)


def wait(one: Bucket, now: float, amount: float = 1, share: float = ALONE, jitter: float = 1.0) -> float:
    """The wait for one request."""
    return one.wait_for(amount, now, lag=0.0, share=share, jitter=jitter)


def sent(one: Bucket, seconds: float, amount: float = 1) -> int:
    """How many requests one process sends in so many seconds, each as soon as it may; nobody else sends any."""
    now, number = 0.0, 0
    while now < seconds:
        step = wait(one, now, amount)
        if step:
            now += step
        else:
            one.take(amount, now)
            number += 1
    return number


def test_what_is_plenty_is_not_held_back() -> None:
    """Above the reserve a request is sent at once."""
    assert wait(bucket(LIMIT), 0.0) == 0.0
    assert wait(bucket(62), 0.0) == 0.0


def test_within_the_reserve_the_pace_falls_with_the_level() -> None:
    """The lower the level, the longer between two requests: at the bottom far longer than others need to catch up."""
    waits = []
    for remaining in (55, 45, 35, 25):
        one = bucket(remaining)
        one.take(1, 0.0)
        waits.append(wait(one, 0.0))
    assert waits == sorted(waits)
    assert waits[0] < 0.3 < waits[-1]


def test_alone_a_process_gets_all_of_the_refill() -> None:
    """The bucket down to the reserve, and then every request that flows in."""
    number = sent(bucket(LIMIT), 60.0)
    assert LIMIT + 600 - 70 < number <= LIMIT + 600


def test_a_bucket_is_predicted_to_refill() -> None:
    """Without any response it fills again, up to what it holds."""
    one = bucket(0)
    one.advance(30.0)
    assert one.level == pytest.approx(300.0)
    one.advance(1_000.0)
    assert one.level == LIMIT


def test_what_others_take_is_learned_and_predicted() -> None:
    """Where the level falls by ten a second although ten flow in, others take twenty."""
    one = bucket(500)
    for second in range(1, 11):
        one.hear(LimitFacts(LIMIT, 500 - 10 * second), float(second))
    one.advance(10.5)
    assert one.level == pytest.approx(395, abs=4)


def test_own_requests_are_not_taken_for_others() -> None:
    """A process that sends ten a second itself and sees the level stand still is alone."""
    one = bucket(300)
    for tenth in range(1, 101):
        one.take(1, tenth / 10)
        one.hear(LimitFacts(LIMIT, 300), tenth / 10)
    one.advance(11.0)
    assert one.level == pytest.approx(310, abs=2)


def until_sent(one: Bucket, now: float, amount: float = 1) -> float:
    """Seconds until a request may be sent, nothing being heard meanwhile."""
    began = now
    while step := wait(one, now, amount):
        now += step
    return now - began


def test_nobody_starves_for_want_of_news() -> None:
    """Others that took everything when they were last heard of are not believed in for ever."""
    one = bucket(100)
    for second in range(1, 6):
        one.hear(LimitFacts(LIMIT, 0), float(second))
    assert 0.5 < until_sent(one, 5.0) < 15.0


def test_a_request_larger_than_the_bucket_waits_for_a_full_one() -> None:
    """The server admits it then; never asking would be the only other way."""
    assert until_sent(bucket(600), 0.0, amount=5_000) == 0.0
    assert until_sent(bucket(300), 0.0, amount=5_000) == pytest.approx(30.0, abs=0.1)


def test_a_bucket_that_holds_little_keeps_little_in_reserve() -> None:
    """Where a second's worth is all there is, a tenth of a minute's would stand in the way of everything."""
    one = Bucket(LimitFacts(LIMIT, 10, 0.0), 0.0)
    assert wait(one, 0.0) == 0.0


def test_a_level_that_falls_fast_is_braked_for() -> None:
    """What is on its way already is not heard of yet: the longer the way, the earlier the brake."""
    one = bucket(400)
    for tenth in range(1, 21):
        one.hear(LimitFacts(LIMIT, 400 - 15 * tenth), tenth / 10)
    assert one.wait_for(1, 2.0, lag=0.0, share=ALONE, jitter=1.0) == 0.0
    assert one.wait_for(1, 2.0, lag=1.0, share=ALONE, jitter=1.0) > 0.0


def test_with_shared_buckets_the_reserve_is_smaller() -> None:
    """Processes that know of each other need it only for strangers."""
    one = bucket(40)
    one.take(1, 0.0)
    assert wait(one, 0.0, share=SHARED) == 0.0
    assert wait(one, 0.0, share=ALONE) > 0.0


def test_jitter_spreads_what_would_be_sent_together() -> None:
    """Two processes that see the same level do not send at the same moment."""
    early, late = bucket(40), bucket(40)
    early.take(1, 0.0)
    late.take(1, 0.0)
    assert wait(early, 0.0, jitter=0.5) < wait(late, 0.0, jitter=1.5)


def test_a_cost_knows_what_it_takes_of_each_limit() -> None:
    """Cache reads are in none of them."""
    cost = Cost(input_tokens=300, output_tokens=40)
    assert [cost.of(name) for name in ("requests", "input-tokens", "output-tokens", "tokens")] == [1, 300, 40, 340]
