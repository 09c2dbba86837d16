"""Faults come as scripted, then by chance with a seed."""

from __future__ import annotations

import pytest

from bot.simulator.faults import STAGES, Fault, Faults, Stage, door_error


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
    [(["oops"], []), ([], ["oops=0.1"]), ([], ["529"]), ([], ["529=2"]), ([], ["529=0.6,500=0.6"]), ([], ["ok=0.5"])],
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
