"""Runs and attempts as rows of the tables."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from bot.adapters.ledger.tables import QUARTER_SECONDS
from bot.core.ledger.entry import Opening, RunEnd, RunFacts, Settlement, State
from bot.core.money import to_units


def quarter_of(moment: datetime) -> int:
    """The number of the quarter of an hour since 1970."""
    return int(moment.timestamp()) // QUARTER_SECONDS


def run_values(run: RunFacts) -> dict[str, Any]:
    """A run as a row, before it has ended."""
    return {
        "run_id": run.run_id,
        "began": run.began,
        "repository": run.repository,
        "pull_request": run.pull_request,
        "author": run.author,
        "team": run.team,
        "head_sha": run.head_sha,
        "prompt_hash": run.prompt_hash,
        "simulated": run.simulated,
        "sections": dict(sorted(run.sections.items())),
    }


def end_values(end: RunEnd) -> dict[str, Any]:
    """What is added to a run's row when it has ended."""
    return {
        "ended": end.ended,
        "status": end.status,
        "mode": end.mode,
        "routing": end.routing,
        "hunks": end.hunks,
        "reviewed": end.reviewed,
        "reused": end.reused,
        "duplicates": end.duplicates,
        "skipped": end.skipped,
        "total_e12": to_units(end.total_usd),
        "unsettled_e12": to_units(end.unsettled_usd),
    }


def opening_values(run: RunFacts, opening: Opening) -> dict[str, Any]:
    """An attempt as a row, before it is made."""
    return {
        "id": opening.id,
        "run_id": run.run_id,
        "at": opening.at,
        "quarter": quarter_of(opening.at),
        "simulated": run.simulated,
        "repository": run.repository,
        "pull_request": run.pull_request,
        "author": run.author,
        "team": run.team,
        "prompt_hash": run.prompt_hash,
        "feature": opening.feature,
        "model": opening.model,
        "provider": opening.provider,
        "key": opening.key,
        "platform": opening.platform,
        "batch": opening.batch,
        "tier": opening.tier,
        "why": opening.why,
        "hunks": opening.hunks,
        "attempt": opening.attempt,
        "kinds": json.dumps(dict(sorted(opening.kinds.items()))) if opening.kinds else "",
        "state": State.OPEN.value,
        "outcome": State.OPEN.value,
        "reserved_tokens": opening.reserved_tokens,
        "reserved_e12": to_units(opening.reserved_usd),
        "cost_e12": 0,
        "unsettled_e12": to_units(opening.reserved_usd),
        "unsettled_tokens": opening.reserved_tokens,
    }


def ending_values(ending: Settlement) -> dict[str, Any]:
    """What is changed in an attempt's row when it has ended."""
    usage, saved = ending.usage, ending.saved
    return {
        "state": ending.state.value,
        "outcome": ending.outcome,
        "request_id": ending.request_id,
        "latency_ms": ending.latency_ms,
        "input_tokens": usage.input_tokens,
        "cache_write_5m_tokens": usage.cache_write_5m_tokens,
        "cache_write_1h_tokens": usage.cache_write_1h_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "output_tokens": usage.output_tokens,
        "thinking_tokens": usage.thinking_tokens,
        "cost_e12": to_units(ending.cost_usd),
        "unsettled_e12": to_units(ending.unsettled_usd),
        "unsettled_tokens": ending.unsettled_tokens,
        "saved_prompt_cache_e12": to_units(saved.prompt_cache),
        "saved_reuse_e12": to_units(saved.reuse),
        "saved_duplicates_e12": to_units(saved.duplicates),
        "saved_routing_e12": to_units(saved.routing),
        "saved_batch_e12": to_units(saved.batch),
    }
