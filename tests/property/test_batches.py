"""Whoever is killed between handing in and posting: nothing is lost, nothing paid twice, nothing said twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.budget import Limits
from bot.core.calls import ModelRequest
from bot.core.failure import FailureKind
from bot.core.message_batch import Ending
from tests.unit.app.batches.pulls import World
from tests.unit.app.runs import some_options

_FILES = (1, 2, 3, 4)
_LIMITS = Limits(usd=Decimal("0.05"))
_REFUSALS = (FailureKind.RATE_LIMITED, FailureKind.SERVER_ERROR, FailureKind.TIMED_OUT, FailureKind.BAD_REQUEST)
_HOURS = (0.5, 1, 1, 3, 6, 12, 12, 24, 24, 24, 24)
"""Between the looks of a schedule: after the last of them everything has come to an end, doubts included."""


def a_life(world: World) -> None:
    """Handed in, pushed to, handed in again, collected."""
    world.push(*_FILES)
    world.submit()
    world.push(1, 2, 103, 5, above=7)
    world.submit()
    world.wait(1)
    world.collect()


def to_its_end(world: World) -> None:
    """Runs by schedule until nothing waits, and one more push that has everything reviewed."""
    _until_nothing_waits(world)
    world.submit()
    _until_nothing_waits(world)


def _until_nothing_waits(world: World) -> None:
    for hours in _HOURS:
        world.wait(hours)
        world.collect()
        if not world.recall().intents:
            return


def check(world: World, files: tuple[int, ...] = (1, 2, 103, 5)) -> None:
    """The books balance and everything was said once."""
    memory = world.recall()
    assert memory.intents == ()
    assert memory.state.open_runs == ()
    assert memory.state.spent == world.api.billed()
    in_ledger = world.ledger.total()
    assert in_ledger.cost_usd == world.api.billed().usd, "the ledger knows every answer, each once"
    assert in_ledger.spent_usd >= world.api.billed().usd
    assert max(Counter(world.api.markers_answered()).values()) == 1, "a hunk was paid for twice"
    said = world.inline_markers()
    assert len(set(said)) == len(said), "a finding was posted twice"
    assert {f"{number:04}" for number in files} <= set(said)


def test_a_run_may_be_killed_at_every_moment() -> None:
    """Before and after every write to the pull request and every request to the API, one kill a life."""
    quiet = World()
    a_life(quiet)
    moments = quiet.effects.count
    to_its_end(quiet)
    check(quiet)
    assert moments > 20
    for moment in range(1, moments + 1):
        world = World(kill_at=moment)
        a_life(world)
        to_its_end(world)
        check(world)


@settings(max_examples=40)
@given(
    kills=st.lists(st.integers(1, 25), min_size=1, max_size=4),
    fates=st.lists(st.sampled_from(Ending), max_size=8),
    hours=st.sampled_from([0.01, 0.4, 1.5, 23.9]),
    creates=st.lists(st.sampled_from([None, *_REFUSALS]), max_size=4),
    lost=st.booleans(),
    strangers=st.lists(st.sampled_from([0.1, 5.0, 24.0]), max_size=2),
)
def test_whatever_goes_wrong_at_once(
    kills: list[int],
    fates: list[Ending],
    hours: float,
    creates: list[FailureKind | None],
    *,
    lost: bool,
    strangers: list[float],
) -> None:
    """Kills one after the other, requests that fail, requests to the API whose answers are lost, foreign batches."""
    world = World(options=some_options(limits=_LIMITS), kill_at=kills[0], kill_again=kills[1:])
    world.api.takes = timedelta(hours=hours)
    world.api.endings = Fates(fates)
    world.api.refuse = list(creates)
    world.api.lost = lost
    for number, takes in enumerate(strangers):
        world.api.stranger(f"theirs-{number}", timedelta(hours=takes))
    a_life(world)
    to_its_end(world)
    memory = world.recall()
    assert memory.intents == ()
    assert memory.state.open_runs == ()
    billed, spent = world.api.billed(), memory.state.spent
    assert billed.usd <= spent.usd <= (_LIMITS.usd or 0)
    assert billed.tokens <= spent.tokens
    assert max(Counter(world.api.markers_answered()).values(), default=1) == 1
    said = world.inline_markers()
    assert len(set(said)) == len(said)
    assert world.ledger.total().cost_usd <= billed.usd <= world.ledger.total().spent_usd
    if not strangers:
        assert billed == spent
        assert world.ledger.total().cost_usd == billed.usd


@dataclass
class Fates:
    """What becomes of requests: the n-th that anybody asks for by its name ends as the n-th of these."""

    fates: list[Ending]
    known: dict[str, Ending] = field(default_factory=dict)

    def __call__(self, name: str, _request: ModelRequest) -> Ending:
        """The same for the same name, however often it is read."""
        if name not in self.known:
            self.known[name] = self.fates.pop() if self.fates else Ending.SUCCEEDED
        return self.known[name]
