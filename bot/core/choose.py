"""From a diff to the requests it takes: select, group and split; then, when that is settled, route and pack.

The two halves are separate because what is already reviewed leaves between them, and enclosing context comes in.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.core.diff.model import Diff
from bot.core.excerpt import Batch, Excerpt, Skipped
from bot.core.group import group
from bot.core.pack import pack
from bot.core.reuse import only, without_reviewed
from bot.core.route import Routing, route_all
from bot.core.select.files import select
from bot.core.select.rules import SelectionRules
from bot.core.split import split


@dataclass(frozen=True, slots=True)
class RequestSizes:
    """How much goes into a request, in estimated tokens and in hunks.

    Excerpts share a request up to `batch_tokens` and `max_hunks`. A hunk is shown whole up to `hunk_tokens`, alone in
    its request where it is over `batch_tokens`, since a reviewer sees more in a whole; above that it is split.
    """

    batch_tokens: int = 4_000
    hunk_tokens: int = 8_000
    max_hunks: int = 20


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a diff comes to: the excerpts to ask about in its order, what is skipped, and how many hunks there were.

    Each of the diff's `hunks` is shown by an excerpt, is a twin of one (`duplicates` counts these), or is counted in
    `skipped`, or was reviewed before (`reused`), or is one of `waiting`, which were submitted before; a Skipped of 0
    hunks is a line left out of a hunk that is shown. `spared` is what those that were reviewed before would look like.
    """

    excerpts: tuple[Excerpt, ...]
    skipped: tuple[Skipped, ...]
    hunks: int
    duplicates: int
    reused: int = 0
    waiting: tuple[Excerpt, ...] = ()
    spared: tuple[Excerpt, ...] = ()


def choose(
    diff: Diff,
    rules: SelectionRules,
    sizes: RequestSizes,
    reviewed: Collection[str] = frozenset(),
    in_hand: Collection[str] = frozenset(),
) -> Chosen:
    """Decide what of a diff is asked about; `reviewed` are the keys of hunks reviewed before (core/reuse.py), `in_hand`
    of those that wait in a batch: they become excerpts of their own, which nobody asks about again.

    Raises BadConfiguration for a glob that is none.
    """
    selection = select(diff, rules)
    unreviewed = without_reviewed(selection.chosen, reviewed)
    fresh = without_reviewed(unreviewed.chosen, in_hand)
    waiting = only(in_hand, unreviewed.chosen)
    spared = [split(excerpt, sizes.hunk_tokens) for excerpt in group(only(reviewed, selection.chosen))]
    pieces = [split(excerpt, sizes.hunk_tokens) for excerpt in group(fresh.chosen)]
    waiting_pieces = [split(excerpt, sizes.hunk_tokens) for excerpt in group(waiting)]
    return Chosen(
        excerpts=tuple(part for piece in pieces for part in piece.parts),
        skipped=(*selection.skipped, *(left_out for piece in (*pieces, *waiting_pieces) for left_out in piece.skipped)),
        hunks=diff.hunk_count,
        duplicates=sum(len(piece.parts[0].twins) for piece in pieces if piece.parts),
        reused=unreviewed.reused,
        waiting=tuple(part for piece in waiting_pieces for part in piece.parts),
        spared=tuple(part for piece in spared for part in piece.parts),
    )


def arrange(excerpts: Sequence[Excerpt], routing: Routing, sizes: RequestSizes) -> tuple[Batch, ...]:
    """The requests for these excerpts, riskiest first."""
    routes = route_all(excerpts, routing)
    return pack(excerpts, routes, batch_tokens=sizes.batch_tokens, max_hunks=sizes.max_hunks)
