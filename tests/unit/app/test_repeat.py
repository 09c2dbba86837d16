from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.app.repeat import WAITS, until_read, written_once
from bot.errors import HostRefused, HostUnavailable
from tests.fakes import FakeClock


def failing(times: int, error: Exception | None = None) -> tuple[Callable[[], str], list[int]]:
    """Something that fails so often before it gives 'done', and the count of its calls."""
    calls: list[int] = []

    def ask() -> str:
        calls.append(1)
        if len(calls) <= times:
            raise error or HostUnavailable("Server Error (502)")
        return "done"

    return ask, calls


def nothing() -> None:
    """What a search gives that finds nothing."""


def test_a_read_is_tried_three_times() -> None:
    """Reading again does no harm."""
    clock = FakeClock()
    assert until_read(failing(2)[0], clock) == "done"
    assert clock.slept == list(WAITS[:2])
    with pytest.raises(HostUnavailable):
        until_read(failing(3)[0], clock)


def test_a_write_is_looked_for_before_it_is_repeated() -> None:
    """It may have happened although its answer was lost."""
    write, calls = failing(1)
    assert written_once(write, lambda: "found", FakeClock()) == "found"
    assert len(calls) == 1
    write, calls = failing(1)
    assert written_once(write, nothing, FakeClock()) == "done"
    assert len(calls) == 2


def test_the_last_try_is_looked_for_too() -> None:
    """Three answers lost, and the third write happened."""
    looked: list[int] = []

    def find() -> str | None:
        looked.append(1)
        return "found" if len(looked) == 3 else None

    assert written_once(failing(9)[0], find, FakeClock()) == "found"


def test_after_three_tries_it_is_given_up() -> None:
    """The caller says what is lost."""
    write, calls = failing(9)
    with pytest.raises(HostUnavailable):
        written_once(write, nothing, FakeClock())
    assert len(calls) == 3


def test_a_refusal_is_no_lost_answer() -> None:
    """The host said no; asking again would be the same."""
    for repeat in (until_read, lambda ask, clock: written_once(ask, nothing, clock)):
        ask, calls = failing(1, HostRefused("Validation Failed"))
        with pytest.raises(HostRefused):
            repeat(ask, FakeClock())
        assert len(calls) == 1
