"""What every PrefixHistory keeps to, tested on the fake that other tests use and on the file in the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.prefix_file import PrefixFile
from bot.core.prefix_use import Earlier, PrefixUse
from bot.ports import PrefixHistory
from tests.fakes import NOON, KeptPrefixes

USE = PrefixUse("a" * 64, "f" * 64, NOON, NOON + timedelta(seconds=90.5), 12, "1h", "msg_1")


@pytest.fixture(params=["fake", "file"])
def reopened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], PrefixHistory]:
    """The same history, as each run opens it for itself."""
    kept = KeptPrefixes()
    return (lambda: kept) if request.param == "fake" else (lambda: PrefixFile(tmp_path))


def later(minutes: float, **changes: object) -> PrefixUse:
    """A use so many minutes after the first."""
    moved = replace(USE, began=USE.began + timedelta(minutes=minutes), last=USE.last + timedelta(minutes=minutes))
    return replace(moved, **changes)  # type: ignore[arg-type]  # a test names the fields it means


def test_nothing_is_known_of_a_new_prefix(reopened: Callable[[], PrefixHistory]) -> None:
    """A first run is no error."""
    assert reopened().earlier("a" * 64, "f" * 64) == Earlier()


def test_a_use_is_known_to_the_next_run(reopened: Callable[[], PrefixHistory]) -> None:
    """To the letter and to the microsecond, also where nothing was cached and no message came."""
    plain = later(1, ttl=None, message_id=None)
    for use in (USE, plain):
        reopened().add(use)
    assert reopened().earlier("a" * 64, "f" * 64) == Earlier((USE, plain), plain)


def test_uses_of_other_prefixes_are_told_apart(reopened: Callable[[], PrefixHistory]) -> None:
    """Arrivals belong to a prefix; what the API is to compare with belongs to the family."""
    other, stranger = later(1, prefix="b" * 64), later(2, prefix="c" * 64, family="0" * 64)
    for use in (USE, other, stranger):
        reopened().add(use)
    assert reopened().earlier("a" * 64, "f" * 64) == Earlier((USE,), other)
    assert reopened().earlier("c" * 64, "0" * 64) == Earlier((stranger,), stranger)
    assert reopened().earlier("d" * 64, "1" * 64) == Earlier()


def test_the_newest_is_the_one_that_asked_last(reopened: Callable[[], PrefixHistory]) -> None:
    """Runs are kept in the order of ending, and the longest is kept last."""
    late, early = later(9), later(3)
    for use in (late, early):
        reopened().add(use)
    assert reopened().earlier("a" * 64, "f" * 64).newest == late
