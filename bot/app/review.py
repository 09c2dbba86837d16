"""The review itself: run a plan within its budget, and account for every hunk and every token on the receipt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.app.asking import Asking
from bot.app.bounds import bounded
from bot.app.cache_watch import CacheWatch
from bot.app.caching import CachePlanner
from bot.app.cascade import Cascade
from bot.app.desk import Desk
from bot.app.followup import LeaveOut, ReviewJob
from bot.app.options import Options
from bot.app.paid import PaidAnswers
from bot.app.prepare import Prepared
from bot.app.requests import RequestMaker
from bot.app.step import Step, Take
from bot.app.tally import Tally
from bot.app.tiers import TierModel, tier_models
from bot.app.triage import Triage, TriageMaker
from bot.app.verification import Verification
from bot.core.answer import Answer
from bot.core.budget import Amount, Budget, Limits
from bot.core.calls import Feature
from bot.core.coverage import LeftOut
from bot.core.excerpt import SkipReason, Tier
from bot.core.failure import RULES, FailureKind
from bot.core.progress import BatchEnded, PlanMade
from bot.core.prompt.templates import Templates
from bot.core.receipt import BudgetFacts, Receipt
from bot.core.route import Routing
from bot.core.triage import NOT_WORTH_IT
from bot.core.verify import Verify


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

    Raises LedgerLost where the ledger does not answer before anything is asked; nothing is spent then.

    An interrupt (KeyboardInterrupt) ends the asking, not the accounting: the receipt says what was paid.
    """
    limits = options.limits if allowance is None else options.limits.within(before + allowance)
    desk.books.begin()
    prepared, options = bounded(prepared, options, desk.books.periods)
    run = _Run(prepared, options, templates, desk, Budget(limits, before))
    run.ask()
    return run.receipt()


class _Run:
    """One run of a plan, in steps: triage where it is asked for, the review, and where it is asked for a second look.

    `_unfinished` ends the steps under way, whatever ended the run.
    """

    def __init__(self, prepared: Prepared, options: Options, templates: Templates, desk: Desk, budget: Budget) -> None:
        self._prepared = prepared
        self._options = options
        self._templates = templates
        self._desk = desk
        self._tiers = tier_models(options)
        self._budget = budget
        self._asking = Asking(options, desk, budget, prepared.target.facts.repo)
        self._cache = CacheWatch({}, desk.history, desk.clock)
        self._tally = Tally(prepared, options, templates, desk.prices, simulated=desk.simulated)
        self._paid = PaidAnswers(desk.answers, self._tally.notes)
        self._unfinished: list[Callable[[str], None]] = []

    def ask(self) -> None:
        """Run every step to its end, or to an interrupt."""
        try:
            self._ask_in_steps()
        except KeyboardInterrupt:  # between two steps; within one, the step has ended in order
            self._asking.stop()
        finally:
            self._asking.close()
        self._finish()

    def _ask_in_steps(self) -> None:
        plan = self._triaged() if self._options.effective_routing is Routing.TRIAGE else self._prepared
        maker = RequestMaker(plan, self._templates, self._planner(plan))
        self._cache = CacheWatch(maker.prefixes, self._desk.history, self._desk.clock)
        if plan.feature is Feature.DRAFT:
            self._draft_and_confirm(plan, maker)
        else:
            self._first_look(plan, maker, self._take)
        if self._options.verify is not Verify.NONE:
            self._verify(maker)

    def _planner(self, plan: Prepared) -> CachePlanner:
        return CachePlanner(plan, self._options, self._desk.prices, self._desk.history)

    def _triaged(self) -> Prepared:
        """The plan that triage makes of the rules' plan."""
        maker = TriageMaker(self._prepared, self._options, self._templates)
        plan, sorted_out = Triage(maker, self._asking, self._paid, self._tally.notes).sort()
        self._tally.skip(sorted_out.skipped, LeftOut(SkipReason.TRIAGE, NOT_WORTH_IT))
        return plan

    def _first_look(self, plan: Prepared, maker: RequestMaker, take: Take) -> None:
        step = self._step(maker, take, self._leave_out, self._cheaper())
        jobs = step.without_paid(maker.jobs(self._tiers))
        if jobs:
            self._desk.observer.on(PlanMade(len(jobs), sum(len(batch.excerpts) for batch in plan.batches)))
            step.ask(jobs)

    def _draft_and_confirm(self, plan: Prepared, maker: RequestMaker) -> None:
        cascade = Cascade(maker, self._options, self._take, self._tally.notes)
        self._unfinished.append(cascade.finish)
        self._first_look(plan, maker, cascade.drafted)
        step = self._step(maker, cascade.confirmed, cascade.unconfirmed)
        step.ask(step.without_paid(cascade.confirmations()))
        self._finish()

    def _verify(self, maker: RequestMaker) -> None:
        verification = Verification(maker, self._options, self._tally)
        self._unfinished.append(verification.finish)
        step = self._step(maker, verification.take, verification.leave_out)
        step.ask(step.without_paid(verification.jobs(self._tiers)))

    def _finish(self) -> None:
        """End the steps that have something in hand, in their order."""
        while self._unfinished:
            self._unfinished.pop(0)(self._unasked().detail)

    def _step(
        self,
        maker: RequestMaker,
        take: Take,
        leave_out: Callable[[ReviewJob, LeaveOut], None],
        cheaper: TierModel | None = None,
    ) -> Step:
        return Step(self._asking, maker, self._paid, self._desk.counter, cheaper, take, leave_out, self._cache.saw)

    def _cheaper(self) -> TierModel | None:
        return self._tiers[Tier.CHEAP] if self._options.cheaper_when_tight else None

    def _leave_out(self, job: ReviewJob, why: LeaveOut) -> None:
        self._tally.leave_out(job, why)
        self._desk.observer.on(BatchEnded(len(job.batch.excerpts), reviewed=False, findings=0))

    def _take(self, job: ReviewJob, answer: Answer, *, reused: bool) -> None:
        findings = self._tally.take(job, answer, reused=reused)
        self._desk.observer.on(BatchEnded(len(job.batch.excerpts), reviewed=True, findings=findings))

    def receipt(self) -> Receipt:
        """Everything that happened, as one value."""
        calls = self._asking.calls()
        cache, about_cache = self._cache.outcome(calls, self._desk.prices)
        pacing, about_pacing = self._asking.pacing()
        self._tally.notes += [*about_cache, *about_pacing]
        receipt = self._tally.receipt(
            calls,
            budget_facts(self._options.limits, self._budget),
            self._unasked(),
            overrun=self._budget.overrun,
            interrupted=self._asking.interrupted,
        )
        receipt = replace(receipt, cache=cache, pacing=pacing)
        return self._desk.books.stamped(receipt, self._desk.clock)

    def _unasked(self) -> LeftOut:
        """Why whatever was never asked about was not: there are two ways for a run to end before its plan."""
        if self._asking.interrupted:
            return LeftOut(SkipReason.INTERRUPTED, RULES[FailureKind.STOPPED].meaning)
        return LeftOut(SkipReason.DEADLINE, RULES[FailureKind.DEADLINE].meaning)


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
