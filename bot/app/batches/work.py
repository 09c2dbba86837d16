"""The two halves of a review by batch: `submit` hands a plan in, `collect` brings in what has ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial

from bot.app.batches.account import Accounting
from bot.app.batches.hand_in import HandedIn, Means, hand_in
from bot.app.batches.patience import read
from bot.app.batches.survey import Survey, Surveyor
from bot.app.books import Books
from bot.app.bounds import bounded
from bot.app.followup import LeaveOut
from bot.app.prepare import Prepared, prepare
from bot.app.review import budget_facts
from bot.app.tally import WAITS, Tally
from bot.app.target import Target
from bot.core.budget import Amount, Budget
from bot.core.cache_facts import cache_facts
from bot.core.carry import standing_in
from bot.core.coverage import LeftOut
from bot.core.diff.model import Diff
from bot.core.excerpt import SkipReason
from bot.core.ledger.of_receipt import WAITING
from bot.core.message_batch import Intent, Stage
from bot.core.receipt import CacheFacts, Receipt
from bot.core.reuse import hunk_key
from bot.errors import BatchRefused
from bot.ports import BatchApi, Clock, IntentStore

_NOT_SUBMITTED = LeftOut(SkipReason.NOT_SUBMITTED, "no batch holds it; the next push or a run by hand reviews it")
_WAITS = LeaveOut(WAITS.reason, WAITS.detail)


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was handed in, as a receipt that has everything still to come; `failure` is why the API took no more."""

    receipt: Receipt
    intent: Intent
    failure: BatchRefused | None = None


@dataclass(frozen=True, slots=True)
class Collected:
    """What came in. `intents` are as they are once the receipt has reached its readers; `news` says whether anything
    has ended since it was last told.
    """

    receipt: Receipt
    prepared: Prepared
    intents: tuple[Intent, ...]
    news: bool


def submit(
    prepared: Prepared,
    means: Means,
    nonce: str,
    before: Amount,
    head_sha: str | None = None,
    resumed: Intent | None = None,
) -> Submitted:
    """Hand a plan in, as an intent of its own or as the rest of one that a run left unfinished (`resumed`).

    `before` is what else counts against the budget. Raises what the store raises, and LedgerLost.
    """
    desk = means.desk
    desk.books.begin()
    prepared, options = bounded(prepared, means.options, desk.books.periods, by_batch=True)
    tally = Tally(prepared, options, means.templates, desk.prices, simulated=desk.simulated)
    account = Accounting(tally, {}, means.tiers, desk.prices, desk.books.key_of)
    budget = Budget(options.limits, before)
    intent = resumed or Intent(nonce, desk.clock.now(), (), (), options.limits, head_sha)
    handed = hand_in(prepared, intent, budget, means)
    _tell(handed, tally, account)
    facts = budget_facts(options.limits, budget)
    receipt = tally.receipt(account.calls, facts, _NOT_SUBMITTED)
    receipt = desk.books.stamped(replace(receipt, cache=_cache_facts(prepared, means, account)), desk.clock)
    return Submitted(receipt, handed.intent, handed.failure)


def collect(
    target: Target,
    means: Means,
    before: Amount,
    reviewed: Collection[str] = frozenset(),
    *,
    again: bool = False,
) -> Collected:
    """Bring in what has ended, settle it, and submit once more what failed for no fault of its own.

    `before` is what counts against the budget beside the store's intents. `again` tells also what was told before.
    Raises BatchRefused where the API does not answer, LedgerLost, and what the store raises; all can be repeated at any
    time.
    """
    options, desk = means.options, means.desk
    desk.books.begin()
    surveys = _settle(means, again=again)
    intents = {one.intent.nonce: one.intent for one in surveys}
    in_hand = {key for one in surveys for key in _keys(one.intent, again=again)}
    prepared = prepare(target, options, means.templates, reviewed, in_hand=in_hand)
    tally = Tally(prepared, options, means.templates, desk.prices, simulated=desk.simulated)
    account = Accounting(tally, standing_in(prepared.waiting), means.tiers, desk.prices, desk.books.key_of)
    for survey in surveys:
        account.take(survey, again=again)
        tally.notes.extend(survey.notes)
    _record(account, surveys, desk.books)
    news = any(one.spent is not None and not one.told for survey in surveys for one in survey.intent.sendings)
    budget = Budget(options.limits, before)
    budget.settled, budget.unsettled, budget.overrun = account.spent, account.open, account.overrun
    for nonce, attempts in account.again.items():
        for attempt, keys in sorted(attempts.items()):
            plan = prepare(target, options, means.templates, _all_keys(target.diff) - keys)
            handed = hand_in(plan, intents[nonce], budget, means, attempt=attempt)
            intents[nonce] = handed.intent
            _tell(handed, tally, account)
    tally.notes.extend(account.notes)
    cache = _cache_facts(replace(prepared, batches=tuple(account.batches)), means, account)
    facts = budget_facts(options.limits, budget)
    receipt = tally.receipt(account.calls, facts, _NOT_SUBMITTED, overrun=account.overrun)
    receipt = desk.books.stamped(replace(receipt, cache=cache), desk.clock)
    return Collected(receipt, prepared, tuple(one.all_told() for one in intents.values()), news)


def call_back(api: BatchApi, store: IntentStore, clock: Clock) -> None:
    """Want everything back that the store keeps: nothing more is sent, and the API is asked to end what it has.

    What is under way may still be answered and billed, so nothing is settled here. Raises BatchRefused.
    """
    for intent in store.load():
        planned = (one.released() if one.stage is Stage.PLANNED else one for one in intent.sendings)
        store.save(replace(intent, cancelled=True, sendings=tuple(planned)))
        for sending in intent.sendings:
            if sending.stage is Stage.ACCEPTED:
                read(partial(_end, api, sending.batch_id), clock)


def _end(api: BatchApi, batch_id: str) -> None:
    """A batch that has ended, or is ending, cannot be cancelled any more, and need not be."""
    if not api.look(batch_id).ended:
        api.cancel(batch_id)


def _settle(means: Means, *, again: bool) -> list[Survey]:
    """Survey what the store keeps, and write down what is known now: what it cost, before anything else is done."""
    desk = means.desk
    stored = means.store.load()
    surveys = Surveyor(means.api, desk.prices, means.tariff, desk.clock, again).survey(stored)
    for known, survey in zip(stored, surveys, strict=True):
        if survey.intent != known:
            means.store.save(survey.intent)
    return surveys


def _record(account: Accounting, surveys: Iterable[Survey], books: Books) -> None:
    """What is known of it by now goes into the ledger; what is there already stays."""
    worst = {one.intent.custom_id(item): item.reserved for one in surveys for item in one.intent.items}
    for call in account.calls:
        if call.outcome != WAITING:
            books.record(call, worst[call.id])
    for entry_id in account.unsent:
        books.release(entry_id)


def _cache_facts(asked: Prepared, means: Means, account: Accounting) -> CacheFacts:
    """What was planned of the cache for these requests, and what came of it."""
    maker = means.maker(asked)
    maker.jobs(means.tiers)
    return cache_facts(maker.prefixes.values(), account.calls, means.desk.prices)


def _keys(intent: Intent, *, again: bool) -> Collection[str]:
    return {key for item in intent.items for key in item.keys} if again else intent.in_hand


def _all_keys(diff: Diff) -> set[str]:
    return {hunk_key(hunk) for file in diff.files for hunk in file.hunks}


def _tell(handed: HandedIn, tally: Tally, account: Accounting) -> None:
    """Put on the receipt what was sent and what was not."""
    for job, why in handed.left_out:
        tally.leave_out(job, why)
    for item, job in handed.waiting:
        tally.leave_out(job, _WAITS)
        account.wait_for(handed.intent, item)
    if handed.failure is not None:
        tally.notes.append(handed.failure.message)
