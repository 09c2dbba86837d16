"""A second look can take away, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.diff.model import Side
from bot.core.finding import Finding, Severity
from bot.core.size import excerpt_tokens
from bot.core.verify import Verify, second_looks, verified
from tests.unit.core.changes import excerpts, hunk, modified
from tests.unit.core.report.receipts import finding

CLAIM = finding()


def test_what_is_not_upheld_is_dropped() -> None:
    """A silent answer drops everything."""
    other = finding(line=99, fingerprint="f" * 20)
    assert verified([CLAIM, other], [other]) == {CLAIM: None, other: other}


def test_a_finding_is_known_by_its_first_line() -> None:
    """The end of a range is where models differ."""
    claim = finding(start_line=41, line=43)
    assert verified([claim], [finding(start_line=41, line=41)]) == {claim: claim}
    assert verified([claim], [finding(line=43, fingerprint="f" * 20)]) == {claim: None}


def test_a_finding_is_known_by_its_code_where_its_line_is_wrong() -> None:
    """The fingerprint is made of what stands there."""
    assert verified([CLAIM], [finding(line=7)]) == {CLAIM: CLAIM}


def test_of_two_equal_lines_each_needs_its_own_word() -> None:
    """A finding that is upheld at one place upholds nothing at the other."""
    other = finding(line=99)
    assert verified([CLAIM, other], [other]) == {CLAIM: None, other: other}


def test_severity_and_confidence_go_down_only() -> None:
    """In every combination."""
    for severity, confidence in product(Severity, (0.1, 0.92, 1.0)):
        (after,) = verified([CLAIM], [finding(severity=severity, confidence=confidence)]).values()
        assert after == replace(CLAIM, severity=severity, confidence=min(confidence, CLAIM.confidence))
    warning = finding(severity=Severity.WARNING)
    assert verified([warning], [CLAIM]) == {warning: warning}


def test_the_words_stay_those_of_the_finding() -> None:
    """Title, body and suggestion of the answer are not looked at: nothing comes in by the back door."""
    upheld = finding(title="Other", body="Other", suggestion="rm -rf", category="correctness", also_at=())
    assert verified([CLAIM], [upheld]) == {CLAIM: CLAIM}


def test_of_two_on_a_line_its_own_category_counts() -> None:
    """One of two findings on a line may fall while the other stands."""
    lower = finding(category="security", severity=Severity.WARNING, confidence=0.1)
    assert verified([CLAIM], [lower, CLAIM]) == {CLAIM: CLAIM}
    assert verified([CLAIM], [lower]) == {CLAIM: replace(CLAIM, severity=Severity.WARNING, confidence=0.1)}


_FINDINGS = st.builds(
    finding,
    path=st.sampled_from(["a", "b"]),
    side=st.sampled_from(Side),
    line=st.integers(1, 3),
    severity=st.sampled_from(Severity),
    category=st.sampled_from(["bug", "leak"]),
    confidence=st.floats(0, 1),
    fingerprint=st.sampled_from(["x", "y"]),
)


@given(st.lists(_FINDINGS), st.lists(_FINDINGS))
def test_nothing_is_ever_added_or_raised(claims: list[Finding], upheld: list[Finding]) -> None:
    """Whatever any server answers."""
    changes = verified(claims, upheld)
    assert set(changes) == set(claims)
    for before, after in changes.items():
        if after is not None:
            assert after.severity.rank >= before.severity.rank
            assert after.confidence <= before.confidence
            assert replace(after, severity=before.severity, confidence=before.confidence) == before


@pytest.mark.parametrize(
    ("verify", "covered"),
    [(Verify.NONE, set()), (Verify.ERRORS, {Severity.ERROR}), (Verify.ALL, set(Severity))],
)
def test_errors_or_all_are_covered(verify: Verify, covered: set[Severity]) -> None:
    """As the word says."""
    assert {severity for severity in Severity if verify.covers(finding(severity=severity))} == covered


FILE = excerpts(
    modified("a.py", *(hunk("a.py", f"+{name} = '{name * 300}'", at=10 * at) for at, name in enumerate("vwxyz", 1)))
)
SIZE = excerpt_tokens(FILE[0])


def test_a_file_is_looked_at_as_a_whole_where_it_fits() -> None:
    """The other hunks of the file are context for the one that is in question."""
    assert second_looks(FILE, {FILE[2].key}, 5 * SIZE) == [FILE]
    assert second_looks(FILE, {FILE[2].key}, 2 * SIZE) == [(FILE[0], FILE[2])]


def test_each_hunk_in_question_is_looked_at_once() -> None:
    """In as many requests as it takes, one of them alone where a hunk is too large to share."""
    keys = {one.key for one in FILE}
    groups = second_looks(FILE, keys, 2 * SIZE)
    assert len(groups) == 3
    assert {one.key for group in groups for one in group} == keys
    assert all(len(group) <= 2 for group in groups)
    assert len(second_looks(FILE, keys, 1)) == 5
    assert second_looks(FILE, set(), 5 * SIZE) == []
