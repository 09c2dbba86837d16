"""What runs know of each other's prompts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.core.prefix_use import Earlier, PrefixUse, prefix_hash
from tests.fakes import NOON


def ago(minutes: float) -> datetime:
    """So many minutes before noon."""
    return NOON - timedelta(minutes=minutes)


def a_use(began: float, last: float | None = None, ttl: str | None = "5m") -> PrefixUse:
    """A run that began and asked last so many minutes before noon."""
    return PrefixUse("p" * 64, "f" * 64, ago(began), ago(began if last is None else last), 3, ttl)


def test_gaps_go_from_the_last_request_to_the_next_first_one() -> None:
    """A long run keeps its prompt warm to its end; the gap to now is one of them."""
    assert Earlier((a_use(60, 50), a_use(30), a_use(10, 4))).gaps(NOON) == (20 * 60, 20 * 60, 4 * 60)
    assert Earlier().gaps(NOON) == ()


def test_runs_at_the_same_time_have_no_gap_between_them() -> None:
    """A run that begins before another has ended finds its prompt there."""
    assert Earlier((a_use(20, 5), a_use(15))).gaps(NOON)[0] == 0


def test_gaps_do_not_depend_on_the_order_in_which_uses_were_kept() -> None:
    """Runs end in another order than they begin."""
    one, two = a_use(60, 50), a_use(30)
    assert Earlier((two, one)).gaps(NOON) == Earlier((one, two)).gaps(NOON)


def test_only_the_newest_runs_tell_of_habits() -> None:
    """What was usual long ago says nothing of now."""
    assert len(Earlier(tuple(a_use(1_000 - n) for n in range(80))).gaps(NOON)) == 50


@pytest.mark.parametrize(
    ("minutes", "ttl", "lives"),
    [(3.9, "5m", True), (4.1, "5m", False), (58.9, "1h", True), (59.1, "1h", False), (1.0, None, False)],
)
def test_an_entry_is_counted_on_while_it_has_a_minute_left(minutes: float, ttl: str | None, *, lives: bool) -> None:
    """The first request may take a minute to arrive, and what was not marked was never there."""
    use = a_use(minutes, ttl=ttl)
    assert Earlier((use,)).living(NOON) == (use if lives else None)


def test_the_newest_living_use_counts() -> None:
    """Later runs may have cached nothing and yet an hour's entry stands."""
    hour, short = a_use(30, ttl="1h"), a_use(2, ttl=None)
    assert Earlier((hour, short)).living(NOON) == hour


def test_a_prefix_hangs_on_all_that_the_api_keeps_apart() -> None:
    """Any of these changes, and nothing can be read."""
    same = ("model", "low", "adaptive", {"type": "object"}, "Review this.")
    others = [
        ("other", *same[1:]),
        (same[0], "high", *same[2:]),
        (*same[:2], None, *same[3:]),
        (*same[:3], {"type": "array"}, same[4]),
        (*same[:4], "Review that."),
    ]
    assert prefix_hash(*same) == prefix_hash(*same)
    assert len({prefix_hash(*one) for one in [same, *others]}) == 6
