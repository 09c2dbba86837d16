from bot.core.diff.model import FileDiff, FileStatus, Hunk, Side
from bot.core.excerpt import Excerpt
from bot.core.report.code_excerpt import excerpts_from, quoted_lines
from bot.core.shown import ShownHunk, ShownLine
from tests.unit.core.report.receipts import finding


def shown_hunk() -> ShownHunk:
    """Four lines of src/cart.py: context, a removed one, an added one with a redacted secret, context."""
    hunk = Hunk("src/cart.py", 40, 3, 40, 3, b"", b"")
    lines = (
        ShownLine(" ", Side.RIGHT, 40, "def key():", old=40),
        ShownLine("-", Side.LEFT, 41, "    return 1"),
        ShownLine("+", Side.RIGHT, 41, "    return [secret]", altered=True),
        ShownLine(" ", Side.RIGHT, 42, "", old=42),
    )
    file = FileDiff("src/cart.py", None, FileStatus.MODIFIED, (hunk,))
    return ShownHunk(Excerpt(file, hunk, (), "python", 0, ""), lines)


def test_the_lines_around_a_finding_are_those_shown_to_the_model() -> None:
    """A secret that was redacted from the prompt is not printed either."""
    assert excerpts_from([shown_hunk()], around=1)(finding(line=41)) == [
        (41, "-", "    return 1"),
        (41, "+", "    return [secret]"),
        (42, " ", ""),
    ]


def test_both_sides_have_a_line_of_that_number() -> None:
    """A finding on the old file's line 41 stands on the removed line, not on the added one."""
    assert excerpts_from([shown_hunk()], around=0)(finding(side=Side.LEFT)) == [(41, "-", "    return 1")]


def test_nothing_is_shown_for_a_place_that_is_not_at_hand() -> None:
    """A line outside every hunk, or of another file, has no excerpt rather than a wrong one."""
    provider = excerpts_from([shown_hunk()])
    assert provider(finding(line=43)) == ()
    assert provider(finding(path="other.py")) == ()


def test_a_quote_stands_in_for_an_excerpt() -> None:
    """The quoted lines are numbered from the finding's first line."""
    one = finding(start_line=40, line=41, quote="a\nb\nc", side=Side.LEFT)
    assert quoted_lines(one) == [(40, "-", "a"), (41, "-", "b")]
    assert quoted_lines(finding(quote="")) == []
