"""What the Action hands to later steps of a workflow."""

from __future__ import annotations

from decimal import Decimal

from bot.core.receipt import Receipt
from bot.core.report.receipt_json import money


def outputs_of(receipt: Receipt, *, review_url: str, summary_url: str, receipt_path: str) -> dict[str, str]:
    """Every output by its kebab-case name; money as plain decimal dollars, ratios with four places."""
    usage = receipt.bill.usage
    read = usage.total_input_tokens
    left = receipt.budget.limit_usd
    if left is not None:
        left = max(Decimal(0), left - receipt.budget.before_usd - receipt.budget.spent_usd)
    return {
        "status": receipt.status.value,
        "findings-count": str(len(receipt.findings)),
        "cost-usd": money(receipt.bill.total_usd),
        "total-tokens": str(usage.total_tokens),
        "cache-hit-ratio": f"{usage.cache_read_tokens / read if read else 0:.4f}",
        "hunks-reviewed": str(receipt.coverage.reviewed),
        "hunks-skipped": str(sum(one.skipped.hunks for one in receipt.coverage.skipped)),
        "review-url": review_url,
        "summary-url": summary_url,
        "receipt-path": receipt_path,
        "budget-left-usd": "" if left is None else money(left),
    }
