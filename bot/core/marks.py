"""The hidden marks by which Hunkwise knows its own words again, and how foreign text is kept from forging one."""

from __future__ import annotations

import re

from bot.core.finding import Finding
from bot.core.fingerprint import fingerprint, is_telling

SUMMARY_MARK = "<!-- hunkwise:summary -->"
ADDRESSED_MARK = "<!-- hunkwise:addressed -->"
AGAIN_MARK = "<!-- hunkwise:again -->"

_FINGERPRINT = re.compile(r"<!-- hunkwise:finding ([0-9a-f]{20}) -->")
_OPENING = re.compile(r"<!(?=--[\s-]*hunkwise)", re.IGNORECASE)
_MOST_NAMES = 50


def fingerprint_mark(fingerprint: str) -> str:
    """The mark by which a posted finding is known again."""
    return f"<!-- hunkwise:finding {fingerprint} -->"


def fingerprints_in(body: str) -> list[str]:
    """The findings whose marks a comment carries."""
    return _FINGERPRINT.findall(body)


def run_mark(run_id: str) -> str:
    """The mark of everything that one run posted as a review."""
    return f"<!-- hunkwise:run {run_id} -->"


def without_marks(text: str) -> str:
    """Foreign text in which nothing can be taken for a mark: file names and code may hold anything."""
    return _OPENING.sub("<! ", text)


def fingerprints_of(finding: Finding) -> tuple[str, ...]:
    """The finding's own fingerprint, then each that a further place would have if it stood alone.

    An equal line of the same file has the same one, which then stands twice. A line that says too little, such as a
    brace, lends its name to no other place.
    """
    line = finding.quote.partition("\n")[0]
    places = finding.also_at[:_MOST_NAMES] if is_telling(line) else ()
    elsewhere = dict.fromkeys(fingerprint(place.path, place.side, [line]) for place in places)
    return (finding.fingerprint, *elsewhere)
