from __future__ import annotations

from dataclasses import replace

from bot.core.finding import Severity
from bot.core.inline_choice import MOVED, NAMED_BEFORE, NO_ANCHOR, choose_inline
from tests.unit.core.pushed import diff_of, finding_at

LINES = [f"+value_{number} = compute({number})" for number in range(1, 6)]
DIFF = diff_of({"a.py": {1: LINES}})
HUNK = DIFF.files[0].hunks[0]


def test_the_most_severe_come_first() -> None:
    """Where there is no room for all, the reader misses the least of them."""
    findings = [finding_at(HUNK, line, severity=severity) for line, severity in enumerate(reversed(Severity), 1)]
    choice = choose_inline(findings, (), DIFF, DIFF, 2)
    assert [one.severity for one in choice.inline] == [Severity.ERROR, Severity.WARNING]
    assert choice.reasons == {findings[0].fingerprint: "a review has 2 comments at most"}
    assert not choice.passing


def test_each_other_has_its_reason() -> None:
    """No finding is left out without a word."""
    before, off, moved = finding_at(HUNK, 1), replace(finding_at(HUNK, 2), line=99), finding_at(HUNK, 3)
    choice = choose_inline([before, off], {before.fingerprint}, DIFF, DIFF, 30)
    assert choice.reasons == {before.fingerprint: NAMED_BEFORE, off.fingerprint: NO_ANCHOR}
    choice = choose_inline([moved], (), DIFF, diff_of({"a.py": {1: LINES[1:]}}), 30)
    assert choice.reasons == {moved.fingerprint: MOVED}
    assert choice.passing == {moved.fingerprint}


def test_after_a_push_the_present_lines_count() -> None:
    """The comment goes where the code stands now."""
    choice = choose_inline([finding_at(HUNK, 3)], (), DIFF, diff_of({"a.py": {41: LINES}}), 30)
    assert [one.line for one in choice.inline] == [43]
