"""The review as Markdown: what `--format markdown` prints, and the body of the summary comment."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.calls import Call
from bot.core.receipt import Coverage, Receipt, SkippedWithPrice, Status
from bot.core.report.conversation import Conversation
from bot.core.report.detail import DETAILS, Detail
from bot.core.report.figures import (
    TOTAL_DOLLARS,
    TOTAL_TOKENS,
    about_dollars,
    aligned_dollars,
    budget_lines,
    cache_lines,
    exact_dollars,
    money_rows,
    saving_rows,
    token_rows,
)
from bot.core.report.markdown_blocks import clip, code_span, folded, table
from bot.core.report.markdown_findings import earlier_blocks, findings_blocks, path_span, unplaced_blocks
from bot.core.report.words import MARKS, SIMULATED, counted, headline, left_out
from bot.core.sanitise import sanitise_line, table_cell

LIMIT = 65_000
"""Characters: under the 65,536 a comment may have, with room for what a publisher adds."""


def receipt_as_markdown(receipt: Receipt, limit: int = LIMIT, conversation: Conversation | None = None) -> str:
    """The whole run as GitHub Markdown of at most `limit` characters (`limit` >= 1,000).

    What does not fit is dropped, least important first, and the page says so. On a pull request the `conversation`
    spares what is said there already.
    """
    for detail in DETAILS:
        page = _page(receipt, detail, conversation)
        if len(page) <= limit:
            return page
    return _bare_page(receipt)


def _page(receipt: Receipt, detail: Detail, conversation: Conversation | None) -> str:
    blocks = [
        "## Hunkwise review",
        *_simulated(receipt),
        _opening(receipt, conversation),
        *_notes(receipt, detail),
        *findings_blocks(receipt.findings, detail, conversation),
        *unplaced_blocks(receipt.unplaced, detail, conversation),
        *(earlier_blocks(conversation, detail) if conversation else ()),
        *_coverage(receipt.coverage, detail),
        *_bill(receipt, detail, conversation),
        *_calls(receipt.calls, detail),
        *_footer(receipt, detail.without),
    ]
    return "\n\n".join(blocks) + "\n"


def _opening(receipt: Receipt, conversation: Conversation | None) -> str:
    """How it ended. Nothing new is no clean bill while findings of earlier pushes stand."""
    if receipt.status is Status.CLEAN and conversation and conversation.standing:
        stand = counted(conversation.standing, "finding")
        return f"**{MARKS[Status.FINDINGS]} Nothing new; {stand} of earlier pushes still to be answered.**"
    return f"**{MARKS[receipt.status]} {headline(receipt)}**"


def _bare_page(receipt: Receipt) -> str:
    opening = ["## Hunkwise review", *_simulated(receipt), f"**{MARKS[receipt.status]} {headline(receipt)}**"]
    return "\n\n".join(opening + _footer(receipt, "everything but the outcome")) + "\n"


def _simulated(receipt: Receipt) -> list[str]:
    return [f"> **{SIMULATED}**"] if receipt.simulated else []


def _footer(receipt: Receipt, without: str) -> list[str]:
    prompt = f"Prompt `{receipt.prompt.hash[:12]}`, {counted(receipt.prompt.system_tokens, 'token')}."
    short = f" Shortened to fit, without {without}; the JSON receipt has everything." if without else ""
    return [f"{prompt}{short}", *_simulated(receipt)]


def _notes(receipt: Receipt, detail: Detail) -> list[str]:
    if not receipt.notes:
        return []
    notes = [sanitise_line(note, limit=detail.text) for note in receipt.notes[: detail.rows]]
    lines = [f"> - {note}" for note in notes + detail.rest(len(receipt.notes))]
    return ["\n".join(["> **Please note**", ">", *lines])]


def _coverage(coverage: Coverage, detail: Detail) -> list[str]:
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
        listed = [table(("Where", "Hunk", "Why", "To review it"), named, "lllr"), *detail.rest(len(entries))]
        blocks.append(folded(f"What was left out ({len(entries):,})", "\n\n".join(listed)))
    return blocks


def _skipped_row(entry: SkippedWithPrice, detail: Detail) -> tuple[str, ...]:
    skipped = entry.skipped
    why = f"{skipped.reason.value}: {skipped.detail}" if skipped.detail else skipped.reason.value
    price = "" if entry.cost_to_review_usd is None else f"about {about_dollars(entry.cost_to_review_usd)}"
    return (
        path_span(skipped.path, detail),
        code_span(clip(skipped.hunk, 80)) if skipped.hunk else "whole file",
        table_cell(clip(why, detail.text)),
        price,
    )


def _bill(receipt: Receipt, detail: Detail, conversation: Conversation | None) -> list[str]:
    bill = receipt.bill
    money = money_rows(bill)
    amounts = aligned_dollars([amount for _, amount in money])
    dollars = [_sum(label, amount) for (label, _), amount in zip(money, amounts, strict=True)]
    tokens = [_sum(label, f"{number:,}") for label, number in token_rows(bill.usage)]
    asked = f"{counted(bill.requests, 'request')} in {counted(bill.attempts, 'attempt')}."
    saved = [f"{label.lower()} {about_dollars(amount)}" for label, amount in saving_rows(bill)]
    lines = ["Budget:", *(f"- {line}" for line in budget_lines(receipt.budget))]
    if conversation:
        dollars_spent, tokens_spent = exact_dollars(conversation.spent.usd), f"{conversation.spent.tokens:,} tokens"
        runs = counted(conversation.runs, "run")
        lines.append(f"- This pull request together: {dollars_spent} and {tokens_spent} in {runs}.")
    if saved:
        lines.append(f"- Saved, estimated: {', '.join(saved)}.")
    lines += [f"- {line}" for line in cache_lines(receipt.cache)]
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


def _calls(calls: Sequence[Call], detail: Detail) -> list[str]:
    if not calls or not detail.calls:
        return []
    costs = aligned_dollars([call.cost_usd for call in calls])
    rows = [
        (
            str(number),
            table_cell(call.model),
            table_cell(call.tier),
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
