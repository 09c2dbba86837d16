from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.budget import Amount
from bot.core.excerpt import Tier
from bot.core.message_batch import (
    EARLIER,
    ENDED_FOR_SURE,
    LATER,
    LEADERS_TAKE,
    Intent,
    Item,
    Piece,
    SeenBatch,
    Sending,
    Stage,
    noted,
    resolved,
)
from bot.core.state import OpenRun, ReviewState
from tests.fakes import NOON

RESERVED = Amount(100, Decimal("0.01"))
NONCE = "0123456789abcdef"
OWN = f"{NONCE}-0-1"


def an_intent(sending: Sending) -> Intent:
    """One request, sent so far as this sending says."""
    piece = Piece("key000000000", "a.py", (1, 1), (1, 1), twins=("twin00000000",))
    item = Item(0, 1, (piece,), "m", Tier.STANDARD, "why", RESERVED)
    return Intent(NONCE, NOON, (item,), (sending,))


PLANNED = an_intent(Sending((0,)))
DOUBTFUL = an_intent(Sending((0,), begun=NOON))
IN_TIME = timedelta(minutes=1)

SEEN = st.builds(
    SeenBatch,
    st.text("abc", min_size=1, max_size=3),
    st.integers(-60, 60).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    st.booleans(),
    st.just(0),
    st.sampled_from([None, "", "theirs-1", f"{NONCE[:-1]}0-0-1"]),
)


def after(intent: Intent, seen: list[SeenBatch], passed: timedelta) -> Sending:
    """What is known of its sending so much later."""
    return resolved(intent, 0, seen, NOON + passed)


@given(st.lists(SEEN, max_size=4), st.integers(0, 60 * 48).map(lambda minutes: timedelta(minutes=minutes)))
def test_what_was_accepted_is_never_thought_refused(others: list[SeenBatch], passed: timedelta) -> None:
    """Whatever else is listed and whenever one looks: until it can be read it is in doubt, and then it is found."""
    at_work = SeenBatch("ours", NOON + IN_TIME, ended=False)
    unread = after(DOUBTFUL, [*others, at_work], passed)
    assert not unread.never_sent
    assert unread.stage is Stage.IN_DOUBT if passed < ENDED_FOR_SURE else unread.spent == RESERVED
    read = after(DOUBTFUL, [*others, replace(at_work, ended=True, custom_id=OWN)], passed)
    assert (read.batch_id, read.stage) == ("ours", Stage.ACCEPTED)


@given(st.lists(SEEN, max_size=4))
def test_what_was_never_accepted_is_let_go_at_last(others: list[SeenBatch]) -> None:
    """Released where all batches of its time are known to be others', charged where that cannot be known."""
    in_the_end = after(DOUBTFUL, others, ENDED_FOR_SURE)
    of_its_time = [one for one in others if NOON - EARLIER <= one.created_at <= NOON + LATER]
    unread = [one for one in of_its_time if not one.custom_id]
    assert in_the_end.spent == (RESERVED if unread else Amount())
    assert in_the_end.batch_id == ""


@pytest.mark.parametrize(
    ("passed", "seen", "stage"),
    [
        (LATER, [], Stage.IN_DOUBT),
        (LATER + IN_TIME, [], Stage.SETTLED),
        (LATER + IN_TIME, [SeenBatch("x", NOON, ended=False)], Stage.IN_DOUBT),
        (LATER + IN_TIME, [SeenBatch("x", NOON, ended=True, custom_id="")], Stage.IN_DOUBT),
        (LATER + IN_TIME, [SeenBatch("x", NOON, ended=True, custom_id="theirs")], Stage.SETTLED),
        (LATER + IN_TIME, [SeenBatch("x", NOON - 2 * EARLIER, ended=False)], Stage.SETTLED),
    ],
    ids=["too early", "nobody's", "at work", "not to be read", "somebody else's", "of another time"],
)
def test_when_a_doubt_ends(passed: timedelta, seen: list[SeenBatch], stage: Stage) -> None:
    """A request that is under way may still arrive, and a batch that cannot be read may be ours."""
    assert after(DOUBTFUL, seen, passed).stage is stage


def test_what_was_planned_is_given_up_when_its_run_must_be_over() -> None:
    """Sooner, that run may still send it, and then it would be sent twice."""
    assert after(PLANNED, [], LEADERS_TAKE - IN_TIME).stage is Stage.PLANNED
    assert after(PLANNED, [], LEADERS_TAKE).never_sent


def test_everything_that_is_not_told_is_in_hand() -> None:
    """Twins included; what was told may be asked about anew."""
    assert DOUBTFUL.in_hand == {"key000000000", "twin00000000"}
    told = Sending((0,), begun=NOON, batch_id="b", spent=Amount(), told=True)
    assert an_intent(told).in_hand == frozenset()
    assert an_intent(told).finished


@pytest.mark.parametrize("began", [NOON, NOON + timedelta(days=3)])
def test_what_is_reserved_becomes_what_was_spent(began: datetime) -> None:
    """The state follows the intent: an open run of its name while it may cost something, then its cost, once."""
    other = OpenRun("another", Amount(5, Decimal("0.5")), began)
    state = noted(ReviewState(spent=Amount(1, Decimal(1)), open_runs=(other,), runs=3), None, DOUBTFUL)
    assert state.committed() == Amount(106, Decimal("1.51"))
    assert noted(state, DOUBTFUL, DOUBTFUL) == state, "writing it again changes nothing"
    cost = Amount(40, Decimal("0.004"))
    settled = an_intent(Sending((0,), begun=NOON, batch_id="b", spent=cost))
    after_it = noted(state, DOUBTFUL, settled)
    assert after_it.open_runs == (other,)
    assert after_it.spent == Amount(41, Decimal("1.004"))
    assert after_it.runs == state.runs + 1 == 5, "newer than any copy of the state that knows it open"
    assert noted(after_it, settled, settled.all_told()) == after_it
