"""What the Action hands to later steps of a workflow."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.core.receipt import Receipt, Status
from bot.core.report.receipt_json import money
from bot.core.usage import Usage

_FROM_BEST = [Status.SKIPPED, Status.CLEAN, Status.FINDINGS, Status.PARTIAL, Status.FAILED]


def outputs_of(receipt: Receipt, *, review_url: str, summary_url: str, receipt_path: str) -> dict[str, str]:
    """Every output by its kebab-case name; money as plain decimal dollars, ratios with four places."""
    left = receipt.budget.limit_usd
    if left is not None:
        left = max(Decimal(0), left - receipt.budget.before_usd - receipt.budget.spent_usd)
    return {
        **_sums([receipt]),
        "review-url": review_url,
        "summary-url": summary_url,
        "receipt-path": receipt_path,
        "budget-left-usd": "" if left is None else money(left),
    }


def outputs_of_all(receipts: Sequence[Receipt], *, receipt_path: str) -> dict[str, str]:
    """The outputs of a run over several pull requests: sums, and the worst status. What belongs to one is empty."""
    return {**_sums(receipts), "review-url": "", "summary-url": "", "receipt-path": receipt_path, "budget-left-usd": ""}


def _sums(receipts: Sequence[Receipt]) -> dict[str, str]:
    usage = sum((one.bill.usage for one in receipts), Usage())
    read = usage.total_input_tokens
    return {
        "status": max((one.status for one in receipts), key=_FROM_BEST.index).value,
        "findings-count": str(sum(len(one.findings) for one in receipts)),
        "cost-usd": money(sum((one.bill.total_usd for one in receipts), Decimal(0))),
        "total-tokens": str(usage.total_tokens),
        "cache-hit-ratio": f"{usage.cache_read_tokens / read if read else 0:.4f}",
        "hunks-reviewed": str(sum(one.coverage.reviewed for one in receipts)),
        "hunks-skipped": str(sum(entry.skipped.hunks for one in receipts for entry in one.coverage.skipped)),
    }
