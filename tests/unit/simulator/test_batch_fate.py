"""What becomes of batch items is scripted, then drawn by seed, batch and custom_id."""

from __future__ import annotations

import pytest

from bot.simulator.batch_fate import Fates


def test_a_script_comes_first_and_then_chance() -> None:
    """Item by item, whatever batch they are in."""
    fates = Fates(["errored, ok", "garble"], ["expired=1"], 0)
    assert [fates.of(number, "a") for number in range(4)] == ["errored", "ok", "garble", "expired"]


def test_chance_depends_on_the_batch_and_not_on_the_order() -> None:
    """The same item of the same batch fares the same; in the next batch it may fare otherwise."""
    names = [f"i{number}" for number in range(2000)]

    def fares(batch: int, seed: int, order: list[str]) -> dict[str, str]:
        fates = Fates([], ["errored=0.2,expired=0.1"], seed)
        return {name: fates.of(batch, name) for name in order}

    first = fares(1, 7, names)
    assert first == fares(1, 7, names[::-1])
    assert first != fares(2, 7, names)
    assert first != fares(1, 8, names)
    assert 320 < list(first.values()).count("errored") < 480
    assert 140 < list(first.values()).count("expired") < 260
    twice = sum(first[name] != "ok" and fate != "ok" for name, fate in fares(2, 7, names).items())
    assert 0.2 * 2000 > twice > 0


@pytest.mark.parametrize(
    ("script", "shares"),
    [
        (["oops"], []),
        (["429"], []),
        ([], ["oops=0.1"]),
        ([], ["ok=0.1"]),
        ([], ["errored"]),
        ([], ["errored=x"]),
        ([], ["errored=2"]),
        ([], ["errored=0.6,expired=0.6"]),
    ],
)
def test_nonsense_is_refused_at_once(script: list[str], shares: list[str]) -> None:
    """A typing error must not become a run in which every item succeeds."""
    with pytest.raises(ValueError, match="batch fault"):
        Fates(script, shares, 0)
