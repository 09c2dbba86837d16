"""Rows of a ledger for exports: by hand, and any that hypothesis thinks of."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from bot.core.ledger.entry import Entry, Opening, RunFacts, Settlement, State, Untaken
from bot.core.money import from_units
from bot.core.savings import Saved
from bot.core.usage import Usage

AT = datetime(2026, 11, 30, 23, 59, 59, 500_000, tzinfo=UTC)
USAGE = Usage(
    input_tokens=1_000, cache_write_5m_tokens=200, cache_read_tokens=300, output_tokens=50, thinking_tokens=20
)


def row(ending: Settlement | None, row_id: str = "row-1", **opening: object) -> Entry:
    """A row of one repository and team, as told."""
    facts: dict[str, object] = {
        "id": row_id,
        "at": AT,
        "feature": "review",
        "model": "claude-sonnet-4-6",
        "provider": "anthropic",
        "key": "ANTHROPIC_API_KEY",
        "tier": "standard",
        "why": "touches payment code",
        "hunks": 6,
        "attempt": 1,
        "reserved_tokens": 9_000,
        "reserved_usd": Decimal("0.25"),
        "kinds": {"python": 6},
        **opening,
    }
    run = RunFacts("run-1", AT, "acme/shop", 7, "ada", "payments", prompt_hash="c0ffee")
    return Entry(run, Opening(**facts), ending)  # type: ignore[arg-type]  # a test names the fields it means


SETTLED = Settlement(State.SETTLED, "answered", USAGE, Decimal("0.0125"), latency_ms=900, request_id="req_1")
UNSETTLED = Settlement(State.UNSETTLED, "timed_out", unsettled_usd=Decimal("0.3"), unsettled_tokens=9_000)
FREE = Settlement(State.SETTLED, "overloaded")
REUSED = Settlement(State.SETTLED, Untaken.REUSED.value, saved=Saved(reuse=Decimal("0.2")))
BATCH = Settlement(State.SETTLED, "answered", USAGE, Decimal("0.01"), saved=Saved(batch=Decimal("0.01")))

EVERY_KIND = [
    row(SETTLED, "settled"),
    row(UNSETTLED, "unsettled"),
    row(None, "open"),
    row(FREE, "free"),
    row(REUSED, "reused", model="", provider="", key="", tier="", attempt=0),
    row(BATCH, "batch", batch=True, platform="aws", key=""),
    row(Settlement(State.SETTLED, "answered", cost_usd=Decimal("0.01")), "no-tokens", platform="own", provider=""),
]

_dollars = st.integers(0, 10**15).map(from_units)
_count = st.integers(0, 10**7)
_word = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@st.composite
def any_row(draw: st.DrawFn, row_id: str) -> Entry:
    """A row that a ledger could hold."""
    opening = {
        "at": draw(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))),  # noqa: DTZ001  # hypothesis adds the zone
        "model": draw(_word.map(lambda text: f"m{text}")),
        "provider": draw(_word),
        "key": draw(_word),
        "platform": draw(st.sampled_from(("anthropic", "aws", "google", "", "own"))),
        "batch": draw(st.booleans()),
        "hunks": draw(_count),
        "reserved_usd": draw(_dollars),
        "reserved_tokens": draw(_count),
        "kinds": draw(st.dictionaries(_word, _count, max_size=2)),
    }
    usage = Usage(*(draw(_count) for _ in range(6)))
    saved = Saved(batch=draw(_dollars), routing=-draw(_dollars))
    ending = draw(
        st.sampled_from(
            (
                None,
                Settlement(State.SETTLED, "answered", usage, draw(_dollars), saved=saved),
                Settlement(State.UNSETTLED, "timed_out", unsettled_usd=draw(_dollars), unsettled_tokens=draw(_count)),
                FREE,
                REUSED,
            )
        )
    )
    return row(ending, row_id, **opening)


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Some rows, each with its own id."""
    return [draw(any_row(f"row-{number}")) for number in range(draw(st.integers(0, 6)))]
