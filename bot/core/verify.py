"""Verification: a second look at findings, which may drop or lower them and do nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from bot.core.diff.model import Side
from bot.core.excerpt import Excerpt, ExcerptKey
from bot.core.finding import Finding, Severity
from bot.core.size import excerpt_tokens


class Verify(StrEnum):
    """Which findings get a second look."""

    NONE = "none"
    ERRORS = "errors"
    ALL = "all"

    def covers(self, finding: Finding) -> bool:
        """Whether this finding gets one."""
        return self is Verify.ALL or (self is Verify.ERRORS and finding.severity is Severity.ERROR)


_Spot = tuple[str, Side, int]


def second_looks(
    excerpts: Sequence[Excerpt], claimed: Collection[ExcerptKey], most_tokens: int
) -> list[tuple[Excerpt, ...]]:
    """The excerpts of one file in as few requests as it takes: each that has a claim once, and as much of the rest of
    the file beside it as there is room for.

    An excerpt over `most_tokens` is alone in its request. Everything comes in the order given.
    """
    groups: list[list[Excerpt]] = []
    for excerpt in (one for one in excerpts if one.key in claimed):
        if groups and _tokens([*groups[-1], excerpt]) <= most_tokens:
            groups[-1].append(excerpt)
        else:
            groups.append([excerpt])
    return [_filled(group, excerpts, most_tokens) for group in groups]


def _filled(group: Sequence[Excerpt], excerpts: Sequence[Excerpt], most_tokens: int) -> tuple[Excerpt, ...]:
    kept = {excerpt.key for excerpt in group}
    room = most_tokens - _tokens(group)
    for excerpt in excerpts:
        size = excerpt_tokens(excerpt)
        if excerpt.key not in kept and size <= room:
            kept.add(excerpt.key)
            room -= size
    return tuple(excerpt for excerpt in excerpts if excerpt.key in kept)


def _tokens(excerpts: Iterable[Excerpt]) -> int:
    return sum(excerpt_tokens(excerpt) for excerpt in excerpts)


def verified(claims: Iterable[Finding], upheld: Iterable[Finding]) -> Mapping[Finding, Finding | None]:
    """What becomes of each claim: itself, itself with a lower severity or confidence, or None where it is dropped.

    A claim stands where the answer has a finding that begins at its line, or that quotes its line where that has moved;
    of several there, those of its category count, and of these the gravest and surest. Only severity and confidence
    are taken from the answer, and only downwards: nothing is added, raised or worded anew.
    """
    claims = list(claims)
    claimed = {_spot(claim) for claim in claims}
    by_spot: dict[_Spot, list[Finding]] = {}
    by_name: dict[str, list[Finding]] = {}
    for one in upheld:
        by_spot.setdefault(_spot(one), []).append(one)
        if _spot(one) not in claimed:  # else it upholds what is claimed there, not what is claimed of an equal line
            by_name.setdefault(one.fingerprint, []).append(one)
    return {
        claim: _lowered(claim, by_spot.get(_spot(claim)) or by_name.get(claim.fingerprint) or []) for claim in claims
    }


def _spot(finding: Finding) -> _Spot:
    return finding.path, finding.side, finding.first_line


def _lowered(claim: Finding, here: list[Finding]) -> Finding | None:
    if not here:
        return None
    same = [one for one in here if one.category == claim.category] or here
    severity = min((one.severity for one in same), key=lambda severity: severity.rank)
    confidence = max(one.confidence for one in same)
    return replace(
        claim,
        severity=max(claim.severity, severity, key=lambda severity: severity.rank),
        confidence=min(claim.confidence, confidence),
    )
