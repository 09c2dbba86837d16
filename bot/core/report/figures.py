"""The figures of a receipt as people read them: money, tokens and budgets, the same in every output.

What was paid is shown to its last digit, so that it is the receipt's number; estimates are rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from bot.core.receipt import Bill, BudgetFacts, CacheFacts
from bot.core.usage import Usage

TOTAL_DOLLARS = "Total"
TOTAL_TOKENS = "Total tokens"

_ESTIMATE = Decimal("0.0001")


def exact_dollars(amount: Decimal) -> str:
    """Money that was paid or is limited: every digit of it, at least cents."""
    return aligned_dollars([amount])[0]


def aligned_dollars(amounts: Sequence[Decimal]) -> list[str]:
    """Exact amounts for one column: all with as many decimals as the finest of them needs."""
    plain = [format(abs(amount), "f") for amount in amounts]
    places = max((len(text.partition(".")[2].rstrip("0")) for text in plain), default=0)
    places = max(places, 2)
    signs = ["-" if amount < 0 else "" for amount in amounts]
    return [f"{sign}${_with_places(text, places)}" for sign, text in zip(signs, plain, strict=True)]


def _with_places(text: str, places: int) -> str:
    whole, _, decimals = text.partition(".")
    return f"{int(whole):,}.{decimals[:places].ljust(places, '0')}"


def about_dollars(amount: Decimal) -> str:
    """Money that is an estimate: four decimals, and never nought where there is something."""
    if 0 < abs(amount) < _ESTIMATE:
        return "<$0.0001" if amount > 0 else "-<$0.0001"
    rounded = amount.quantize(_ESTIMATE, ROUND_HALF_UP)
    return f"-${-rounded:,f}" if rounded < 0 else f"${rounded:,f}"


def token_rows(usage: Usage) -> list[tuple[str, int]]:
    """The tokens by kind, those that occurred, the total last."""
    rows = [
        ("Input, not cached", usage.input_tokens),
        ("Written to the cache for 5 minutes", usage.cache_write_5m_tokens),
        ("Written to the cache for 1 hour", usage.cache_write_1h_tokens),
        ("Read from the cache", usage.cache_read_tokens),
        ("Output", usage.output_tokens),
    ]
    if usage.thinking_tokens:
        rows[-1] = (f"Output (of it {usage.thinking_tokens:,} thinking)", usage.output_tokens)
    return [row for row in rows if row[1]] + [(TOTAL_TOKENS, usage.total_tokens)]


def money_rows(bill: Bill) -> list[tuple[str, Decimal]]:
    """What was paid, by model, then the total, then what of it was wasted and what is still open."""
    rows = sorted(bill.by_model.items())
    rows.append((TOTAL_DOLLARS, bill.total_usd))
    if bill.wasted_usd:
        rows.append(("Of it wasted on unusable answers", bill.wasted_usd))
    if bill.unsettled_usd:
        rows.append(("Besides it, attempts never settled", bill.unsettled_usd))
    return rows


def saving_rows(bill: Bill) -> list[tuple[str, Decimal]]:
    """What each means saved (estimates, may be negative), those that made a difference."""
    saved = bill.saved
    rows = [
        ("Prompt cache", saved.prompt_cache),
        ("Reuse of earlier reviews", saved.reuse),
        ("Equal hunks asked once", saved.duplicates),
        ("Cheaper models where they suffice", saved.routing),
        ("Message batches", saved.batch),
    ]
    return [row for row in rows if row[1]]


def budget_lines(budget: BudgetFacts) -> list[str]:
    """The budget in dollars and the one in tokens, each as one sentence: spent, limit and what is left."""
    return [_dollar_budget(budget), _token_budget(budget)]


def cache_lines(cache: CacheFacts) -> list[str]:
    """What was read from the prompt cache beside what was predicted, as one sentence; none where nothing was cached."""
    if cache.ttl == "off" and not cache.actual_hit_ratio:
        return []
    lives = {"5m": ", kept for 5 minutes", "1h": ", kept for an hour"}.get(cache.ttl, "")
    read, predicted = cache.actual_hit_ratio, cache.predicted_hit_ratio
    return [f"Prompt cache{lives}: {read:.1%} of the input read, {predicted:.1%} predicted."]


def _dollar_budget(budget: BudgetFacts) -> str:
    spent = exact_dollars(budget.spent_usd)
    if budget.limit_usd is None:
        return f"{spent} spent by this run; no limit in dollars."
    left = budget.limit_usd - budget.before_usd - budget.spent_usd
    before = f", {exact_dollars(budget.before_usd)} before it" if budget.before_usd else ""
    rest = f"{exact_dollars(left)} left" if left >= 0 else f"over by {exact_dollars(-left)}"
    return f"{spent} of {exact_dollars(budget.limit_usd)} spent by this run{before}; {rest}."


def _token_budget(budget: BudgetFacts) -> str:
    spent = f"{budget.spent_tokens:,}"
    if budget.limit_tokens is None:
        return f"{spent} tokens spent by this run; no limit in tokens."
    left = budget.limit_tokens - budget.before_tokens - budget.spent_tokens
    before = f", {budget.before_tokens:,} before it" if budget.before_tokens else ""
    rest = f"{left:,} left" if left >= 0 else f"over by {-left:,}"
    return f"{spent} of {budget.limit_tokens:,} tokens spent by this run{before}; {rest}."
