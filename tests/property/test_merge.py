from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.core.diff.model import Side
from bot.core.finding import Finding, Place, Severity
from bot.core.fingerprint import fingerprint
from bot.core.merge import merge
from tests.unit.core.placing import a_hunk, an_excerpt

if TYPE_CHECKING:
    from bot.core.merge import Placed

BODY = "+one line of code\n+two lines of code\n+}\n+one line of code"
QUOTES = ("one line of code", "two lines of code", "}", "one line of code")
TWIN = a_hunk(BODY, path="twin.py", new=500)


@st.composite
def placed(draw: st.DrawFn) -> Placed:
    """A finding of few paths, lines and words, so that every kind of meeting happens."""
    path = draw(st.sampled_from(["a.py", "b.py"]))
    hunk = a_hunk(BODY, path=path, new=draw(st.sampled_from([10, 50])))
    offset = draw(st.integers(0, 3))
    line = hunk.new_start + offset
    finding = Finding(
        path=path,
        side=Side.RIGHT,
        start_line=None,
        line=line,
        severity=draw(st.sampled_from(Severity)),
        category=draw(st.sampled_from(["bug", "leak"])),
        title=draw(st.sampled_from(["one", "two"])),
        body=draw(st.sampled_from(["this", "that"])),
        suggestion=draw(st.sampled_from([None, "x"])),
        confidence=draw(st.sampled_from([0.5, 0.9])),
        fingerprint=fingerprint(path, Side.RIGHT, [QUOTES[offset]]),
        quote=QUOTES[offset],
    )
    family = draw(st.sampled_from(["f", "g"]))
    part = draw(st.sampled_from([(1, 1), (1, 2)]))
    return finding, an_excerpt(hunk, family=family, part=part, twins=draw(st.sampled_from([(), (TWIN,)])))


@given(st.lists(placed(), max_size=12).flatmap(lambda items: st.tuples(st.just(items), st.permutations(items))))
def test_the_order_of_answers_does_not_matter(orders: tuple[list[Placed], list[Placed]]) -> None:
    """Requests end in any order, and the receipt must not differ by it."""
    items, shuffled = orders
    assert merge(items) == merge(shuffled)


@given(st.lists(placed(), max_size=12))
def test_every_place_is_still_named_once(items: list[Placed]) -> None:
    """Merging loses no place, invents none but twins, and names none twice."""
    merged = merge(items)
    named = [place for finding in merged for place in (Place(finding.path, finding.line), *finding.also_at)]
    stated = {Place(finding.path, finding.line) for finding, _ in items}
    assert stated <= set(named)
    assert {place.path for place in set(named) - stated} <= {"twin.py"}
    assert all(len(set(finding.also_at)) == len(finding.also_at) for finding in merged)
    assert len({finding.fingerprint for finding in merged}) == len(merged)


@given(st.lists(placed(), max_size=12))
def test_a_merged_place_speaks_of_every_category_found_there(items: list[Placed]) -> None:
    """A second kind of fault at one line becomes a paragraph, not nothing."""
    for finding in merge(items):
        at_line = {other.category for other, _ in items if (other.path, other.line) == (finding.path, finding.line)}
        assert all(finding.category == category or f"({category})" in finding.body for category in at_line)
