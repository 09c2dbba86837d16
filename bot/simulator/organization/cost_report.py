"""GET /v1/organizations/cost_report: dollars by day, in cents, and by workspace and description."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.simulator.models import MODELS
from bot.simulator.organization.bills import BATCH, Bill
from bot.simulator.organization.prices import KINDS, cost_of
from bot.simulator.organization.query import Kinds, Query, page_of

COST = Kinds(widths=("1d",), groups=("workspace_id", "description"), filters={})
_TITLES = {
    "uncached_input_tokens": "Input Tokens",
    "cache_creation.ephemeral_5m_input_tokens": "Input Tokens, Cache Write 5m",
    "cache_creation.ephemeral_1h_input_tokens": "Input Tokens, Cache Write 1h",
    "cache_read_input_tokens": "Input Tokens, Cache Hit",
    "output_tokens": "Output Tokens",
}
_DESCRIBED = ("description", "cost_type", "model", "service_tier", "context_window", "token_type", "inference_geo")


def cost_report(query: Query, bills: Iterable[Bill]) -> dict[str, Any]:
    """One page of the report."""
    charged = list(bills)

    def results(start: datetime, end: datetime) -> list[dict[str, Any]]:
        groups: dict[tuple[str | None, ...], Decimal] = {}
        for bill in charged:
            if start <= bill.at < end:
                for key, usd in _parts(bill, query):
                    groups[key] = groups.get(key, Decimal(0)) + usd
        return [_result(key, usd) for key, usd in groups.items()]

    return page_of(query, results)


def _parts(bill: Bill, query: Query) -> Iterator[tuple[tuple[str | None, ...], Decimal]]:
    """A request's dollars by kind of token: one part for each row that they may stand on."""
    workspace = bill.workspace_id if "workspace_id" in query.group_by else None
    for kind in KINDS:
        usd = cost_of(bill.model, bill.usage, kind, batch=bill.service_tier == BATCH)
        if usd and "description" in query.group_by:
            yield (workspace, *_description(bill, kind)), usd
        elif usd:
            yield (workspace, *(None for _ in _DESCRIBED)), usd


def _description(bill: Bill, kind: str) -> tuple[str | None, ...]:
    batch = " (Batch)" if bill.service_tier == BATCH else ""
    words = f"{MODELS[bill.model].display_name} Usage{batch} - {_TITLES[kind]}"
    return (words, "tokens", bill.model, bill.service_tier, bill.context_window, kind, None)


def _result(key: tuple[str | None, ...], usd: Decimal) -> dict[str, Any]:
    workspace, *described = key
    cents = format((usd * 100).normalize(), "f")
    return {
        "currency": "USD",
        "amount": cents,
        "workspace_id": workspace,
        **dict(zip(_DESCRIBED, described, strict=True)),
    }
