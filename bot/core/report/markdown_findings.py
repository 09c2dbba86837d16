"""What was found, as Markdown: in full, or as a link to the comment that says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.core.finding import Finding, Severity, Unplaced
from bot.core.kept import Kept, keep
from bot.core.marks import without_marks
from bot.core.report.conversation import Conversation, EarlierFinding
from bot.core.report.detail import Detail
from bot.core.report.markdown_blocks import clip, code_span
from bot.core.report.words import by_severity, counted, lines_of, printable_path
from bot.core.sanitise import safe_fence, sanitise_line, sanitise_markdown, terminal

_HEADINGS = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.INFO: "Info"}
_URL = re.compile(r"https?://[^\s<>()]+")


def findings_blocks(findings: Sequence[Finding], detail: Detail, conversation: Conversation | None) -> list[str]:
    """This run's findings, most severe first."""
    blocks = []
    shown = by_severity(findings)
    for severity in Severity:
        of_it = [finding for finding in shown[: detail.rows] if finding.severity is severity]
        if of_it:
            total = sum(finding.severity is severity for finding in findings)
            blocks.append(f"### {_HEADINGS[severity]} ({total:,})")
            blocks.extend(_finding(finding, detail, conversation) for finding in of_it)
    return blocks + detail.rest(len(shown))


def unplaced_blocks(unplaced: Sequence[Unplaced], detail: Detail, conversation: Conversation | None) -> list[str]:
    """This run's findings for which no line could be proved."""
    if not unplaced:
        return []
    rows = [_kept(finding, f"- {_unplaced_row(finding, detail)}", conversation) for finding in unplaced[: detail.rows]]
    rows += [f"- {rest}" for rest in detail.rest(len(unplaced))]
    return [f"### Without a line ({len(unplaced):,})", "\n".join(rows)]


def earlier_blocks(conversation: Conversation, detail: Detail) -> list[str]:
    """What earlier pushes found and still stands, and how much of it is gone."""
    standing = len(conversation.earlier) + len(conversation.kept)
    blocks = []
    if standing:
        blocks.append(f"### Still standing from earlier pushes ({standing:,})")
    if conversation.earlier:
        rows = [f"- {_earlier_row(one, detail)}" for one in conversation.earlier[: detail.rows]]
        rows += [f"- {rest}" for rest in detail.rest(len(conversation.earlier))]
        blocks.append("\n".join(rows))
    blocks.extend(_shortened(one, detail).written() for one in conversation.kept[: detail.rows])
    blocks.extend(detail.rest(len(conversation.kept)))
    if conversation.gone:
        verb = "was" if conversation.gone == 1 else "were"
        blocks.append(f"{counted(conversation.gone, 'finding')} of earlier pushes {verb} not found again.")
    return blocks


def path_span(path: str, detail: Detail) -> str:
    """A path as code."""
    return code_span(clip(printable_path(path), detail.text))


def _finding(finding: Finding, detail: Detail, conversation: Conversation | None) -> str:
    url = conversation.links.get(finding.fingerprint, "") if conversation else ""
    if _URL.fullmatch(url):
        return _heading(finding, detail, f"[{_where(finding, detail)}](<{url}>)")
    lines = [_heading(finding, detail, _where(finding, detail), _why_here(finding, conversation))]
    lines += ["", sanitise_markdown(finding.body, limit=detail.text)]
    if finding.suggestion is not None and detail.suggestions:
        lines += ["", *_suggestion(finding, finding.suggestion)]
    if finding.also_at:
        places = [f"{path_span(place.path, detail)} line {place.line}" for place in finding.also_at[: detail.rows]]
        lines += ["", f"The same at {', '.join(places + detail.rest(len(finding.also_at)))}."]
    return _kept(finding, "\n".join(lines), conversation)


def _where(finding: Finding, detail: Detail) -> str:
    return f"{path_span(finding.path, detail)} {lines_of(finding)}"


def _heading(finding: Finding, detail: Detail, where: str, why_here: str = "") -> str:
    facts = [where, sanitise_line(finding.category, limit=60), f"{finding.confidence:.0%} sure"]
    if why_here:
        facts.append(f"not inline: {sanitise_line(why_here, limit=200)}")
    return f"**{sanitise_line(finding.title, limit=detail.text)}**  \n{' · '.join(facts)}"


def _why_here(finding: Finding, conversation: Conversation | None) -> str:
    return conversation.reasons.get(finding.fingerprint, "") if conversation else ""


def _kept(finding: Finding | Unplaced, text: str, conversation: Conversation | None) -> str:
    return keep(finding, text, conversation.diff).written() if conversation else text


def _shortened(kept: Kept, detail: Detail) -> Kept:
    if len(kept.text) <= detail.text:
        return kept
    return replace(kept, text=sanitise_markdown(kept.text, limit=detail.text))


def _suggestion(finding: Finding, suggestion: str) -> list[str]:
    if not suggestion:
        return [f"Suggested: remove {lines_of(finding)}."]
    code = without_marks("\n".join(terminal(line) for line in suggestion.split("\n")))
    return [f"Suggested for {lines_of(finding)}:", "", safe_fence(code)]


def _unplaced_row(finding: Unplaced, detail: Detail) -> str:
    title, why, body = (sanitise_line(text, limit=detail.text) for text in (finding.title, finding.why, finding.body))
    return f"**{finding.severity.value}: {title}** ({path_span(finding.path, detail)}, {why})  \n  {body}"


def _earlier_row(earlier: EarlierFinding, detail: Detail) -> str:
    where = path_span(earlier.path, detail)
    linked = f"[{where}](<{earlier.url}>)" if _URL.fullmatch(earlier.url) else where
    return f"**{sanitise_line(earlier.title, limit=detail.text) or 'A finding'}** in {linked}"
