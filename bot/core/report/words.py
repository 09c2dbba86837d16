"""The words every output shares, so that terminal, Markdown and SARIF tell the same story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.core.excerpt import SkipReason
from bot.core.finding import Finding, Severity
from bot.core.receipt import Coverage, Receipt, SkippedWithPrice, Status

SIMULATED = "Simulated: answered by the built-in stand-in, not Claude; nothing was spent."
MARKS = {Status.CLEAN: "✓", Status.FINDINGS: "●", Status.PARTIAL: "◐", Status.FAILED: "✗", Status.SKIPPED: "○"}


def counted(number: int, noun: str) -> str:
    """A number with its noun, plural where it must be: '1 hunk', '1,200 hunks'."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def printable_path(path: str) -> str:
    r"""A path whose stray bytes (surrogate escapes) are written out as \xNN."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def by_severity(findings: Sequence[Finding]) -> list[Finding]:
    """Most severe first, then surest first, then in the order of the files."""
    return sorted(findings, key=lambda one: (one.severity.rank, -one.confidence, one.path, one.line))


def lines_of(finding: Finding) -> str:
    """Where it stands in its file: 'line 41', 'lines 41-43', 'removed line 9'."""
    removed = "removed " if finding.side == "LEFT" else ""
    if finding.start_line is None:
        return f"{removed}line {finding.line}"
    return f"{removed}lines {finding.start_line}-{finding.line}"


def found(receipt: Receipt) -> str:
    """What was found, in numbers: '2 errors, 1 warning', or 'no findings'."""
    counts = Counter(finding.severity for finding in receipt.findings)
    nouns = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info finding"}
    parts = [counted(counts[severity], nouns[severity]) for severity in Severity if counts[severity]]
    if receipt.unplaced:
        parts.append(f"{counted(len(receipt.unplaced), 'finding')} without a line")
    return ", ".join(parts) or "no findings"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Everything left out for one reason.

    `files` counts the entries without hunks of their own (binary files, say); `cost_usd` is what reviewing all of it
    would cost, None where no price was worked out.
    """

    reason: SkipReason
    entries: tuple[SkippedWithPrice, ...]
    hunks: int
    files: int
    cost_usd: Decimal | None

    @property
    def amount(self) -> str:
        """How much it is: '3 hunks', '1 file', '3 hunks and 1 file'."""
        parts = [counted(number, noun) for number, noun in ((self.hunks, "hunk"), (self.files, "file")) if number]
        return " and ".join(parts) or "nothing"


def left_out(coverage: Coverage) -> list[LeftOut]:
    """What was left out, gathered by reason: first what leaves a gap, then what the rules left out."""
    groups = []
    for reason in sorted(SkipReason, key=lambda reason: reason.by_rule):
        entries = tuple(entry for entry in coverage.skipped if entry.skipped.reason is reason)
        if entries:
            prices = [entry.cost_to_review_usd for entry in entries if entry.cost_to_review_usd is not None]
            hunks = sum(entry.skipped.hunks for entry in entries)
            files = sum(entry.skipped.hunks == 0 for entry in entries)
            groups.append(LeftOut(reason, entries, hunks, files, sum(prices, Decimal(0)) if prices else None))
    return groups


def headline(receipt: Receipt) -> str:
    """The run in one sentence: how it ended, what was found in how much, and what was left out."""
    coverage = receipt.coverage
    covered = coverage.reviewed + coverage.reused + coverage.duplicates
    rest = _left_out_words(coverage)
    if receipt.status is Status.SKIPPED:
        return "Skipped: no review was made."
    if receipt.status is Status.FAILED:
        return f"Failed: {covered:,} of {counted(coverage.hunks, 'hunk')} reviewed, {found(receipt)}; {rest}."
    if receipt.status is Status.PARTIAL:
        return f"Partial: {covered:,} of {counted(coverage.hunks, 'hunk')} reviewed, {found(receipt)}; {rest}."
    if not covered and not receipt.findings:
        return f"Nothing was selected for review: {_why_nothing(coverage)}."
    opening = "Findings" if receipt.status is Status.FINDINGS else "Clean"
    return f"{opening}: {found(receipt)} in {counted(covered, 'hunk')}; {rest}."


def _why_nothing(coverage: Coverage) -> str:
    return _left_out_words(coverage) if coverage.skipped else "the diff has no hunks"


def _left_out_words(coverage: Coverage) -> str:
    groups = left_out(coverage)
    if not groups:
        return "nothing was left out"
    return "left out " + ", ".join(f"{group.amount} ({group.reason.value})" for group in groups)
