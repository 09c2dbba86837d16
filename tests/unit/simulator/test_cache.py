"""The prompt cache, to the token."""

from __future__ import annotations

from typing import Any

import pytest

from bot.simulator.cache import BLIND, CacheUse, PrefixCache, Sight
from bot.simulator.prefix import input_tokens, prefix_blocks
from bot.simulator.request import Request
from tests.unit.simulator.bodies import HOUR_MARKER, MARKER, Clock, output, request, text

SYSTEM = "s" * 3000
FACTS = "f" * 3000


class Cache:
    """A cache and its clock, asked with whole requests."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.cache = PrefixCache(self.clock)

    def look(self, asked: Request) -> CacheUse:
        """What a request would do now."""
        return self.cache.use(prefix_blocks(asked), asked.model.min_cacheable)

    def answer(self, asked: Request) -> CacheUse:
        """A request from its arrival to the beginning of its answer."""
        use = self.look(asked)
        self.cache.refresh(use)
        self.cache.commit(use)
        return use


def asked(hunk: str = "hunk", *, facts: str = FACTS, ttl: dict[str, str] = MARKER, **changes: Any) -> Request:
    """A request as a review makes it: marked system, marked facts, a hunk."""
    return request(
        system=[text(SYSTEM, ttl)],
        messages=[{"role": "user", "content": [text(facts, ttl), text(hunk)]}],
        **changes,
    )


def figures(use: CacheUse) -> tuple[int, int, int, int]:
    """Read, written for 5m, written for 1h, uncached."""
    return use.read_tokens, use.write_5m_tokens, use.write_1h_tokens, use.uncached_tokens


# 8 for the request, 3 for a block, 1000 for its 3000 bytes; 4 for the message.
SYSTEM_TOKENS = 8 + 3 + 1000
FACTS_TOKENS = 4 + 3 + 1000
HUNK_TOKENS = 3 + 2


def test_the_leader_writes_and_the_others_read() -> None:
    """One write per breakpoint, then reads of all of it, and only the hunk at the full price."""
    cache = Cache()
    assert figures(cache.answer(asked())) == (0, SYSTEM_TOKENS + FACTS_TOKENS, 0, HUNK_TOKENS)
    assert figures(cache.answer(asked("other"))) == (SYSTEM_TOKENS + FACTS_TOKENS, 0, 0, HUNK_TOKENS)


def test_nothing_is_readable_before_the_answer_begins() -> None:
    """Parallel cold requests each pay for a write."""
    cache = Cache()
    first, second = cache.look(asked()), cache.look(asked("other"))
    assert figures(first)[1] == figures(second)[1] == SYSTEM_TOKENS + FACTS_TOKENS
    cache.cache.commit(first)
    assert cache.look(asked("third")).read_tokens == SYSTEM_TOKENS + FACTS_TOKENS


def test_other_facts_read_the_system_alone() -> None:
    """The longest stored prefix at any breakpoint is read, and only what is behind it is written."""
    cache = Cache()
    cache.answer(asked())
    assert figures(cache.answer(asked(facts="g" * 3000))) == (SYSTEM_TOKENS, FACTS_TOKENS, 0, HUNK_TOKENS)


def test_an_hour_marker_writes_to_its_own_counter() -> None:
    """1h and 5m writes have different prices and are counted apart, each from the breakpoint before it."""
    cache = Cache()
    mixed = request(
        system=[text(SYSTEM, HOUR_MARKER)],
        messages=[{"role": "user", "content": [text(FACTS, MARKER), text("hunk")]}],
    )
    assert figures(cache.answer(mixed)) == (0, FACTS_TOKENS, SYSTEM_TOKENS, HUNK_TOKENS)


def test_a_prefix_below_the_minimum_is_not_written() -> None:
    """Below the model's minimum nothing is cached, and its tokens go with the next breakpoint's write."""
    cache = Cache()
    short = request(
        system=[text("s" * 300, MARKER)],
        messages=[{"role": "user", "content": [text(FACTS, MARKER), text("hunk")]}],
    )
    assert figures(cache.answer(short))[:2] == (0, 8 + 3 + 100 + FACTS_TOKENS)
    only_short = request(system=[text("s" * 300, MARKER)])
    assert figures(cache.answer(only_short))[:3] == (0, 0, 0)
    assert cache.answer(only_short).read_tokens == 0


@pytest.mark.parametrize(("model", "cached"), [("claude-haiku-5-5", 1), ("claude-sonnet-5", 0)])
def test_the_minimum_is_the_models(model: str, cached: int) -> None:
    """1,000 tokens are enough for a model with 512, not for one with 1,024."""
    asked_short = request(model=model, system=[text("s" * 2700, MARKER)])
    assert len(Cache().look(asked_short).writes) == cached


def test_entries_end_with_their_time_to_live() -> None:
    """5m entries are gone after five minutes without a read, 1h entries after an hour."""
    cache = Cache()
    cache.answer(asked())
    cache.answer(asked(ttl=HOUR_MARKER, model="claude-sonnet-5-5"))
    cache.clock.now = 301
    assert cache.look(asked()).read_tokens == 0
    assert cache.look(asked(ttl=HOUR_MARKER, model="claude-sonnet-5-5")).read_tokens > 0
    cache.clock.now = 3601
    assert cache.look(asked(ttl=HOUR_MARKER, model="claude-sonnet-5-5")).read_tokens == 0


def test_a_read_refreshes_what_it_read() -> None:
    """Each read starts the five minutes anew."""
    cache = Cache()
    for _ in range(4):
        cache.answer(asked())
        cache.clock.now += 200
    assert cache.look(asked()).read_tokens == SYSTEM_TOKENS + FACTS_TOKENS


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "claude-sonnet-5-5"},
        {"output_config": {"effort": "low"}},
        {"output_config": output()},
        {"thinking": {"type": "disabled"}},
        {"tenant": "another key"},
        {"speed": "fast"},
        {"tools": [{"name": "look", "input_schema": {"type": "object"}}]},
    ],
)
def test_what_keeps_entries_apart(changes: dict[str, Any]) -> None:
    """Model, effort, format, thinking, speed, tools and key each have entries of their own."""
    cache = Cache()
    cache.answer(asked())
    assert cache.look(asked(**changes)).read_tokens == 0


def test_a_format_keeps_even_marked_tools_apart() -> None:
    """Changing the format invalidates everything, though the tools come before it."""
    tools = [{"name": "look", "description": "d" * 3000, "input_schema": {"type": "object"}, "cache_control": MARKER}]
    cache = Cache()
    cache.answer(request(tools=tools))
    assert cache.look(request(tools=tools)).read_tokens > 0
    assert cache.look(request(tools=tools, output_config=output())).read_tokens == 0


def test_a_default_said_aloud_is_the_default() -> None:
    """Leaving effort out and naming the default are the same request to the model."""
    cache = Cache()
    cache.answer(asked())
    assert cache.look(asked(output_config={"effort": "medium"})).read_tokens > 0


def test_the_marker_is_no_part_of_the_prefix() -> None:
    """An entry is found by a breakpoint further on, where its own marker is gone."""
    cache = Cache()
    cache.answer(request(system=[text(SYSTEM, MARKER)]))
    later = request(system=[text(SYSTEM), text("more", MARKER)])
    assert cache.look(later).read_tokens == SYSTEM_TOKENS


@pytest.mark.parametrize(("between", "found"), [(18, SYSTEM_TOKENS), (19, 0)])
def test_the_lookback_is_twenty_blocks(between: int, found: int) -> None:
    """A breakpoint sees entries at its own block and the 19 before it, no further."""
    cache = Cache()
    cache.answer(request(system=[text(SYSTEM, MARKER)]))
    blocks = [*(text(f"block {number}") for number in range(between)), text("end", MARKER)]
    far = request(system=[text(SYSTEM)], messages=[{"role": "user", "content": blocks}])
    assert cache.look(far).read_tokens == found


def test_a_structured_output_is_part_of_the_prefix() -> None:
    """The schema is injected before the system prompt and is cached with it."""
    plain, shaped = asked(), asked(output_config=output())
    assert input_tokens(shaped) > input_tokens(plain) + 120
    cache = Cache()
    assert figures(cache.answer(shaped))[3] == HUNK_TOKENS


def test_a_batch_sees_what_was_readable_when_it_was_created() -> None:
    """What was written since is new to it, unless one of its own items wrote it."""
    cache = Cache()
    cache.clock.now = 10.0
    use = cache.answer(asked())
    blocks = prefix_blocks(asked())

    def reads(sight: Sight) -> int:
        return cache.cache.use(blocks, 512, sight).read_tokens

    assert reads(Sight(at=20.0, known_by=10.0)) == SYSTEM_TOKENS + FACTS_TOKENS
    assert reads(Sight(at=20.0, known_by=9.0)) == 0
    assert reads(Sight(at=20.0, known_by=9.0, own={use.writes[0][0]})) == SYSTEM_TOKENS
    assert reads(Sight(at=310.0, known_by=10.0)) == 0
    assert reads(BLIND) == 0


def test_an_entry_written_again_has_been_readable_all_the_time() -> None:
    """Unless it was gone in between: then it is new."""
    cache = Cache()
    use = cache.answer(asked())
    blocks = prefix_blocks(asked())
    cache.cache.commit(use, at=200.0)
    assert cache.cache.use(blocks, 512, Sight(at=499.0, known_by=0.0)).read_tokens > 0
    cache.cache.commit(use, at=500.0)
    assert cache.cache.use(blocks, 512, Sight(at=501.0, known_by=499.0)).read_tokens == 0
