"""The prompt cache, exact to the token.

A request reads the longest stored prefix that ends at one of its breakpoints or at most 19 blocks before one,
and writes an entry at each breakpoint behind that, unless the prefix up to there is shorter than the model's
minimum. What it writes can be read by others only from the moment its own answer begins (`commit`). A read
refreshes what it read, free of charge. An entry that nobody reads for its time to live is gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
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


@dataclass(slots=True)
class _Entry:
    ttl: float
    expires: float


class PrefixCache:
    """Entries by digest, shared by all requests; safe to use from many threads."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._entries: dict[bytes, _Entry] = {}

    def use(self, blocks: tuple[PrefixBlock, ...], min_cacheable: int) -> CacheUse:
        """What a request with these blocks would read and write now; changes nothing."""
        with self._lock:
            hits = self._hits(blocks)
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

    def refresh(self, use: CacheUse) -> None:
        """Start the time to live of everything a request read anew."""
        with self._lock:
            for digest in use.read:
                entry = self._entries.get(digest)
                if entry is not None:
                    entry.expires = self._now() + entry.ttl

    def commit(self, use: CacheUse) -> None:
        """Make what a request wrote readable: its answer begins now."""
        with self._lock:
            for digest, ttl in use.writes:
                seconds = TTL_SECONDS[ttl]
                self._entries[digest] = _Entry(seconds, self._now() + seconds)

    def _hits(self, blocks: tuple[PrefixBlock, ...]) -> set[int]:
        """The positions of live entries that the request's breakpoints can see."""
        now = self._now()
        visible = {
            position
            for index, block in enumerate(blocks)
            if block.ttl is not None
            for position in range(max(0, index - LOOKBACK_BLOCKS + 1), index + 1)
        }
        return {
            position
            for position in visible
            if (entry := self._entries.get(blocks[position].digest)) is not None and entry.expires > now
        }
