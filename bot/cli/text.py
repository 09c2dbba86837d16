"""The review as text for a terminal: findings with their code, then what was covered and what it cost."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.text import Text

from bot.cli.code_frame import code_frame
from bot.cli.indented import Indented
from bot.cli.tables import bill_table, coverage_table
from bot.core.finding import Finding, Severity, Unplaced
from bot.core.receipt import Receipt, Status
from bot.core.report.code_excerpt import Excerpts, no_excerpts
from bot.core.report.figures import about_dollars, budget_lines, cache_lines, saving_rows
from bot.core.report.words import (
    MARKS,
    SIMULATED,
    LeftOut,
    by_severity,
    counted,
    headline,
    left_out,
    lines_of,
    printable_path,
)
from bot.core.sanitise import terminal

FILES_LISTED = 20
"""Files named for each reason of leaving out; the JSON receipt names every hunk."""

_SEVERITY_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_STATUS_STYLES = {
    Status.CLEAN: "bold green",
    Status.FINDINGS: "bold",
    Status.PARTIAL: "bold yellow",
    Status.FAILED: "bold red",
    Status.SKIPPED: "bold",
}


def console_on(stream: TextIO, width: int | None = None) -> Console:
    """A console that prints text as it is: no markup, no emoji codes, no guessed highlights.

    Colours only on a terminal; NO_COLOR, FORCE_COLOR and COLUMNS are rich's own.
    """
    return _Console(file=stream, width=width, markup=False, emoji=False, highlight=False)


class _Console(Console):
    """rich's console, but a reader that went away is an error: rich would exit with 1, the code of findings."""

    def on_broken_pipe(self) -> None:
        """Leave it to the one place that catches everything."""
        self.quiet = True
        raise BrokenPipeError


def print_review(receipt: Receipt, console: Console, excerpts: Excerpts = no_excerpts) -> None:
    """Print the whole receipt but its calls; `excerpts` gives the code around a finding where it is at hand."""
    for block in (
        *_simulated(receipt),
        *(_finding(finding, excerpts) for finding in by_severity(receipt.findings)),
        *(_unplaced(finding) for finding in receipt.unplaced),
        Text(f"{MARKS[receipt.status]} {headline(receipt)}", style=_STATUS_STYLES[receipt.status]),
        *_notes(receipt),
        *_coverage(receipt),
        *_bill(receipt),
        *_simulated(receipt),
    ):
        console.print(block)
        console.print()


def _simulated(receipt: Receipt) -> list[RenderableType]:
    return [Text(SIMULATED, style="bold magenta")] if receipt.simulated else []


def _finding(finding: Finding, excerpts: Excerpts) -> RenderableType:
    title = Text.assemble(
        (finding.severity.value, _SEVERITY_STYLES[finding.severity]), "  ", (terminal(finding.title), "bold")
    )
    where = f"{terminal(printable_path(finding.path))}:{_numbers(finding)}"
    about = f"  {terminal(finding.category)}, {finding.confidence:.0%} sure"
    parts: list[RenderableType] = [title, Indented(Text.assemble((where, "cyan"), (about, "dim")))]
    frame = code_frame(finding, excerpts(finding))
    if frame is not None:
        parts += ["", Indented(frame)]
    parts += ["", Indented(Text(_by_line(finding.body)))]
    if finding.suggestion is not None:
        parts += ["", Indented(_suggestion(finding, finding.suggestion))]
    if finding.also_at:
        places = ", ".join(f"{terminal(printable_path(place.path))}:{place.line}" for place in finding.also_at)
        parts += ["", Indented(Text.assemble("The same at ", (places, "cyan")))]
    return Group(*parts)


def _numbers(finding: Finding) -> str:
    numbers = f"{finding.line}" if finding.start_line is None else f"{finding.start_line}-{finding.line}"
    return f"{numbers} (removed)" if finding.side == "LEFT" else numbers


def _suggestion(finding: Finding, suggestion: str) -> RenderableType:
    if not suggestion:
        return Text(f"Suggested: remove {lines_of(finding)}.")
    lines = [
        Text(f"+ {terminal(line)}", style="green", no_wrap=True, overflow="ellipsis") for line in suggestion.split("\n")
    ]
    return Group(Text(f"Suggested for {lines_of(finding)}:"), *lines)


def _unplaced(finding: Unplaced) -> RenderableType:
    title = Text.assemble(
        (finding.severity.value, _SEVERITY_STYLES[finding.severity]), "  ", (terminal(finding.title), "bold")
    )
    where = f"{terminal(printable_path(finding.path))}, without a line: {terminal(finding.why)}"
    return Group(title, Indented(Text(where, style="dim")), "", Indented(Text(_by_line(finding.body))))


def _notes(receipt: Receipt) -> list[RenderableType]:
    if not receipt.notes:
        return []
    notes = [Indented(Text(_by_line(note)), first=Text("! ", style="bold yellow")) for note in receipt.notes]
    return [Group(Text("Please note", style="bold yellow"), *notes)]


def _coverage(receipt: Receipt) -> list[RenderableType]:
    if receipt.status is Status.SKIPPED and not receipt.coverage.hunks:
        return []
    blocks: list[RenderableType] = [Group(Text("Coverage", style="bold"), Indented(coverage_table(receipt.coverage)))]
    groups = left_out(receipt.coverage)
    if groups:
        blocks.append(Group(Text("Left out", style="bold"), *(Indented(_reason(group)) for group in groups)))
    return blocks


def _reason(group: LeftOut) -> RenderableType:
    price = "" if group.cost_usd is None else f", about {about_dollars(group.cost_usd)} to review"
    title = Text(f"{group.reason.value}: {group.amount}{price}", style="" if group.reason.by_rule else "yellow")
    files = Counter[tuple[str, str]]()
    for entry in group.entries:
        files[entry.skipped.path, entry.skipped.detail] += entry.skipped.hunks
    lines = []
    for (path, detail), hunks in list(files.items())[:FILES_LISTED]:
        about = [counted(hunks, "hunk")] if hunks else []
        about += [terminal(detail)] if detail else []
        about_text = f"  {', '.join(about)}" if about else ""
        lines.append(Text.assemble(terminal(printable_path(path)), (about_text, "dim")))
    if len(files) > FILES_LISTED:
        lines.append(Text(f"and {counted(len(files) - FILES_LISTED, 'file')} more; --format json names every hunk"))
    return Group(title, *(Indented(line) for line in lines))


def _bill(receipt: Receipt) -> list[RenderableType]:
    bill = receipt.bill
    asked = f"{counted(bill.requests, 'request')} in {counted(bill.attempts, 'attempt')}"
    saved = ", ".join(f"{label.lower()} {about_dollars(amount)}" for label, amount in saving_rows(bill))
    lines = [*budget_lines(receipt.budget)]
    lines += [f"Saved, estimated: {saved}."] if saved else []
    lines += cache_lines(receipt.cache)
    return [
        Group(Text.assemble(("The bill", "bold"), (f"  {asked}", "dim")), Indented(bill_table(bill))),
        Group(Text("Budget", style="bold"), *(Indented(Text(line)) for line in lines)),
    ]


def _by_line(text: str) -> str:
    """Foreign prose with its line breaks kept and everything else a terminal obeys written out."""
    return "\n".join(terminal(line) for line in text.splitlines())
