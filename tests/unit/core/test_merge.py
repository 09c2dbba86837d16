from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core.diff.model import Hunk, Side
from bot.core.excerpt import Excerpt
from bot.core.finding import Finding, Place, Severity
from bot.core.fingerprint import fingerprint
from bot.core.merge import keep, merge
from tests.unit.core.placing import PATH, a_hunk, an_excerpt

CODE = "total = price * amount"


def excerpt_at(start: int, *, path: str = PATH, family: str = "sums", twins: tuple[Hunk, ...] = ()) -> Excerpt:
    """Build the excerpt of a hunk of ten added lines."""
    rows = "\n".join(f"+{CODE} + {number}" for number in range(10))
    return an_excerpt(a_hunk(rows, path=path, old=start - 5, new=start), family=family, twins=twins)


def a_finding(line: int, **changes: Any) -> Finding:
    """Build a finding on a line of the usual file."""
    fields: dict[str, Any] = {
        "path": PATH,
        "side": Side.RIGHT,
        "start_line": None,
        "line": line,
        "severity": Severity.WARNING,
        "category": "bug",
        "title": "Amounts may be negative",
        "body": "A refund is charged.",
        "suggestion": None,
        "confidence": 0.8,
        "quote": CODE,
    }
    fields |= changes
    name = fingerprint(fields["path"], fields["side"], [fields["quote"].partition("\n")[0]])
    return Finding(**({"fingerprint": name} | fields))


def test_one_line_found_twice_is_one_finding() -> None:
    """Parts of a long hunk overlap, so two requests may report one line; the gravest report stands."""
    mild = a_finding(12, title="Mild")
    grave = a_finding(12, title="Grave", severity=Severity.ERROR, confidence=0.6)
    assert merge([(mild, excerpt_at(10)), (grave, excerpt_at(10))]) == (grave,)


def test_of_equals_the_surer_stands() -> None:
    """Confidence decides between reports of one gravity."""
    unsure, sure = a_finding(12, confidence=0.5), a_finding(12, confidence=0.9)
    assert merge([(unsure, excerpt_at(10)), (sure, excerpt_at(10))]) == (sure,)


def test_another_category_at_the_same_line_is_not_lost() -> None:
    """A line can be wrong in two ways: one comment says both."""
    bug = a_finding(12, severity=Severity.ERROR)
    leak = a_finding(12, category="leak", title="The file stays open", body="Close it.")
    (merged,) = merge([(leak, excerpt_at(10)), (bug, excerpt_at(10))])
    assert merged.body == "A refund is charged.\n\n**The file stays open** (leak): Close it."
    assert (merged.severity, merged.title) == (Severity.ERROR, bug.title)


def test_a_range_and_its_first_line_are_one_place() -> None:
    """The model varies how far a range goes; where it begins is what it means."""
    line = a_finding(12, confidence=0.7)
    reach = a_finding(14, start_line=12, quote=f"{CODE}\nx\ny")
    assert merge([(line, excerpt_at(10)), (reach, excerpt_at(10))]) == (reach,)


def test_both_sides_of_a_line_number_are_two_places() -> None:
    """Line 12 of the old file is not line 12 of the new one."""
    assert len(merge([(a_finding(12, side=side), excerpt_at(10)) for side in Side])) == 2


def test_equal_changes_in_different_context_are_one_finding() -> None:
    """One root cause is one comment that names the other places, in other files too."""
    first = (a_finding(12), excerpt_at(10))
    second = (a_finding(52, confidence=0.7), excerpt_at(50))
    third = (a_finding(12, path="b.py", confidence=0.6), excerpt_at(10, path="b.py"))
    (merged,) = merge([third, second, first])
    assert merged == replace(first[0], also_at=(Place("b.py", 12), Place(PATH, 52)))


@pytest.mark.parametrize(
    "other",
    [
        (a_finding(52, category="leak"), excerpt_at(50)),
        (a_finding(52, side=Side.LEFT), excerpt_at(50)),
        (a_finding(52), excerpt_at(50, family="other")),
        (a_finding(52, quote="amount = -amount"), excerpt_at(50)),
    ],
    ids=["category", "side", "family", "code"],
)
def test_different_causes_stay_apart(other: tuple[Finding, Excerpt]) -> None:
    """Merging what is not the same would hide a finding."""
    assert len(merge([(a_finding(12), excerpt_at(10)), other])) == 2


def test_a_line_that_says_too_little_names_no_cause() -> None:
    """Two closing braces share nothing but their text."""
    findings = [(a_finding(line, quote="    }"), excerpt_at(10)) for line in (12, 15)]
    assert [finding.line for finding in merge(findings)] == [12, 15]


def test_equal_lines_of_one_file_keep_fingerprints_of_their_own() -> None:
    """What is posted is told by its fingerprint, so two findings of a run never share one."""
    findings = [(a_finding(line), excerpt_at(line, family=str(line))) for line in (52, 12, 92)]
    merged = merge(findings)
    assert len({finding.fingerprint for finding in merged}) == 3
    assert next(finding for finding in merged if finding.line == 12).fingerprint == a_finding(12).fingerprint


@pytest.mark.parametrize(("side", "line"), [(Side.RIGHT, 102), (Side.LEFT, 207)])
def test_twins_are_named_at_their_own_lines(side: Side, line: int) -> None:
    """An equal hunk was answered with this one: the same line of it is meant, counted on the same side."""
    excerpt = excerpt_at(10)
    twin = replace(excerpt.hunk, path="twin.py", old_start=200, new_start=100)
    (merged,) = merge([(a_finding(12, side=side), replace(excerpt, twins=(twin,)))])
    assert merged.also_at == (Place("twin.py", line, side),)


def test_twins_are_named_once() -> None:
    """Two reports of one line in one excerpt name its twin once."""
    excerpt = excerpt_at(10, twins=(a_hunk("+x", path="twin.py", new=100),))
    (merged,) = merge([(a_finding(12), excerpt), (a_finding(12, category="leak"), excerpt)])
    assert merged.also_at == (Place("twin.py", 102),)


def test_the_gravest_and_surest_come_first() -> None:
    """Only so many are posted inline, and a reader may stop early."""
    findings = [
        a_finding(12, quote="first line of all", confidence=0.9),
        a_finding(13, quote="second line of all", severity=Severity.ERROR, confidence=0.6),
        a_finding(14, quote="third line of all", severity=Severity.INFO, confidence=1.0),
        a_finding(11, quote="fourth line of all", path="z.py"),
        a_finding(15, quote="fifth line of all"),
    ]
    merged = merge((finding, excerpt_at(10)) for finding in findings)
    assert [finding.line for finding in merged] == [13, 12, 15, 11, 14]


def test_keep_counts_what_it_leaves_out() -> None:
    """The threshold and the floor are inclusive; what falls below is counted, not forgotten."""
    excerpt = excerpt_at(10)
    findings = {
        "at the threshold": a_finding(12, confidence=0.6),
        "unsure": a_finding(13, confidence=0.59),
        "slight": a_finding(14, severity=Severity.INFO, confidence=1.0),
        "grave": a_finding(15, severity=Severity.ERROR),
    }
    kept, dropped = keep([(finding, excerpt) for finding in findings.values()], 0.6, Severity.WARNING)
    assert ([finding for finding, _ in kept], dropped) == ([findings["at the threshold"], findings["grave"]], 2)
