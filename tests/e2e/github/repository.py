"""The git repository behind the stand-in: what GitHub knows of commits, it asks git."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.unit.adapters.repositories import ENVIRONMENT, commit, git, new_repository


class GitRepository:
    """A repository with a working tree, on the branch main. A fork's branches lie in it under a name of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = new_repository(folder)

    def ask(self, *words: str) -> bytes:
        """What git prints; raises CalledProcessError where it fails."""
        asked = ["git", "--no-pager", *words]
        return subprocess.run(asked, cwd=self._folder, env=ENVIRONMENT, capture_output=True, check=True).stdout

    def commit(self, branch: str, files: Mapping[str, bytes | None], message: str = "A commit") -> str:
        """Write (None: remove) files on a branch, which begins at main where it is new; gives the commit's SHA."""
        self._switch(branch)
        return commit(self._folder, files, message)

    def rebase(self, branch: str, onto: str = "main") -> str:
        """Put the branch's commits on top of another; gives the new head."""
        self._switch(branch)
        git(self._folder, "rebase", "--quiet", onto)
        return self.sha(branch)

    def reset(self, branch: str, to: str) -> None:
        """Let a branch point elsewhere, as before a force-push."""
        self._switch(branch)
        git(self._folder, "reset", "--quiet", "--hard", to)

    def merge(self, branch: str, into: str = "main") -> str:
        """Merge a branch; gives the merge commit."""
        self._switch(into)
        git(self._folder, "merge", "--quiet", "--no-ff", "--no-edit", branch)
        return self.sha(into)

    def sha(self, revision: str) -> str:
        """The commit that a revision names."""
        return self.ask("rev-parse", "--verify", f"{revision}^{{commit}}").decode().strip()

    def knows(self, revision: str) -> bool:
        """Whether there is such a commit."""
        try:
            self.sha(revision)
        except subprocess.CalledProcessError:
            return False
        return True

    def merge_base(self, one: str, other: str) -> str:
        """Where two histories part."""
        return self.ask("merge-base", one, other).decode().strip()

    def commits(self, base: str, head: str) -> list[str]:
        """The commits that a head has beyond its base, newest first."""
        return self.ask("rev-list", f"{base}..{head}").decode().split()

    def _switch(self, branch: str) -> None:
        if git(self._folder, "symbolic-ref", "--short", "HEAD") == branch:
            return
        there = bool(git(self._folder, "branch", "--list", branch))
        git(self._folder, "switch", "--quiet", *([branch] if there else ["--create", branch, "main"]))
