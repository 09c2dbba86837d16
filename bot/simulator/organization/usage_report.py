"""GET /v1/organizations/usage_report/messages: tokens by time, and by what they are asked to be grouped by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.simulator.log import UsageFigures
from bot.simulator.organization.bills import CONTEXT_WINDOWS, Bill
from bot.simulator.organization.query import Kinds, Query, page_of

TIERS = ("standard", "batch", "priority", "priority_on_demand", "flex", "flex_discount")
_NOBODYS = ("account_id", "inference_geo", "service_account_id")
"""What can be grouped by and is never known here."""

USAGE = Kinds(
    widths=("1d", "1h", "1m"),
    groups=("api_key_id", "workspace_id", "model", "service_tier", "context_window", *_NOBODYS),
    filters={
        "account_ids": (),
        "api_key_ids": (),
        "context_window": CONTEXT_WINDOWS,
        "inference_geos": ("global", "us", "not_available"),
        "models": (),
        "service_account_ids": (),
        "service_tiers": TIERS,
        "workspace_ids": (),
    },
)
_FIELDS = {
    "api_key_ids": "api_key_id",
    "context_window": "context_window",
    "models": "model",
    "service_tiers": "service_tier",
    "workspace_ids": "workspace_id",
}
"""The filters that look at something that is known, and what they look at; the others match nothing."""


def usage_report(query: Query, bills: Iterable[Bill]) -> dict[str, Any]:
    """One page of the report."""
    kept = [bill for bill in bills if _passes(bill, query)]

    def results(start: datetime, end: datetime) -> list[dict[str, Any]]:
        groups: dict[tuple[str | None, ...], UsageFigures] = {}
        for bill in kept:
            if start <= bill.at < end:
                key = tuple(getattr(bill, name, None) for name in query.group_by)
                groups[key] = groups.get(key, UsageFigures()) + bill.usage
        return [_result(dict(zip(query.group_by, key, strict=True)), usage) for key, usage in groups.items()]

    return page_of(query, results)


def _passes(bill: Bill, query: Query) -> bool:
    return all(name in _FIELDS and getattr(bill, _FIELDS[name]) in wanted for name, wanted in query.filters.items())


def _result(group: dict[str, str | None], usage: UsageFigures) -> dict[str, Any]:
    """What is not grouped by is null, as the API says it."""
    return {
        "uncached_input_tokens": usage.input_tokens,
        "cache_creation": {
            "ephemeral_1h_input_tokens": usage.cache_write_1h_tokens,
            "ephemeral_5m_input_tokens": usage.cache_write_5m_tokens,
        },
        "cache_read_input_tokens": usage.cache_read_tokens,
        "output_tokens": usage.output_tokens,
        "server_tool_use": {"web_search_requests": 0},
        **dict.fromkeys(USAGE.groups),
        **group,
    }
