from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository, GitTexts
from bot.core.diff.model import FileStatus, Side
from bot.core.diff.read import read_diff
from bot.errors import GitRefused
from tests.unit.adapters.repositories import ENVIRONMENT, commit, git, new_repository


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with one commit on main."""
    place = new_repository(tmp_path / "work")
    commit(place, {"a.py": b"one\ntwo\n", "src/b.py": b"b\n"}, "First")
    return place


@pytest.fixture
def repository(folder: Path) -> Iterator[GitRepository]:
    """What is tested, on that folder."""
    with GitRepository(folder, ENVIRONMENT) as opened:
        yield opened


def statuses(diff: bytes) -> dict[str, FileStatus]:
    """Path and status of every file in a diff."""
    return {file.path: file.status for file in read_diff(diff).files}


def test_a_range_starts_where_the_branches_parted(folder: Path, repository: GitRepository) -> None:
    """What happened on main since would otherwise be reviewed backwards."""
    parted = git(folder, "rev-parse", "HEAD")
    git(folder, "checkout", "-q", "-b", "topic")
    head = commit(folder, {"a.py": b"one\nTWO\n"})
    git(folder, "checkout", "-q", "main")
    commit(folder, {"src/b.py": b"changed on main\n"})
    found = repository.range("main", "topic")
    assert (found.base_sha, found.head_sha) == (parted, head)
    assert statuses(found.diff) == {"a.py": FileStatus.MODIFIED}


def test_the_head_is_where_one_stands(folder: Path, repository: GitRepository) -> None:
    """`--base main` alone reviews the branch that is checked out."""
    commit(folder, {"new.py": b"x\n"})
    found = repository.range("HEAD~1")
    assert found.head_sha == git(folder, "rev-parse", "HEAD")
    assert statuses(found.diff) == {"new.py": FileStatus.ADDED}


def test_nothing_changed_is_no_bytes(repository: GitRepository) -> None:
    """Only zero bytes are an empty diff."""
    assert repository.range("main", "main").diff == b""


def test_a_subfolder_sees_the_whole_repository(folder: Path) -> None:
    """Paths of a diff count from the top, and so do texts."""
    commit(folder, {"a.py": b"changed\n"})
    with GitRepository(folder / "src", ENVIRONMENT) as repository:
        found = repository.range("HEAD~1")
        assert statuses(found.diff) == {"a.py": FileStatus.MODIFIED}
        assert repository.working_text("a.py") == b"changed\n"
        assert found.head_sha is not None
        assert repository.text_at(found.head_sha, "a.py") == b"changed\n"


def test_the_working_tree_is_staged_and_unstaged_work(folder: Path, repository: GitRepository) -> None:
    """Untracked files are named, so that nobody takes them for reviewed."""
    git(folder, "checkout", "-q", "-b", "topic")
    commit(folder, {"committed.py": b"x\n"})
    (folder / "a.py").write_bytes(b"unstaged\n")
    (folder / "staged.py").write_bytes(b"staged\n")
    git(folder, "add", "staged.py")
    (folder / "untr\u00e4cked.py").write_bytes(b"secret\n")
    (folder / ".gitignore").write_bytes(b"*.log\n")
    (folder / "x.log").write_bytes(b"log\n")
    found = repository.range("main", working_tree=True)
    assert found.head_sha is None
    assert statuses(found.diff) == {
        "a.py": FileStatus.MODIFIED,
        "committed.py": FileStatus.ADDED,
        "staged.py": FileStatus.ADDED,
    }
    assert found.untracked == (".gitignore", "untr\u00e4cked.py")
    assert b"secret" not in found.diff


def test_a_touched_file_is_not_a_change(folder: Path, repository: GitRepository) -> None:
    """Another time stamp on the same text must not show as a file without hunks."""
    os.utime(folder / "a.py", (1, 1))
    assert repository.range("HEAD", working_tree=True).diff == b""


def test_a_head_and_the_working_tree_exclude_each_other(repository: GitRepository) -> None:
    """Either could be meant."""
    with pytest.raises(GitRefused):
        repository.range("main", "main", working_tree=True)


@pytest.mark.parametrize(
    "settings",
    [
        ["diff.noprefix=true"],
        ["diff.mnemonicPrefix=true"],
        ["diff.context=0", "diff.interHunkContext=20"],
        ["diff.suppressBlankEmpty=true"],
        ["diff.algorithm=histogram"],
        ["color.ui=always", "color.diff=always", "diff.colorMoved=zebra"],
        ["diff.renames=false"],
        ["diff.relative=true"],
        ["diff.orderFile={folder}/order"],
        ["core.quotePath=false"],
        ["diff.submodule=log", "diff.ignoreSubmodules=all"],
        ["core.bigFileThreshold=1"],
        ["core.attributesFile={folder}/hide"],
    ],
)
def test_no_setting_of_the_repository_changes_how_it_reads(folder: Path, settings: list[str]) -> None:
    """The same change gives the same bytes on every machine."""
    text = b"".join(b"line %d\n\n" % number for number in range(40))
    hidden = {"hide": b"* -diff\n", "order": b"z/*\n"}
    commit(folder, {"z/\u00e9.py": text, "m.py": text * 2, "twisted": b"a\nb\nc\na\nb\nb\na\n", **hidden})
    edited = {"z/\u00e9.py": text.replace(b"5\n", b"five\n"), "twisted": b"c\nb\na\nb\na\nc\n"}
    commit(folder, {**edited, "m.py": None, "n.py": text * 2})
    plain = GitRepository(folder, ENVIRONMENT).range("HEAD~1").diff
    for setting in settings:
        git(folder, "config", *setting.format(folder=folder).split("=", 1))
    for place in (folder, folder / "z"):
        assert GitRepository(place, ENVIRONMENT).range("HEAD~1").diff == plain
        assert GitRepository(place, ENVIRONMENT).range("HEAD~1", working_tree=True).diff == plain
    renamed = {"z/\u00e9.py": FileStatus.MODIFIED, "twisted": FileStatus.MODIFIED, "n.py": FileStatus.RENAMED}
    assert statuses(plain) == renamed


def test_the_change_cannot_hide_files_by_its_own_attributes(folder: Path, repository: GitRepository) -> None:
    """`*.py -diff` in the change would make all of it binary, and binary files are skipped."""
    hiding = b"*.py -diff\n"
    commit(folder, {"a.py": b"evil\n", "src/b.py": b"evil\n", ".gitattributes": hiding, "src/.gitattributes": hiding})
    files = {file.path: file for file in read_diff(repository.range("HEAD~1").diff).files}
    assert not any(file.binary for file in files.values())
    assert files["src/b.py"].numbers(Side.RIGHT) == [1]


def sign(folder: Path) -> str:
    """Put a signature, which nothing can verify, into the last commit; gives its new SHA."""
    head, _, message = git(folder, "cat-file", "commit", "HEAD").partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----"
    signed = f"{head}\n{signature}\n\n{message}\n".encode()
    git(folder, "reset", "-q", "--soft", git(folder, "hash-object", "-w", "-t", "commit", "--stdin", told=signed))
    return git(folder, "rev-parse", "HEAD")


def hostile(folder: Path, trap: Path) -> None:
    """Give the repository every configuration that makes git run a program; each would leave a file behind."""
    script = folder / ".git" / "trap"
    script.write_text(f'#!/bin/sh\necho "$0 $*" >> {trap}\ncat 2>/dev/null\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    hooks = folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-index-change", "pre-auto-gc", "reference-transaction", "post-checkout"):
        (hooks / hook).write_text(script.read_text())
        (hooks / hook).chmod(0o755)
    for key in (
        *("diff.external", "diff.evil.command", "diff.evil.textconv", "core.fsmonitor", "core.pager", "pager.diff"),
        *("filter.evil.clean", "filter.evil.smudge", "filter.Evil Two.process", "core.editor", "core.sshCommand"),
        *("core.askPass", "core.gitProxy", "core.alternateRefsCommand", "gpg.program", "credential.helper"),
    ):
        git(folder, "config", key, str(script))
    for key in ("filter.evil.required", "filter.Evil Two.required", "log.showSignature"):
        git(folder, "config", key, "true")
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "attributes").write_text('*.py diff=evil filter=evil\n*.txt "filter=Evil Two"\n')


def test_a_hostile_repository_runs_nothing(folder: Path, tmp_path: Path) -> None:
    """Reviewing a stranger's repository must not be running a stranger's programs."""
    commit(folder, {"a.py": b"one\nTWO\n", "t.txt": b"t\n"})
    head = sign(folder)
    trap = tmp_path / "sprung"
    hostile(folder, trap)
    (folder / "a.py").write_bytes(b"three\n")
    (folder / "t.txt").write_bytes(b"three\n")
    environment = {**ENVIRONMENT, "GIT_EXTERNAL_DIFF": str(folder / ".git" / "trap"), "GIT_PAGER": "false"}
    with GitRepository(folder, environment) as repository:
        committed = repository.range("HEAD~1")
        working = repository.range("HEAD", working_tree=True)
        assert repository.text_at(head, "a.py") == b"one\nTWO\n"
        assert repository.working_text("a.py") == b"three\n"
        assert repository.title_and_description(committed.base_sha, head) == ("A commit", "")
        assert repository.remote_slug() is None
    assert not trap.exists(), trap.read_text()
    assert b"+TWO" in committed.diff
    assert b"+three" in working.diff


def test_the_trap_of_the_hostile_repository_works(folder: Path, tmp_path: Path) -> None:
    """Plain git falls into it, so the test above can fail."""
    trap = tmp_path / "sprung"
    hostile(folder, trap)
    (folder / "a.py").write_bytes(b"three\n")
    git(folder, "diff")
    assert trap.exists()


def test_a_hostile_submodule_runs_nothing(folder: Path, tmp_path: Path) -> None:
    """Asking whether a submodule is dirty is running git under that submodule's own configuration."""
    inner = new_repository(folder / "inner")
    commit(inner, {"x": b"x\n"})
    commit(folder, {})
    trap = tmp_path / "sprung"
    hostile(inner, trap)
    (inner / "x").write_bytes(b"y\n")
    assert GitRepository(folder, ENVIRONMENT).range("HEAD", working_tree=True).diff == b""
    assert not trap.exists()
    git(folder, "diff")
    assert trap.exists(), "plain git falls into it"


def test_a_filter_that_cannot_be_switched_off_is_refused(folder: Path, repository: GitRepository) -> None:
    """An equals sign in its name would make the switch miss it."""
    git(folder, "config", "filter.a=b.clean", "touch sprung")
    (folder / "a.py").write_bytes(b"three\n")
    with pytest.raises(GitRefused, match="filter"):
        repository.range("HEAD", working_tree=True)
    assert repository.range("HEAD").diff == b""


def test_the_configuration_cannot_move_the_working_tree(folder: Path, tmp_path: Path) -> None:
    """core.worktree could point at somebody's home, whose files would then be read and sent."""
    elsewhere = tmp_path / "home"
    elsewhere.mkdir()
    (elsewhere / "a.py").write_bytes(b"private\n")
    git(folder, "config", "core.worktree", str(elsewhere))
    found = GitRepository(folder, ENVIRONMENT).range("HEAD", working_tree=True)
    assert found.diff == b""


def test_the_environment_cannot_move_the_repository(folder: Path, tmp_path: Path) -> None:
    """Inside a git hook GIT_DIR and GIT_INDEX_FILE name the repository that was committed to, not the one asked for."""
    other = new_repository(tmp_path / "other")
    environment = {**ENVIRONMENT, "GIT_DIR": str(other / ".git"), "GIT_INDEX_FILE": str(other / "index")}
    assert GitRepository(folder, environment).range("HEAD", working_tree=True).diff == b""


def test_missing_texts_are_not_fetched(folder: Path, tmp_path: Path) -> None:
    """A partial clone would call out, by whatever transport its configuration names."""
    first = git(folder, "rev-parse", "HEAD")
    commit(folder, {"a.py": b"changed\n"})
    git(folder, "config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", folder.as_uri(), str(partial))
    git(partial, "config", "protocol.file.allow", "always")
    with GitRepository(partial, ENVIRONMENT) as repository:
        with pytest.raises(GitRefused, match="partial") as caught:
            repository.range(first)
        assert repository.text_at(first, "a.py") is None
    assert "fetch" in caught.value.next_step


def test_texts_are_read_by_commit_and_path(folder: Path, repository: GitRepository) -> None:
    """Whatever the path holds, the answer is that file's or none."""
    names = ("sp ace.py", '"q".py', "t\tab.py", "\u00e9.py", "-dash.py", ":colon.py", "big.py", "empty.py", "cr\r.py")
    texts = {name: name.encode() * 3 for name in names} | {"empty.py": b"", "big.py": b"x" * 3_000_000}
    commit(folder, texts)
    (folder / "link").symlink_to("/etc/passwd")
    sha = commit(folder, {})
    for name in names:
        assert repository.text_at(sha, name) == (None if name == "big.py" else texts[name])
    assert repository.text_at(sha, "big.py", at_most=3_000_000) == texts["big.py"]
    for name in ("absent.py", "src", "./a.py", "../a.py", "/etc/passwd", "", "a.py\n", "a.py\0", "\udcff"):
        assert repository.text_at(sha, name) is None
        assert repository.text_at(sha, "a.py") == b"one\ntwo\n"
    assert repository.text_at(sha, "link") == b"/etc/passwd"
    assert repository.text_at("0" * 40, "a.py") is None
    assert GitTexts(repository, sha).text("a.py") == b"one\ntwo\n"


def test_texts_are_read_at_a_full_sha_only(repository: GitRepository) -> None:
    """A name could move between two readings."""
    with pytest.raises(ValueError, match="SHA"):
        repository.text_at("main", "a.py")


def test_working_texts_never_leave_the_tree(folder: Path, tmp_path: Path, repository: GitRepository) -> None:
    """A diff may name any path; a link in a change may point anywhere."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    (folder / "link").symlink_to(secret)
    (folder / "folder").symlink_to(tmp_path)
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "pipe")
    (folder / "big").write_bytes(b"x" * 20)
    for path in (
        *("link", "folder/secret", "../secret", "src/../../secret", str(secret), "loop", "pipe", "src", "absent"),
        *(".git/config", "src/../.git/config", ".GIT/config", "a\0b", "", "x" * 5000),
    ):
        assert repository.working_text(path) is None
    assert repository.working_text("big", at_most=19) is None
    assert repository.working_text("src/b.py", at_most=2) == b"b\n"
    assert GitTexts(repository, None).text("a.py") == b"one\ntwo\n"


def test_one_commit_gives_title_and_description(folder: Path, repository: GitRepository) -> None:
    """As a pull request of one commit is filled in."""
    base = git(folder, "rev-parse", "HEAD")
    head = commit(folder, {"a.py": b"x\n"}, "Fix it\n\nBecause it broke.\n\nTwice: \u00e9.")
    assert repository.title_and_description(base, head) == ("Fix it", "Because it broke.\n\nTwice: \u00e9.")
    assert repository.title_and_description(base, None) == ("Fix it", "Because it broke.\n\nTwice: \u00e9.")
    assert repository.title_and_description(head, head) == ("", "")


def test_several_commits_are_told_in_order(folder: Path, repository: GitRepository) -> None:
    """The newest names the change, all of them describe it."""
    base = git(folder, "rev-parse", "HEAD")
    commit(folder, {"a.py": b"x\n"}, "Begin\n\nWhy.")
    head = commit(folder, {"a.py": b"y\n"}, "End")
    assert repository.title_and_description(base, head) == ("End", "Begin\n\nWhy.\n\nEnd")


@pytest.mark.parametrize(
    ("address", "slug"),
    [
        ("https://github.com/owner/repo.git", "owner/repo"),
        ("https://user:token@github.com/owner/re.po", "owner/re.po"),
        ("git@github.com:owner/repo.git", "owner/repo"),
        ("ssh://git@github.com:22/owner/repo/", "owner/repo"),
        ("https://gitlab.com/group/sub/repo", None),
        ("/somewhere/owner/repo", None),
        ("file:///srv/owner/repo", None),
        ("https://github.com/owner", None),
    ],
)
def test_the_remote_names_the_repository(
    folder: Path, repository: GitRepository, address: str, slug: str | None
) -> None:
    """Owner and name only: an address may hold a token."""
    git(folder, "config", "remote.origin.url", address)
    assert repository.remote_slug() == slug


@pytest.mark.parametrize("revision", ["", "-p", "--output=x", "a\nb", "a\0b"])
def test_what_cannot_name_a_revision_is_refused(repository: GitRepository, revision: str) -> None:
    """Git would take it for an option."""
    with pytest.raises(GitRefused, match="not the name"):
        repository.range(revision)


@pytest.mark.parametrize("revision", ["absent", "main..HEAD", "HEAD:a.py", "HEAD^{tree}", "0" * 40, "main -- a.py"])
def test_an_unknown_revision_is_refused_with_a_way_out(repository: GitRepository, revision: str) -> None:
    """It is named, and how to get it."""
    with pytest.raises(GitRefused, match=r"no commit by the name") as caught:
        repository.range(revision)
    assert f"git fetch origin {revision}" in caught.value.next_step


def test_a_shallow_clone_says_how_to_deepen_it(folder: Path, tmp_path: Path) -> None:
    """The commonest mistake in CI."""
    first = git(folder, "rev-parse", "HEAD")
    git(folder, "checkout", "-q", "-b", "topic")
    commit(folder, {"a.py": b"x\n"})
    git(folder, "checkout", "-q", "main")
    commit(folder, {"a.py": b"y\n"})
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", folder.as_uri(), str(shallow))
    repository = GitRepository(shallow, ENVIRONMENT)
    for base, head in ((first, "HEAD"), ("origin/main", "origin/topic")):
        with pytest.raises(GitRefused) as caught:
            repository.range(base, head)
        assert "fetch-depth: 0" in caught.value.next_step


def test_unrelated_histories_are_refused(folder: Path, repository: GitRepository) -> None:
    """There is no commit to compare with."""
    git(folder, "checkout", "-q", "--orphan", "other")
    commit(folder, {"c.py": b"c\n"})
    with pytest.raises(GitRefused, match="no common commit"):
        repository.range("main")


def test_a_folder_without_a_repository_is_refused(tmp_path: Path) -> None:
    """And so is one that does not exist."""
    environment = {**ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    with pytest.raises(GitRefused, match="not inside a git repository"):
        GitRepository(tmp_path, environment).range("main")
    with pytest.raises(GitRefused, match="not a folder"):
        GitRepository(tmp_path / "absent", environment).range("main")


def test_a_bare_repository_has_ranges_but_no_working_tree(folder: Path, tmp_path: Path) -> None:
    """Servers keep such repositories."""
    commit(folder, {"a.py": b"x\n"})
    git(tmp_path, "clone", "-q", "--bare", str(folder), "bare.git")
    environment = {**ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(tmp_path)}
    repository = GitRepository(tmp_path / "bare.git", environment)
    assert statuses(repository.range("main~1", "main").diff) == {"a.py": FileStatus.MODIFIED}
    with pytest.raises(GitRefused, match="no working tree"):
        repository.range("main", working_tree=True)
    assert repository.working_text("HEAD") is None


def test_a_linked_worktree_is_a_repository(folder: Path, tmp_path: Path) -> None:
    """Its .git is a file."""
    git(folder, "worktree", "add", "-q", "-b", "topic", str(tmp_path / "linked"))
    (tmp_path / "linked" / "a.py").write_bytes(b"x\n")
    with GitRepository(tmp_path / "linked", ENVIRONMENT) as repository:
        assert statuses(repository.range("main", working_tree=True).diff) == {"a.py": FileStatus.MODIFIED}
        assert repository.working_text("a.py") == b"x\n"


def test_a_missing_git_is_said(folder: Path, tmp_path: Path) -> None:
    """Slim images come without it."""
    with pytest.raises(GitRefused, match="could not be started") as caught:
        GitRepository(folder, {"PATH": str(tmp_path)}).range("main")
    assert "Install git" in caught.value.next_step


def test_a_folder_of_another_user_is_refused_with_a_way_out(folder: Path) -> None:
    """The safeguard of git stays in force, and containers meet it often."""
    script = folder.parent / "bin"
    script.mkdir()
    (script / "git").write_text(
        f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 PATH={os.environ["PATH"]} exec git "$@"\n'
    )
    (script / "git").chmod(0o755)
    environment = {**ENVIRONMENT, "PATH": f"{script}:{os.environ['PATH']}"}
    with pytest.raises(GitRefused, match="does not trust") as caught:
        GitRepository(folder, environment).range("main")
    assert "safe.directory" in caught.value.next_step
