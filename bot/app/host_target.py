"""Reads a pull request from its code host, so that nothing of it is ever checked out or run."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.app.target import Target
from bot.core.diff.model import Diff
from bot.core.diff.read import read_diff
from bot.core.excerpt import Skipped
from bot.core.listing import diff_of_listing, is_whole
from bot.core.pull_request import PullRequest
from bot.core.receipt import TargetFacts
from bot.errors import CodeHostError, DiffTooLarge, HostUnavailable, NotADiff
from bot.ports import CodeHost

_READS = 3
"""So often a diff is read anew when a push comes in between."""

BASE_TEXTS = 30
HEAD_TEXTS = 50
"""Files whose texts are fetched in a run, each with a call of its own."""


@dataclass(slots=True)
class HostTexts:
    """SourceTexts of one commit, fetched one by one, each once, and at most `most` of them.

    A text that cannot be fetched is one that is not at hand: it would only have been context.
    """

    host: CodeHost
    sha: str
    most: int
    _known: dict[str, bytes | None] = field(default_factory=dict)

    def text(self, path: str) -> bytes | None:
        """The file's bytes, or None."""
        if path not in self._known and len(self._known) < self.most:
            try:
                self._known[path] = self.host.text(path, self.sha)
            except CodeHostError:
                self._known[path] = None
        return self._known.get(path)


def read_pull_request(host: CodeHost, number: int) -> tuple[PullRequest, Target]:
    """The pull request as it is now, and its whole diff; the head stood still while it was read.

    Raises HostUnavailable where pushes come faster than a diff can be read.
    """
    pull = host.pull_request(number)
    for _ in range(_READS):
        diff, withheld = _diff(host, pull)
        after = host.pull_request(number)
        if after.head_sha == pull.head_sha:
            return after, _target(host, after, diff, withheld)
        pull = after
    raise HostUnavailable(
        f"The head of #{number} moved {_READS} times while its diff was read.",
        next_step="Run again when the pushes have ended; nothing was spent.",
    )


def _diff(host: CodeHost, pull: PullRequest) -> tuple[Diff, tuple[Skipped, ...]]:
    """The diff by its own bytes where the host gives it whole, else by the files listing."""
    try:
        data = host.diff(pull.number)
        diff = read_diff(data)
    except (DiffTooLarge, NotADiff):
        return diff_of_listing(host.files(pull.number), pull.changed_files)
    if is_whole(diff, pull.additions, pull.deletions, pull.changed_files):
        return diff, ()
    return diff_of_listing(host.files(pull.number), pull.changed_files)


def _target(host: CodeHost, pull: PullRequest, diff: Diff, withheld: tuple[Skipped, ...]) -> Target:
    facts = TargetFacts(
        "pull_request",
        repo=pull.repo,
        pull_request=pull.number,
        base_sha=pull.base_sha,
        head_sha=pull.head_sha,
        title=pull.title,
        description=pull.description,
        author=pull.author,
    )
    return Target(
        facts,
        diff,
        base=HostTexts(host, pull.base_sha, BASE_TEXTS),
        head=HostTexts(host, pull.head_sha, HEAD_TEXTS),
        withheld=withheld,
    )
