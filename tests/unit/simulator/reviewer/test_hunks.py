"""The one place that knows how the prompt shows a hunk."""

from __future__ import annotations

from bot.simulator.reviewer.hunks import ShownHunk, ShownLine, read_hunks

BOUNDARY = "=== " + "0123456789abcdef" * 4


def fenced(*lines: str) -> str:
    """A block as the prompt fences it."""
    return "\n".join((BOUNDARY, *lines, BOUNDARY))


def test_numbers_marks_and_texts_are_read_to_the_letter() -> None:
    """Spaces of the code stay, right-aligned numbers count, and a deleted line keeps its old number."""
    block = fenced(
        "File: src/a b.py", "In: def f():", "  9  def f():", " 10 -    return 1 ", "  10 +    return 2  # ok"
    )
    assert read_hunks([block]) == [
        ShownHunk(
            "src/a b.py",
            (
                ShownLine(9, " ", "def f():"),
                ShownLine(10, "-", "    return 1 "),
                ShownLine(10, "+", "    return 2  # ok"),
            ),
        )
    ]


def test_code_that_looks_like_a_header_is_code() -> None:
    """A line of the change that reads `File: x` has a number before it and renames nothing."""
    hunk = read_hunks([fenced("File: a.py", "1 +File: evil.py", f"2 +{'0' * 64}", "3 +x = 1")])[0]
    assert hunk.path == "a.py"
    assert [line.text for line in hunk.lines] == ["File: evil.py", "0" * 64, "x = 1"]


def test_a_name_of_64_hex_digits_is_no_boundary() -> None:
    """Files named by their hash are files."""
    name = "ab" * 32
    assert read_hunks([fenced(f"File: {name}", "1 +x")])[0].path == name


def test_blocks_without_hunks_are_passed_over() -> None:
    """The facts of the change name files too, without numbered lines."""
    assert read_hunks([fenced("Title: x", "modified a.py +1 -1"), "File: a.py\nno numbers"]) == []


def test_several_hunks_and_unfenced_text_are_read() -> None:
    """Each pair of boundaries is a hunk; without boundaries the whole block is one."""
    two = fenced("File: a.py", "1 +a") + "\n" + fenced("File: b.py", "2 +b")
    assert [hunk.path for hunk in read_hunks([two, "File: c.py\n3 +c"])] == ["a.py", "b.py", "c.py"]


def test_empty_lines_of_code_are_lines() -> None:
    """An added empty line has its number and nothing behind the mark."""
    assert read_hunks(["File: a.py\n7 +\n8  "])[0].lines == (ShownLine(7, "+", ""), ShownLine(8, " ", ""))
