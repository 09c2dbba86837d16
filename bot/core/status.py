"""One status and one exit code for a run, from what was found and what was left out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.excerpt import SkipReason
from bot.core.finding import Severity
from bot.core.receipt import Coverage, Receipt, Status


def status_of(findings: int, coverage: Coverage) -> Status:
    """`findings` counts those without a line too: they are shown, and a green check must not hide them.

    `failed` where errors kept everything from being reviewed, `partial` where something selected is missing.
    """
    gaps = {one.skipped.reason for one in coverage.skipped if not one.skipped.reason.by_rule}
    if SkipReason.ERROR in gaps and coverage.reviewed + coverage.reused == 0:
        return Status.FAILED
    if gaps:
        return Status.PARTIAL
    return Status.FINDINGS if findings else Status.CLEAN


EXIT_DONE = 0
EXIT_FINDING = 1
EXIT_INCOMPLETE = 3
EXIT_INTERRUPTED = 130


def exit_code(receipt: Receipt, fail_on: Severity | None, on_incomplete: str, standing: Sequence[Severity] = ()) -> int:
    """What the process says: interrupted, then a grave finding, then an incomplete review, in this order.

    `standing` are findings of earlier pushes that still stand: an empty commit must not open a gate.
    """
    reasons = {one.skipped.reason for one in receipt.coverage.skipped}
    if receipt.interrupted or SkipReason.INTERRUPTED in reasons:
        return EXIT_INTERRUPTED
    severities = [*standing, *(one.severity for one in receipt.findings), *(one.severity for one in receipt.unplaced)]
    if fail_on is not None and any(severity.rank <= fail_on.rank for severity in severities):
        return EXIT_FINDING
    if receipt.status is Status.FAILED:
        return EXIT_INCOMPLETE
    if receipt.status is Status.PARTIAL and on_incomplete != "warn":
        return EXIT_INCOMPLETE
    return EXIT_DONE
