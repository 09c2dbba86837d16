"""Histories for tests of reports: rows as they would be in the ledger, said in few words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from bot.core.calls import Feature
from bot.core.ledger.entry import Entry, Opening, RunFacts, Settlement, State
from bot.core.usage import Usage
from tests.fakes import NOON
from tests.fakes_ledger import FakeLedger

SONNET = "claude-sonnet-4-6"
TOKENS = Usage(input_tokens=1_000, cache_write_5m_tokens=200, cache_read_tokens=4_000, output_tokens=300)


def row(  # noqa: PLR0913  # a test names only what matters to it
    name: str = "one",
    *,
    at: datetime = NOON,
    usd: str = "1",
    unsettled: str = "0",
    model: str = SONNET,
    tier: str = "standard",
    feature: str = Feature.REVIEW.value,
    outcome: str = "answered",
    platform: str = "anthropic",
    batch: bool = False,
    usage: Usage = TOKENS,
    pull_request: int | None = 1,
) -> Entry:
    """One row that has ended."""
    run = RunFacts("run", at, repository="octo/shop", pull_request=pull_request)
    opening = Opening(
        id=name,
        at=at,
        feature=feature,
        model=model,
        provider="anthropic",
        key="ANTHROPIC_API_KEY",
        tier=tier,
        why="source",
        hunks=1,
        attempt=1,
        reserved_tokens=10_000,
        reserved_usd=Decimal(2),
        platform=platform,
        batch=batch,
    )
    ending = Settlement(State.SETTLED, outcome, usage, Decimal(usd), Decimal(unsettled))
    return Entry(run, opening, ending)


def ledger(rows: Sequence[Entry]) -> FakeLedger:
    """A ledger of these rows."""
    known = FakeLedger()
    known.add(rows)
    return known
