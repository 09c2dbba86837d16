"""Verification: a second look at findings, which may drop or lower them and do nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum

from bot.core.diff.model import Side
from bot.core.finding import Finding, Severity


class Verify(StrEnum):
    """Which findings get a second look."""

    NONE = "none"
    ERRORS = "errors"
    ALL = "all"

    def covers(self, finding: Finding) -> bool:
        """Whether this finding gets one."""
        return self is Verify.ALL or (self is Verify.ERRORS and finding.severity is Severity.ERROR)


_Spot = tuple[str, Side, int]


def verified(claims: Iterable[Finding], upheld: Iterable[Finding]) -> Mapping[Finding, Finding | None]:
    """What becomes of each claim: itself, itself with a lower severity or confidence, or None where it is dropped.

    A claim stands where the answer has a finding that begins at its line, or that quotes its line where that has moved;
    of several there, those of its category count, and of these the gravest and surest. Only severity and confidence
    are taken from the answer, and only downwards: nothing is added, raised or worded anew.
    """
    by_spot: dict[_Spot, list[Finding]] = {}
    by_name: dict[str, list[Finding]] = {}
    for one in upheld:
        by_spot.setdefault(_spot(one), []).append(one)
        by_name.setdefault(one.fingerprint, []).append(one)
    return {
        claim: _lowered(claim, by_spot.get(_spot(claim)) or by_name.get(claim.fingerprint) or []) for claim in claims
    }


def _spot(finding: Finding) -> _Spot:
    return finding.path, finding.side, finding.line if finding.start_line is None else finding.start_line


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
