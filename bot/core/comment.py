"""One finding as an inline comment: ten seconds of a reader's time, and a hidden mark for the next run."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.core.diff.model import Side
from bot.core.finding import Finding, Place, Severity
from bot.core.marks import fingerprint_mark, fingerprints_of, without_marks
from bot.core.pull_request import InlineDraft
from bot.core.report.markdown_blocks import clip, code_span
from bot.core.report.words import printable_path
from bot.core.sanitise import safe_fence, sanitise_line, sanitise_markdown

COMMENT_CHARACTERS = 65_536
"""The most GitHub takes in one comment."""

# Each part has its share, together well below a comment's limit, so that nothing has to be cut from behind: the
# marks stand last and must survive.
_TITLE = 200
_CATEGORY = 60
_BODY = 16_000
_SUGGESTION = 16_000
_PATH = 200
_PLACES = 20

_WORDS = {Severity.ERROR: "● Error", Severity.WARNING: "▲ Warning", Severity.INFO: "○ Info"}
_TITLE_LINE = re.compile(rf"\*\*({'|'.join(_WORDS.values())}): (.+)\*\*")


def comment_body(finding: Finding, *, scrub: Callable[[str], str]) -> str:
    """The comment's Markdown, at most COMMENT_CHARACTERS of it. `scrub` takes secret values out of it."""
    title = sanitise_line(finding.title, limit=_TITLE) or "Finding"
    small = f"{sanitise_line(finding.category, limit=_CATEGORY)} · {finding.confidence:.0%} sure"
    blocks = [
        scrub(f"**{_WORDS[finding.severity]}: {title}**"),
        scrub(sanitise_markdown(finding.body, limit=_BODY)),
        scrub(_same_at(finding.also_at)),
        _suggestion(finding, scrub),
        scrub(f"<sub>{small}</sub>"),
        "\n".join(fingerprint_mark(name) for name in fingerprints_of(finding)),
    ]
    return "\n\n".join(block for block in blocks if block)


def inline_draft(finding: Finding, *, scrub: Callable[[str], str]) -> InlineDraft:
    """The comment with its place."""
    body = comment_body(finding, scrub=scrub)
    return InlineDraft(finding.path, finding.side, finding.start_line, finding.line, body)


def title_of(body: str) -> str:
    """The title of a comment that `comment_body` wrote; empty where somebody has rewritten its first line."""
    written = _title_line(body)
    return sanitise_line(written[2], limit=_TITLE) if written else ""


def severity_of(body: str) -> Severity | None:
    """The severity of a comment that `comment_body` wrote; None where somebody has rewritten its first line."""
    written = _title_line(body)
    return next(severity for severity, words in _WORDS.items() if words == written[1]) if written else None


def _title_line(body: str) -> re.Match[str] | None:
    return _TITLE_LINE.fullmatch(body.partition("\n")[0].rstrip("\r"))


def _same_at(places: tuple[Place, ...]) -> str:
    if not places:
        return ""
    named = [f"{code_span(clip(printable_path(place.path), _PATH))} line {place.line}" for place in places[:_PLACES]]
    if len(places) > _PLACES:
        named.append(f"{len(places) - _PLACES} more places")
    return f"The same at {', '.join(named)}."


def _suggestion(finding: Finding, scrub: Callable[[str], str]) -> str:
    """Code that replaces exactly the comment's lines, or nothing: code that had to be altered would be wrong code."""
    code = finding.suggestion
    if code is None or finding.side is Side.LEFT or len(code) > _SUGGESTION:
        return ""
    if scrub(code) != code or without_marks(code) != code:
        return ""
    if not code:
        return "```suggestion\n```"
    return safe_fence(code.removesuffix("\n"), "suggestion")
