"""The tables of the terminal output: a diff as it was read, a plan with its price, coverage and the bill."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.cli.indented import Indented
from bot.core.diff.model import Diff
from bot.core.diff.report import diff_as_rows
from bot.core.receipt import Bill, Coverage
from bot.core.report.figures import (
    TOTAL_DOLLARS,
    TOTAL_TOKENS,
    about_dollars,
    aligned_dollars,
    exact_dollars,
    money_rows,
    token_rows,
)
from bot.core.report.quote_facts import PriceRange, QuotedRequest, QuoteFacts
from bot.core.report.words import counted, left_out, printable_path
from bot.core.sanitise import terminal

REQUESTS_LISTED = 40
"""Requests of a plan shown in full; the JSON quote lists all."""


_STEPS = {
    "triage": "triage,",
    "review": "review,",
    "draft": "drafts,",
    "confirm": "confirmations, at most",
    "verify": "verification, at most",
}


def coverage_table(coverage: Coverage) -> Table:
    """How many hunks went which way."""
    rows = [
        ("Reviewed", coverage.reviewed),
        ("Reused from an earlier review", coverage.reused),
        ("Answered with an equal hunk", coverage.duplicates),
        ("Left out", sum(group.hunks for group in left_out(coverage))),
    ]
    table = _plain_table()
    for label, hunks in rows:
        if hunks or label == "Reviewed":
            table.add_row(label, f"{hunks:,}")
    table.add_row(Text("Hunks in the diff", style="bold"), Text(f"{coverage.hunks:,}", style="bold"))
    return table


def bill_table(bill: Bill) -> Table:
    """Dollars by model, then tokens by kind, each with its total."""
    money = money_rows(bill)
    amounts = aligned_dollars([amount for _, amount in money])
    table = _plain_table()
    for (label, _), amount in zip(money, amounts, strict=True):
        _add_sum(table, label, amount)
    table.add_row()
    for label, number in token_rows(bill.usage):
        _add_sum(table, label, f"{number:,}")
    return table


def _add_sum(table: Table, label: str, figure: str) -> None:
    style = "bold" if label in {TOTAL_DOLLARS, TOTAL_TOKENS} else ""
    table.add_row(Text(terminal(label), style=style), Text(figure, style=style))


def diff_table(diff: Diff) -> RenderableType:
    """How a diff was read: one row a file, and what could not be read."""
    table = _headed_table(("", "l"), ("File", "w"), ("Hunks", "r"), ("+", "r"), ("-", "r"), ("Commentable", "r"))
    for row in diff_as_rows(diff):
        name = Text(terminal(printable_path(row.path)))
        if row.note:
            name.append(f"  {terminal(printable_path(row.note))}", style="yellow")
        figures = (row.hunks, row.added, row.deleted, row.commentable)
        table.add_row(row.status.value, name, *(f"{number:,}" for number in figures))
    unreadable = sum(file.unreadable is not None for file in diff.files)
    total = f"{counted(len(diff.files), 'file')}, {counted(diff.hunk_count, 'hunk')}"
    return Group(table, "", Text(f"{total}; {unreadable:,} unreadable." if unreadable else f"{total}.", style="bold"))


def plan_table(quote: QuoteFacts) -> RenderableType:
    """The plan and its price: requests in the order of asking, prices by tier, the budget, what is left out."""
    blocks: list[RenderableType] = [Text(f"! {terminal(note)}", style="yellow") for note in quote.notes]
    if quote.requests:
        blocks += [_requests(quote.requests), "", Text(_plan_total(quote)), "", _prices(quote), ""]
    else:
        blocks += [Text("Nothing to ask: no hunk of this diff is selected for review.", style="bold"), ""]
    blocks += [Text("Budget", style="bold"), *(Indented(Text(line)) for line in _limits(quote))]
    return Group(*blocks, *_skipped(quote))


def _requests(requests: Sequence[QuotedRequest]) -> Table:
    table = _headed_table(
        ("", "r"),
        ("Tier", "l"),
        ("Model", "l"),
        ("Hunks", "r"),
        ("Files", "w"),
        ("Tokens", "r"),
        ("Risk", "r"),
    )
    for number, request in enumerate(requests[:REQUESTS_LISTED], 1):
        table.add_row(
            str(number),
            request.tier,
            Text(terminal(request.model)),
            f"{request.hunks:,}",
            Text(_files_label(request.files)),
            f"{request.input_tokens:,}",
            str(request.risk),
        )
    if len(requests) > REQUESTS_LISTED:
        rest = requests[REQUESTS_LISTED:]
        hunks, tokens = sum(one.hunks for one in rest), sum(one.input_tokens for one in rest)
        table.add_row(
            "…", "", "", f"{hunks:,}", f"{len(rest):,} more requests; --format json lists all", f"{tokens:,}", ""
        )
    return table


def _files_label(files: Sequence[str]) -> str:
    first = terminal(printable_path(files[0])) if files else ""
    return first if len(files) <= 1 else f"{first} and {len(files) - 1} more"


def _plan_total(quote: QuoteFacts) -> str:
    beside = [(quote.duplicates, "equal to another"), (quote.reused, "reviewed before")]
    other = "".join(f", {number:,} {what}" for number, what in beside if number)
    requests = counted(len(quote.requests), "request")
    return (
        f"{counted(quote.planned_hunks, 'hunk')} of {quote.hunks:,} in {requests}{other}; "
        f"about {quote.input_tokens:,} tokens in, the shared prompt of {quote.system_tokens:,} counted in each."
    )


def _prices(quote: QuoteFacts) -> Table:
    table = _headed_table(("Price", "w"), ("Lowest", "r"), ("Highest", "r"))
    for one in quote.tiers:
        table.add_row(Text(f"All on {one.tier} ({terminal(one.model)})"), *_range_cells(one.price))
    table.add_row(Text("As planned", style="bold"), *(Text(cell, style="bold") for cell in _range_cells(quote.planned)))
    for step in quote.steps if len(quote.steps) > 1 else ():
        table.add_row(f"  {_STEPS[step.feature]} {counted(step.requests, 'request')}", *_range_cells(step.price))
    table.add_row("  with prompt caching", *_range_cells(quote.with_cache))
    table.add_row("  without prompt caching", *_range_cells(quote.without_cache))
    return table


def _range_cells(price: PriceRange) -> tuple[str, str]:
    return about_dollars(price.lowest), about_dollars(price.highest)


def _limits(quote: QuoteFacts) -> list[str]:
    dollars, tokens = "No limit in dollars.", "No limit in tokens."
    if quote.limit_usd is not None:
        dollars = f"{exact_dollars(quote.limit_usd)}: {_fit(fits=quote.fits_usd)}"
    if quote.limit_tokens is not None:
        tokens = (
            f"{quote.limit_tokens:,} tokens, at most {quote.highest_tokens:,} needed: {_fit(fits=quote.fits_tokens)}"
        )
    return [dollars, tokens]


def _fit(*, fits: bool) -> str:
    if fits:
        return "even the highest price fits."
    return "the highest price does not fit; the review stops before it would overspend, riskiest hunks first."


def _skipped(quote: QuoteFacts) -> list[RenderableType]:
    if not quote.skipped:
        return []
    table = _headed_table(("Left out", "w"), ("Why", "w"), ("Hunks", "r"))
    for skipped in quote.skipped[:REQUESTS_LISTED]:
        why = f"{skipped.reason.value}: {skipped.detail}" if skipped.detail else skipped.reason.value
        where = f"{printable_path(skipped.path)} {skipped.hunk or ''}".rstrip()
        table.add_row(Text(terminal(where)), Text(terminal(why)), f"{skipped.hunks:,}" if skipped.hunks else "")
    if len(quote.skipped) > REQUESTS_LISTED:
        table.add_row(f"{len(quote.skipped) - REQUESTS_LISTED:,} more", "--format json lists all", "")
    return ["", table]


def _plain_table() -> Table:
    table = Table.grid(padding=(0, 3))
    table.add_column()
    table.add_column(justify="right")
    return table


def _headed_table(*columns: tuple[str, str]) -> Table:
    """A table with a line under its names; a column is its name and 'l', 'r' or 'w' (left, wrapped where it must)."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for name, side in columns:
        table.add_column(name, justify="right" if side == "r" else "left", overflow="fold", no_wrap=side != "w")
    return table
