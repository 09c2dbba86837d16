"""Brings an answer about a diff as it was to the diff as it is: what it says of hunks that stand, where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.core.answer import Answer, RawFinding
from bot.core.excerpt import Excerpt
from bot.core.message_batch import Item, Piece
from bot.core.prompt.visible import shown_path
from bot.core.reuse import hunk_key

Standing = Mapping[tuple[str, int, int], Excerpt]
"""The excerpts that wait for an answer in the present diff, by the key of each of their hunks and their part."""

_NO_LINE = 0


def standing_in(waiting: Iterable[Excerpt]) -> Standing:
    """Find excerpts by the keys of their hunks, twins included."""
    found: dict[tuple[str, int, int], Excerpt] = {}
    for excerpt in waiting:
        for hunk in (excerpt.hunk, *excerpt.twins):
            found.setdefault((hunk_key(hunk), *excerpt.part), excerpt)
    return found


def excerpt_of(piece: Piece, standing: Standing) -> Excerpt | None:
    """The excerpt that a piece is now, itself or by a twin of it; None where the hunk has changed or is gone."""
    return next((standing[key, *piece.part] for key in piece.keys if (key, *piece.part) in standing), None)


def carried(answer: Answer, item: Item, standing: Standing) -> Answer:
    """The answer with the numbers of the present diff, without what it says of hunks that no longer stand.

    Every number is still a claim: core/place.py proves it by its quote.
    """
    findings = (_carried(raw, item, standing) for raw in answer.findings)
    return Answer(findings=tuple(raw for raw in findings if raw is not None))


def _carried(raw: RawFinding, item: Item, standing: Standing) -> RawFinding | None:
    of_file = [piece for piece in item.pieces if raw.path in {piece.path, shown_path(piece.path)}]
    if not of_file:
        return raw  # it names no file that was shown, and will be told so
    holding = next((piece for piece in of_file if piece.holds(raw.side, raw.line)), None)
    piece = holding or next((one for one in of_file if excerpt_of(one, standing)), of_file[0])
    excerpt = excerpt_of(piece, standing)
    if excerpt is None:
        return None
    line = _NO_LINE if holding is None else raw.line + piece.moved(raw.side, excerpt.hunk)
    end = None if raw.end_line is None else line + raw.length - 1
    return raw.model_copy(update={"path": excerpt.path, "line": line, "end_line": end})
