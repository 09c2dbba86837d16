"""What makes a hunk the same hunk on the next push: its path and its text, never its line numbers.

Measured over real pull requests, 69-83 % of the hunks of a re-review are unchanged by this key, and 64-80 % if line
numbers counted. A prompt's version is no part of it: an upgrade does not buy the same hunk twice.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from bot.core.diff.model import Hunk
from bot.core.excerpt import Excerpt, SkipReason
from bot.core.receipt import Coverage
from bot.core.select.files import ChosenFile

KEY_BYTES = 9
"""Of the SHA-256: 72 bits, so that two of 3,000 hunks share a key with a chance of one in 10^15."""


def hunk_key(hunk: Hunk) -> str:
    """The hunk's name across pushes: 12 characters of base64."""
    path = hunk.path.encode("utf-8", "surrogateescape")
    digest = hashlib.sha256(b"%d:" % len(path) + path + hunk.body).digest()
    return base64.b64encode(digest[:KEY_BYTES]).decode()


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is left to review of the chosen files, and how many hunks were reviewed before."""

    chosen: tuple[ChosenFile, ...]
    reused: int


def without_reviewed(chosen: Sequence[ChosenFile], reviewed: Collection[str]) -> Fresh:
    """Leave out the hunks whose keys are known."""
    if not reviewed:
        return Fresh(tuple(chosen), 0)
    fresh = []
    reused = 0
    for one in chosen:
        hunks = tuple(hunk for hunk in one.hunks if hunk_key(hunk) not in reviewed)
        reused += len(one.hunks) - len(hunks)
        if hunks:
            fresh.append(replace(one, hunks=hunks))
    return Fresh(tuple(fresh), reused)


def triaged_keys(excerpts: Iterable[Excerpt], coverage: Coverage) -> tuple[str, ...]:
    """The keys of the hunks that triage left out, twins included."""
    out = {(one.skipped.path, one.skipped.hunk) for one in coverage.skipped if one.skipped.reason is SkipReason.TRIAGE}
    planned = (hunk for excerpt in excerpts for hunk in excerpt.hunks)
    return tuple(dict.fromkeys(hunk_key(hunk) for hunk in planned if (hunk.path, hunk.header) in out))


def only(keys: Collection[str], chosen: Sequence[ChosenFile]) -> tuple[ChosenFile, ...]:
    """Keep the hunks whose keys these are."""
    if not keys:
        return ()
    kept = (replace(one, hunks=tuple(hunk for hunk in one.hunks if hunk_key(hunk) in keys)) for one in chosen)
    return tuple(one for one in kept if one.hunks)


def reviewed_keys(excerpts: Iterable[Excerpt], coverage: Coverage) -> tuple[str, ...]:
    """The keys of the hunks that a run reviewed, twins included: those it planned and does not list as left out."""
    missing = {(one.skipped.path, one.skipped.hunk) for one in coverage.skipped if one.skipped.hunks}
    planned = (hunk for excerpt in excerpts for hunk in excerpt.hunks)
    return tuple(dict.fromkeys(hunk_key(hunk) for hunk in planned if (hunk.path, hunk.header) not in missing))
