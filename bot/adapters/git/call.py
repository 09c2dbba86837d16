"""Calling git so that a hostile repository stays harmless.

A repository's configuration may name programs: external diffs, text converters, filters, hooks, a file system
monitor, a transport for missing objects. None of them is run: git is called without a shell, from a clean
environment, with each of these switched off.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from bot.errors import GitRefused

_SETTINGS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "core.bigFileThreshold=512m",  # a smaller one would make texts binary
    "core.quotePath=true",
    "diff.suppressBlankEmpty=false",
    "log.showSignature=false",
    "protocol.allow=never",
)
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",  # which git before 2.39.4 does not know
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
# Of the caller's GIT_ variables, only those that say where git and its trusted configuration are.
_KEPT = re.compile(r"GIT_(?:EXEC_PATH|CEILING_DIRECTORIES|CONFIG_(?:COUNT|KEY_\d+|VALUE_\d+|GLOBAL|SYSTEM|NOSYSTEM))")


class Git:
    """git, bound to the repository that holds `folder`. Every method raises GitRefused."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        kept = {key: value for key, value in environment.items() if not key.startswith("GIT_") or _KEPT.fullmatch(key)}
        self._environment = {**kept, **_ENVIRONMENT}

    @cached_property
    def top(self) -> Path | None:
        """The working tree's folder: the nearest that holds .git. The configuration (core.worktree) has no say."""
        folder = Path(os.path.realpath(self.folder))
        return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)

    def on_objects(self, *words: str, may_fail: bool = False, attributes_of: str | None = None) -> bytes:
        """Run git on the objects alone, from inside the .git folder, where it sees no working tree.

        So a .gitattributes of the change itself cannot hide files from review. From 2.41 on git reads the
        attributes of the commit `attributes_of`, before that none. `may_fail` allows the exit code 1.
        """
        extra = {"GIT_ATTR_SOURCE": attributes_of} if attributes_of else {}
        return self._run(self._bare(*words), self._git_folder, extra, may_fail=may_fail)

    def on_tree(self, *words: str) -> bytes:
        """Run git on the working tree, with the repository's filters switched off."""
        if self.top is None:
            raise GitRefused(f"{self.folder} has no working tree.", next_step="Name a head instead.")
        where = (f"--git-dir={self._git_folder}", f"--work-tree={self.top}")
        return self._run(_command(*self._without_filters, *where, *words), self.top, {})

    def reader(self) -> subprocess.Popen[bytes]:
        """A process that answers `COMMIT:PATH` lines with those objects. The caller ends it."""
        return subprocess.Popen(  # noqa: S603 - no shell; the words are ours
            self._bare("cat-file", "--batch"),
            cwd=self._git_folder,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    @cached_property
    def _git_folder(self) -> Path:
        """Where the repository is. git is asked, since it also checks whom the folder belongs to."""
        if not self.folder.is_dir():
            raise GitRefused(f"{self.folder} is not a folder.", next_step="Name the repository's folder with --repo.")
        tree = {"GIT_WORK_TREE": str(self.top)} if self.top else {}
        answer = self._run(_command("rev-parse", "--absolute-git-dir"), self.folder, tree)
        return Path(os.fsdecode(answer.removesuffix(b"\n")))

    @cached_property
    def _without_filters(self) -> tuple[str, ...]:
        """Options that empty every filter, so that comparing a changed file with its blob runs no program.

        A file under a filter (Git LFS) is then compared as it stands on disk.
        """
        found = self.on_objects("config", "--null", "--name-only", "--get-regexp", r"^filter\.", may_fail=True)
        drivers = {os.fsdecode(key).rpartition(".")[0] for key in found.split(b"\0") if key}
        if any("=" in driver for driver in drivers):  # `-c` would end the name there and switch off nothing
            raise GitRefused(
                "The repository's configuration holds a filter that cannot be switched off.",
                next_step="Remove the filters with `=` in their names from .git/config.",
            )
        values = ("clean=", "smudge=", "process=", "required=false")
        return tuple(word for driver in sorted(drivers) for value in values for word in ("-c", f"{driver}.{value}"))

    def _bare(self, *words: str) -> list[str]:
        return _command("--bare", f"--git-dir={self._git_folder}", *words)

    def _run(self, command: list[str], folder: Path, extra: Mapping[str, str], *, may_fail: bool = False) -> bytes:
        try:
            done = subprocess.run(  # noqa: S603 - no shell; revisions are checked, paths come behind `--`
                command,
                cwd=folder,
                env={**self._environment, **extra},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            next_step = "Install git, or give a diff with --diff."
            raise GitRefused("git could not be started.", next_step=next_step) from error
        if done.returncode and not (may_fail and done.returncode == 1):
            raise _refusal(done.stderr.decode("utf-8", "replace"), self.folder)
        return done.stdout


def _command(*words: str) -> list[str]:
    return ["git", "--no-pager", *(word for setting in _SETTINGS for word in ("-c", setting)), *words]


def _refusal(complaint: str, folder: Path) -> GitRefused:
    """What git complains about (in English, by LC_ALL=C) as an error that says what to do."""
    if "not a git repository" in complaint:
        return GitRefused(
            f"{folder} is not inside a git repository.", next_step="Name one with --repo, or give a diff with --diff."
        )
    if "dubious ownership" in complaint:
        return GitRefused(
            f"git does not trust {folder}, because it belongs to another user.",
            next_step=f"If you trust it: `git config --global --add safe.directory {folder.absolute()}`.",
        )
    if "promisor" in complaint or "lazy fetching" in complaint:
        return GitRefused(
            "This clone is partial and lacks texts that are needed.",
            next_step="Fetch them with `git fetch --refetch --no-filter`, or clone without --filter.",
        )
    line = "".join(letter if letter.isprintable() else " " for letter in complaint.strip()[:300])
    return GitRefused(f"git failed: {line or 'it did not say why'}", next_step="Try the same with git itself.")
