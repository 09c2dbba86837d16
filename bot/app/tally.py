"""What comes of a plan, however it is asked: findings placed, hunks accounted for, and in the end the receipt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.app.followup import SHORT_OF_DOLLARS, LeaveOut, ReviewJob
from bot.app.options import Options
from bot.app.prepare import Prepared
from bot.app.requests import shown
from bot.app.tiers import TierModel, tier_models, yardstick
from bot.core.answer import Answer
from bot.core.bill import NotAsked, Yardstick, bill, routing_facts
from bot.core.calls import Call
from bot.core.coverage import LeftOut, coverage
from bot.core.detours import detours
from bot.core.excerpt import Excerpt, ExcerptKey, SkipReason, Tier
from bot.core.finding import Finding, Unplaced
from bot.core.merge import Placed, keep, merge
from bot.core.notices import notices
from bot.core.place import excerpt_of, place
from bot.core.pricing import PriceList
from bot.core.prompt.templates import Templates, prompt_hash
from bot.core.receipt import BudgetFacts, Coverage, PromptFacts, Receipt
from bot.core.report.words import counted
from bot.core.show import show
from bot.core.status import status_of
from bot.core.tokens import estimate_tokens

WAITS = LeftOut(SkipReason.WAITS, "submitted as a message batch; what it brings is collected later")


class Tally:
    """One run's results while they come in. Belongs to one thread.

    `notes` are sentences for the receipt. What is neither taken nor left out when the receipt is written is left out
    for the reason that `receipt` is given.
    """

    def __init__(
        self, prepared: Prepared, options: Options, templates: Templates, prices: PriceList, *, simulated: bool
    ) -> None:
        self._prepared = prepared
        self._options = options
        self._prices = prices
        self._simulated = simulated
        self._prompt = PromptFacts(prompt_hash(templates), estimate_tokens(prepared.system))
        self._placed: list[Placed] = []
        self._unplaced: list[Unplaced] = []
        self._reviewed: set[ExcerptKey] = set()
        self._reused: set[ExcerptKey] = set()
        self._left_out: dict[ExcerptKey, LeftOut] = {one.key: WAITS for one in prepared.waiting}
        self._left_out |= {one.key: why for one, why in prepared.left_out}
        self.notes = list(prepared.notes)

    @property
    def excerpts(self) -> list[Excerpt]:
        """Everything that must be accounted for: what the plan asks about, and what waits in a batch."""
        return list(self._prepared.accounted)

    @property
    def nothing_reviewed(self) -> bool:
        """Whether no hunk has been answered yet."""
        return not self._reviewed

    def take(self, job: ReviewJob, answer: Answer, *, reused: bool = False) -> int:
        """Place an answer's findings and count its hunks as reviewed; gives how many findings it had.

        `reused` says that the answer was paid for by an earlier run.
        """
        hunks = shown(job.batch)
        for raw in answer.findings:
            result = place(raw, hunks)
            if isinstance(result, Unplaced):
                self._unplaced.append(result)
            else:
                self._placed.append((result, excerpt_of(result, hunks)))
        keys = {excerpt.key for excerpt in job.batch.excerpts}
        self._reviewed |= keys
        if reused:
            self._reused |= keys
        return len(answer.findings)

    def leave_out(self, job: ReviewJob, why: LeaveOut) -> None:
        """Give a job's hunks up, with the reason that the receipt will name."""
        self.skip(job.batch.excerpts, LeftOut(why.reason, why.detail))

    def skip(self, excerpts: Iterable[Excerpt], why: LeftOut) -> None:
        """Leave hunks of the plan out, with the reason that the receipt will name."""
        self._left_out |= {excerpt.key: why for excerpt in excerpts}

    def worth_showing(self) -> list[Placed]:
        """The model's findings that are sure and grave enough to be shown, as far as they have come in."""
        return keep(self._placed, self._options.min_confidence, self._options.severity)[0]

    def correct(self, changes: Mapping[Finding, Finding | None]) -> None:
        """Put other findings in the place of some, or nothing where the change is None."""
        changed = [(changes.get(finding, finding), excerpt) for finding, excerpt in self._placed]
        self._placed = [(finding, excerpt) for finding, excerpt in changed if finding is not None]

    def receipt(
        self,
        calls: Sequence[Call],
        budget: BudgetFacts,
        unasked: LeftOut,
        *,
        overrun: bool = False,
        interrupted: bool = False,
    ) -> Receipt:
        """Everything that happened, as one value; `calls` are all attempts, `overrun` says that one cost too much."""
        findings, dropped = self._findings()
        unplaced = tuple(one for one in self._unplaced if self._worth_showing(one))
        covered = self._coverage(unasked)
        against = self.against
        calls = tuple(replace(call, saved=against.saved_by(call)) for call in calls)
        return Receipt(
            status=status_of(len(findings) + len(unplaced), covered),
            simulated=self._simulated,
            target=self._prepared.target.facts,
            prompt=self._prompt,
            findings=findings,
            unplaced=unplaced,
            coverage=covered,
            bill=bill(calls, against, NotAsked(self._answered_twins(), self._paid_before(), self._spared())),
            budget=budget,
            calls=calls,
            routing=routing_facts(
                self._options.effective_routing,
                self._options.verify,
                calls,
                tier_models(self._options),
                self._prices,
                self._spared(),
            ),
            interrupted=interrupted,
            notes=(*self.notes, *_sentences(calls, dropped, overrun=overrun), *detours(calls, self._standard.provider)),
        )

    @property
    def against(self) -> Yardstick:
        """What its savings are measured against."""
        return yardstick(self._options, self._prices)

    @property
    def _standard(self) -> TierModel:
        return tier_models(self._options)[Tier.STANDARD]

    def _findings(self) -> tuple[tuple[Finding, ...], int]:
        """What the model found and is worth showing, with what Hunkwise itself noticed; and how many were not shown."""
        kept, dropped = keep(self._placed, self._options.min_confidence, self._options.severity)
        own = [placed for excerpt in self.excerpts for placed in notices(show(excerpt))]
        return merge([*kept, *own]), dropped

    def _worth_showing(self, unplaced: Unplaced) -> bool:
        sure = unplaced.confidence >= self._options.min_confidence
        return sure and unplaced.severity.rank <= self._options.severity.rank

    def _coverage(self, unasked: LeftOut) -> Coverage:
        return coverage(
            self.excerpts,
            self._reviewed,
            {one.key: unasked for one in self.excerpts} | self._left_out,
            self._prepared.skipped,
            self._prepared.hunks,
            self._prepared.reused,
            self.against.price_of,
            self._reused,
        )

    def _spared(self) -> Sequence[Excerpt]:
        left_out = {key for key, why in self._left_out.items() if why.reason is SkipReason.TRIAGE}
        return [one for one in self.excerpts if one.key in left_out]

    def _paid_before(self) -> Sequence[Excerpt]:
        kept = [one for one in self.excerpts if one.key in self._reused]
        return [*self._prepared.spared, *kept]

    def _answered_twins(self) -> Sequence[Excerpt]:
        return [one for one in self.excerpts if one.key in self._reviewed for _ in one.twins]


def _sentences(calls: Sequence[Call], dropped: int, *, overrun: bool) -> Iterable[str]:
    if dropped:
        yield f"Not shown: {counted(dropped, 'finding')} below the confidence or severity asked for."
    moved = sum(call.hunks for call in calls if call.why == SHORT_OF_DOLLARS and call.cost_usd)
    if moved:
        yield f"The budget in dollars ran short: {counted(moved, 'hunk')} went to the cheap tier."
    if overrun:
        yield "An answer cost more than its reservation; it was charged, and nothing more was asked."
