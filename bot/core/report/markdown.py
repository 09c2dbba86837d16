"""The review as Markdown: what `--format markdown` prints, and the body of the summary comment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.calls import Call
from bot.core.finding import Finding, Severity, Unplaced
from bot.core.receipt import Coverage, Receipt, SkippedWithPrice
from bot.core.report.figures import (
    TOTAL_DOLLARS,
    TOTAL_TOKENS,
    about_dollars,
    aligned_dollars,
    budget_lines,
    money_rows,
    saving_rows,
    token_rows,
)
from bot.core.report.markdown_blocks import clip, code_span, folded, table
from bot.core.report.words import MARKS, SIMULATED, by_severity, counted, headline, left_out, lines_of, printable_path
from bot.core.sanitise import safe_fence, sanitise_line, sanitise_markdown, table_cell, terminal

LIMIT = 65_000
"""Characters: under the 65,536 a comment may have, with room for what a publisher adds."""

_HEADINGS = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.INFO: "Info"}
_EVERYTHING = 10**9


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much is shown: rows of each kind and characters of each text. `without` says what that leaves away."""

    calls: bool = True
    suggestions: bool = True
    rows: int = _EVERYTHING
    text: int = _EVERYTHING
    without: str = ""


_DETAILS = (
    _Detail(),
    _Detail(calls=False, without="the table of calls"),
    _Detail(calls=False, text=1_500, without="the table of calls and the ends of long texts"),
    _Detail(calls=False, suggestions=False, text=500, without="calls, suggestions and the ends of texts"),
    _Detail(calls=False, suggestions=False, rows=40, text=250, without="calls, suggestions and all but 40 rows a list"),
    _Detail(calls=False, suggestions=False, rows=10, text=120, without="calls, suggestions and all but 10 rows a list"),
)


def receipt_as_markdown(receipt: Receipt, limit: int = LIMIT) -> str:
    """The whole run as GitHub Markdown of at most `limit` characters (`limit` >= 1,000).

    What does not fit is dropped, least important first, and the page says so.
    """
    for detail in _DETAILS:
        page = _page(receipt, detail)
        if len(page) <= limit:
            return page
    return _bare_page(receipt)


def _page(receipt: Receipt, detail: _Detail) -> str:
    blocks = [
        "## Hunkwise review",
        *_simulated(receipt),
        f"**{MARKS[receipt.status]} {headline(receipt)}**",
        *_notes(receipt, detail),
        *_findings(receipt.findings, detail),
        *_unplaced(receipt.unplaced, detail),
        *_coverage(receipt.coverage, detail),
        *_bill(receipt, detail),
        *_calls(receipt.calls, detail),
        *_footer(receipt, detail.without),
    ]
    return "\n\n".join(blocks) + "\n"


def _bare_page(receipt: Receipt) -> str:
    opening = ["## Hunkwise review", *_simulated(receipt), f"**{MARKS[receipt.status]} {headline(receipt)}**"]
    return "\n\n".join(opening + _footer(receipt, "everything but the outcome")) + "\n"


def _simulated(receipt: Receipt) -> list[str]:
    return [f"> **{SIMULATED}**"] if receipt.simulated else []


def _footer(receipt: Receipt, without: str) -> list[str]:
    prompt = f"Prompt `{receipt.prompt.hash[:12]}`, {counted(receipt.prompt.system_tokens, 'token')}."
    short = f" Shortened to fit, without {without}; the JSON receipt has everything." if without else ""
    return [f"{prompt}{short}", *_simulated(receipt)]


def _notes(receipt: Receipt, detail: _Detail) -> list[str]:
    if not receipt.notes:
        return []
    notes = [sanitise_line(note, limit=detail.text) for note in receipt.notes[: detail.rows]]
    lines = [f"> - {note}" for note in notes + _rest(len(receipt.notes), detail)]
    return ["\n".join(["> **Please note**", ">", *lines])]


def _findings(findings: Sequence[Finding], detail: _Detail) -> list[str]:
    blocks = []
    shown = by_severity(findings)
    for severity in Severity:
        of_it = [finding for finding in shown[: detail.rows] if finding.severity is severity]
        if of_it:
            total = sum(finding.severity is severity for finding in findings)
            blocks.append(f"### {_HEADINGS[severity]} ({total:,})")
            blocks.extend(_finding(finding, detail) for finding in of_it)
    return blocks + _rest(len(shown), detail)


def _finding(finding: Finding, detail: _Detail) -> str:
    sure = f"{finding.confidence:.0%} sure"
    lines = [
        f"**{sanitise_line(finding.title, limit=detail.text)}**  ",
        f"{_path(finding.path, detail)} {lines_of(finding)} · {sanitise_line(finding.category, limit=60)} · {sure}",
        "",
        sanitise_markdown(finding.body, limit=detail.text),
    ]
    if finding.suggestion is not None and detail.suggestions:
        lines += ["", *_suggestion(finding, finding.suggestion)]
    if finding.also_at:
        places = [f"{_path(place.path, detail)} line {place.line}" for place in finding.also_at[: detail.rows]]
        lines += ["", f"The same at {', '.join(places + _rest(len(finding.also_at), detail))}."]
    return "\n".join(lines)


def _suggestion(finding: Finding, suggestion: str) -> list[str]:
    if not suggestion:
        return [f"Suggested: remove {lines_of(finding)}."]
    code = "\n".join(terminal(line) for line in suggestion.split("\n"))
    return [f"Suggested for {lines_of(finding)}:", "", safe_fence(code)]


def _unplaced(unplaced: Sequence[Unplaced], detail: _Detail) -> list[str]:
    if not unplaced:
        return []
    rows = [_unplaced_row(finding, detail) for finding in unplaced[: detail.rows]]
    lines = [f"- {row}" for row in rows + _rest(len(unplaced), detail)]
    return [f"### Without a line ({len(unplaced):,})", "\n".join(lines)]


def _unplaced_row(finding: Unplaced, detail: _Detail) -> str:
    title, why, body = (sanitise_line(text, limit=detail.text) for text in (finding.title, finding.why, finding.body))
    return f"**{finding.severity.value}: {title}** ({_path(finding.path, detail)}, {why})  \n  {body}"


def _coverage(coverage: Coverage, detail: _Detail) -> list[str]:
    rows = [
        ("Reviewed", counted(coverage.reviewed, "hunk"), ""),
        ("Reused from an earlier review", counted(coverage.reused, "hunk"), ""),
        ("Answered with an equal hunk", counted(coverage.duplicates, "hunk"), ""),
    ]
    rows = [row for row in rows if not row[1].startswith("0 ")]
    for group in left_out(coverage):
        price = "" if group.cost_usd is None else f"about {about_dollars(group.cost_usd)}"
        rows.append((f"Left out: {group.reason.value}", group.amount, price))
    rows.append(("**In the diff**", f"**{counted(coverage.hunks, 'hunk')}**", ""))
    blocks = ["### Coverage", table(("", "How much", "To review it"), rows, "lrr")]
    if coverage.skipped:
        entries = [entry for group in left_out(coverage) for entry in group.entries]
        named = [_skipped_row(entry, detail) for entry in entries[: detail.rows]]
        listed = [table(("Where", "Hunk", "Why", "To review it"), named, "lllr"), *_rest(len(entries), detail)]
        blocks.append(folded(f"What was left out ({len(entries):,})", "\n\n".join(listed)))
    return blocks


def _skipped_row(entry: SkippedWithPrice, detail: _Detail) -> tuple[str, ...]:
    skipped = entry.skipped
    why = f"{skipped.reason.value}: {skipped.detail}" if skipped.detail else skipped.reason.value
    price = "" if entry.cost_to_review_usd is None else f"about {about_dollars(entry.cost_to_review_usd)}"
    return (
        _path(skipped.path, detail),
        code_span(clip(skipped.hunk, 80)) if skipped.hunk else "whole file",
        table_cell(clip(why, detail.text)),
        price,
    )


def _bill(receipt: Receipt, detail: _Detail) -> list[str]:
    bill = receipt.bill
    money = money_rows(bill)
    amounts = aligned_dollars([amount for _, amount in money])
    dollars = [_sum(label, amount) for (label, _), amount in zip(money, amounts, strict=True)]
    tokens = [_sum(label, f"{number:,}") for label, number in token_rows(bill.usage)]
    asked = f"{counted(bill.requests, 'request')} in {counted(bill.attempts, 'attempt')}."
    saved = [f"{label.lower()} {about_dollars(amount)}" for label, amount in saving_rows(bill)]
    lines = ["Budget:", *(f"- {line}" for line in budget_lines(receipt.budget))]
    if saved:
        lines.append(f"- Saved, estimated: {', '.join(saved)}.")
    return [
        "### The bill",
        asked,
        table(("Dollars", ""), dollars[-detail.rows :], "lr"),
        table(("Tokens", ""), tokens, "lr"),
        "\n".join(lines),
    ]


def _sum(label: str, figure: str) -> tuple[str, str]:
    cell = table_cell(clip(label, 100))
    return (f"**{cell}**", f"**{figure}**") if label in {TOTAL_DOLLARS, TOTAL_TOKENS} else (cell, figure)


def _calls(calls: Sequence[Call], detail: _Detail) -> list[str]:
    if not calls or not detail.calls:
        return []
    costs = aligned_dollars([call.cost_usd for call in calls])
    rows = [
        (
            str(number),
            table_cell(call.model),
            table_cell(f"{call.tier}: {call.why}" if call.why else call.tier),
            str(call.hunks),
            str(call.attempt),
            table_cell(call.outcome),
            f"{call.latency_ms / 1000:.1f} s",
            f"{call.usage.total_input_tokens:,}",
            f"{call.usage.output_tokens:,}",
            cost,
        )
        for number, (call, cost) in enumerate(zip(calls, costs, strict=True), 1)
    ]
    names = ("", "Model", "Tier", "Hunks", "Attempt", "Outcome", "Took", "Tokens in", "Tokens out", "Dollars")
    return [folded(f"Calls ({len(calls):,})", table(names, rows, "rllrrlrrrr"))]


def _path(path: str, detail: _Detail) -> str:
    return code_span(clip(printable_path(path), detail.text))


def _rest(total: int, detail: _Detail) -> list[str]:
    """What a list shortened to the detail's rows ends with."""
    return [f"… and {total - detail.rows:,} more"] if total > detail.rows else []
