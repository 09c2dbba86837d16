"""Which findings are posted inline on the diff as it is now, and why the others are not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.core.anchor import anchors, carried_over
from bot.core.diff.model import Diff
from bot.core.finding import Finding
from bot.core.report.words import by_severity

NAMED_BEFORE = "an earlier run has named it"
MOVED = "a push has changed its hunk since"
NO_ANCHOR = "no comment can stand on its line"


@dataclass(frozen=True, slots=True)
class InlineChoice:
    """`inline` are the findings to post, most severe first, on their lines of the present diff.

    `reasons` say why each other one is not posted, by its fingerprint. Those of `passing` may be posted after all
    when the next run finds them again.
    """

    inline: tuple[Finding, ...]
    reasons: Mapping[str, str]
    passing: frozenset[str]


def choose_inline(
    findings: Sequence[Finding], posted: Collection[str], reviewed: Diff, now: Diff, limit: int
) -> InlineChoice:
    """Choose. `posted` are the fingerprints of what stands on the pull request already, `reviewed` is the diff that
    the findings' lines count in, and `now` the present one (the same value where nothing was pushed since).
    """
    inline: list[Finding] = []
    reasons: dict[str, str] = {}
    passing: set[str] = set()
    for finding in by_severity(findings):
        here = finding if now is reviewed else carried_over(finding, reviewed, now)
        if finding.fingerprint in posted:
            reasons[finding.fingerprint] = NAMED_BEFORE
        elif here is None:
            reasons[finding.fingerprint] = MOVED
            passing.add(finding.fingerprint)
        elif not anchors(here, now):
            reasons[finding.fingerprint] = NO_ANCHOR
        elif len(inline) >= limit:
            reasons[finding.fingerprint] = f"a review has {limit} comments at most"
        else:
            inline.append(here)
    return InlineChoice(tuple(inline), reasons, frozenset(passing))
