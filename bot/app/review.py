"""The review itself: run a plan within its budget, and account for every hunk and every token on the receipt."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.app.dispatch import Dispatcher, Ended
from bot.app.followup import SHORT_OF_DOLLARS, AskAgain, LeaveOut, ReviewJob, follow_up
from bot.app.guard import MOST_BYTES_PER_TOKEN, Guard
from bot.app.options import Options
from bot.app.prepare import Prepared
from bot.app.reading import Reading
from bot.app.requests import RequestMaker
from bot.app.stack import stack
from bot.app.tiers import TierModel, tier_models
from bot.core.answer import REVIEW, Answer
from bot.core.bill import bill, price_of
from bot.core.budget import Amount, Budget
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.coverage import ExcerptKey, LeftOut, coverage
from bot.core.detours import detours
from bot.core.excerpt import Excerpt, SkipReason, Tier
from bot.core.failure import RULES, FailureKind
from bot.core.finding import Finding, Unplaced
from bot.core.merge import Placed, keep, merge
from bot.core.notices import notices
from bot.core.place import place
from bot.core.pricing import PriceList
from bot.core.progress import BatchEnded, PlanMade
from bot.core.prompt.templates import Templates, prompt_hash
from bot.core.receipt import BudgetFacts, Coverage, PromptFacts, Receipt
from bot.core.report.words import counted
from bot.core.show import show
from bot.core.shown import ShownHunk
from bot.core.status import status_of
from bot.core.tokens import estimate_tokens
from bot.errors import CallFailed, HunkwiseError
from bot.ports import AnswerStore, Clock, Observer, Provider, TokenCounter

_REFUSALS_BEFORE_GIVING_UP = 3
"""So many 400s before any answer mean that the requests themselves are wrong, not one hunk in them."""

_PATIENCE_AFTER_DEADLINE = 5.0
"""Seconds that attempts under way get to notice the deadline by themselves, before they are given up."""

_PATIENCE_AFTER_INTERRUPT = 1.0
"""Seconds that answers under way get before they are stopped, and again for stopping them."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a review works with: built once, by bot/bootstrap or by a test."""

    provider: Provider
    counter: TokenCounter
    prices: PriceList
    clock: Clock
    observer: Observer
    stop: threading.Event
    simulated: bool = False
    answers: AnswerStore | None = None


def review(
    prepared: Prepared,
    options: Options,
    templates: Templates,
    desk: Desk,
    before: Amount,
    allowance: Amount | None = None,
) -> Receipt:
    """Ask about everything that is planned and affordable. `before` is what earlier runs spent of the budget.

    `allowance` caps this run below what the budget leaves: it is what was written down before the run.

    An interrupt (KeyboardInterrupt) ends the asking, not the accounting: the receipt says what was paid.
    """
    limits = options.limits if allowance is None else options.limits.within(before + allowance)
    run = _Run(prepared, options, templates, desk, Budget(limits, before))
    run.ask()
    return run.receipt()


class _Run:
    """One run of a plan: what was asked, what came of it."""

    def __init__(self, prepared: Prepared, options: Options, templates: Templates, desk: Desk, budget: Budget) -> None:
        self._prepared = prepared
        self._options = options
        self._desk = desk
        self._tiers = tier_models(options)
        self._budget = budget
        self._guard = Guard(Reading(desk.provider), self._budget, desk.prices, desk.counter, desk.clock, desk.observer)
        self._maker = RequestMaker(prepared, templates, options.cache_ttl)
        self._prompt = PromptFacts(prompt_hash(templates), estimate_tokens(prepared.system))
        self._placed: list[Placed] = []
        self._unplaced: list[Unplaced] = []
        self._reviewed: set[ExcerptKey] = set()
        self._reused: set[ExcerptKey] = set()
        self._left_out: dict[ExcerptKey, LeftOut] = {}
        self._refused = 0
        self._deadline = desk.clock.monotonic() + options.run_seconds
        self._interrupted = False
        self._answers = desk.answers
        self._notes = list(prepared.notes)

    def ask(self) -> None:
        """Run the plan to its end, or to an interrupt."""
        jobs = self._without_kept(self._maker.jobs(self._tiers))
        if not jobs:
            return
        self._desk.observer.on(PlanMade(len(jobs), len(self._excerpts())))
        desk = self._desk
        provider = stack(
            self._guard,
            self._options,
            desk.prices,
            desk.counter,
            desk.clock,
            desk.observer,
            self._deadline,
            lambda request: dispatcher.unfinished((request.model, request.effort)),
        )
        dispatcher = Dispatcher(
            jobs,
            self._request,
            provider,
            desk.clock,
            self._options.concurrency,
            self._options.leader_patience,
        )
        try:
            self._maker.measure_prefix(jobs, self._desk.counter)
            self._consume(dispatcher, dispatcher.run(self._deadline + _PATIENCE_AFTER_DEADLINE))
        except KeyboardInterrupt:
            self._wind_down(dispatcher)
        finally:
            self._guard.close()

    def _without_kept(self, jobs: list[ReviewJob]) -> list[ReviewJob]:
        """Take the answers that a run which died has paid for already; what is left must be asked."""
        left = []
        for job in jobs:
            answer = self._kept_answer(job)
            if answer is None:
                left.append(job)
            else:
                self._reused.update(excerpt.key for excerpt in job.batch.excerpts)
                self._take(job, answer)
        return left

    def _kept_answer(self, job: ReviewJob) -> Answer | None:
        text = self._answers.get(self._maker.request(job).key) if self._answers else None
        try:
            return None if text is None else REVIEW.parse(text)
        except ValueError:
            return None  # a damaged file is asked about again

    def _keep_answer(self, job: ReviewJob, answer: ModelAnswer) -> None:
        """Keep what was paid for; a store that takes nothing more costs a sentence, not the review."""
        if self._answers is None:
            return
        try:
            self._answers.put(self._maker.request(job).key, answer.text)
        except HunkwiseError as error:
            self._answers = None
            self._notes.append(error.message)

    def _wind_down(self, dispatcher: Dispatcher[ReviewJob]) -> None:
        """Give answers under way a moment, since they are paid for anyway; then stop them."""
        self._interrupted = True
        self._guard.admit_no_more()
        dispatcher.drop_pending()
        self._consume(dispatcher, dispatcher.wind_down(_PATIENCE_AFTER_INTERRUPT))
        self._desk.stop.set()
        self._consume(dispatcher, dispatcher.wind_down(_PATIENCE_AFTER_INTERRUPT))

    def _consume(self, dispatcher: Dispatcher[ReviewJob], ended_jobs: Iterator[Ended[ReviewJob]]) -> None:
        for ended in ended_jobs:
            decision = follow_up(ended, self._cheaper(), hopeless=self._hopeless(ended))
            if isinstance(decision, AskAgain):
                dispatcher.ask_next(*decision.jobs)
            elif isinstance(decision, LeaveOut):
                self._leave_out(ended.job, decision)
                if decision.ends_run or self._requests_are_wrong(ended):
                    for job in dispatcher.drop_pending():
                        self._leave_out(job, decision)
            elif ended.answer is not None:
                self._keep_answer(ended.job, ended.answer)
                self._take(ended.job, ended.answer.parsed)

    def _request(self, job: ReviewJob) -> ModelRequest:
        """The job's request; what no budget could carry is refused before it is rendered, since there may be much."""
        obstacle = self._obstacle(job)
        if obstacle is not None:
            raise CallFailed(obstacle, RULES[obstacle].meaning)
        return self._maker.request(job)

    def _hopeless(self, ended: Ended[ReviewJob]) -> bool:
        """Whether not even the batch's smallest hunk would fit, on its tier or on the one that takes over from it."""
        if ended.failure is None:
            return False
        cheaper = self._cheaper() if ended.failure.kind is FailureKind.BUDGET_USD else None
        tiers = [ended.job.tier, *([cheaper] if cheaper else [])]
        return all(self._obstacle(replace(ended.job, tier=tier)) for tier in tiers)

    def _obstacle(self, job: ReviewJob) -> FailureKind | None:
        """Why not even the smallest hunk of the batch could be afforded, alone and with the least room; or None."""
        smallest = min(job.batch.excerpts, key=_raw_bytes)
        request = self._maker.request_without_hunks(replace(job, batch=replace(job.batch, excerpts=(smallest,))))
        least = replace(request, max_tokens=request.least_output_tokens)
        return self._guard.obstacle_alone(least, request.prefix_tokens + _raw_bytes(smallest) // MOST_BYTES_PER_TOKEN)

    def _cheaper(self) -> TierModel | None:
        return self._tiers[Tier.CHEAP] if self._options.cheaper_when_tight else None

    def _requests_are_wrong(self, ended: Ended[ReviewJob]) -> bool:
        refused = ended.failure is not None and ended.failure.kind is FailureKind.BAD_REQUEST
        self._refused += refused
        return refused and not self._reviewed and self._refused >= _REFUSALS_BEFORE_GIVING_UP

    def _leave_out(self, job: ReviewJob, why: LeaveOut) -> None:
        for excerpt in job.batch.excerpts:
            self._left_out[excerpt.key] = LeftOut(why.reason, why.detail)
        self._desk.observer.on(BatchEnded(len(job.batch.excerpts), reviewed=False, findings=0))

    def _take(self, job: ReviewJob, answer: Answer) -> None:
        shown = self._maker.shown(job.batch)
        for raw in answer.findings:
            result = place(raw, shown)
            if isinstance(result, Unplaced):
                self._unplaced.append(result)
            else:
                self._placed.append((result, excerpt_of(result, shown)))
        self._reviewed.update(excerpt.key for excerpt in job.batch.excerpts)
        self._desk.observer.on(BatchEnded(len(shown), reviewed=True, findings=len(answer.findings)))

    def receipt(self) -> Receipt:
        """Everything that happened, as one value."""
        findings, notes = self._findings()
        unplaced = tuple(one for one in self._unplaced if self._worth_showing(one))
        covered = self._coverage()
        calls = self._guard.calls()
        standard = self._tiers[Tier.STANDARD]
        return Receipt(
            status=status_of(len(findings) + len(unplaced), covered),
            simulated=self._desk.simulated,
            target=self._prepared.target.facts,
            prompt=self._prompt,
            findings=findings,
            unplaced=unplaced,
            coverage=covered,
            bill=bill(calls, self._answered_twins(), standard.model, self._desk.prices, standard.tariff),
            budget=self._budget_facts(),
            calls=calls,
            notes=notes,
        )

    def _excerpts(self) -> list[Excerpt]:
        return [excerpt for batch in self._prepared.batches for excerpt in batch.excerpts]

    def _findings(self) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
        """What the model found and is worth showing, with what Hunkwise itself noticed in every chosen hunk."""
        kept, dropped = keep(self._placed, self._options.min_confidence, self._options.severity)
        own = [placed for excerpt in self._excerpts() for placed in notices(show(excerpt))]
        notes = self._notes
        if dropped:
            notes.append(f"Not shown: {counted(dropped, 'finding')} below the confidence or severity asked for.")
        moved = sum(call.hunks for call in self._guard.calls() if call.why == SHORT_OF_DOLLARS and call.cost_usd)
        if moved:
            notes.append(f"The budget in dollars ran short: {counted(moved, 'hunk')} went to the cheap tier.")
        notes += detours(self._guard.calls(), self._tiers[Tier.STANDARD].provider)
        if self._budget.overrun:
            notes.append("An answer cost more than its reservation; it was charged, and nothing more was asked.")
        return merge([*kept, *own]), tuple(notes)

    def _worth_showing(self, unplaced: Unplaced) -> bool:
        sure = unplaced.confidence >= self._options.min_confidence
        return sure and unplaced.severity.rank <= self._options.severity.rank

    def _coverage(self) -> Coverage:
        unasked = LeftOut(SkipReason.DEADLINE, RULES[FailureKind.DEADLINE].meaning)
        if self._interrupted:
            unasked = LeftOut(SkipReason.INTERRUPTED, RULES[FailureKind.STOPPED].meaning)
        left_out = {one.key: unasked for one in self._excerpts()} | self._left_out
        standard = self._tiers[Tier.STANDARD]
        return coverage(
            self._excerpts(),
            self._reviewed,
            left_out,
            self._prepared.skipped,
            self._prepared.hunks,
            self._prepared.reused,
            lambda missing: price_of(missing, standard.model, self._desk.prices, standard.tariff),
            self._reused,
        )

    def _answered_twins(self) -> list[Excerpt]:
        return [one for one in self._excerpts() if one.key in self._reviewed for _ in one.twins]

    def _budget_facts(self) -> BudgetFacts:
        budget = self._budget
        return BudgetFacts(
            limit_tokens=self._options.limits.tokens,
            before_tokens=budget.before.tokens,
            spent_tokens=budget.spent.tokens,
            limit_usd=self._options.limits.usd,
            before_usd=budget.before.usd,
            spent_usd=budget.spent.usd,
        )


def excerpt_of(finding: Finding, shown: Sequence[ShownHunk]) -> Excerpt:
    """The excerpt that shows a placed finding's line; the first, where parts of a hunk overlap."""
    for one in shown:
        if one.excerpt.path == finding.path and any(
            line.side is finding.side and line.number == finding.line for line in one.lines
        ):
            return one.excerpt
    raise ValueError("a placed finding stands in one of the hunks it was placed in")


def _raw_bytes(excerpt: Excerpt) -> int:
    return sum(len(line.raw) for line in excerpt.lines)
