"""Claims: what one model found, as it is put before another one to be confirmed or refuted."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.answer import RawFinding
from bot.core.diff.model import Side
from bot.core.excerpt import ExcerptKey
from bot.core.finding import Finding, Severity

MOST_CLAIMS = 10
"""So many claims go into one request."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A finding about one excerpt, in the words of whoever made it: they may hold anything that a pull request does."""

    about: ExcerptKey
    path: str
    line: int
    side: Side
    quote: str
    severity: Severity
    category: str
    title: str
    body: str
    confidence: float

    @classmethod
    def of_draft(cls, raw: RawFinding, about: ExcerptKey) -> Claim:
        """What a draft says, unproved as it is."""
        return cls(
            about,
            raw.path,
            raw.line,
            raw.side,
            raw.quote,
            raw.severity,
            raw.category,
            raw.title,
            raw.body,
            raw.confidence,
        )

    @classmethod
    def of_finding(cls, finding: Finding, about: ExcerptKey) -> Claim:
        """A finding that is about to be shown, by its first line."""
        return cls(
            about,
            finding.path,
            finding.first_line,
            finding.side,
            finding.quote.partition("\n")[0],
            finding.severity,
            finding.category,
            finding.title,
            finding.body,
            finding.confidence,
        )
