"""Batches of pull requests: handed in by a run on a push, collected by another that looks through the repository."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.adapters.clock import SystemClock
from bot.app.batches.pull_request import Posted, PullBatches
from bot.app.batches.summary_store import SummaryStore
from bot.app.batches.wait import wait
from bot.app.batches.work import call_back
from bot.app.delivery import Delivery
from bot.app.memory import Memory
from bot.app.options import Mode
from bot.bootstrap.batch import ENDS_WITHIN, LIVE_INSTEAD, batches_of
from bot.bootstrap.books import wanted_by_batch
from bot.bootstrap.desk import desk_for, in_one_look
from bot.bootstrap.plan import Plan
from bot.bootstrap.pull_request import PullReview, code_host, host_access, pull_review
from bot.core.intent_mark import has_intents
from bot.core.message_batch import RESULTS_KEPT, Intent
from bot.core.progress import Event
from bot.core.pull_request import PullRequest
from bot.core.receipt import Receipt, TargetFacts
from bot.errors import NoBatches
from bot.ports import CodeHost
from bot.settings.load import Flags

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Done:
    """A run on a pull request: what to print, hand over and judge. `waiting` is what has not come back after it."""

    receipt: Receipt
    delivery: Delivery
    plan: Plan
    waiting: tuple[Intent, ...] = ()


def numbers_with_intents(host: CodeHost, now: datetime) -> list[int]:
    """The pull requests of a repository on which something of ours waits in a batch, or is still to be posted."""
    login = host.own_login()
    recent = host.recent_comments(now - RESULTS_KEPT - _A_DAY)
    return sorted({number for number, one in recent if one.author == login and has_intents(one.body)})


def names_with_intents(environment: Mapping[str, str], repo: str) -> list[str]:
    """Those of a repository, as OWNER/REPO#N."""
    with code_host(host_access(environment, repo)) as host:
        return [f"{repo}#{number}" for number in numbers_with_intents(host, datetime.now(UTC))]


def pending_on(environment: Mapping[str, str], names: Sequence[str]) -> list[tuple[Intent, TargetFacts]]:
    """What waits on pull requests, with what it is about. Asks GitHub only."""
    pending = []
    for name in names:
        with pull_review(name, environment, Flags(), Silent(), config=None, simulate=False) as review:
            facts = TargetFacts("pull_request", review.host_access.repo, review.number)
            pending += [(intent, facts) for intent in review.recall().intents if not intent.finished]
    return pending


class Silent:
    """An Observer of what takes no time."""

    def on(self, event: Event) -> None:
        """Look away."""


def post_by_mode(review: PullReview, run_id: str) -> Done:
    """Review a pull request in the way the settings say: at once, or handed in for another run to collect.

    Where there are no batches, the mode `auto` asks at once and says so. A budget over time that is used up may have
    any run handed in.
    """
    if (review.flags.mode or Mode.LIVE) == Mode.LIVE and not review.may_be_batched:
        return _live(review, run_id)
    memory = review.recall()
    pull, plan = review.plan_beside(memory)
    plan = wanted_by_batch(plan, review.access, SystemClock(review.host_access.stop))
    if not plan.by_batch:
        return _live(review, run_id)
    try:
        with _at_work(review, memory, pull, plan) as work:
            return work.submit()
    except NoBatches:
        if plan.options.mode is not Mode.AUTO:
            raise
    done = _live(review, run_id)
    notes = (*done.receipt.notes, LIVE_INSTEAD) if done.receipt.calls else done.receipt.notes
    return replace(done, receipt=replace(done.receipt, notes=notes))


def collect_one(review: PullReview, run_id: str) -> Done | None:
    """Settle and post what has ended on a pull request; None where nothing has, or nothing waits."""
    memory = review.recall()
    if not memory.intents:
        return None
    with _at_work(review, memory, *review.plan_beside(memory)) as work:
        return work.collect(run_id)


def cancel_one(review: PullReview, run_id: str) -> Done | None:
    """Ask the API to end what waits on a pull request, and settle and post what has ended by then."""
    memory = review.recall()
    if not memory.intents:
        return None
    with _at_work(review, memory, *review.plan_beside(memory)) as work:
        work.call_back()
        return work.collect(run_id)


def wait_and_collect(review: PullReview, done: Done, run_id: str) -> Done:
    """Wait for what was handed in, as long as the run may take, and post it; what takes longer is left."""
    until: float | None = None
    try:
        while done.waiting:
            memory = review.recall()
            with _at_work(review, memory, *review.plan_beside(memory)) as work:
                clock = work.batches.desk.clock
                until = clock.monotonic() + work.plan.options.run_seconds if until is None else until
                ended = [wait(one, work.batches.api, clock, review.observer, until) for one in done.waiting]
                came = work.collect(run_id) if all(ended) else None
            if came is None:
                return done
            done = came
    except KeyboardInterrupt:
        return done
    return done


def _live(review: PullReview, run_id: str) -> Done:
    return Done(*review.post(run_id))


@dataclass(frozen=True, slots=True)
class _Work:
    review: PullReview
    pull: PullRequest
    plan: Plan
    batches: PullBatches

    def submit(self) -> Done:
        return self._done(self.batches.submit(self.plan.prepared, secrets.token_hex(8)))

    def collect(self, run_id: str) -> Done | None:
        """A closed pull request is settled, and told in its summary alone."""
        open_still = self.pull.state == "open"
        posted = self.batches.collect(self.plan.prepared.target, run_id or secrets.token_hex(8), inline=open_still)
        if posted is None:
            return None
        done = self._done(posted)
        return replace(done, receipt=self.review.beside(self.pull, done.plan, done.receipt, done.delivery))

    def call_back(self) -> None:
        clock = self.batches.desk.clock
        call_back(self.batches.api, self.batches.store, clock)
        until = clock.monotonic() + ENDS_WITHIN
        for intent in self.batches.store.load():
            wait(intent, self.batches.api, clock, self.review.observer, until)

    def _done(self, posted: Posted) -> Done:
        plan = replace(self.plan, prepared=posted.prepared)
        receipt = self.batches.desk.books.ended(posted.receipt)
        return Done(receipt, posted.delivery, plan, posted.intents)


@contextmanager
def _at_work(review: PullReview, memory: Memory, pull: PullRequest, plan: Plan) -> Iterator[_Work]:
    """Everything that a pull request's batches take, while the block runs. Raises NoBatches."""
    plan = in_one_look(plan)
    with desk_for(plan, review.access, review.observer, review.host_access.stop) as desk:
        batches = PullBatches(
            host=review.host,
            number=review.number,
            signer=review.signer,
            store=SummaryStore(review.host, review.number, review.signer, memory, desk.clock),
            options=plan.options,
            templates=plan.templates,
            desk=desk,
            api=batches_of(desk),
            scrub=review.scrub,
        )
        yield _Work(review, pull, plan, batches)
