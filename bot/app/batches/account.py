"""Accounts for what batches brought: findings where their hunks stand now, calls, and what must be asked again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from bot.app.batches.survey import Survey
from bot.app.followup import LeaveOut, ReviewJob
from bot.app.reading import read_by
from bot.app.tally import WAITS, Tally
from bot.app.tiers import TierModel
from bot.core.answer import REVIEW
from bot.core.budget import Amount
from bot.core.calls import Call, ModelAnswer, Outcome
from bot.core.carry import Standing, carried, excerpt_of
from bot.core.excerpt import Batch, Excerpt, Route, SkipReason, Tier
from bot.core.languages import language_of
from bot.core.ledger.entry import LOST
from bot.core.ledger.of_receipt import WAITING
from bot.core.message_batch import Intent, Item, ItemResult, Sending
from bot.core.pricing import PriceList
from bot.core.report.words import counted
from bot.core.usage import Usage

_WAITS = LeaveOut(WAITS.reason, WAITS.detail)
_NEVER_SENT = LeaveOut(SkipReason.NOT_SUBMITTED, "the API never took it")
_NO_GOOD = {
    Outcome.TRUNCATED: "the answer was cut off at its token limit",
    Outcome.REFUSED: "the model refused to answer",
    Outcome.UNPARSEABLE: "the answer could not be read",
}
_SECOND = 2


class Accounting:
    """Goes through surveys and puts on the tally what they say. `again` are the keys of hunks to be submitted once
    more, by intent and attempt; `calls` and `batches` are for the receipt; `spent` is what was settled, `open` what may
    yet be; `unsent` are the custom ids of what was certainly never sent.
    """

    def __init__(
        self,
        tally: Tally,
        standing: Standing,
        tiers: Mapping[Tier, TierModel],
        prices: PriceList,
        key_of: Callable[[str], str],
    ) -> None:
        self._tally = tally
        self._standing = standing
        self._tiers = tiers
        self._prices = prices
        self._key_of = key_of
        self._gone: set[str] = set()
        self.batches: list[Batch] = []
        self.calls: list[Call] = []
        self.spent = Amount()
        self.open = Amount()
        self.overrun = False
        self.unsent: list[str] = []
        self.again: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))

    @property
    def notes(self) -> Iterable[str]:
        """What a reader must know beside the findings."""
        if self._gone:
            hunks = counted(len(self._gone), "hunk")
            yield f"Since they were submitted, {hunks} changed: what was said about them is paid for and not shown."

    def take(self, survey: Survey, *, again: bool) -> None:
        """Account for one intent: for what has not been told yet, or for all of it."""
        for sending in survey.intent.sendings:
            if again or not sending.told:
                for item in survey.intent.items_of(sending):
                    self._take(survey, sending, item)

    def _take(self, survey: Survey, sending: Sending, item: Item) -> None:
        job = self._job(item)
        result = survey.results.get(survey.intent.custom_id(item))
        if sending.spent is None:
            self.wait_for(survey.intent, item)
            self._leave_out(job, _WAITS)
        elif sending.never_sent:
            self.unsent.append(survey.intent.custom_id(item))
            self._leave_out(job, _NEVER_SENT)
            if not sending.told:
                self._ask_again(survey.intent, item, item.attempt)
        elif result is None:
            self.open += item.reserved
            self.calls.append(self._call(survey.intent, item, LOST, unsettled=item.reserved))
            self._leave_out(job, LeaveOut(SkipReason.ERROR, "its result can no longer be read"))
            self._ask_a_second_time(survey.intent, sending, item)
        elif result.answer is None:
            self.calls.append(self._call(survey.intent, item, result.ending))
            self._leave_out(job, LeaveOut(SkipReason.ERROR, _how_it_ended(result)))
            if not result.invalid:
                self._ask_a_second_time(survey.intent, sending, item)
        else:
            self._answered(job, survey.intent, item, read_by(REVIEW, result.answer))

    def _answered(self, job: ReviewJob | None, intent: Intent, item: Item, answer: ModelAnswer) -> None:
        cost = self._prices.cost(item.model, answer.usage, self._tiers[item.tier].tariff)
        self.spent += Amount(answer.usage.total_tokens, cost)
        self.overrun |= cost > item.reserved.usd or answer.usage.total_tokens > item.reserved.tokens
        self.calls.append(self._call(intent, item, answer.outcome, answer, cost))
        self._gone |= {piece.key for piece in item.pieces if excerpt_of(piece, self._standing) is None}
        if answer.outcome is not Outcome.ANSWERED:
            self._leave_out(job, LeaveOut(SkipReason.ERROR, _NO_GOOD[answer.outcome]))
        elif job is not None:
            self._tally.take(job, carried(answer.parsed, item, self._standing))

    def wait_for(self, intent: Intent, item: Item) -> None:
        """Put an item on the receipt whose answer has not come."""
        self.open += item.reserved
        self.calls.append(self._call(intent, item, WAITING, unsettled=item.reserved))

    def _ask_a_second_time(self, intent: Intent, sending: Sending, item: Item) -> None:
        if item.attempt < _SECOND and not sending.told:
            self._ask_again(intent, item, _SECOND)

    def _ask_again(self, intent: Intent, item: Item, attempt: int) -> None:
        """Unless it was wanted back, or is part of a later item already: a run before this one came so far."""
        if not intent.cancelled:
            later = {key for one in intent.items[item.index + 1 :] for key in one.keys}
            self.again[intent.nonce][attempt] |= set(item.keys) - later

    def _job(self, item: Item) -> ReviewJob | None:
        """The item's hunks as they stand now; None where none does."""
        excerpts: dict[tuple[str, str, int], Excerpt] = {}
        for piece in item.pieces:
            excerpt = excerpt_of(piece, self._standing)
            if excerpt is not None:
                excerpts.setdefault(excerpt.key, excerpt)
        if not excerpts:
            return None
        self.batches.append(Batch(tuple(excerpts.values()), Route(item.tier, item.why)))
        return ReviewJob(self.batches[-1], self._tiers[item.tier], item.cached)

    def _leave_out(self, job: ReviewJob | None, why: LeaveOut) -> None:
        if job is not None:
            self._tally.leave_out(job, why)

    def _call(
        self,
        intent: Intent,
        item: Item,
        outcome: str,
        answer: ModelAnswer | None = None,
        cost: Decimal = Decimal(0),
        unsettled: Amount = Amount(),  # noqa: B008  # frozen, so safe to share
    ) -> Call:
        tier = self._tiers[item.tier]
        return Call(
            model=item.model,
            tier=item.tier.value,
            why=item.why,
            hunks=len(item.pieces),
            attempt=item.attempt,
            outcome=str(outcome),
            request_id=answer.request_id if answer else None,
            latency_ms=0,
            usage=answer.usage if answer else Usage(),
            cost_usd=cost,
            unsettled_usd=unsettled.usd,
            unsettled_tokens=unsettled.tokens,
            provider=tier.provider,
            tariff=tier.tariff,
            id=intent.custom_id(item),
            at=intent.began,
            key=self._key_of(tier.provider),
            kinds=tuple(sorted(Counter(language_of(piece.path) for piece in item.pieces).items())),
        )


def _how_it_ended(result: ItemResult) -> str:
    said = f": {result.detail}" if result.detail else ""
    return f"it {result.ending.value} in its batch{said}" if result.ending != "canceled" else "its batch was cancelled"
