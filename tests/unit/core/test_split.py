from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from bot.core.excerpt import Excerpt, SkipReason
from bot.core.size import excerpt_tokens
from bot.core.split import LONGEST_LINE_TOKENS, OVERLAP_LINES, split
from tests.unit.core.changes import excerpt, hunk


def _texts(part: Excerpt) -> list[str]:
    return [line.text for line in part.lines]


def _fresh(part: Excerpt, before: Excerpt) -> list[str]:
    return [line.text for line in part.lines if line not in before.lines]


def test_what_fits_is_left_alone() -> None:
    """A hunk is shown whole wherever it can be."""
    small = excerpt("a.py", "+x")
    result = split(small, 1_000)
    assert result.parts == (small,)
    assert result.skipped == ()


def test_parts_fit_and_repeat_the_end_of_the_one_before() -> None:
    """The overlap lets a reviewer see across the cut, and nothing between two parts is lost."""
    large = excerpt("a.py", *(f"+value_{n} = {n}" for n in range(400)))
    parts = split(large, 500).parts
    assert [part.part for part in parts] == [(n, len(parts)) for n in range(1, len(parts) + 1)]
    assert all(excerpt_tokens(part) <= 500 for part in parts)
    for one, following in pairwise(parts):
        assert following.lines[:OVERLAP_LINES] == one.lines[-OVERLAP_LINES:]
    assert {line for part in parts for line in part.lines} == set(large.lines)


def test_the_last_part_is_no_scrap() -> None:
    """A hunk just over the limit becomes two halves, for a request is not worth three lines."""
    one, other = split(excerpt("a.py", *(f"+value_{n} = {n}" for n in range(110))), 800).parts
    assert abs(len(one.lines) - len(other.lines)) < 40


def test_a_part_begins_at_a_definition_rather_than_at_a_blank_line() -> None:
    """A function in one piece is worth more than a paragraph of one."""
    function = ["+def f():", *["+    total += 1"] * 5, "+", *["+    total -= 1"] * 11]
    first, second, *_ = split(excerpt("a.py", *function * 8), 400).parts
    assert _fresh(second, first)[0] == "def f():"


def test_the_least_indented_definition_is_the_border() -> None:
    """A class is cut before it is cut between its methods."""
    rows = [*["+    x = compute()"] * 30, "+class A:", "+    def f(self):", *["+        pass"] * 30]
    first, second, *_ = split(excerpt("a.py", *rows), 310).parts
    assert _texts(first)[-1] == "    x = compute()"
    assert _fresh(second, first)[0] == "class A:"


def test_a_blank_line_is_better_than_nothing() -> None:
    """Without definitions a part ends at a paragraph."""
    rows = (["+word " * 3] * 9 + ["+"]) * 10
    first, *_ = split(excerpt("a.txt", *rows), 400).parts
    assert _texts(first)[-1] == ""


def test_twins_and_family_go_with_every_part() -> None:
    """A finding in any part is reported at all places of the hunk."""
    rows = [f"+value_{n}" for n in range(200)]
    large = replace(excerpt("a.py", *rows), twins=(hunk("b.py", *rows),))
    assert {(part.twins, part.family) for part in split(large, 300).parts} == {(large.twins, large.family)}


def test_parts_nobody_touched_are_not_paid_for() -> None:
    """A diff made with much context asks about its changes only."""
    rows = [*[" same()"] * 300, "+changed()", *[" same()"] * 300]
    (only,) = split(excerpt("a.py", *rows), 400).parts
    assert "changed()" in _texts(only)
    assert only.part == (1, 1)


def test_a_long_line_stands_alone() -> None:
    """A line over the limit, but still readable, is shown rather than dropped."""
    rows = ["+a = 1", "+b = '" + "x" * 6_000 + "'", "+c = 3"]
    parts = split(excerpt("a.py", *rows), 500).parts
    assert [len(part.lines) for part in parts] == [1, 1, 1]


def test_a_minified_hunk_is_skipped_with_its_size() -> None:
    """Nothing of it could be shown, so the whole hunk counts as a gap, and so does each twin."""
    rows = ("-" + "x" * 300_000, "+" + "y" * 300_000)
    twin = hunk("b.js", *rows)
    result = split(replace(excerpt("a.js", *rows), twins=(twin,)), 4_000)
    assert result.parts == ()
    assert [(one.path, one.reason, one.hunks) for one in result.skipped] == [
        ("a.js", SkipReason.TOO_LARGE, 1),
        ("b.js", SkipReason.TOO_LARGE, 1),
    ]
    assert "2 lines" in result.skipped[0].detail
    assert f"{LONGEST_LINE_TOKENS:,}" in result.skipped[0].detail


def test_one_minified_line_does_not_cost_the_rest_of_its_hunk() -> None:
    """The rest is shown, and the line is named; the hunk itself is counted where it is shown."""
    result = split(excerpt("a.js", "+a = 1", "+" + "y" * 300_000, "+b = 2"), 4_000)
    assert [_texts(part) for part in result.parts] == [["a = 1", "b = 2"]]
    assert [(one.hunk, one.hunks) for one in result.skipped] == [("@@ -10,0 +10,3 @@", 0)]


def test_a_minified_context_line_is_no_gap() -> None:
    """Nobody asked for a review of a line that was not changed."""
    result = split(excerpt("a.js", "+a = 1", " " + "y" * 300_000), 4_000)
    assert (len(result.parts), result.skipped) == (1, ())


@pytest.mark.parametrize("limit", [1, 40, 41, 60])
def test_an_absurd_limit_still_shows_every_line(limit: int) -> None:
    """Cutting always makes progress."""
    large = excerpt("a.py", *(f"+value_{n}" for n in range(30)))
    assert {line for part in split(large, limit).parts for line in part.lines} == set(large.lines)
