"""Triage: before the review, the cheap model sorts all hunks of the plan in as few small requests as they fit into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.app.asking import Asking
from bot.app.dispatch import Dispatcher, Ended
from bot.app.options import Options
from bot.app.paid import PaidAnswers
from bot.app.prepare import Prepared
from bot.app.requests import kinds_of
from bot.app.tiers import TierModel, tier_models
from bot.core.calls import Feature, ModelRequest, Outcome, Purpose
from bot.core.excerpt import Excerpt, HunkName, Tier
from bot.core.failure import RULES
from bot.core.pack import pack
from bot.core.prompt.templates import Templates
from bot.core.prompt.triage import NumberedHunk, render_triage, render_triage_facts, render_triage_system
from bot.core.prompt.visible import shorten, strip_hidden
from bot.core.redact import redact_text
from bot.core.report.words import counted
from bot.core.reuse import hunk_key
from bot.core.show import show
from bot.core.tokens import bound_tokens
from bot.core.triage import TRIAGE, SortedOut, TriageAnswer, Word, highest, sort_out

HUNKS_A_REQUEST = 150
MOST_REQUESTS = 4
"""What does not fit into so many requests goes where the rules send it, the least risky hunks first."""

_TITLE_CHARACTERS = 300
_VERDICT_TOKENS = 16
_FRAME_TOKENS = 200
_UNCOUNTED_OVERHEAD_TOKENS = 2_000
_SCHEMA_BYTES = len(str(TRIAGE.schema))

_USELESS = {
    Outcome.TRUNCATED: "the answer was cut off",
    Outcome.REFUSED: "the model refused to answer",
    Outcome.UNPARSEABLE: "the answer could not be read",
}


@dataclass(frozen=True, slots=True)
class TriageJob:
    """Hunks to sort in one request, by their numbers; each is named by its first excerpt."""

    excerpts: tuple[tuple[int, Excerpt], ...]
    tier: TierModel
    cached: bool = False

    @property
    def prefix(self) -> tuple[str, str]:
        """Nothing of it is cached, so nobody waits for it."""
        return Feature.TRIAGE, self.tier.model


@dataclass(frozen=True, slots=True)
class TriageMaker:
    """Makes the requests of a triage."""

    prepared: Prepared
    options: Options
    templates: Templates

    def jobs(self) -> list[TriageJob]:
        """Every hunk that triage did not leave out on an earlier push, riskiest first, up to the most there may be."""
        first: dict[HunkName, Excerpt] = {}
        for batch in self.prepared.batches:
            for excerpt in batch.excerpts:
                if not was_left_out(excerpt, self.prepared):
                    first.setdefault(excerpt.name, excerpt)
        numbered = list(enumerate(first.values(), 1))[: HUNKS_A_REQUEST * MOST_REQUESTS]
        tier = tier_models(self.options)[Tier.CHEAP]
        return [
            TriageJob(tuple(numbered[start : start + HUNKS_A_REQUEST]), tier)
            for start in range(0, len(numbered), HUNKS_A_REQUEST)
        ]

    def request(self, job: TriageJob) -> ModelRequest:
        """The whole request of a job."""
        hunks = [NumberedHunk(number, show(excerpt)) for number, excerpt in job.excerpts]
        return replace(
            self.request_without_hunks(job), hunks=(render_triage(self.templates, self.prepared.boundary, hunks),)
        )

    def request_without_hunks(self, job: TriageJob) -> ModelRequest:
        """What all triage requests share: for bounds and for prices."""
        system = render_triage_system(self.templates)
        title = " ".join(strip_hidden(redact_text(self.prepared.target.facts.title)).split())
        facts = render_triage_facts(self.templates, self.prepared.boundary, shorten(title, _TITLE_CHARACTERS))
        room = job.tier.thinking_room() + _FRAME_TOKENS + _VERDICT_TOKENS * len(job.excerpts)
        return ModelRequest(
            model=job.tier.model,
            system=system,
            facts=facts,
            hunks=(),
            contract=TRIAGE,
            max_tokens=room,
            least_output_tokens=room,
            prefix_tokens=bound_tokens(system) + bound_tokens(facts) + _SCHEMA_BYTES + _UNCOUNTED_OVERHEAD_TOKENS,
            purpose=Purpose(
                job.tier.tier.value,
                "sorts the hunks",
                len(job.excerpts),
                Feature.TRIAGE,
                kinds_of(one for _, one in job.excerpts),
            ),
            thinking=job.tier.thinking,
            effort=job.tier.effort,
            provider=job.tier.provider,
            tariff=job.tier.tariff,
        )


def was_left_out(excerpt: Excerpt, prepared: Prepared) -> bool:
    """Whether triage left out the hunk and all its twins on an earlier push; unchanged, they are not sorted again."""
    return all(hunk_key(hunk) in prepared.triaged for hunk in excerpt.hunks)


class Triage:
    """One run's triage. `notes` get a sentence where hunks go by the rules because triage could not say."""

    def __init__(self, maker: TriageMaker, asking: Asking, paid: PaidAnswers, notes: list[str]) -> None:
        self._maker = maker
        self._asking = asking
        self._paid = paid
        self._notes = notes
        self._said: dict[HunkName, Word] = {}
        self._problems: list[str] = []

    def sort(self) -> tuple[Prepared, SortedOut]:
        """Ask, and give the plan that comes of it. Whatever goes wrong, every hunk keeps a route."""
        prepared = self._maker.prepared
        jobs = self._maker.jobs()
        self._note_surplus(jobs)
        jobs = self._without_paid(jobs)
        if jobs and not self._asking.over:
            self._asking.ask(jobs, self._maker.request, self._consume)
        if not self._asking.over:  # what then is not asked about is listed as such
            self._notes.extend(self._problems)
        earlier = {one.name: Word.SKIP for one in prepared.excerpts if was_left_out(one, prepared)}
        result = sort_out(prepared.excerpts, {**self._said, **earlier})
        sizes = self._maker.options.sizes
        batches = pack(result.excerpts, result.routes, batch_tokens=sizes.batch_tokens, max_hunks=sizes.max_hunks)
        return replace(prepared, batches=batches), result

    def _note_surplus(self, jobs: list[TriageJob]) -> None:
        asked = sum(len(job.excerpts) for job in jobs)
        hunks = {one.name for one in self._maker.prepared.excerpts if not was_left_out(one, self._maker.prepared)}
        if len(hunks) > asked:
            surplus = counted(len(hunks) - asked, "hunk")
            self._problems.append(f"{surplus} were too many for triage, and went by the rules.")

    def _without_paid(self, jobs: list[TriageJob]) -> list[TriageJob]:
        if not self._paid.at_hand:
            return jobs
        left = []
        for job in jobs:
            answer = self._paid.find(self._maker.request(job))
            if answer is None:
                left.append(job)
            else:
                self._hear(job, answer)
        return left

    def _consume(self, dispatcher: Dispatcher[TriageJob], ended_jobs: Iterator[Ended[TriageJob]]) -> None:
        for ended in ended_jobs:
            if ended.failure is not None:
                self._note(ended.job, RULES[ended.failure.kind].meaning)
                if RULES[ended.failure.kind].ends_run:
                    for job in dispatcher.drop_pending():
                        self._note(job, RULES[ended.failure.kind].meaning)
            elif ended.answer is not None and ended.answer.outcome is Outcome.ANSWERED:
                self._paid.keep(self._maker.request(ended.job), ended.answer)
                self._hear(ended.job, ended.answer.parsed)
            elif ended.answer is not None:
                self._note(ended.job, _USELESS[ended.answer.outcome])

    def _hear(self, job: TriageJob, answer: TriageAnswer) -> None:
        said = highest(answer.hunks)
        named = {excerpt.name: said[number] for number, excerpt in job.excerpts if number in said}
        self._said |= named
        missing = len(job.excerpts) - len(named)
        if missing:
            self._problems.append(f"Triage named no tier for {counted(missing, 'hunk')}, which went by the rules.")

    def _note(self, job: TriageJob, why: str) -> None:
        self._problems.append(
            f"Triage failed for {counted(len(job.excerpts), 'hunk')}, which went by the rules: {why}."
        )
