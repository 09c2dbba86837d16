"""Findings that stand in the summary with all their text, kept there from push to push while their hunk stays.

An inline comment stays where it is, but the summary is written anew each time, and a hunk that was reviewed is not
asked about again: what was said only in the summary is carried over as it stands there, between hidden marks.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.anchor import hunk_at
from bot.core.diff.model import Diff, FileDiff, Side
from bot.core.finding import Finding, Severity, Unplaced
from bot.core.fingerprint import fingerprint
from bot.core.known_diff import KnownDiff
from bot.core.reuse import KEY_BYTES, hunk_key

_NO_HUNK = "." * (KEY_BYTES * 4 // 3)
_HELD = re.compile(r"<!-- hunkwise:held ((?:\S{12} )+)-->")
_MOST_HELD = 300
_END = "<!-- hunkwise:end -->"
_SEVERITIES = "|".join(Severity)
_BLOCK = re.compile(
    rf"<!-- hunkwise:kept ([0-9a-f]{{20}}) (\S{{12}}) (\S{{12}}) ({_SEVERITIES}) -->\n(.+?)\n{_END}", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A finding's text in the summary. `hunk` and `file` say, as keys, what it depends on."""

    fingerprint: str
    hunk: str
    file: str
    severity: Severity
    text: str

    def written(self) -> str:
        """The text between its marks."""
        return f"<!-- hunkwise:kept {self.fingerprint} {self.hunk} {self.file} {self.severity} -->\n{self.text}\n{_END}"

    def stands(self, known: KnownDiff) -> bool:
        """Whether this run left the finding as it was: its hunk was not looked at again and is not gone."""
        file = next((file for file in known.diff.files if _file_key(file.path) == self.file), None)
        if file is None:
            return not known.whole
        return not known.is_settled(file.path) or self._rests_on(file, known)

    def _rests_on(self, file: FileDiff, known: KnownDiff) -> bool:
        if self.hunk == _NO_HUNK:
            return not any(known.is_fresh(hunk) for hunk in file.hunks)
        return any(hunk_key(hunk) == self.hunk and not known.is_fresh(hunk) for hunk in file.hunks)


def keep(finding: Finding | Unplaced, text: str, diff: Diff) -> Kept:
    """A finding's text, bound to its hunk in the diff; to its whole file where it has no line."""
    if isinstance(finding, Unplaced):
        return Kept(name_of(finding), _NO_HUNK, _file_key(finding.path), finding.severity, text)
    hunk = hunk_at(diff, finding.path, finding.side, finding.line)
    return Kept(
        finding.fingerprint, hunk_key(hunk) if hunk else _NO_HUNK, _file_key(finding.path), finding.severity, text
    )


def name_of(unplaced: Unplaced) -> str:
    """A fingerprint for a finding that has no line to take one from."""
    return fingerprint(unplaced.path, Side.RIGHT, [unplaced.category, unplaced.title])


def kept_in(body: str) -> tuple[Kept, ...]:
    """What a summary keeps."""
    blocks = _BLOCK.findall(body.replace("\r\n", "\n"))
    return tuple(Kept(name, hunk, file, Severity(severity), text) for name, hunk, file, severity, text in blocks)


def hunks_of(finding: Finding, diff: Diff) -> list[str]:
    """The keys of the hunks that hold a finding, its further places included."""
    places = ((finding.path, finding.side, finding.line), *((one.path, one.side, one.line) for one in finding.also_at))
    return [hunk_key(hunk) for place in places if (hunk := hunk_at(diff, *place))]


def held_mark(hunks: Iterable[str]) -> str:
    """A hidden list of hunks that hold findings.

    When such a hunk leaves the diff it counts as never reviewed: should it come back, so does what is wrong with it.
    """
    keys = list(dict.fromkeys(hunks))[-_MOST_HELD:]
    return f"<!-- hunkwise:held {''.join(f'{key} ' for key in keys)}-->" if keys else ""


def held_in(body: str) -> list[str]:
    """The hunks of that list, oldest first."""
    return [key for keys in _HELD.findall(body) for key in keys.split()]


def _file_key(path: str) -> str:
    digest = hashlib.sha256(path.encode("utf-8", "surrogatepass")).digest()
    return base64.b64encode(digest[:KEY_BYTES]).decode()
