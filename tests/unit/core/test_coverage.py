"""Every hunk of a diff is counted exactly once, and what is missing is named with its price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.core.coverage import LeftOut, coverage
from bot.core.excerpt import Excerpt, Skipped, SkipReason
from tests.unit.core.changes import excerpts, hunk, modified

OVER = LeftOut(SkipReason.BUDGET, "the budget does not cover it")


def a_dime_each(missing: Sequence[Excerpt]) -> Decimal:
    """Ten cents for each excerpt."""
    return Decimal("0.1") * len(missing)


def test_reviewed_twins_are_duplicates() -> None:
    """Equal hunks are asked about once: one is reviewed, the others were spared."""
    both = excerpts(modified("a.py", hunk("a.py", "+x = 1")), modified("b.py", hunk("b.py", "+x = 1")))
    counted = coverage(both, {both[0].key}, {}, (), 2, 0, a_dime_each)
    assert (counted.hunks, counted.reviewed, counted.duplicates, counted.skipped) == (2, 1, 1, ())


def test_a_hunk_left_out_takes_its_twins_with_it() -> None:
    """Each place is named, and only one of them has a price, since one request answers for all."""
    both = excerpts(modified("a.py", hunk("a.py", "+x = 1")), modified("b.py", hunk("b.py", "+x = 1")))
    counted = coverage(both, set(), {both[0].key: OVER}, (), 2, 0, a_dime_each)
    assert [(one.skipped.path, one.skipped.hunks, one.cost_to_review_usd) for one in counted.skipped] == [
        ("a.py", 1, Decimal("0.1")),
        ("b.py", 1, Decimal(0)),
    ]
    assert {one.skipped.reason for one in counted.skipped} == {SkipReason.BUDGET}
    assert counted.reviewed == counted.duplicates == 0


def test_a_split_hunk_is_reviewed_only_as_a_whole() -> None:
    """With one part missing the hunk is skipped once, at the price of the missing part."""
    (whole,) = excerpts(modified("a.py", hunk("a.py", "+x = 1", "+y = 2")))
    parts = [replace(whole, part=(number, 3)) for number in (1, 2, 3)]
    missing = coverage(parts, {parts[0].key, parts[2].key}, {parts[1].key: OVER}, (), 1, 0, a_dime_each)
    assert missing.reviewed == 0
    (entry,) = missing.skipped
    assert (entry.skipped.hunk, entry.skipped.hunks, entry.cost_to_review_usd) == (
        whole.hunk.header,
        1,
        Decimal("0.1"),
    )
    complete = coverage(parts, {part.key for part in parts}, {}, (), 1, 0, a_dime_each)
    assert (complete.reviewed, complete.skipped) == (1, ())


def test_what_was_reviewed_before_is_reused() -> None:
    """Hunks of earlier runs are counted apart: they were paid for once and are not paid for again."""
    counted = coverage((), (), {}, (), 3, 3, a_dime_each)
    assert (counted.reused, counted.reviewed, counted.skipped) == (3, 0, ())


def test_what_rules_left_out_has_no_price() -> None:
    """Nobody wants a lock file reviewed, so nobody is told what that would cost."""
    lock = Skipped("poetry.lock", None, SkipReason.LOCK, hunks=4)
    counted = coverage((), (), {}, (lock,), 4, 0, a_dime_each)
    assert counted.skipped[0].skipped is lock
    assert counted.skipped[0].cost_to_review_usd is None


def test_an_excerpt_nobody_answered_for_is_an_error() -> None:
    """Whatever is forgotten by a bug of ours shows as a gap and never as reviewed."""
    one = excerpts(modified("a.py", hunk("a.py", "+x = 1")))
    (entry,) = coverage(one, set(), {}, (), 1, 0, a_dime_each).skipped
    assert entry.skipped.reason is SkipReason.ERROR
