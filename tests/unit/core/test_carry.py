from __future__ import annotations

from typing import Any

from bot.core.answer import Answer
from bot.core.budget import Amount
from bot.core.carry import carried, standing_in
from bot.core.diff.model import Hunk
from bot.core.excerpt import Excerpt, Tier
from bot.core.message_batch import Item, Piece
from tests.fakes_batches import finding
from tests.unit.core.changes import excerpts, hunk, modified

ROWS = (" a", "-gone", "+came", " b")


def item_of(*shown: Excerpt) -> Item:
    """The request that asked about these."""
    return Item(0, 1, tuple(Piece.of(one) for one in shown), "m", Tier.STANDARD, "why", Amount())


def said(*findings: dict[str, Any]) -> Answer:
    """An answer with these."""
    return Answer.model_validate_json(Answer.model_validate({"findings": findings}, strict=False).model_dump_json())


def shown(path: str, *hunks: Hunk) -> tuple[Excerpt, ...]:
    """The excerpts of a file."""
    return excerpts(modified(path, *hunks))


def test_each_side_moves_by_its_own() -> None:
    """Lines above may have been added in the base and in the head, and not equally many."""
    then = Hunk("a.py", 10, 3, 20, 3, b"", b" a\n-gone\n+came\n b\n")
    now = Hunk("a.py", 14, 3, 31, 3, b"", b" a\n-gone\n+came\n b\n")
    answer = said(finding("a.py", 21, "came"), {**finding("a.py", 11, "gone"), "side": "LEFT"})
    right, left = carried(answer, item_of(*shown("a.py", then)), standing_in(shown("a.py", now))).findings
    assert (right.line, left.line) == (32, 15)


def test_ranges_keep_their_length() -> None:
    """The end moves with the line."""
    then, now = hunk("a.py", *ROWS, at=10), hunk("a.py", *ROWS, at=50)
    answer = said({**finding("a.py", 11, "came"), "end_line": 12})
    [found] = carried(answer, item_of(*shown("a.py", then)), standing_in(shown("a.py", now))).findings
    assert (found.line, found.end_line) == (51, 52)


def test_what_is_said_of_a_hunk_that_changed_is_dropped() -> None:
    """Also where another hunk of the same file stands, which holds that line now."""
    first, second = hunk("a.py", *ROWS, at=10), hunk("a.py", " x", "+y", at=30)
    item = item_of(*shown("a.py", first, second))
    standing = standing_in(shown("a.py", hunk("a.py", " x", "+y", at=10)))
    answer = said(finding("a.py", 11, "came"), finding("a.py", 31, "y"))
    assert [one.line for one in carried(answer, item, standing).findings] == [11]


def test_a_line_outside_every_hunk_stays_nowhere() -> None:
    """The number proves nothing then, and must not happen to fall into a hunk of today; the quote may still decide."""
    item = item_of(*shown("a.py", hunk("a.py", *ROWS, at=10)))
    standing = standing_in(shown("a.py", hunk("a.py", *ROWS, at=90)))
    answer = said(finding("a.py", 91, "came"), finding("b.py", 1, "z"))
    first, foreign = carried(answer, item, standing).findings
    assert (first.line, foreign.path, foreign.line) == (0, "b.py", 1)


def test_a_twin_that_stands_speaks_for_one_that_is_gone() -> None:
    """Equal hunks were answered together: the answer is worth as much for the one that is left."""
    [both] = excerpts(modified("a.py", hunk("a.py", *ROWS, at=10)), modified("b.py", hunk("b.py", *ROWS, at=40)))
    standing = standing_in(shown("b.py", hunk("b.py", *ROWS, at=45)))
    [found] = carried(said(finding("a.py", 11, "came")), item_of(both), standing).findings
    assert (found.path, found.line) == ("b.py", 46)
