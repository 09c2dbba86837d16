"""Excerpts share requests: what belongs together is asked together, up to a request's size.

Excerpts of one tier are gathered bottom-up: first hunks with equal changed lines, then the hunks of a file, of a
folder, of the folder above it, up to the root. So a small pull request is one request, and a large one is cut
between folders before it is cut within them. Parts of a split hunk each have a request of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from bot.core.excerpt import Batch, Excerpt, Route, Tier
from bot.core.size import excerpt_tokens

_FOLDERS = 12  # deeper folders count as one, so that a hostile path costs no time
_LOOK_BACK = 8  # how many of the requests begun last are tried before a new one is begun


@dataclass(frozen=True, slots=True)
class _Item:
    """An excerpt on its way into a request. `order` is its position in the diff, `place` its folders and its path."""

    order: int
    excerpt: Excerpt
    route: Route
    tokens: int
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Bin:
    """Items that go into one request, and the deepest place that holds them all."""

    items: tuple[_Item, ...]
    tokens: int
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Limits:
    tokens: int
    hunks: int

    def hold(self, one: _Bin, other: _Bin) -> bool:
        return one.tokens + other.tokens <= self.tokens and len(one.items) + len(other.items) <= self.hunks


def pack(
    excerpts: Sequence[Excerpt], routes: Sequence[Route], *, batch_tokens: int = 4_000, max_hunks: int = 20
) -> tuple[Batch, ...]:
    """Gather excerpts, given in the diff's order, into batches of at most `batch_tokens` and `max_hunks`.

    An excerpt over `batch_tokens` is a batch of its own. Within a batch excerpts keep the diff's order; the batches
    come riskiest first and, where equal, in the diff's order.
    """
    limits = _Limits(batch_tokens, max_hunks)
    items = [
        _Item(order, excerpt, route, excerpt_tokens(excerpt), _place(excerpt.path))
        for order, (excerpt, route) in enumerate(zip(excerpts, routes, strict=True))
    ]
    bins = [_bin([item]) for item in items if item.excerpt.part[1] > 1]
    for tier in Tier:
        whole = [item for item in items if item.excerpt.part[1] == 1 and item.route.tier is tier]
        bins.extend(_up_the_tree(_families(whole, limits), limits))
    return tuple(_batch(bin_) for bin_ in sorted(bins, key=_urgency))


def _place(path: str) -> tuple[str, ...]:
    return (*path.split("/")[:-1][:_FOLDERS], path)


def _bin(items: Sequence[_Item]) -> _Bin:
    place = items[0].place
    for item in items[1:]:
        place = _shared(place, item.place)
    return _Bin(tuple(items), sum(item.tokens for item in items), place)


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _families(items: Iterable[_Item], limits: _Limits) -> list[_Bin]:
    """One bin for each family, or as few as it takes."""
    families: dict[str, list[_Item]] = {}
    for item in items:
        families.setdefault(item.excerpt.family, []).append(item)
    bins: list[_Bin] = []
    for family in families.values():
        bins.extend(_merged([_bin([item]) for item in family], limits))
    return bins


def _up_the_tree(bins: list[_Bin], limits: _Limits) -> list[_Bin]:
    """Merge what shares a file, then what shares a folder, from the deepest place up to the root."""
    for depth in range(max((len(bin_.place) for bin_ in bins), default=0), -1, -1):
        places: dict[tuple[str, ...], list[_Bin]] = {}
        for bin_ in bins:
            places.setdefault(bin_.place[:depth], []).append(bin_)
        bins = [merged for neighbours in places.values() for merged in _merged(neighbours, limits)]
    return bins


def _merged(bins: Iterable[_Bin], limits: _Limits) -> list[_Bin]:
    """Put each bin into the one begun last that has room, else begin another."""
    merged: list[_Bin] = []
    for bin_ in bins:
        for index in range(len(merged) - 1, max(-1, len(merged) - 1 - _LOOK_BACK), -1):
            if limits.hold(merged[index], bin_):
                merged[index] = _joined(merged[index], bin_)
                break
        else:
            merged.append(bin_)
    return merged


def _joined(one: _Bin, other: _Bin) -> _Bin:
    return _Bin(one.items + other.items, one.tokens + other.tokens, _shared(one.place, other.place))


def _urgency(bin_: _Bin) -> tuple[int, int]:
    return -max(item.excerpt.risk for item in bin_.items), min(item.order for item in bin_.items)


def _batch(bin_: _Bin) -> Batch:
    items = sorted(bin_.items, key=lambda item: item.order)
    reasons = dict.fromkeys(item.route.why for item in items)
    return Batch(tuple(item.excerpt for item in items), Route(items[0].route.tier, "; ".join(reasons)))
