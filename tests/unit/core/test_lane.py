"""One key and class of models: how many at once, and what holds everybody."""

from __future__ import annotations

import math

import pytest

from bot.core.lane import Lane, Ticket, Wait, Why
from bot.core.pacing import ALONE, Cost
from bot.core.rate_facts import LimitFacts, RateFacts

COST = Cost(100, 50)
PLENTY = RateFacts({"requests": LimitFacts(1_000, 990)})


def wait(lane: Lane, now: float = 0.0) -> Wait:
    """What the next request waits for."""
    return lane.wait(COST, now, 1.0, ALONE)


def fill(lane: Lane, now: float = 0.0) -> list[Ticket]:
    """Send as many as may be sent at once."""
    tickets = []
    while wait(lane, now).seconds <= 0:
        tickets.append(lane.start(COST, now))
    return tickets


def test_a_lane_starts_gently_and_doubles_with_each_round() -> None:
    """Four requests before anything is known; each that begins makes room for itself and one more."""
    lane = Lane(64)
    first = fill(lane)
    assert (len(first), wait(lane).why) == (4, Why.WINDOW)
    for ticket in first:
        lane.begin(ticket, 1.0)
        lane.end(10)
    assert len(fill(lane, 1.0)) == 8


def test_plenty_of_room_opens_the_lane_at_once() -> None:
    """Where the first headers show that nothing is short, nobody probes any longer."""
    lane = Lane(8)
    lane.hear(PLENTY, 0.0)
    assert len(fill(lane)) == 8


@pytest.mark.parametrize(
    "limits",
    [
        {"requests": LimitFacts(1_000, 400)},
        {"requests": LimitFacts(100, 100)},
        {"requests": LimitFacts(1_000, 990), "input-tokens": LimitFacts(100_000, 30_000)},
        {"input-tokens": LimitFacts(100_000, 100_000)},
    ],
)
def test_less_than_plenty_does_not(limits: dict[str, LimitFacts]) -> None:
    """Others may open theirs at the same moment."""
    lane = Lane(8)
    lane.hear(RateFacts(limits), 0.0)
    assert len(fill(lane)) == 4


def test_without_headers_only_the_window_stands_in_the_way() -> None:
    """A server that says nothing of limits is asked as fast as it begins to answer."""
    lane = Lane(2)
    assert len(fill(lane)) == 2
    assert wait(lane) == Wait(math.inf, Why.WINDOW)


def test_a_refusal_holds_everybody_as_long_as_the_server_says() -> None:
    """And a moment longer, a different one in each process."""
    lane = Lane(8)
    ticket = lane.start(COST, 0.0)
    lane.refuse(ticket, 1.0, 7.0, jitter=0.5)
    lane.end(None)
    assert wait(lane, 1.0) == Wait(7.5, Why.HOLD)
    assert wait(lane, 8.5).seconds == 0.0


def test_a_later_refusal_never_shortens_the_hold() -> None:
    """Answers to requests that were under way come in any order."""
    lane = Lane(8)
    first, second = lane.start(COST, 0.0), lane.start(COST, 0.0)
    lane.refuse(first, 1.0, 7.0, 0.0)
    lane.refuse(second, 1.1, 1.0, 0.0)
    assert wait(lane, 1.1).seconds == pytest.approx(6.9)


def test_refusals_without_a_time_hold_longer_and_longer() -> None:
    """One second, two, four; an answer that begins ends the row, and no hold is longer than half a minute."""
    lane = Lane(8)
    holds = []
    for _ in range(7):
        ticket = lane.start(COST, 0.0)
        lane.refuse(ticket, 0.0, None, 0.0)
        lane.end(None)
        holds.append(wait(lane).seconds)
    assert holds == [1, 2, 4, 8, 16, 30, 30]
    ticket = lane.start(COST, 31.0)
    lane.begin(ticket, 31.0)
    lane.refuse(ticket, 31.0, None, 0.0)
    assert wait(lane, 31.0).seconds == 1.0


def opened(concurrency: int = 16) -> Lane:
    """A lane at its full width."""
    lane = Lane(concurrency)
    lane.hear(PLENTY, 0.0)
    return lane


def test_a_crowd_is_halved_once_a_round_trip() -> None:
    """Sixteen refusals of one moment say the same thing once."""
    lane = opened()
    for ticket in fill(lane):
        lane.crowd(ticket, 1.0)
        lane.end(None)
    later = fill(lane, 2.0)
    assert len(later) == 8
    lane.crowd(later[0], 3.0)
    lane.crowd(later[1], 3.0)
    for _ in later:
        lane.end(None)
    assert len(fill(lane, 4.0)) == 4


def test_after_a_crowd_room_grows_by_one_a_round() -> None:
    """Slowly, and no headers jump over it: additive increase after multiplicative decrease."""
    lane = opened()
    for ticket in fill(lane):
        lane.crowd(ticket, 1.0)
        lane.end(None)
    for ticket in fill(lane, 2.0):
        lane.hear(PLENTY, 3.0)
        lane.begin(ticket, 3.0)
        lane.end(10)
    assert len(fill(lane, 4.0)) == 8
    for _ in range(8):
        lane.end(10)
    lane.begin(Ticket(4.0, COST), 5.0)
    assert len(fill(lane, 5.0)) == 9


def test_there_is_always_room_for_one() -> None:
    """However often a server is overloaded, somebody must find out that it no longer is."""
    lane = Lane(8)
    for second in range(1, 10):
        ticket = lane.start(COST, float(second))
        lane.crowd(ticket, second + 0.5)
        lane.end(None)
    assert len(fill(lane, 20.0)) == 1


def test_a_limit_that_is_nearly_used_up_paces() -> None:
    """And every limit has its say: the tightest one counts."""
    lane = opened()
    lane.hear(RateFacts({"requests": LimitFacts(1_000, 900), "output-tokens": LimitFacts(60_000, 0)}), 0.0)
    found = wait(lane)
    assert found.why is Why.LIMIT
    assert 0 < found.seconds < math.inf


def test_a_refusal_against_the_headers_own_word_makes_a_pace_of_its_own() -> None:
    """Limits that are enforced over a second show in no header of a minute: from then on requests go one by one."""
    lane = opened()
    ticket = lane.start(COST, 1.0)
    lane.hear(PLENTY, 1.0)
    lane.refuse(ticket, 1.0, 1.0, 0.0)
    lane.end(None)
    first = lane.start(COST, 10.0)
    found = wait(lane, 10.0)
    assert found.why is Why.LIMIT
    assert found.seconds == pytest.approx(60 / 1_000, rel=0.3)
    lane.end(10)
    assert first.sent == 10.0


def test_a_refusal_of_an_empty_bucket_does_not() -> None:
    """Then the headers said so, and they are enough to go by."""
    lane = opened()
    ticket = lane.start(COST, 1.0)
    lane.hear(RateFacts({"requests": LimitFacts(1_000, 0)}), 1.0)
    lane.refuse(ticket, 1.0, 1.0, 0.0)
    lane.end(None)
    lane.hear(PLENTY, 10.0)
    lane.start(COST, 10.0)
    assert wait(lane, 10.0).seconds == 0.0


def test_the_next_answer_is_expected_to_be_like_the_last_ones() -> None:
    """Not like max_tokens, which no answer reaches."""
    lane = Lane(8)
    for _ in range(40):
        lane.start(COST, 0.0)
        lane.end(300)
    assert lane.expected_output == pytest.approx(300, abs=5)
    lane.start(COST, 0.0)
    lane.end(None)
    assert lane.expected_output == pytest.approx(300, abs=5), "a failure says nothing of answers"


def test_a_lane_knows_the_limits_it_heard_of() -> None:
    """For those that share them with other processes."""
    assert Lane(8).limits == {}
    assert opened().limits == {"requests": 1_000}
