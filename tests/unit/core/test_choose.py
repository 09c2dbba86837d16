from __future__ import annotations

from bot.core.choose import RequestSizes, arrange, choose
from bot.core.excerpt import SkipReason
from bot.core.route import Routing
from bot.core.select.rules import SelectionRules
from tests.unit.core.changes import diff, hunk, modified


def test_a_diff_becomes_excerpts_and_reasons() -> None:
    """Every hunk is shown, a twin, or skipped, and the counts say so."""
    change = diff(
        modified("a.py", hunk("a.py", "+x = 1"), hunk("a.py", "+y = 2", at=50)),
        modified("b.py", hunk("b.py", "+x = 1")),
        modified("go.sum", hunk("go.sum", "+hash")),
        modified("a.js", hunk("a.js", "+" + "y" * 200_000)),
    )
    chosen = choose(change, SelectionRules(), RequestSizes())
    assert [(one.path, len(one.twins)) for one in chosen.excerpts] == [("a.py", 1), ("a.py", 0)]
    assert [one.reason for one in chosen.skipped] == [SkipReason.LOCK, SkipReason.TOO_LARGE]
    assert (chosen.hunks, chosen.duplicates) == (5, 1)


def test_a_hunk_that_is_split_counts_its_twins_once() -> None:
    """Each part carries the twins, and the duplicates are still as many as they are."""
    rows = [f"+value_{n} = {n}" for n in range(900)]
    change = diff(modified("a.py", hunk("a.py", *rows)), modified("b.py", hunk("b.py", *rows)))
    chosen = choose(change, SelectionRules(), RequestSizes(hunk_tokens=1_000))
    assert len(chosen.excerpts) > 1
    assert chosen.duplicates == 1


def test_a_small_diff_is_arranged_into_one_request() -> None:
    """The median pull request pays for one prompt."""
    change = diff(
        modified("src/a.py", hunk("src/a.py", "+x = 1")),
        modified("docs/a.md", hunk("docs/a.md", "+words")),
        modified("tests/test_a.py", hunk("tests/test_a.py", "+assert f()")),
    )
    chosen = choose(change, SelectionRules(), RequestSizes())
    for routing in Routing:
        (only,) = arrange(chosen.excerpts, routing, RequestSizes())
        assert [one.path for one in only.excerpts] == ["src/a.py", "docs/a.md", "tests/test_a.py"]


def test_an_empty_diff_asks_nothing() -> None:
    """Nothing to review is no error here."""
    chosen = choose(diff(), SelectionRules(), RequestSizes())
    assert (chosen.excerpts, chosen.skipped, chosen.hunks, chosen.duplicates) == ((), (), 0, 0)
    assert arrange((), Routing.RULES, RequestSizes()) == ()
