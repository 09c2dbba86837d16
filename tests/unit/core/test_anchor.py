from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.anchor import anchors, carried_over
from bot.core.diff.model import Side
from bot.core.finding import Place
from tests.unit.core.pushed import diff_of, finding_at

FIRST = [" one", "+two", " three"]
SECOND = ["-four", "+five", " six"]
DIFF = diff_of({"a.py": {10: FIRST, 30: SECOND}})
HUNKS = DIFF.files[0].hunks


@pytest.mark.parametrize(
    ("start", "line", "side", "may"),
    [
        (None, 10, Side.RIGHT, True),
        (None, 12, Side.RIGHT, True),
        (10, 12, Side.RIGHT, True),
        (None, 9, Side.RIGHT, False),
        (None, 13, Side.RIGHT, False),
        (12, 30, Side.RIGHT, False),
        (12, 11, Side.RIGHT, False),
        (None, HUNKS[1].old_start, Side.LEFT, True),
        (None, HUNKS[1].old_start + 2, Side.LEFT, False),
    ],
)
def test_both_ends_stand_in_one_hunk(start: int | None, line: int, side: Side, may: bool) -> None:  # noqa: FBT001
    """One bad anchor costs a whole review, so none is tried that the host would refuse."""
    finding = replace(finding_at(HUNKS[0], 11), start_line=start, line=line, side=side)
    assert anchors(finding, DIFF) is may


def test_a_path_that_no_request_can_carry_anchors_nowhere() -> None:
    """Stray bytes of a file name stand in JSON for nothing."""
    stray = replace(DIFF.files[0], path="a\udcff.py", hunks=(replace(HUNKS[0], path="a\udcff.py"),))
    finding = replace(finding_at(HUNKS[0], 11), path="a\udcff.py")
    assert not anchors(finding, replace(DIFF, files=(stray,)))


def test_a_finding_follows_its_hunk() -> None:
    """A rebase moves lines, the hunk's text stays."""
    now = diff_of({"a.py": {14: FIRST, 39: SECOND}})
    finding = replace(finding_at(HUNKS[1], 31), start_line=30, also_at=(Place("a.py", 11), Place("gone.py", 5)))
    moved = carried_over(finding, DIFF, now)
    assert moved is not None
    assert (moved.start_line, moved.line) == (39, 40)
    assert moved.also_at == (Place("a.py", 15), Place("gone.py", 5))
    removed = finding_at(HUNKS[1], HUNKS[1].old_start, side=Side.LEFT)
    left = carried_over(removed, DIFF, now)
    assert left is not None
    assert left.line == now.files[0].hunks[1].old_start


def test_a_changed_hunk_carries_nothing_over() -> None:
    """Its lines are others now, and nothing is moved to a guess."""
    now = diff_of({"a.py": {10: [" one", "+two!", " three"], 30: SECOND}})
    assert carried_over(finding_at(HUNKS[0], 11), DIFF, now) is None
    assert carried_over(finding_at(HUNKS[0], 11), DIFF, diff_of({"b.py": {10: FIRST}})) is None


def test_of_equal_hunks_each_keeps_its_own() -> None:
    """The second of two equal hunks stays the second; where one is gone, nobody can say which."""
    before = diff_of({"a.py": {10: FIRST, 30: FIRST}})
    finding = finding_at(before.files[0].hunks[1], 31)
    moved = carried_over(finding, before, diff_of({"a.py": {20: FIRST, 50: FIRST}}))
    assert moved is not None
    assert moved.line == 51
    assert carried_over(finding, before, diff_of({"a.py": {20: FIRST}})) is None
