"""The review itself: run a plan within its budget, and account for every hunk and every token on the receipt."""

from __future__ import annotations

from bot.app.asking import Asking
from bot.app.desk import Desk
from bot.app.followup import LeaveOut, ReviewJob
from bot.app.options import Options
from bot.app.paid import PaidAnswers
from bot.app.prepare import Prepared
from bot.app.requests import RequestMaker
from bot.app.step import Step
from bot.app.tally import Tally
from bot.app.tiers import TierModel, tier_models
from bot.app.triage import Triage, TriageMaker
from bot.core.answer import Answer
from bot.core.budget import Amount, Budget, Limits
from bot.core.coverage import LeftOut
from bot.core.excerpt import SkipReason, Tier
from bot.core.failure import RULES, FailureKind
from bot.core.progress import BatchEnded, PlanMade
from bot.core.prompt.templates import Templates
from bot.core.receipt import BudgetFacts, Receipt
from bot.core.route import Routing
from bot.core.triage import NOT_WORTH_IT


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
    """One run of a plan, in steps: triage where it is asked for, then the review."""

    def __init__(self, prepared: Prepared, options: Options, templates: Templates, desk: Desk, budget: Budget) -> None:
        self._prepared = prepared
        self._options = options
        self._templates = templates
        self._desk = desk
        self._tiers = tier_models(options)
        self._budget = budget
        self._asking = Asking(options, desk, budget)
        self._tally = Tally(prepared, options, templates, desk.prices, simulated=desk.simulated)
        self._paid = PaidAnswers(desk.answers, self._tally.notes)

    def ask(self) -> None:
        """Run every step to its end, or to an interrupt."""
        try:
            plan = self._triaged() if self._options.effective_routing is Routing.TRIAGE else self._prepared
            self._review(plan)
        except KeyboardInterrupt:  # between two steps; within one, the step has ended in order
            self._asking.stop()
        finally:
            self._asking.close()

    def _triaged(self) -> Prepared:
        """The plan that triage makes of the rules' plan."""
        maker = TriageMaker(self._prepared, self._options, self._templates)
        plan, sorted_out = Triage(maker, self._asking, self._paid, self._tally.notes).sort()
        self._tally.skip(sorted_out.skipped, LeftOut(SkipReason.TRIAGE, NOT_WORTH_IT))
        return plan

    def _review(self, plan: Prepared) -> None:
        maker = RequestMaker(plan, self._templates, self._options.cache_ttl)
        step = Step(self._asking, maker, self._paid, self._desk.counter, self._cheaper(), self._take, self._leave_out)
        jobs = step.without_paid(maker.jobs(self._tiers))
        if jobs:
            self._desk.observer.on(PlanMade(len(jobs), sum(len(batch.excerpts) for batch in plan.batches)))
            step.ask(jobs)

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
        interrupted = self._asking.interrupted
        unasked = LeftOut(SkipReason.DEADLINE, RULES[FailureKind.DEADLINE].meaning)
        if interrupted:
            unasked = LeftOut(SkipReason.INTERRUPTED, RULES[FailureKind.STOPPED].meaning)
        budget = budget_facts(self._options.limits, self._budget)
        return self._tally.receipt(
            self._asking.calls(), budget, unasked, overrun=self._budget.overrun, interrupted=interrupted
        )


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
