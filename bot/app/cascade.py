"""The cascade: a cheap draft of everything, and a stronger model's word on every hunk the draft says something about.

A draft's findings are shown only where the stronger model could not be asked, and a note says how many those are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from bot.app.followup import LeaveOut, ReviewJob
from bot.app.options import Options
from bot.app.requests import RequestMaker, shown
from bot.app.step import Take
from bot.app.tiers import tier_models
from bot.core.answer import Answer, RawFinding
from bot.core.calls import Feature
from bot.core.claims import Claim
from bot.core.excerpt import Excerpt, ExcerptKey
from bot.core.finding import Unplaced
from bot.core.pack import pack
from bot.core.place import excerpt_of, names, place
from bot.core.report.words import counted
from bot.core.route import confirm_routes


@dataclass(frozen=True, slots=True)
class _Held:
    """An excerpt that waits for the stronger model: what the draft found there, and whether that was paid before."""

    job: ReviewJob
    excerpt: Excerpt
    findings: tuple[RawFinding, ...]
    reused: bool


class Cascade:
    """One run's drafts, and what becomes of them. `take` is told of every hunk once its last word is spoken."""

    def __init__(self, maker: RequestMaker, options: Options, take: Take, notes: list[str]) -> None:
        self._maker = maker
        self._options = options
        self._take = take
        self._notes = notes
        self._held: dict[ExcerptKey, _Held] = {}
        self._stand = Counter[str]()

    def drafted(self, job: ReviewJob, answer: Answer, *, reused: bool) -> None:
        """A draft came in: what it is silent about is done, the rest is held."""
        found = self._by_excerpt(job, answer)
        silent = [excerpt for excerpt in job.batch.excerpts if excerpt.key not in found]
        if silent:
            self._take(job.about(silent), Answer(findings=()), reused=reused)
        for excerpt in job.batch.excerpts:
            if excerpt.key in found:
                self._held[excerpt.key] = _Held(job, excerpt, tuple(found[excerpt.key]), reused)

    def _by_excerpt(self, job: ReviewJob, answer: Answer) -> dict[ExcerptKey, list[RawFinding]]:
        """The findings by the excerpt they are about.

        One that no line is proved for casts doubt on all of its file that was shown, or on everything.
        """
        seen = shown(job.batch)
        found: dict[ExcerptKey, list[RawFinding]] = {}
        for raw in answer.findings:
            placed = place(raw, seen)
            if isinstance(placed, Unplaced):
                about = [one.excerpt for one in seen if names(raw.path, one)] or [one.excerpt for one in seen]
            else:
                about = [excerpt_of(placed, seen)]
            for excerpt in about:
                found.setdefault(excerpt.key, [])
            found[about[0].key].append(raw)
        return found

    def confirmations(self) -> list[ReviewJob]:
        """What the stronger models are to be asked, riskiest first."""
        doubted = [excerpt for excerpt in self._maker.prepared.excerpts if excerpt.key in self._held]
        routes = confirm_routes(doubted, {held.excerpt.key for held in self._held.values() if self._is_sure(held)})
        sizes = self._options.sizes
        batches = pack(doubted, routes, batch_tokens=sizes.batch_tokens, max_hunks=sizes.max_hunks)
        claims = [Claim.of_draft(raw, held.excerpt.key) for held in self._held.values() for raw in held.findings]
        return self._maker.jobs_for(batches, tier_models(self._options), Feature.CONFIRM, claims)

    def _is_sure(self, held: _Held) -> bool:
        return any(raw.confidence >= self._options.min_confidence for raw in held.findings)

    def confirmed(self, job: ReviewJob, answer: Answer, *, reused: bool) -> None:
        """The stronger model spoke: its findings count, and the draft's are forgotten."""
        held = [self._held.pop(excerpt.key) for excerpt in job.batch.excerpts]
        self._take(job, answer, reused=reused and all(one.reused for one in held))

    def unconfirmed(self, job: ReviewJob, why: LeaveOut) -> None:
        """The stronger model could not be asked: the draft stands."""
        for excerpt in job.batch.excerpts:
            self._let_stand(excerpt.key, why.detail)

    def finish(self, why: str) -> None:
        """Let every draft stand that is still held, for the reason `why`, and note how many stand and why."""
        for key in list(self._held):
            self._let_stand(key, why)
        for reason, hunks in self._stand.items():
            self._notes.append(
                f"What the draft found in {counted(hunks, 'hunk')} stands unconfirmed, "
                f"since no stronger model could be asked: {reason}."
            )

    def _let_stand(self, key: ExcerptKey, why: str) -> None:
        held = self._held.pop(key)
        self._take(held.job.about([held.excerpt]), Answer(findings=held.findings), reused=held.reused)
        self._stand[why] += 1
