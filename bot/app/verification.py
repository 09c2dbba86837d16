"""Verification: the strong model looks again at what was found, file by file and with more of the file before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.app.followup import LeaveOut, ReviewJob
from bot.app.options import Options
from bot.app.prepare import Prepared
from bot.app.requests import RequestMaker, shown
from bot.app.tally import Tally
from bot.app.tiers import TierModel
from bot.core.answer import Answer
from bot.core.calls import Feature
from bot.core.claims import Claim
from bot.core.excerpt import Batch, Excerpt, ExcerptKey, Route, Tier
from bot.core.finding import Finding, Unplaced
from bot.core.merge import Placed
from bot.core.place import place
from bot.core.report.words import counted
from bot.core.verify import second_looks, verified

_WHY = "a second look at findings"
_TOO_MANY = "one request does not take so many"


def looks_at(prepared: Prepared, claimed: Mapping[str, set[ExcerptKey]], most_tokens: int) -> list[Batch]:
    """The requests of a verification, riskiest file first; `claimed` are the excerpts with findings by their path."""
    files: dict[str, list[Excerpt]] = {path: [] for path in claimed}
    for excerpt in prepared.excerpts:
        if excerpt.path in files:
            wide = prepared.wider.get(excerpt.name, excerpt.enclosing)
            files[excerpt.path].append(replace(excerpt, enclosing=wide))
    groups = [group for path, excerpts in files.items() for group in second_looks(excerpts, claimed[path], most_tokens)]
    batches = [Batch(group, Route(Tier.STRONG, _WHY)) for group in groups]
    return sorted(batches, key=lambda batch: -batch.risk)


class Verification:
    """One run's second look. Changes nothing in the tally before `finish`."""

    def __init__(self, maker: RequestMaker, options: Options, tally: Tally) -> None:
        self._maker = maker
        self._options = options
        self._tally = tally
        self._claims: dict[Claim, list[Finding]] = {}
        self._changes: dict[Finding, Finding | None] = {}
        self._unverified = Counter[str]()

    def jobs(self, tiers: Mapping[Tier, TierModel]) -> list[ReviewJob]:
        """What is to be asked."""
        placed = [one for one in self._tally.worth_showing() if self._options.verify.covers(one[0])]
        claimed: dict[str, set[ExcerptKey]] = {}
        for finding, excerpt in sorted(placed, key=_gravest_first):
            claimed.setdefault(excerpt.path, set()).add(excerpt.key)
            self._claims.setdefault(Claim.of_finding(finding, excerpt.key), []).append(finding)
        batches = looks_at(self._maker.prepared, claimed, self._options.sizes.hunk_tokens)
        jobs = self._maker.jobs_for(batches, tiers, Feature.VERIFY, self._claims)
        asked = {claim for job in jobs for claim in job.claims}
        self._leave([claim for claim in self._claims if claim not in asked], _TOO_MANY)
        return jobs

    def take(self, job: ReviewJob, answer: Answer, *, reused: bool) -> None:  # noqa: ARG002 - the shape of Take
        """An answer came in: what it does not uphold is dropped."""
        seen = shown(job.batch)
        upheld = [one for one in (place(raw, seen) for raw in answer.findings) if not isinstance(one, Unplaced)]
        asked = [finding for claim in job.claims for finding in self._claims.pop(claim, ())]
        self._changes |= verified(asked, upheld)

    def leave_out(self, job: ReviewJob, why: LeaveOut) -> None:
        """The findings of this job cannot be looked at again, and stand."""
        self._leave(job.claims, why.detail)

    def _leave(self, claims: Sequence[Claim], why: str) -> None:
        self._unverified[why] += sum(len(self._claims.pop(claim, ())) for claim in claims)

    def finish(self, why: str) -> None:
        """Put the outcome into the tally, and note it; `why` is the reason for what was never asked about."""
        self._leave(list(self._claims), why)
        self._tally.correct(self._changes)
        self._tally.notes.extend(self._sentences())

    def _sentences(self) -> list[str]:
        dropped = sum(after is None for after in self._changes.values())
        lowered = sum(after is not None and after != before for before, after in self._changes.items())
        did = [f"{word} {number:,}" for word, number in (("dropped", dropped), ("lowered", lowered)) if number]
        of = f"of {counted(len(self._changes), 'finding')}"
        sentences = []
        if self._changes:
            sentences.append(f"Verification {' and '.join(did)} {of}." if did else f"Verification upheld all {of[3:]}.")
        for why, number in self._unverified.items():
            if number:
                sentences.append(f"{counted(number, 'finding')} could not be verified, and stand as found: {why}.")
        return sentences


def _gravest_first(placed: Placed) -> tuple[int, float]:
    finding, _ = placed
    return finding.severity.rank, -finding.confidence
