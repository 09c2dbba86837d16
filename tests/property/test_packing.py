from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.choose import RequestSizes, arrange, choose
from bot.core.diff.model import Diff, FileDiff
from bot.core.route import Routing
from bot.core.select.rules import SelectionRules
from bot.core.size import excerpt_tokens
from tests.unit.core.changes import diff, hunk, modified

_PATHS = st.sampled_from(
    [
        "a.py",
        "src/b.py",
        "src/deep/c.go",
        "src/deep/d.ts",
        "tests/test_b.py",
        "docs/e.md",
        "go.sum",
        "vendor/f.c",
        "g.js",
    ]
)
_ROWS = st.tuples(
    st.sampled_from("+- "),
    st.sampled_from(["", "x = 1", "def f():", "import os", "    if password:", "word " * 30, "y" * 900, "z" * 60_000]),
)
_HUNKS = st.lists(st.lists(_ROWS.map("".join), min_size=1, max_size=14), min_size=1, max_size=4)
_SIZES = st.builds(
    RequestSizes,
    batch_tokens=st.integers(50, 3_000),
    hunk_tokens=st.integers(50, 3_000),
    max_hunks=st.integers(1, 8),
)


@st.composite
def _diffs(draw: st.DrawFn) -> Diff:
    paths = draw(st.lists(_PATHS, unique=True, max_size=6))
    return diff(*(_file(path, draw(_HUNKS)) for path in paths))


def _file(path: str, hunks: list[list[str]]) -> FileDiff:
    return modified(path, *(hunk(path, *rows, at=100 * number) for number, rows in enumerate(hunks, 1)))


@given(_diffs(), _SIZES)
@settings(deadline=None)
def test_every_hunk_is_shown_once_or_skipped_once(change: Diff, sizes: RequestSizes) -> None:
    """Nothing vanishes and nothing is counted twice between the diff and the plan."""
    chosen = choose(change, SelectionRules(), sizes)
    places = Counter({(one.path, one.header): 1 for file in change.files for one in file.hunks})
    found: Counter[tuple[str, str]] = Counter()
    for one in chosen.excerpts:
        if one.part[0] == 1:
            found.update((each.path, each.header) for each in (one.hunk, *one.twins))
    whole_files = {file.path: file for file in change.files}
    for skipped in chosen.skipped:
        if skipped.hunk is None:
            assert skipped.hunks == len(whole_files[skipped.path].hunks)
            found.update((skipped.path, each.header) for each in whole_files[skipped.path].hunks)
        elif skipped.hunks:
            found[skipped.path, skipped.hunk] += 1
    assert found == places
    assert chosen.hunks == len({one.hunk for one in chosen.excerpts}) + chosen.duplicates + sum(
        skipped.hunks for skipped in chosen.skipped
    )


@given(_diffs(), _SIZES)
@settings(deadline=None)
def test_every_changed_line_of_a_chosen_hunk_is_shown_or_named(change: Diff, sizes: RequestSizes) -> None:
    """A split never cuts silently: what is missing from the parts is named as too large."""
    chosen = choose(change, SelectionRules(), sizes)
    named = {(skipped.path, skipped.hunk) for skipped in chosen.skipped}
    shown = {(one.path, line) for one in chosen.excerpts for line in one.lines}
    for one in chosen.excerpts:
        missing = [line for line in one.hunk.lines if line.mark != " " and (one.path, line) not in shown]
        assert not missing or (one.path, one.hunk.header) in named
        assert all(len(line.raw) >= 40_000 for line in missing)


@given(_diffs(), _SIZES, st.sampled_from(Routing))
@settings(deadline=None)
def test_batches_hold_every_excerpt_once_within_the_limits(change: Diff, sizes: RequestSizes, routing: Routing) -> None:
    """Packing neither loses nor repeats an excerpt, and only a single one may be over the size."""
    excerpts = choose(change, SelectionRules(), sizes).excerpts
    batches = arrange(excerpts, routing, sizes)
    packed = Counter(id(one) for batch in batches for one in batch.excerpts)
    assert packed == Counter(id(one) for one in excerpts)
    for batch in batches:
        assert len(batch.excerpts) <= sizes.max_hunks
        assert len(batch.excerpts) == 1 or sum(map(excerpt_tokens, batch.excerpts)) <= sizes.batch_tokens
        assert len(batch.excerpts) == 1 or all(one.part == (1, 1) for one in batch.excerpts)
    assert [batch.risk for batch in batches] == sorted((batch.risk for batch in batches), reverse=True)


@given(_diffs(), _SIZES, st.sampled_from(Routing))
@settings(deadline=None)
def test_the_same_diff_makes_the_same_plan(change: Diff, sizes: RequestSizes, routing: Routing) -> None:
    """What `quote` prints is what `review` runs."""
    plans = [arrange(choose(change, SelectionRules(), sizes).excerpts, routing, sizes) for _ in range(2)]
    assert plans[0] == plans[1]


@given(_diffs())
@settings(deadline=None)
def test_twins_are_equal_and_of_one_language(change: Diff) -> None:
    """An answer is only shared where the question was the same."""
    for one in choose(change, SelectionRules(), RequestSizes()).excerpts:
        assert all(twin.text_key == one.hunk.text_key for twin in one.twins)
        assert all(twin.path.rpartition(".")[2] == one.path.rpartition(".")[2] or one.language == "javascript"
                   for twin in one.twins)  # fmt: skip


@given(_diffs(), _SIZES)
@settings(deadline=None)
def test_what_fits_one_request_is_one_request(change: Diff, sizes: RequestSizes) -> None:
    """A small pull request never pays for two prompts."""
    excerpts = choose(change, SelectionRules(), sizes).excerpts
    fits = sum(map(excerpt_tokens, excerpts)) <= sizes.batch_tokens and len(excerpts) <= sizes.max_hunks
    if fits and all(one.part == (1, 1) for one in excerpts):
        assert len(arrange(excerpts, Routing.FIXED, sizes)) <= 1
