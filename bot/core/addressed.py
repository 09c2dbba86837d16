"""Which of our inline comments have done their work: their hunk was reviewed again, and they were not found again."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.anchor import hunk_at
from bot.core.finding import Finding
from bot.core.known_diff import KnownDiff
from bot.core.marks import ADDRESSED_MARK, AGAIN_MARK, fingerprints_in, fingerprints_of
from bot.core.pull_request import PostedInline


def open_threads(threads: Sequence[PostedInline]) -> tuple[PostedInline, ...]:
    """Of our own inline comments those that state a finding and were not answered as addressed."""
    return tuple(one for one in _stating(threads) if not _is_answered(one, threads))


def found_again(threads: Sequence[PostedInline], findings: Sequence[Finding]) -> tuple[PostedInline, ...]:
    """The threads that were answered as addressed and whose finding is there again."""
    found = {finding.fingerprint for finding in findings}
    return tuple(
        one for one in _stating(threads) if _is_answered(one, threads) and fingerprints_in(one.body)[0] in found
    )


def _stating(threads: Sequence[PostedInline]) -> list[PostedInline]:
    return [one for one in threads if one.reply_to is None and fingerprints_in(one.body)]


def _is_answered(thread: PostedInline, threads: Sequence[PostedInline]) -> bool:
    """Our last word in the thread counts."""
    replies = [one.body for one in threads if one.reply_to == thread.id]
    words = [body for body in replies if ADDRESSED_MARK in body or AGAIN_MARK in body]
    return bool(words) and ADDRESSED_MARK in words[-1]


def addressed(
    threads: Sequence[PostedInline], findings: Sequence[Finding], known: KnownDiff
) -> tuple[PostedInline, ...]:
    """The open threads to answer. `threads` are all of our own inline comments, replies included.

    Nothing is answered on a guess: a hunk that was only reused, skipped or left for the budget says nothing about
    the finding in it, nor does an outdated comment whose line may live on in such a hunk.
    """
    found = {name for finding in findings for name in fingerprints_of(finding)}
    places = {(finding.path, finding.line) for finding in findings}
    places |= {(place.path, place.line) for finding in findings for place in finding.also_at}
    candidates = [
        one
        for one in open_threads(threads)
        if found.isdisjoint(fingerprints_in(one.body)) and (one.path, one.line) not in places
    ]
    if not candidates:
        return ()
    unseen = known.unseen_lines()
    return tuple(one for one in candidates if _has_gone(one, known, unseen))


def _has_gone(thread: PostedInline, known: KnownDiff, unseen: frozenset[str]) -> bool:
    """Whether everything that the thread speaks of was reviewed again, or is gone from a file reviewed to its end.

    Where the host still knows the line, its hunk decides, and only the further places are looked for by their text.
    """
    own, *elsewhere = fingerprints_in(thread.body)
    hunk = None if thread.line is None else hunk_at(known.diff, thread.path, thread.side, thread.line)
    if hunk is not None:
        return known.is_fresh(hunk) and unseen.isdisjoint(elsewhere)
    return known.is_settled(thread.path) and unseen.isdisjoint((own, *elsewhere))
