"""The review itself: run a plan within its budget, and account for every hunk and every token on the receipt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.app.cache_watch import CacheWatch
from bot.app.caching import CachePlanner
from bot.app.desk import Desk
from bot.app.dispatch import Dispatcher, Ended
from bot.app.followup import AskAgain, LeaveOut, ReviewJob, follow_up
from bot.app.guard import MOST_BYTES_PER_TOKEN, Guard
from bot.app.options import Options
from bot.app.prepare import Prepared
from bot.app.reading import Reading
from bot.app.requests import RequestMaker
from bot.app.stack import stack
from bot.app.tally import Tally
from bot.app.tiers import TierModel, tier_models
from bot.core.answer import REVIEW, Answer
from bot.core.budget import Amount, Budget, Limits
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.coverage import LeftOut
from bot.core.excerpt import Excerpt, SkipReason, Tier
from bot.core.failure import RULES, FailureKind
from bot.core.progress import BatchEnded, PlanMade
from bot.core.prompt.templates import Templates
from bot.core.receipt import BudgetFacts, Receipt
from bot.errors import CallFailed, HunkwiseError

_REFUSALS_BEFORE_GIVING_UP = 3
"""So many 400s before any answer mean that the requests themselves are wrong, not one hunk in them."""

_PATIENCE_AFTER_DEADLINE = 5.0
"""Seconds that attempts under way get to notice the deadline by themselves, before they are given up."""

_PATIENCE_AFTER_INTERRUPT = 1.0
"""Seconds that answers under way get before they are stopped, and again for stopping them."""


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
        prefixes = CachePlanner(prepared, options, desk.prices, desk.history).prefixes(self._tiers)
        self._cache = CacheWatch(prefixes, desk.history, desk.clock)
        self._maker = RequestMaker(prepared, templates, prefixes)
        self._tally = Tally(prepared, options, templates, desk.prices, simulated=desk.simulated)
        self._refused = 0
        self._deadline = desk.clock.monotonic() + options.run_seconds
        self._interrupted = False
        self._answers = desk.answers

    def ask(self) -> None:
        """Run the plan to its end, or to an interrupt."""
        jobs = self._without_kept(self._maker.jobs(self._tiers))
        if not jobs:
            return
        self._desk.observer.on(PlanMade(len(jobs), len(self._tally.excerpts)))
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
                self._take(job, answer, reused=True)
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
            self._tally.notes.append(error.message)

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
            self._cache.saw(ended)
            decision = follow_up(ended, self._cheaper(), hopeless=self._hopeless(ended))
            if isinstance(decision, AskAgain):
                dispatcher.ask_next(*map(self._maker.as_planned, decision.jobs))
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
        return all(self._obstacle(self._maker.as_planned(replace(ended.job, tier=tier))) for tier in tiers)

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
        return refused and self._tally.nothing_reviewed and self._refused >= _REFUSALS_BEFORE_GIVING_UP

    def _leave_out(self, job: ReviewJob, why: LeaveOut) -> None:
        self._tally.leave_out(job, why)
        self._desk.observer.on(BatchEnded(len(job.batch.excerpts), reviewed=False, findings=0))

    def _take(self, job: ReviewJob, answer: Answer, *, reused: bool = False) -> None:
        findings = self._tally.take(job, answer, reused=reused)
        self._desk.observer.on(BatchEnded(len(job.batch.excerpts), reviewed=True, findings=findings))

    def receipt(self) -> Receipt:
        """Everything that happened, as one value."""
        unasked = LeftOut(SkipReason.DEADLINE, RULES[FailureKind.DEADLINE].meaning)
        if self._interrupted:
            unasked = LeftOut(SkipReason.INTERRUPTED, RULES[FailureKind.STOPPED].meaning)
        budget = budget_facts(self._options.limits, self._budget)
        calls = self._guard.calls()
        cache, sentences = self._cache.outcome(calls, self._desk.prices)
        self._tally.notes += sentences
        return self._tally.receipt(calls, budget, unasked, cache, overrun=self._budget.overrun)


def budget_facts(limits: Limits, budget: Budget) -> BudgetFacts:
    """The budget as the receipt shows it: against the limits that were set, not against this run's allowance."""
    return BudgetFacts(
        limit_tokens=limits.tokens,
        before_tokens=budget.before.tokens,
        spent_tokens=budget.spent.tokens,
        limit_usd=limits.usd,
        before_usd=budget.before.usd,
        spent_usd=budget.spent.usd,
    )


def _raw_bytes(excerpt: Excerpt) -> int:
    return sum(len(line.raw) for line in excerpt.lines)
