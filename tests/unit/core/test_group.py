from __future__ import annotations

from tests.unit.core.changes import excerpts, hunk, modified

_ROWS = (" def f():", "-    return 1", "+    return 2")


def test_equal_hunks_are_asked_about_once() -> None:
    """One answer serves all places, and each place is still known."""
    first, second = hunk("a.py", *_ROWS), hunk("b.py", *_ROWS, at=70)
    (only,) = excerpts(modified("a.py", first), modified("b.py", second))
    assert (only.hunk, only.twins) == (first, (second,))
    assert only.lines == first.lines


def test_equal_lines_in_another_language_are_another_question() -> None:
    """The same text means something else in another language."""
    both = excerpts(modified("a.py", hunk("a.py", *_ROWS)), modified("a.rb", hunk("a.rb", *_ROWS)))
    assert [one.twins for one in both] == [(), ()]


def test_another_context_is_a_relative_and_no_twin() -> None:
    """The same change can be wrong in one place only, but its cause is one."""
    one, other = excerpts(
        modified("a.py", hunk("a.py", *_ROWS)), modified("b.py", hunk("b.py", " def g():", *_ROWS[1:]))
    )
    assert one.twins == ()
    assert one.family == other.family


def test_another_change_is_another_family() -> None:
    """The marks count: a line added is not the line deleted."""
    one, other = excerpts(modified("a.py", hunk("a.py", "+x"), hunk("a.py", "-x", at=50)))
    assert one.family != other.family


def test_a_test_does_not_hide_the_source_that_repeats_it() -> None:
    """The first of equal hunks stands for all, at the highest risk among them."""
    source = excerpts(modified("app.py", hunk("app.py", *_ROWS)))[0].risk
    (both,) = excerpts(modified("tests/test_a.py", hunk("tests/test_a.py", *_ROWS)),
                       modified("app.py", hunk("app.py", *_ROWS)))  # fmt: skip
    assert both.path == "tests/test_a.py"
    assert both.risk == source


def test_excerpts_keep_the_order_of_the_diff() -> None:
    """Everything after this relies on it to be deterministic."""
    rows = [("+a",), ("+b",), ("+a",), ("+c",)]
    found = excerpts(modified("a.py", *(hunk("a.py", *row, at=10 * n) for n, row in enumerate(rows, 1))))
    assert [one.hunk.new_start for one in found] == [10, 20, 40]
