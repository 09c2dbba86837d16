"""The prompt cache, exact to the token.

A request reads the longest stored prefix that ends at one of its breakpoints or at most 19 blocks before one,
and writes an entry at each breakpoint behind that, unless the prefix up to there is shorter than the model's
minimum. What it writes can be read by others only from the moment its own answer begins (`commit`). A read
refreshes what it read, free of charge. An entry that nobody reads for its time to live is gone.

A batch looks back: its items are processed at a moment that has passed, and read only what could be read when
the batch was created, or what an earlier item of it wrote (`Sight`).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.simulator.prefix import PrefixBlock

LOOKBACK_BLOCKS = 20
TTL_SECONDS = {"5m": 300.0, "1h": 3600.0}


@dataclass(frozen=True, slots=True)
class CacheUse:
    """What a request reads, writes and leaves uncached, in tokens; the four add up to its whole input.

    `read` are the digests of the entries it reads or passes, `writes` those it will store, with their time to live.
    """

    read_tokens: int
    write_5m_tokens: int
    write_1h_tokens: int
    uncached_tokens: int
    read: tuple[bytes, ...] = ()
    writes: tuple[tuple[bytes, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """Who looks: at which moment, and what is new to it.

    Entries that became readable after `known_by` are not seen, unless they are among `own`.
    """

    at: float
    known_by: float
    own: Collection[bytes] = frozenset()


BLIND = Sight(at=math.inf, known_by=-math.inf)
"""Sees no entry at all."""


@dataclass(slots=True)
class _Entry:
    """`since` is when it became readable; it has been readable ever since."""

    ttl: float
    since: float
    expires: float


class PrefixCache:
    """Entries by digest, shared by all requests; safe to use from many threads."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._entries: dict[bytes, _Entry] = {}

    def use(self, blocks: tuple[PrefixBlock, ...], min_cacheable: int, sight: Sight | None = None) -> CacheUse:
        """What a request with these blocks would read and write, now or as `sight` says; changes nothing."""
        with self._lock:
            hits = self._hits(blocks, sight or Sight(self._now(), math.inf))
        read_to = max(hits, default=-1)
        read_tokens = blocks[read_to].total if hits else 0
        written = {"5m": 0, "1h": 0}
        writes = []
        done = read_tokens
        for index, block in enumerate(blocks):
            if block.ttl is not None and index > read_to and block.total >= min_cacheable:
                written[block.ttl] += block.total - done
                writes.append((block.digest, block.ttl))
                done = block.total
        return CacheUse(
            read_tokens=read_tokens,
            write_5m_tokens=written["5m"],
            write_1h_tokens=written["1h"],
            uncached_tokens=blocks[-1].total - done,
            read=tuple(blocks[index].digest for index in sorted(hits)),
            writes=tuple(writes),
        )

    def refresh(self, use: CacheUse, at: float | None = None) -> None:
        """Start the time to live of everything a request read anew, now or at a moment that has passed."""
        moment = self._now() if at is None else at
        with self._lock:
            for digest in use.read:
                entry = self._entries.get(digest)
                if entry is not None:
                    entry.expires = max(entry.expires, moment + entry.ttl)

    def commit(self, use: CacheUse, at: float | None = None) -> None:
        """Make what a request wrote readable: its answer begins now, or began at a moment that has passed."""
        moment = self._now() if at is None else at
        with self._lock:
            for digest, ttl in use.writes:
                before = self._entries.get(digest)
                since = before.since if before is not None and before.expires > moment else moment
                self._entries[digest] = _Entry(TTL_SECONDS[ttl], since, moment + TTL_SECONDS[ttl])

    def _hits(self, blocks: tuple[PrefixBlock, ...], sight: Sight) -> set[int]:
        """The positions of live entries that the request's breakpoints can see."""
        near = {
            position
            for index, block in enumerate(blocks)
            if block.ttl is not None
            for position in range(max(0, index - LOOKBACK_BLOCKS + 1), index + 1)
        }
        return {
            position
            for position in near
            if (entry := self._entries.get(blocks[position].digest)) is not None
            and entry.expires > sight.at
            and (entry.since <= sight.known_by or blocks[position].digest in sight.own)
        }
