"""The receipt as JSON, for other programs: docs/receipt.schema.json describes it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bot.core.calls import Call
from bot.core.finding import Finding, Unplaced
from bot.core.receipt import SCHEMA, Bill, BudgetFacts, CacheFacts, Coverage, Receipt, RoutingFacts, SkippedWithPrice
from bot.core.report.periods import periods_as_json
from bot.core.savings import Saved
from bot.core.usage import Usage


def receipt_as_json(receipt: Receipt) -> dict[str, Any]:
    """The whole receipt as JSON values; money as exact decimal strings in dollars, never with an exponent.

    Paths keep their stray bytes as surrogate escapes: write it with ensure_ascii, json's default.
    """
    target = receipt.target
    return {
        "schema": SCHEMA,
        "status": receipt.status.value,
        "simulated": receipt.simulated,
        "run": {
            "id": receipt.run.id,
            "began": moment_or_none(receipt.run.began),
            "ended": moment_or_none(receipt.run.ended),
        },
        "target": {
            "kind": target.kind,
            "repo": target.repo,
            "pull_request": target.pull_request,
            "base_sha": target.base_sha,
            "head_sha": target.head_sha,
            "author": target.author,
            "team": target.team,
        },
        "prompt": {"hash": receipt.prompt.hash, "system_tokens": receipt.prompt.system_tokens},
        "findings": [_finding(finding) for finding in receipt.findings],
        "unplaced": [_unplaced(finding) for finding in receipt.unplaced],
        "coverage": _coverage(receipt.coverage),
        "usage": {
            "requests": receipt.bill.requests,
            "attempts": receipt.bill.attempts,
            **usage_as_json(receipt.bill.usage),
        },
        "cost": _cost(receipt.bill),
        "routing": None if receipt.routing is None else _routing(receipt.routing),
        "cache": _cache(receipt.cache),
        "budget": _budget(receipt.budget),
        "calls": [_call(call) for call in receipt.calls],
        "pacing": {**asdict(receipt.pacing), "by": [asdict(route) for route in receipt.pacing.by]},
        "delivery": {"posted": list(receipt.delivery.posted), "addressed": list(receipt.delivery.addressed)},
        "notes": list(receipt.notes),
    }


def money(amount: Decimal) -> str:
    """Dollars as a plain decimal string with every digit the amount has."""
    return format(amount, "f")


def money_or_none(amount: Decimal | None) -> str | None:
    """As `money`; None stays null."""
    return None if amount is None else money(amount)


def moment_or_none(moment: datetime | None) -> str | None:
    """A time as ISO 8601 in UTC; None stays null."""
    return None if moment is None else moment.astimezone(UTC).isoformat()


def usage_as_json(usage: Usage) -> dict[str, int]:
    """Tokens by kind, and their total."""
    return {**asdict(usage), "total_tokens": usage.total_tokens}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "path": finding.path,
        "side": finding.side.value,
        "start_line": finding.start_line,
        "line": finding.line,
        "severity": finding.severity.value,
        "category": finding.category,
        "title": finding.title,
        "body": finding.body,
        "suggestion": finding.suggestion,
        "confidence": finding.confidence,
        "fingerprint": finding.fingerprint,
        "quote": finding.quote,
        "also_at": [{"path": place.path, "line": place.line, "side": place.side.value} for place in finding.also_at],
    }


def _unplaced(finding: Unplaced) -> dict[str, Any]:
    # The keys of a placed finding but for its lines, so that a reader needs one parser for both.
    return {
        "path": finding.path,
        "side": None,
        "severity": finding.severity.value,
        "category": finding.category,
        "title": finding.title,
        "body": finding.body,
        "suggestion": None,
        "confidence": finding.confidence,
        "fingerprint": None,
        "also_at": [],
        "why": finding.why,
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "hunks": coverage.hunks,
        "reviewed": coverage.reviewed,
        "reused": coverage.reused,
        "duplicates": coverage.duplicates,
        "skipped": [_skipped(entry) for entry in coverage.skipped],
    }


def _skipped(entry: SkippedWithPrice) -> dict[str, Any]:
    skipped = entry.skipped
    return {
        "path": skipped.path,
        "hunk": skipped.hunk,
        "reason": skipped.reason.value,
        "detail": skipped.detail,
        "hunks": skipped.hunks,
        "cost_to_review_usd": money_or_none(entry.cost_to_review_usd),
    }


def _cost(bill: Bill) -> dict[str, Any]:
    return {
        "total_usd": money(bill.total_usd),
        "unsettled_usd": money(bill.unsettled_usd),
        "by_model": {model: money(amount) for model, amount in bill.by_model.items()},
        "wasted_usd": money(bill.wasted_usd),
        "saved_usd": _saved(bill.saved),
    }


def _saved(saved: Saved) -> dict[str, str]:
    return {
        "prompt_cache": money(saved.prompt_cache),
        "reuse": money(saved.reuse),
        "duplicates": money(saved.duplicates),
        "routing": money(saved.routing),
        "batch": money(saved.batch),
    }


def _routing(routing: RoutingFacts) -> dict[str, Any]:
    return {
        "mode": routing.mode,
        "verify": routing.verify,
        "all_standard_usd": money(routing.all_standard_usd),
        "all_strong_usd": money(routing.all_strong_usd),
        "saved_vs_standard_usd": money(routing.saved_vs_standard_usd),
        "saved_vs_strong_usd": money(routing.saved_vs_strong_usd),
        "by_tier": {tier: {"hunks": one.hunks, "usd": money(one.usd)} for tier, one in routing.by_tier.items()},
    }


def _cache(cache: CacheFacts) -> dict[str, Any]:
    return {
        "ttl": cache.ttl,
        "why": cache.why,
        "predicted_hit_ratio": cache.predicted_hit_ratio,
        "actual_hit_ratio": cache.actual_hit_ratio,
        "by_model": [
            {
                "model": one.model,
                "ttl": one.ttl,
                "why": one.why,
                "requests": one.requests,
                "prefix_tokens": one.prefix_tokens,
                "predicted_hit_ratio": one.predicted_hit_ratio,
                "actual_hit_ratio": one.actual_hit_ratio,
                "writes": one.writes,
                "saved_usd": money(one.saved_usd),
                "expected_usd": {way: money(dollars) for way, dollars in one.expected_usd.items()},
            }
            for one in cache.by_model
        ],
    }


def _budget(budget: BudgetFacts) -> dict[str, Any]:
    return {
        "tokens": {"limit": budget.limit_tokens, "before": budget.before_tokens, "spent": budget.spent_tokens},
        "usd": {
            "limit": money_or_none(budget.limit_usd),
            "before": money(budget.before_usd),
            "spent": money(budget.spent_usd),
        },
        "periods": periods_as_json(budget.periods),
    }


def _call(call: Call) -> dict[str, Any]:
    return {
        "id": call.id,
        "at": moment_or_none(call.at),
        "model": call.model,
        "tier": call.tier,
        "why": call.why,
        "hunks": call.hunks,
        "attempt": call.attempt,
        "outcome": call.outcome,
        "request_id": call.request_id,
        "latency_ms": call.latency_ms,
        "usage": usage_as_json(call.usage),
        "cost_usd": money(call.cost_usd),
        "unsettled_usd": money(call.unsettled_usd),
        "unsettled_tokens": call.unsettled_tokens,
        "feature": call.feature.value,
        "provider": call.provider,
        "key": call.key,
        "platform": call.tariff.platform,
        "batch": call.tariff.batch,
        "kinds": dict(call.kinds),
        "saved_usd": _saved(call.saved),
    }
