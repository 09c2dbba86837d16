"""Status and exit code, row by row of the interface."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.core.diff.model import Side
from bot.core.excerpt import Skipped, SkipReason
from bot.core.finding import Finding, Severity, Unplaced
from bot.core.receipt import (
    Bill,
    BudgetFacts,
    Coverage,
    PromptFacts,
    Receipt,
    SkippedWithPrice,
    Status,
    TargetFacts,
)
from bot.core.savings import Saved
from bot.core.status import exit_code, status_of
from bot.core.usage import Usage

NOTHING = Decimal(0)
BY_RULE = [reason for reason in SkipReason if reason.by_rule]
GAPS = [reason for reason in SkipReason if not reason.by_rule]


def covering(reviewed: int, *reasons: SkipReason, reused: int = 0) -> Coverage:
    """So many hunks reviewed, and one left out for each reason."""
    skipped = tuple(SkippedWithPrice(Skipped("a", None, reason, hunks=1)) for reason in reasons)
    return Coverage(reviewed + reused + len(skipped), reviewed, reused, 0, skipped)


def a_receipt(status: Status, coverage: Coverage, *severities: Severity) -> Receipt:
    """A receipt with one finding of each severity given."""
    findings = tuple(Finding("a", Side.RIGHT, None, 1, one, "bug", "t", "b", None, 1.0, "f") for one in severities)
    return Receipt(
        status=status,
        simulated=False,
        target=TargetFacts("diff"),
        prompt=PromptFacts("", 0),
        findings=findings,
        unplaced=(),
        coverage=coverage,
        bill=Bill(0, 0, Usage(), NOTHING, NOTHING, NOTHING, {}, Saved()),
        budget=BudgetFacts(None, 0, 0, None, NOTHING, NOTHING),
        calls=(),
    )


@pytest.mark.parametrize("reason", BY_RULE)
def test_a_rule_s_skip_never_changes_the_status(reason: SkipReason) -> None:
    """Leaving a lock file out is what was asked for, whether or not anything was found elsewhere."""
    assert status_of(0, covering(1, reason)) is Status.CLEAN
    assert status_of(2, covering(1, reason)) is Status.FINDINGS


@pytest.mark.parametrize("reason", GAPS)
def test_a_gap_is_partial_whatever_was_found(reason: SkipReason) -> None:
    """A review with something missing is never clean, and findings do not hide the gap."""
    assert status_of(0, covering(1, reason)) is Status.PARTIAL
    assert status_of(2, covering(1, reason)) is Status.PARTIAL


@pytest.mark.parametrize("reason", GAPS)
def test_only_errors_fail_a_run_that_reviewed_nothing(reason: SkipReason) -> None:
    """A budget of zero is partial even at zero reviewed; errors that stopped everything are a failure."""
    expected = Status.FAILED if reason is SkipReason.ERROR else Status.PARTIAL
    assert status_of(0, covering(0, reason)) is expected
    assert status_of(0, covering(0, reason, reused=1)) is Status.PARTIAL, "what was reused was reviewed"


def test_the_gaps_are_the_reasons_that_nobody_asked_for() -> None:
    """A new reason must be put on one side on purpose."""
    assert {reason.name for reason in GAPS} == {
        "TOO_LARGE",
        "UNREADABLE",
        "WITHHELD",
        "BUDGET",
        "DEADLINE",
        "ERROR",
        "INTERRUPTED",
        "WAITS",
        "NOT_SUBMITTED",
    }


@pytest.mark.parametrize(
    ("status", "severities", "fail_on", "on_incomplete", "code"),
    [
        (Status.CLEAN, [], Severity.INFO, "fail", 0),
        (Status.SKIPPED, [], Severity.INFO, "fail", 0),
        (Status.FINDINGS, [Severity.ERROR], None, "fail", 0),
        (Status.FINDINGS, [Severity.ERROR], Severity.ERROR, "fail", 1),
        (Status.FINDINGS, [Severity.WARNING], Severity.ERROR, "fail", 0),
        (Status.FINDINGS, [Severity.INFO, Severity.WARNING], Severity.WARNING, "fail", 1),
        (Status.FINDINGS, [Severity.INFO], Severity.INFO, "fail", 1),
        (Status.PARTIAL, [], Severity.ERROR, "fail", 3),
        (Status.PARTIAL, [], Severity.ERROR, "warn", 0),
        (Status.PARTIAL, [Severity.ERROR], Severity.ERROR, "fail", 1),
        (Status.PARTIAL, [Severity.ERROR], Severity.ERROR, "warn", 1),
        (Status.FAILED, [], None, "fail", 3),
        (Status.FAILED, [], None, "warn", 3),
    ],
)
def test_the_exit_code_of_each_ending(
    status: Status, severities: list[Severity], fail_on: Severity | None, on_incomplete: str, code: int
) -> None:
    """A grave finding wins over an incomplete review; a failure is never waved through."""
    assert exit_code(a_receipt(status, covering(1), *severities), fail_on, on_incomplete) == code


@pytest.mark.parametrize(("severity", "code"), [(Severity.ERROR, 1), (Severity.WARNING, 0)])
def test_a_finding_without_a_line_counts_like_any_other(severity: Severity, code: int) -> None:
    """It is shown, so a green check must not hide it."""
    unplaced = Unplaced("a", severity, "bug", "t", "b", 1.0, "why")
    receipt = replace(a_receipt(Status.FINDINGS, covering(1)), unplaced=(unplaced,))
    assert exit_code(receipt, Severity.ERROR, "fail") == code


def test_an_interrupt_wins_over_everything() -> None:
    """Whoever pressed Ctrl-C reads 130 and nothing else."""
    interrupted = covering(1, SkipReason.ERROR, SkipReason.INTERRUPTED)
    assert exit_code(a_receipt(Status.PARTIAL, interrupted, Severity.ERROR), Severity.ERROR, "warn") == 130


def test_findings_that_still_stand_keep_the_gate_shut() -> None:
    """An empty commit finds nothing new; it does not answer what earlier pushes were told."""
    receipt = a_receipt(Status.CLEAN, covering(0, reused=3))
    assert exit_code(receipt, Severity.ERROR, "fail", [Severity.ERROR]) == 1
    assert exit_code(receipt, Severity.ERROR, "fail", [Severity.WARNING]) == 0
    assert exit_code(receipt, None, "fail", [Severity.ERROR]) == 0
