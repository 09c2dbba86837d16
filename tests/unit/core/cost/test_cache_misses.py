from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from bot.core.cost.cache_misses import Why, cache_use_table, cache_uses
from bot.core.ledger.entry import Entry, Settlement, State
from bot.core.usage import Usage
from tests.ledger_rows import NOON, RUN, opened, settled

WRITES = Usage(input_tokens=5, cache_write_5m_tokens=100)
WRITES_FOR_AN_HOUR = Usage(input_tokens=5, cache_write_1h_tokens=100)
READS = Usage(input_tokens=5, cache_read_tokens=100)
READS_AND_WRITES = Usage(input_tokens=5, cache_write_5m_tokens=40, cache_read_tokens=100)
PLAIN = Usage(input_tokens=105)


def asked(usage: Usage, minutes: float = 0, run_id: str = "run-1", prompt: str = "p1", **changes: Any) -> Entry:
    """An answer so many minutes after noon."""
    run = replace(RUN, run_id=run_id, prompt_hash=prompt)
    ending = Settlement(State.SETTLED, "answered", usage, Decimal(1))
    return settled(ending, at=NOON + timedelta(minutes=minutes), run=run, **changes)


def whys(*rows: Entry) -> list[Why]:
    """Why each of them did what it did: what each adds to the counts of those before."""
    counts = [
        Counter({(use.model, use.why): use.requests for use in cache_uses(rows[:end])}) for end in range(len(rows) + 1)
    ]
    return [why for before, now in pairwise(counts) for (_, why) in (now - before).elements()]


def test_a_run_writes_and_then_reads() -> None:
    """The first request in this time has nothing to be compared with; the others read."""
    assert whys(asked(WRITES), asked(READS, 1), asked(READS, 2)) == [Why.FIRST, Why.READ, Why.READ]


def test_the_time_had_run_out() -> None:
    """Five minutes after the last use an entry is gone, and one for an hour after an hour; a use starts it anew."""
    assert whys(asked(WRITES), asked(WRITES, 5, "run-2"))[1] is Why.RAN_OUT
    assert whys(asked(WRITES), asked(READS, 4), asked(WRITES, 8, "run-2"))[2] is Why.UNKNOWN
    assert whys(asked(WRITES_FOR_AN_HOUR), asked(READS, 30), asked(WRITES, 80, "run-2"))[2] is Why.UNKNOWN
    assert whys(asked(WRITES_FOR_AN_HOUR), asked(WRITES, 60, "run-2"))[1] is Why.RAN_OUT


def test_the_prompts_had_changed() -> None:
    """An upgrade of Hunkwise changes its prompts: nothing that was written before can be read."""
    assert whys(asked(WRITES), asked(WRITES, 1, "run-2", "p2"))[1] is Why.NEW_PROMPTS


def test_what_rows_cannot_say() -> None:
    """In time, with the same prompts, and yet not read: no reason is made up."""
    assert whys(asked(WRITES), asked(WRITES, 1, "run-2"))[1] is Why.UNKNOWN


def test_twice_within_a_run() -> None:
    """A second write of the same run is told apart: it was asked beside the first, or the entry was given up."""
    assert whys(asked(WRITES), asked(WRITES, 0.1))[1] is Why.WITHIN_RUN


def test_a_part_is_no_miss() -> None:
    """Each run adds the facts of its change to what it reads; that is as it should be."""
    assert whys(asked(WRITES), asked(READS_AND_WRITES, 1, "run-2"))[1] is Why.NEW_PART


def test_others_do_not_matter() -> None:
    """Another repository or model or key has entries of its own."""
    elsewhere = replace(RUN, repository="acme/search")
    rows = [asked(WRITES), asked(WRITES, 1, model="another"), asked(WRITES, 1, key="ANOTHER_KEY")]
    other = replace(asked(WRITES, 2), run=elsewhere)
    assert whys(*rows, other) == [Why.FIRST] * 4


def test_a_batch_has_no_order() -> None:
    """What is written in a message batch says nothing about requests beside it."""
    assert whys(asked(WRITES, batch=True), asked(WRITES, 1)) == [Why.BATCH, Why.FIRST]


def test_what_was_never_cached() -> None:
    """Neither read nor written: the prompt is short, or caching is off; rows without usage are no requests at all."""
    assert whys(asked(PLAIN)) == [Why.NOT_CACHED]
    assert not cache_uses([opened(), asked(Usage())])


def test_the_sentence_counts_the_misses() -> None:
    """Reads and new parts are in the table, but are no misses."""
    rows = [asked(WRITES), asked(READS, 1), asked(READS_AND_WRITES, 1, "run-2"), asked(WRITES, 30, "run-3")]
    table = cache_use_table(cache_uses(rows), 24)
    assert table.title == "Cache misses in the newest 24 hours: 2 requests wrote and read nothing."
    assert table.total == ("Total", "", 4, 240, 200, 20)
