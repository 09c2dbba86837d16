from __future__ import annotations

import pytest

from bot.core.finding import Finding
from bot.core.place import place
from tests.unit.core.placing import a_hunk, a_raw, shown

HUNK = shown(
    a_hunk(
        """
 first = 1
-second = two()
+second = 2
+third = secret()
+
 fourth = 4
""",
        new=1,
    ),
    altered={3: "third = [redacted]"},
)


def suggestion(line: int, quote: str, text: str | None, **changes: object) -> str | None:
    """Place a finding with this suggestion and return what is left of it."""
    finding = place(a_raw(line, quote, suggestion=text, **changes), [HUNK])
    assert isinstance(finding, Finding)
    return finding.suggestion


@pytest.mark.parametrize("text", ["second = 3", "second = 3\n", "second = 3\r\n"])
def test_it_replaces_its_line_without_a_newline_of_its_own(text: str) -> None:
    """GitHub adds the newline; another one would add a blank line."""
    assert suggestion(2, "second = 2", text) == "second = 3"


def test_it_may_replace_a_line_by_several_and_keeps_their_indentation() -> None:
    """The suggestion is code and is not tidied."""
    assert suggestion(2, "second = 2", "    a\n\n    b") == "    a\n\n    b"


def test_it_replaces_a_range() -> None:
    """Context and added lines stand together in the new file."""
    assert suggestion(1, "first = 1", "both()", end_line=2) == "both()"
    assert suggestion(1, "first = 1\nsecond = 2", "both()", end_line=2) == "both()"


def test_it_follows_a_line_that_was_counted_wrongly() -> None:
    """The quote says which line is meant, and the suggestion replaces that one."""
    assert suggestion(1, "second = 2", "second = 3") == "second = 3"


@pytest.mark.parametrize("text", ["second = 2", "second = 2  \n", "second = 2\n\n"])
def test_it_is_never_a_no_op(text: str) -> None:
    """GitHub refuses suggestions that change nothing."""
    assert suggestion(2, "second = 2", text) is None


@pytest.mark.parametrize(
    ("line", "quote", "changes"),
    [
        (2, "second = two()", {"side": "LEFT"}),
        (3, "third = [redacted]", {}),
        (2, "second = 2", {"end_line": 3}),
        (2, "second = 2", {"end_line": 9}),
        (1, "first = 1\nsecond = 2", {}),
        (1, "first = 1\nsecond = 3", {"end_line": 2}),
    ],
    ids=["deleted line", "altered line", "range over one", "no range", "quotes more", "quotes wrongly"],
)
def test_it_replaces_only_lines_that_are_surely_meant(line: int, quote: str, changes: dict[str, object]) -> None:
    """One click applies it, so it must fit to the line."""
    assert suggestion(line, quote, "x = 1", **changes) is None


def test_it_is_dropped_where_the_quote_was_a_part_of_the_line() -> None:
    """Who read a part may have rewritten only that part."""
    hunk = shown(a_hunk("+total = price(item) * amount", new=1))
    finding = place(a_raw(1, "price(item)", suggestion="price(item, day)"), [hunk])
    assert isinstance(finding, Finding)
    assert finding.suggestion is None


@pytest.mark.parametrize("text", ["", "  \n", "x" * 8_001, "access = 'user\u202e'", "a\x1b[31m", "a\u200bb"])
def test_it_is_dropped_where_it_is_empty_too_long_or_hides_something(text: str) -> None:
    """Applied code must be what the reader saw."""
    assert suggestion(2, "second = 2", text) is None
