from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.excerpt import Batch, Excerpt, Route, Tier
from bot.core.pack import pack
from bot.core.size import excerpt_tokens
from bot.core.split import split
from tests.unit.core.changes import excerpt

_STANDARD = Route(Tier.STANDARD, "source")


def _pack(found: Sequence[Excerpt], batch_tokens: int = 4_000, max_hunks: int = 20) -> tuple[Batch, ...]:
    return pack(found, [_STANDARD] * len(found), batch_tokens=batch_tokens, max_hunks=max_hunks)


def _paths(batches: Sequence[Batch]) -> list[list[str]]:
    return [[one.path for one in batch.excerpts] for batch in batches]


def _of(path: str, tokens: int, word: str = "x") -> Excerpt:
    """An excerpt of a certain size whose changed lines are its own."""
    rows = [f"+{path} {word}"]
    while excerpt_tokens(excerpt(path, *rows)) < tokens:
        rows.append("+" + word * 20)
    return replace(excerpt(path, *rows), risk=50)


def test_a_small_pull_request_is_one_request() -> None:
    """The prompt's prefix is most of a small bill, so it is paid for once."""
    found = [_of(path, 100) for path in ("README.md", "src/a/b/c.py", "src/d.py", "tests/x/test_c.py")]
    assert _paths(_pack(found)) == [["README.md", "src/a/b/c.py", "src/d.py", "tests/x/test_c.py"]]


def test_files_of_a_folder_stay_together_before_folders_are_mixed() -> None:
    """Two folders that do not fit into one request are cut between them."""
    found = [_of("a/1.py", 400), _of("b/1.py", 400), _of("a/2.py", 400), _of("b/2.py", 400)]
    assert _paths(_pack(found, 1_000)) == [["a/1.py", "a/2.py"], ["b/1.py", "b/2.py"]]


def test_hunks_of_a_file_stay_together_before_files_are_mixed() -> None:
    """What belongs to one file is understood together."""
    found = [_of("a/1.py", 300, "x"), _of("a/2.py", 600), _of("a/1.py", 300, "y"), _of("a/1.py", 300, "z")]
    assert _paths(_pack(found, 1_000)) == [["a/1.py", "a/1.py", "a/1.py"], ["a/2.py"]]


def test_the_nearest_folder_is_tried_first() -> None:
    """A neighbour in the same folder is a better companion than the file that comes next in the diff."""
    found = [_of("a/x/1.py", 450), _of("a/y/1.py", 450), _of("a/x/2.py", 450)]
    assert _paths(_pack(found, 1_000)) == [["a/x/1.py", "a/x/2.py"], ["a/y/1.py"]]


def test_equal_changes_share_a_request_across_folders() -> None:
    """One root cause becomes one finding, which takes one reader."""
    change = ["+retry(forever)"] * 40
    found = [
        replace(excerpt("a/1.py", " one", *change), risk=50),
        _of("a/2.py", 500),
        replace(excerpt("b/1.py", " two", *change), risk=50),
    ]
    assert sorted(_paths(_pack(found, 1_000))) == [["a/1.py", "b/1.py"], ["a/2.py"]]


def test_a_batch_keeps_the_order_of_the_diff() -> None:
    """Relatives are gathered first, but hunks are read in the order they stand in."""
    change = "+retry(forever)"
    found = [excerpt("a/1.py", " one", change), _of("a/2.py", 100), excerpt("b/1.py", " two", change)]
    assert _paths(_pack(found)) == [["a/1.py", "a/2.py", "b/1.py"]]


def test_batches_hold_to_both_limits() -> None:
    """Tokens bound a request's cost, hunks its reader's attention."""
    found = [_of(f"a/{n}.py", 100) for n in range(50)]
    batches = _pack(found, 4_000, max_hunks=7)
    assert all(len(batch.excerpts) <= 7 for batch in batches)
    batches = _pack(found, 500)
    assert all(sum(map(excerpt_tokens, batch.excerpts)) <= 500 for batch in batches)
    assert sum(len(batch.excerpts) for batch in batches) == 50


def test_an_excerpt_over_the_size_is_asked_alone() -> None:
    """It is better seen whole than cut."""
    found = [_of("a/1.py", 100), _of("a/2.py", 900), _of("a/3.py", 100)]
    assert sorted(_paths(_pack(found, 500))) == [["a/1.py", "a/3.py"], ["a/2.py"]]


def test_parts_of_a_hunk_have_requests_of_their_own_in_order() -> None:
    """Together they would be as large as what was split."""
    parts = split(_of("a.py", 3_000), 1_000).parts
    batches = _pack([*parts, _of("b.py", 100)])
    assert [batch.excerpts[0].part[0] for batch in batches if batch.excerpts[0].path == "a.py"] == [
        part.part[0] for part in parts
    ]
    assert len(batches) == len(parts) + 1


def test_tiers_never_share_a_request() -> None:
    """A request goes to one model."""
    found = [_of("a.py", 100), _of("a.md", 100), _of("b.py", 100)]
    cheap = Route(Tier.CHEAP, "docs")
    batches = pack(found, [_STANDARD, cheap, _STANDARD])
    assert _paths(batches) == [["a.py", "b.py"], ["a.md"]]
    assert [batch.route for batch in batches] == [_STANDARD, cheap]


def test_a_batch_names_all_the_reasons_it_holds() -> None:
    """The receipt says why a tier was chosen, once each."""
    found = [_of("a.py", 100), _of("b.py", 100), _of("c.toml", 100)]
    (only,) = pack(found, [_STANDARD, _STANDARD, Route(Tier.STANDARD, "config")])
    assert only.route == Route(Tier.STANDARD, "source; config")


def test_the_riskiest_batch_comes_first_and_ties_keep_the_diffs_order() -> None:
    """A budget that runs out has bought the most, and the same diff always makes the same plan."""
    found = [replace(_of(f"{name}/1.py", 450), risk=risk) for name, risk in zip("abcd", (10, 30, 20, 30), strict=True)]
    assert _paths(_pack(found, 500)) == [["b/1.py"], ["d/1.py"], ["c/1.py"], ["a/1.py"]]


def test_a_hostile_depth_of_folders_is_packed_all_the_same() -> None:
    """Thousands of folders in a path must cost neither time nor an error."""
    found = [_of("d/" * 2_000 + f"{n}.py", 50) for n in range(3)]
    assert sum(len(batch.excerpts) for batch in _pack(found)) == 3


def test_nothing_packs_to_nothing() -> None:
    """An empty plan is a plan."""
    assert _pack([]) == ()
