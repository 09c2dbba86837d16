"""The words and figures every output shares, so that terminal, Markdown and SARIF tell the same story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bot.core.excerpt import SkipReason
from bot.core.finding import Finding, Severity
from bot.core.receipt import Bill, BudgetFacts, Coverage, Receipt, SkippedWithPrice, Status
from bot.core.usage import Usage

SIMULATED = "Simulated: the built-in stand-in answered, not Claude. No money was spent; the prices are what Claude would charge."
MARKS = {Status.CLEAN: "✓", Status.FINDINGS: "●", Status.PARTIAL: "◐", Status.FAILED: "✗", Status.SKIPPED: "○"}

_ESTIMATE = Decimal("0.0001")


def counted(number: int, noun: str) -> str:
    """A number with its noun, plural where it must be: '1 hunk', '1,200 hunks'."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


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
    nouns = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}
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
    return [row for row in rows if row[1]] + [("Total", usage.total_tokens)]


def money_rows(bill: Bill) -> list[tuple[str, Decimal]]:
    """What was paid, by model, then the total, then what of it was wasted and what is still open."""
    rows = sorted(bill.by_model.items())
    rows.append(("Total", bill.total_usd))
    if bill.wasted_usd:
        rows.append(("Of it wasted on answers that could not be used", bill.wasted_usd))
    if bill.unsettled_usd:
        rows.append(("Besides, attempts that may be billed without an answer", bill.unsettled_usd))
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
