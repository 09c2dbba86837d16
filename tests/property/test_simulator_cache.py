"""The stand-in's cache against its own definition, over random requests."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.simulator.cache import LOOKBACK_BLOCKS, PrefixCache
from bot.simulator.prefix import PrefixBlock

MINIMUM = 5

_PIECES = st.lists(
    st.tuples(st.sampled_from("abc"), st.booleans()),
    min_size=1,
    max_size=30,
)


def blocks(pieces: list[tuple[str, bool]]) -> tuple[PrefixBlock, ...]:
    """Blocks of one token each, named by all letters up to them, at most four of them breakpoints."""
    marked = [index for index, (_, mark) in enumerate(pieces) if mark][-4:]
    letters = "".join(letter for letter, _ in pieces)
    return tuple(
        PrefixBlock(letters[: index + 1].encode(), index + 1, "5m" if index in marked else None)
        for index in range(len(pieces))
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, min_size=1, max_size=8))
def test_every_token_is_read_written_or_uncached_once(requests: list[list[tuple[str, bool]]]) -> None:
    """The four figures add up, and the read is the longest stored prefix within reach of a breakpoint."""
    cache = PrefixCache(lambda: 0.0)
    stored: set[bytes] = set()
    for pieces in requests:
        prompt = blocks(pieces)
        use = cache.use(prompt, MINIMUM)
        assert use.read_tokens + use.write_5m_tokens + use.uncached_tokens == len(prompt)
        reach = {
            end
            for mark in range(len(prompt))
            if prompt[mark].ttl
            for end in range(max(0, mark - LOOKBACK_BLOCKS + 1), mark + 1)
        }
        assert use.read_tokens == max((end + 1 for end in reach if prompt[end].digest in stored), default=0)
        written = [one for one in prompt if one.ttl and one.total > use.read_tokens and one.total >= MINIMUM]
        assert [digest for digest, _ in use.writes] == [one.digest for one in written]
        cache.commit(use)
        stored |= {one.digest for one in written}
