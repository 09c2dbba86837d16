from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.adapters.git import GitRange, GitRepository
from bot.core.diff.model import FileStatus, Side
from bot.core.diff.read import read_diff
from bot.errors import GitRefused
from tests.property.diffs import lines
from tests.unit.adapters.repositories import ENVIRONMENT, commit, git, new_repository

_NAMES = (
    "a",
    "b/y",
    "x b/y.py",
    'q"uote',
    "tab\there",
    "new\nline",
    "\u00e9",
    " lead",
    "back\\slash",
    "a b/c",
    "\udcff",
)
_texts = st.tuples(st.lists(lines, max_size=12), st.booleans()).map(
    lambda drawn: b"".join(line + b"\n" for line in drawn[0]) + (b"end" if drawn[1] else b"")
)
_trees = st.dictionaries(st.sampled_from(_NAMES), _texts, max_size=4)


def assert_lines_are_those_of_git(repository: GitRepository, found: GitRange) -> int:
    """Hold every line that is offered against the blobs; gives how many there were."""
    offered = 0
    for file in read_diff(found.diff).files:
        assert file.unreadable is None, (file.path, file.unreadable)
        for side, sha, path in (
            (Side.LEFT, found.base_sha, file.old_path or file.path),
            (Side.RIGHT, found.head_sha, file.path),
        ):
            pairs = (
                (line.old if side is Side.LEFT else line.new, line.raw) for hunk in file.hunks for line in hunk.lines
            )
            numbered = {number: raw for number, raw in pairs if number is not None}
            assert sorted(numbered) == file.numbers(side)
            if not numbered:
                continue
            blob = repository.text_at(sha, path, at_most=10**9) if sha and "\n" not in path else None
            if blob is None:
                assert "\n" in path or "160000" in {file.old_mode, file.new_mode}, path
                continue
            texts = blob.split(b"\n")
            assert numbered == {number: texts[number - 1] for number in numbered}, path
            offered += len(numbered)
    return offered


@settings(max_examples=10, deadline=None, phases=[Phase.generate])  # an example is a dozen git processes
@given(_trees, _trees)
def test_real_diffs_of_git_read_as_the_files_they_are_of(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    """Names, statuses and every line, on both sides, of whatever git writes."""
    with tempfile.TemporaryDirectory() as place:
        folder = new_repository(Path(place))
        git(folder, "config", "core.autocrlf", "false")
        commit(folder, before)
        commit(folder, {**dict.fromkeys(before), **after})
        with GitRepository(folder, ENVIRONMENT) as repository:
            found = repository.range("HEAD~1")
            assert_lines_are_those_of_git(repository, found)
            told = git(folder, "diff", "--name-status", "-z", "-M", "HEAD~1", "HEAD").split("\0")
        assert [file.path for file in read_diff(found.diff).files] == paths_told(told)


def paths_told(told: list[str]) -> list[str]:
    """The new paths in the output of --name-status, which names two for a rename."""
    paths = []
    fields = iter(told)
    for status in fields:
        if status:
            path = next(fields)
            paths.append(next(fields) if status.startswith("R") else path)
    return paths


def test_the_history_of_this_project_reads_as_its_blobs() -> None:
    """Diffs that people made, where there are any at hand."""
    folder = Path(__file__).parents[2]
    try:
        repository = GitRepository(folder)
        commits = [repository.range(f"HEAD~{number + 1}", f"HEAD~{number}") for number in range(3)]
    except GitRefused as why:
        pytest.skip(f"no history here: {why}")
    with repository:
        assert sum(assert_lines_are_those_of_git(repository, found) for found in commits) > 0


def test_kinds_of_change_that_git_knows(tmp_path: Path) -> None:
    """One commit with each: the statuses are git's, the lines are the blobs'."""
    folder = new_repository(tmp_path)
    text = b"".join(b"%d\n" % number for number in range(30))
    kept = {"mode": b"m\n", "empty": b"", "full": b"f\n", "gone b/x": text, "old": text + b"o\n", "link": b"l\n"}
    commit(folder, {**kept, "binary": b"\0\1", "gone empty": b""})
    (folder / "mode").chmod(0o755)
    (folder / "link").unlink()
    (folder / "link").symlink_to("full")
    (folder / "old").rename(folder / "new")
    changed = {
        "empty": b"now\n",
        "full": b"",
        "gone b/x": None,
        "gone empty": None,
        "binary": b"\0\2",
        "fresh": b"new\n",
    }
    commit(folder, changed)
    with GitRepository(folder, ENVIRONMENT) as repository:
        found = repository.range("HEAD~1")
        assert assert_lines_are_those_of_git(repository, found) == 1 + 1 + 30 + 2 + 1
    files = {file.path: file for file in read_diff(found.diff).files}
    assert {path: file.status for path, file in files.items()} == {
        "binary": FileStatus.MODIFIED,
        "empty": FileStatus.MODIFIED,
        "fresh": FileStatus.ADDED,
        "full": FileStatus.MODIFIED,
        "gone b/x": FileStatus.REMOVED,
        "gone empty": FileStatus.REMOVED,
        "link": FileStatus.MODIFIED,
        "mode": FileStatus.MODIFIED,
        "new": FileStatus.RENAMED,
    }
    assert files["binary"].binary
    assert files["link"].new_mode == "120000"
    assert files["new"].old_path == "old"
