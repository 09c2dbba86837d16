"""The ledger's rows as they are: a line a row, every column."""

from __future__ import annotations

import json

from bot.core.cost.export.cells import Column
from bot.core.cost.export.charge import Charge


def _kinds(row: Charge) -> str | None:
    kinds = row.opening.kinds
    return json.dumps(dict(sorted(kinds.items())), ensure_ascii=False) if kinds else None


COLUMNS: tuple[Column, ...] = (
    Column("id", "The row's own id, the same as the call's on the receipt.", lambda row: row.opening.id),
    Column("run_id", "The run that it belongs to.", lambda row: row.run.run_id),
    Column("at", "When the attempt began, UTC.", lambda row: row.opening.at),
    Column("state", "`settled`, `unsettled` or `open`.", lambda row: row.state.value),
    Column("outcome", "How it ended, as on the receipt.", lambda row: row.outcome),
    Column("repository", "OWNER/NAME.", lambda row: row.run.repository),
    Column("pull_request", "Its number; empty where there is none.", lambda row: row.run.pull_request),
    Column("author", "The login of the pull request's author.", lambda row: row.run.author),
    Column("team", "The author's team.", lambda row: row.run.team),
    Column("simulated", "1 where the stand-in answered.", lambda row: int(row.run.simulated)),
    Column("prompt_hash", "SHA-256 of the prompt.", lambda row: row.run.prompt_hash),
    Column("feature", "The step that asked: review, triage, draft, confirm, verify.", lambda row: row.opening.feature),
    Column("model", "The model's id.", lambda row: row.opening.model),
    Column("provider", "Who was asked, as the settings name it.", lambda row: row.opening.provider),
    Column("key", "The name of the variable that holds the key.", lambda row: row.opening.key),
    Column("platform", "The vendor whose prices hold.", lambda row: row.opening.platform),
    Column("batch", "1 where it was asked in a message batch.", lambda row: int(row.opening.batch)),
    Column("tier", "cheap, standard or strong.", lambda row: row.opening.tier),
    Column("why", "The rule that chose the tier.", lambda row: row.opening.why),
    Column("hunks", "Hunks it asked about.", lambda row: row.opening.hunks),
    Column("attempt", "1 for the first try; 0 where nothing was asked.", lambda row: row.opening.attempt),
    Column("kinds", "A JSON object of hunks by kind of file.", _kinds),
    Column("request_id", "The provider's id of the request.", lambda row: row.request_id),
    Column("latency_ms", "Milliseconds it took.", lambda row: row.latency_ms),
    Column(
        "input_tokens", "Input that was neither written to nor read from the cache.", lambda row: row.usage.input_tokens
    ),
    Column(
        "cache_write_5m_tokens",
        "Input written to the cache for 5 minutes.",
        lambda row: row.usage.cache_write_5m_tokens,
    ),
    Column(
        "cache_write_1h_tokens", "Input written to the cache for an hour.", lambda row: row.usage.cache_write_1h_tokens
    ),
    Column("cache_read_tokens", "Input read from the cache.", lambda row: row.usage.cache_read_tokens),
    Column("output_tokens", "Output, thinking included.", lambda row: row.usage.output_tokens),
    Column("thinking_tokens", "The part of the output that was thinking.", lambda row: row.usage.thinking_tokens),
    Column("unsettled_tokens", "Tokens of a reservation whose usage is unknown.", lambda row: row.unsettled_tokens),
    Column("reserved_tokens", "Tokens that were held before it was asked.", lambda row: row.opening.reserved_tokens),
    Column("reserved_usd", "Dollars that were held before it was asked.", lambda row: row.opening.reserved_usd),
    Column("cost_usd", "Dollars that returned usage cost.", lambda row: row.cost_usd),
    Column("unsettled_usd", "Dollars of a reservation whose usage is unknown.", lambda row: row.unsettled_usd),
    Column("spent_usd", "What counts against budgets: the two before it added.", lambda row: row.spent_usd),
    Column("saved_prompt_cache_usd", "Dollars saved by the prompt cache.", lambda row: row.saved.prompt_cache),
    Column("saved_reuse_usd", "Dollars saved by answers reused.", lambda row: row.saved.reuse),
    Column("saved_duplicates_usd", "Dollars saved by equal hunks.", lambda row: row.saved.duplicates),
    Column("saved_routing_usd", "Dollars saved by routing.", lambda row: row.saved.routing),
    Column("saved_batch_usd", "Dollars saved by a batch.", lambda row: row.saved.batch),
)
