"""A pull request's diff as it is now, and what is known of each of its hunks."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.diff.model import Diff, FileDiff, Hunk
from bot.core.fingerprint import fingerprint
from bot.core.prompt.visible import make_visible
from bot.core.redact import redact_line
from bot.core.reuse import hunk_key


@dataclass(frozen=True, slots=True)
class KnownDiff:
    """`fresh` are the keys of the hunks that this run reviewed, `earlier` of those that earlier runs did.

    `whole` is False where the host withheld something: then a file that is missing may have changed all the same.
    """

    diff: Diff
    fresh: frozenset[str]
    earlier: frozenset[str] = frozenset()
    whole: bool = True

    def file(self, path: str) -> FileDiff | None:
        """The file of that path, if it is part of the diff."""
        return next((file for file in self.diff.files if file.path == path), None)

    def is_fresh(self, hunk: Hunk) -> bool:
        """Whether this run reviewed it."""
        return hunk_key(hunk) in self.fresh

    def is_settled(self, path: str) -> bool:
        """Whether all that the diff has of a file was reviewed, now or earlier; also where nothing of it is left."""
        file = self.file(path)
        if file is None:
            return self.whole
        return file.unreadable is None and all(hunk_key(hunk) in self.fresh | self.earlier for hunk in file.hunks)

    def unseen_lines(self) -> frozenset[str]:
        """The fingerprint of every line of the hunks that this run did not look at."""
        hunks = (hunk for file in self.diff.files for hunk in file.hunks if not self.is_fresh(hunk))
        return frozenset(
            fingerprint(hunk.path, line.side, [make_visible(redact_line(line.text).text)[0]])
            for hunk in hunks
            for line in hunk.lines
        )
