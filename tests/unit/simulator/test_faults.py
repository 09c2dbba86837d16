"""Faults come as scripted, then by chance with a seed."""

from __future__ import annotations

import pytest

from bot.simulator.faults import STAGES, Fault, Faults, Stage, Storm, door_error
from tests.unit.simulator.bodies import Clock


def test_a_script_is_followed_in_turn_and_then_over() -> None:
    """Each request takes the next word; behind the script nothing goes wrong."""
    faults = Faults(["429:2, 529", "ok,reset"], [], 0)
    drawn = [faults.draw() for _ in range(5)]
    assert drawn == [Fault("429", 2.0), Fault("529"), None, Fault("reset"), None]


def test_chance_is_reproducible_and_keeps_its_shares() -> None:
    """The same seed gives the same faults, in about the shares that were asked for."""

    def draw(seed: int) -> list[Fault | None]:
        faults = Faults([], ["529=0.2,reset=0.1"], seed)
        return [faults.draw() for _ in range(2000)]

    assert draw(7) == draw(7)
    assert draw(7) != draw(8)
    kinds = [fault.kind for fault in draw(7) if fault]
    assert 320 < kinds.count("529") < 480
    assert 140 < kinds.count("reset") < 260


@pytest.mark.parametrize(
    ("script", "shares"),
    [
        (["oops"], []),
        (["else/529"], []),
        (["create/garble"], []),
        ([], ["oops=0.1"]),
        ([], ["529"]),
        ([], ["529=2"]),
        ([], ["529=0.6,500=0.6"]),
        ([], ["ok=0.5"]),
        ([], ["results/stream-error=0.1"]),
    ],
)
def test_nonsense_is_refused_at_once(script: list[str], shares: list[str]) -> None:
    """A typing error in a knob must not become a run without faults."""
    with pytest.raises(ValueError, match=r"fault"):
        Faults(script, shares, 0)


def test_every_fault_at_the_door_has_its_error() -> None:
    """No kind is listed without an answer."""
    for kind, stage in STAGES.items():
        if stage is Stage.DOOR:
            assert door_error(Fault(kind)).status >= 400


def test_a_spend_cap_is_told_by_its_code_and_never_says_when_to_come_back() -> None:
    """The difference between a rate limit and a spend limit is `error.details.error_code`."""
    capped, limited = door_error(Fault("spend-cap")), door_error(Fault("429", 2.0))
    assert capped.body("r")["error"]["details"] == {"error_code": "enforced_spend_limit_reached"}
    assert "retry-after" not in capped.headers
    assert "details" not in limited.body("r")["error"]
    assert limited.headers["retry-after"] == "2"


def test_each_call_has_a_script_of_its_own() -> None:
    """A word for one call waits until that call comes, whatever else is asked meanwhile."""
    faults = Faults(["529,create/reset", "results/ok,results/cut,create/429:3"], ["list/500=1"], 0)
    assert faults.draw("retrieve") is None
    assert [faults.draw("results") for _ in range(3)] == [None, Fault("cut"), None]
    assert [faults.draw("create") for _ in range(3)] == [Fault("reset"), Fault("429", 3.0), None]
    assert [faults.draw() for _ in range(2)] == [Fault("529"), None]
    assert faults.draw("list") == Fault("500")


def test_a_storm_strikes_everybody_from_the_first_request_on() -> None:
    """The script waits until it is over."""
    clock = Clock()
    clock.now = 50.0
    faults = Faults(["reset"], [], 0, Storm("429:2:30", clock))
    clock.now = 100.0
    assert [faults.draw(), faults.draw("models")] == [Fault("429", 2.0)] * 2
    clock.now = 129.9
    assert faults.draw("create") == Fault("429", 2.0)
    clock.now = 130.0
    assert [faults.draw(), faults.draw()] == [Fault("reset"), None]


@pytest.mark.parametrize("word", ["529", "30", "ok:30", "oops:30", "529:x", "529:-1", "garble:30", ":30"])
def test_nonsense_is_no_storm(word: str) -> None:
    """A storm that never comes would prove nothing."""
    with pytest.raises(ValueError, match=r"storm|fault"):
        Storm(word, Clock())
