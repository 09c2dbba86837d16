"""Hands a plan in as message batches: what the budget covers is reserved, written down and sent, leaders first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate

from bot.app.batches.admit import Admission, Admitting
from bot.app.batches.dispatch import Dispatch
from bot.app.batches.patience import refused
from bot.app.caching import CachePlanner
from bot.app.desk import Desk
from bot.app.followup import LeaveOut, ReviewJob
from bot.app.options import Options
from bot.app.prepare import Prepared
from bot.app.requests import RequestMaker
from bot.app.tiers import TierModel, tier_models
from bot.core.budget import Budget
from bot.core.calls import ModelRequest
from bot.core.excerpt import SkipReason, Tier
from bot.core.failure import RULES, FailureKind
from bot.core.message_batch import Intent, Item, Piece, Sending
from bot.core.pricing import Tariff
from bot.core.prompt.templates import Templates
from bot.errors import BatchRefused, CallFailed
from bot.ports import BatchApi, IntentStore

BATCH_TTL = "1h"
"""How long a batch's prefix is cached: its requests are worked on within the hour, hardly within five minutes."""

_MOST_REQUESTS, _MOST_BYTES = 50_000, 100_000_000
"""What one batch holds; the API takes 100,000 requests or 256 MB."""

_NO_ROOM = LeaveOut(SkipReason.NOT_SUBMITTED, "there was no room to note it; a later run can submit it")
_NOT_COVERED = LeaveOut(SkipReason.BUDGET, RULES[FailureKind.BUDGET_USD].meaning)
_INTERRUPTED = LeaveOut(SkipReason.INTERRUPTED, "the run was interrupted before it was sent")


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What became of a plan. `waiting` are the items that may be answered, `left_out` what was not sent, and why.

    `failure` says why the API took nothing more, where it did not.
    """

    intent: Intent
    waiting: tuple[tuple[Item, ReviewJob], ...] = ()
    left_out: tuple[tuple[ReviewJob, LeaveOut], ...] = ()
    failure: BatchRefused | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """With what it is handed in, and where it is noted."""

    options: Options
    templates: Templates
    desk: Desk
    api: BatchApi
    store: IntentStore

    @property
    def tiers(self) -> Mapping[Tier, TierModel]:
        """The preferred provider's models, at what a batch costs there: nobody else is handed anything."""
        models = tier_models(self.options)
        return {tier: replace(one, tariff=replace(one.tariff, batch=True)) for tier, one in models.items()}

    @property
    def tariff(self) -> Tariff:
        """What a batch's tokens cost."""
        return self.tiers[Tier.STANDARD].tariff

    def maker(self, prepared: Prepared, *, cached: bool = True) -> RequestMaker:
        """Makes requests whose breakpoints live for an hour wherever several share a prompt, unless caching is off."""
        ttl = None if self.options.cache_ttl is None or not cached else BATCH_TTL
        planner = CachePlanner(prepared, replace(self.options, cache_ttl=ttl), self.desk.prices)
        return RequestMaker(prepared, self.templates, planner)


def hand_in(prepared: Prepared, intent: Intent, budget: Budget, using: Means, *, attempt: int = 1) -> HandedIn:
    """Add a plan's requests to an intent and send them. What is reserved in `budget` for what was sent stays charged.

    A second attempt goes without leaders and cache: there is too little of it. Raises what the store raises, and
    LedgerLost; nothing was asked then.
    """
    models = using.tiers
    maker = using.maker(prepared, cached=attempt == 1)
    cheaper = models[Tier.CHEAP] if using.options.cheaper_when_tight else None
    admitted = Admitting(maker, budget, using.desk.prices, using.desk.counter, cheaper).admit(maker.jobs(models))
    admissions, surplus = _that_fit(intent, _led(admitted.admissions), attempt, using.store)
    left_out = [*admitted.left_out, *((one.job, _NO_ROOM) for one in surplus)]
    admissions, uncovered = _booked(intent, admissions, attempt, using)
    left_out += ((one.job, _NOT_COVERED) for one in uncovered)
    for one in (*surplus, *uncovered):
        budget.release(one.reserved)
    if not admissions:
        return HandedIn(intent, left_out=tuple(left_out))
    first = len(intent.items)
    requests = {index: one.request for index, one in enumerate(admissions, first)}
    jobs = {index: one.job for index, one in enumerate(admissions, first)}
    sent, why, failure = _send(_extended(intent, admissions, attempt), requests, using)
    waiting = []
    for sending in sent.sendings[len(intent.sendings) :]:
        for item in sent.items_of(sending):
            if sending.never_sent:
                budget.release(item.reserved)
                using.desk.books.release(sent.custom_id(item))
                left_out.append((jobs[item.index], why))
            else:
                budget.forfeit(item.reserved)
                waiting.append((item, jobs[item.index]))
    return HandedIn(sent, tuple(waiting), tuple(left_out), failure)


def _send(
    intent: Intent, requests: Mapping[int, ModelRequest], using: Means
) -> tuple[Intent, LeaveOut, BatchRefused | None]:
    """Send it; gives why what was not sent was not."""
    desk = using.desk
    sending = Dispatch(intent, requests, using.api, using.store, desk.clock, desk.observer)
    try:
        sending.leaders(using.options.leader_wait)
        sending.rest()
    except CallFailed as failed:
        sending.give_up()
        sentence = f"{RULES[failed.kind].meaning} ({failed.message})"
        return sending.intent, LeaveOut(SkipReason.ERROR, sentence), refused(failed)
    except KeyboardInterrupt:
        sending.give_up()
    return sending.intent, _INTERRUPTED, None


def _led(admissions: Sequence[Admission]) -> list[Admission]:
    """Without a cache marker where only one request of a prefix is left: nobody would read what it writes."""
    times = Counter(one.job.prefix for one in admissions if one.job.cached)
    return [one if times[one.job.prefix] > 1 else _uncached(one) for one in admissions]


def _uncached(admission: Admission) -> Admission:
    job, request = admission.job, admission.request
    uncached = replace(request, cache_ttl=None, facts_ttl=None)
    return replace(admission, job=replace(job, cached=False), request=uncached)


def _that_fit(
    intent: Intent, admissions: list[Admission], attempt: int, store: IntentStore
) -> tuple[list[Admission], list[Admission]]:
    """As many as can be written down, the riskiest first, and the others."""
    kept = len(admissions)
    while kept and not store.has_room_for(_extended(intent, admissions[:kept], attempt)):
        kept -= max(1, kept // 20)
    return _led(admissions[:kept]), admissions[kept:]


def _booked(
    intent: Intent, admissions: list[Admission], attempt: int, using: Means
) -> tuple[list[Admission], list[Admission]]:
    """As many as budgets over time cover too, written into the ledger, the riskiest first; and the others."""
    books, now = using.desk.books, using.desk.clock.now()
    kept = admissions
    while kept:
        extended = _extended(intent, kept, attempt)
        items = extended.items[len(intent.items) :]
        openings = [
            replace(books.opening(extended.custom_id(item), one.request, one.reserved, now), attempt=attempt)
            for item, one in zip(items, kept, strict=True)
        ]
        refused = books.reserve_all(openings)
        if refused is None:
            break
        kept = _led(_covered(kept, refused.left_usd))
    return kept, admissions[len(kept) :]


def _covered(admissions: Sequence[Admission], usd: Decimal) -> list[Admission]:
    """The first of them, as far as so many dollars go; at least one fewer than there are."""
    sums = accumulate(one.reserved.usd for one in admissions[:-1])
    return [one for one, so_far in zip(admissions, sums, strict=False) if so_far <= usd]


def _extended(intent: Intent, admissions: Sequence[Admission], attempt: int) -> Intent:
    """The intent with these as further items, and the sendings that carry them: each leader alone, then the rest."""
    items = [_item(index, one, attempt) for index, one in enumerate(admissions, len(intent.items))]
    led: set[tuple[str, str | None]] = set()
    leaders, rest = [], []
    for item, one in zip(items, admissions, strict=True):
        if one.job.cached and one.job.prefix not in led:
            led.add(one.job.prefix)
            leaders.append(Sending((item.index,), leads=True))
        else:
            rest.append((item.index, one.request))
    sendings = (*intent.sendings, *leaders, *(Sending(indexes) for indexes in _parcels(rest)))
    return replace(intent, items=(*intent.items, *items), sendings=sendings)


def _item(index: int, admission: Admission, attempt: int) -> Item:
    batch = admission.job.batch
    return Item(
        index=index,
        attempt=attempt,
        pieces=tuple(Piece.of(excerpt) for excerpt in batch.excerpts),
        model=admission.job.model,
        tier=batch.route.tier,
        why=batch.route.why,
        reserved=admission.reserved,
        cached=admission.job.cached,
    )


def _parcels(requests: Sequence[tuple[int, ModelRequest]]) -> Iterator[tuple[int, ...]]:
    """Gather requests into batches that the API takes."""
    parcel: list[int] = []
    size = 0
    for index, request in requests:
        taken = sum(len(text) for text in (request.system, request.facts, *request.hunks))
        if parcel and (len(parcel) >= _MOST_REQUESTS or size + taken > _MOST_BYTES):
            yield tuple(parcel)
            parcel, size = [], 0
        parcel.append(index)
        size += taken
    if parcel:
        yield tuple(parcel)
