import io
from dataclasses import replace

from rich.console import RenderableType

from bot.cli.tables import REQUESTS_LISTED, diff_table, plan_table
from bot.cli.text import console_on
from bot.core.diff.model import Diff, FileDiff, FileStatus, Hunk
from bot.core.excerpt import SkipReason
from tests.unit.core.prompt.prompts import matches_golden
from tests.unit.core.report.receipts import quote, skipped


def printed(table: RenderableType, width: int = 100) -> str:
    """A table as a stream that is no terminal gets it."""
    stream = io.StringIO()
    console_on(stream, width).print(table)
    return stream.getvalue()


def test_golden_of_a_plan() -> None:
    """Requests, prices by tier, the budget and what is left out, as `hunkwise quote` prints them."""
    left_out = (
        skipped(SkipReason.LOCK, "poetry.lock", hunks=4).skipped,
        skipped(SkipReason.BINARY, "logo.png").skipped,
    )
    matches_golden(
        "report/plan.txt", printed(plan_table(replace(quote(), skipped=left_out, notes=("Prices of today.",))))
    )


def test_a_plan_without_requests_says_so() -> None:
    """An empty plan is a sentence, not an empty table."""
    text = printed(plan_table(replace(quote(), requests=())))
    assert "Nothing to ask: no hunk of this diff is selected for review." in text
    assert "Tier" not in text


def test_a_long_plan_is_summed_up() -> None:
    """The requests beyond the listed ones are counted, none vanishes."""
    one = quote().requests[1]
    text = printed(plan_table(replace(quote(), requests=(one,) * (REQUESTS_LISTED + 3))))
    assert "3 more requests" in text
    assert "54" in text.split("3 more requests")[0].splitlines()[-1]


def test_a_price_that_fits_is_told_so() -> None:
    """Each limit says whether the worst case stays within it."""
    text = printed(plan_table(quote()))
    assert "$0.10: the highest price does not fit" in text
    assert "400,000 tokens, at most 48,000 needed: even the highest price fits." in text
    free = printed(plan_table(replace(quote(), limit_usd=None, limit_tokens=None)))
    assert "No limit in dollars." in free
    assert "No limit in tokens." in free


def test_a_diff_is_counted_file_by_file() -> None:
    """Added, removed and commentable lines stand beside each file, and what could not be read says why."""
    hunk = Hunk("a.py", 1, 2, 1, 2, b"", b" a\n-b\n+c\n")
    files = (
        FileDiff("a.py", "old.py", FileStatus.RENAMED, (hunk,)),
        FileDiff("[b]\udcff\x1b.py", None, FileStatus.MODIFIED, unreadable="the hunk ends early"),
    )
    text = printed(diff_table(Diff(files)))
    assert [row.split() for row in text.splitlines() if "a.py" in row] == [
        ["renamed", "a.py", "from", "old.py", "1", "1", "1", "4"]
    ]
    assert "[b]\\xff" in text
    assert "unreadable: the hunk ends early" in text
    assert "\x1b" not in text
    assert "2 files, 1 hunk; 1 unreadable." in text
