"""A repository on this machine: what was changed in it, and since when."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.adapters.git.call import Git
from bot.adapters.git.texts import BlobReader, text_in_tree
from bot.errors import GitRefused

# All that a repository's configuration could bend is said here, so that it reads the same everywhere.
_DIFF = (
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--unified=3",
    "--inter-hunk-context=0",
    "--diff-algorithm=default",
    "--find-renames",
    "--full-index",
    "--submodule=short",
    "--ignore-submodules=dirty",  # else git runs itself inside each submodule, under that one's configuration
    f"-O{os.devnull}",
)
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SLUG = re.compile(r"(?:^\w+://[^/]+/|^[^/:]+:)/?([\w.-]+/[\w.-]+?)(?:\.git)?/?$")
_MOST_COMMITS = 50
_LARGEST_TEXT = 1_000_000


@dataclass(frozen=True, slots=True)
class GitRange:
    """What lies between two revisions. `base_sha` is their merge base; `head_sha` is None for the working tree.

    `untracked` names the files a working tree holds that git does not know, which are not in the diff.
    """

    diff: bytes
    base_sha: str
    head_sha: str | None
    untracked: tuple[str, ...] = ()


class GitRepository:
    """A git repository on this machine. Close it, or use it in a `with`, once texts were read from it."""

    def __init__(self, folder: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._git = Git(folder, environment)
        self._blobs = BlobReader(self._git)

    def range(self, base: str, head: str | None = None, *, working_tree: bool = False) -> GitRange:
        """What `head` (default HEAD) or the working tree changed since it left `base`.

        The working tree is what stands in tracked files, staged or not. Untracked files stay out, as in git
        itself, since they are as often notes and secrets as they are work; `git add -N` takes one in.
        Raises GitRefused.
        """
        if working_tree and head is not None:
            raise GitRefused("A head and the working tree cannot both be the new side.", next_step="Give only one.")
        head_sha = self._commit(head or "HEAD")
        common = self._merge_base(self._commit(base), head_sha)
        if not working_tree:
            diff = self._git.on_objects(*_DIFF, common, head_sha, "--", attributes_of=common)
            return GitRange(diff, common, head_sha)
        diff = self._git.on_tree(*_DIFF, common, "--")
        names = self._git.on_tree("ls-files", "--others", "--exclude-standard", "-z").split(b"\0")
        return GitRange(diff, common, None, tuple(name.decode("utf-8", "surrogateescape") for name in names if name))

    def text_at(self, sha: str, path: str, *, at_most: int = _LARGEST_TEXT) -> bytes | None:
        """A file as it stands in a commit (a full SHA).

        None where it is absent, no file, larger than `at_most` bytes, or has a line break in its name.
        """
        if not _SHA.fullmatch(sha):
            raise ValueError("texts are read at a full commit SHA")
        return self._blobs.read(sha, path, at_most)

    def working_text(self, path: str, *, at_most: int = _LARGEST_TEXT) -> bytes | None:
        """A file as it stands in the working tree.

        None where it is absent, larger than `at_most` bytes, no plain file, reached through a symbolic link, or
        outside the tree.
        """
        return text_in_tree(self._git.top, path, at_most) if self._git.top else None

    def title_and_description(self, base_sha: str, head_sha: str | None) -> tuple[str, str]:
        """What the newest commit since `base_sha` calls itself, and what the commits say, oldest first.

        The description is the rest of a single commit's message, or the whole messages of several (the newest
        50 at most). Both are empty where there is no commit. They are words of the change: data.
        """
        form = ("--no-patch", "--no-color", "--encoding=UTF-8", "--format=%B", "-z", f"--max-count={_MOST_COMMITS}")
        log = self._git.on_objects("log", *form, f"{base_sha}..{head_sha or 'HEAD'}", "--")
        messages = [text.strip() for text in log.decode("utf-8", "replace").split("\0") if text.strip()]
        if not messages:
            return "", ""
        title, _, body = messages[0].partition("\n")
        return title, body.strip() if len(messages) == 1 else "\n\n".join(reversed(messages))

    def remote_slug(self) -> str | None:
        """`owner/repository`, where the address of the remote `origin` ends in one, else None."""
        address = self._git.on_objects("config", "--get", "remote.origin.url", may_fail=True)
        found = _SLUG.search(address.decode("utf-8", "replace").strip())
        return found[1] if found else None

    def close(self) -> None:
        """End the process that reads texts, if one was started."""
        self._blobs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _commit(self, revision: str) -> str:
        """The full SHA of a revision."""
        if not revision or revision.startswith("-") or not revision.isprintable():
            raise GitRefused(f"{revision!r} is not the name of a revision.", next_step="Name a branch, tag or commit.")
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        sha = self._git.on_objects(*asked, may_fail=True).decode().strip()
        if not _SHA.fullmatch(sha):
            raise GitRefused(f"git knows no commit by the name {revision}.", next_step=self._how_to_fetch(revision))
        return sha

    def _merge_base(self, base_sha: str, head_sha: str) -> str:
        sha = self._git.on_objects("merge-base", base_sha, head_sha, may_fail=True).decode().strip()
        if not _SHA.fullmatch(sha):
            raise GitRefused(
                f"{base_sha[:12]} and {head_sha[:12]} have no common commit in this clone.",
                next_step=self._how_to_fetch(base_sha),
            )
        return sha

    def _how_to_fetch(self, revision: str) -> str:
        if self._git.on_objects("rev-parse", "--is-shallow-repository") == b"true\n":
            return "The clone is shallow: run `git fetch --unshallow` (with actions/checkout: `fetch-depth: 0`)."
        return f"Check the name, or fetch it first: `git fetch origin {revision}`."


@dataclass(frozen=True, slots=True)
class GitTexts:
    """The texts at one commit, or in the working tree where `sha` is None (a `SourceTexts`)."""

    repository: GitRepository
    sha: str | None

    def text(self, path: str) -> bytes | None:
        """The file's bytes, or None where it is not at hand."""
        return self.repository.working_text(path) if self.sha is None else self.repository.text_at(self.sha, path)
