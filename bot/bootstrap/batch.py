"""Reviews by batch of what lies here: handed in from one process, collected by any other that finds the store."""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.adapters.clock import SystemClock
from bot.adapters.intents import IntentFolder
from bot.app.batches.hand_in import Means
from bot.app.batches.wait import wait
from bot.app.batches.work import call_back, collect, submit
from bot.app.desk import Desk
from bot.app.options import Mode
from bot.app.prepare import prepare
from bot.app.review import review
from bot.bootstrap.access import Access
from bot.bootstrap.books import wanted_by_batch
from bot.bootstrap.desk import desk_for, in_one_look, make_plan
from bot.bootstrap.kept import CHANGE, DIFF, Kept, files_of, kept_in, recording
from bot.bootstrap.local import Source, local_target, settings_for
from bot.bootstrap.plan import Plan
from bot.core.budget import Amount
from bot.core.message_batch import Intent, Stage
from bot.core.receipt import Receipt, TargetFacts
from bot.errors import BadConfiguration, NoBatches, WrongUsage
from bot.ports import BatchApi, Observer
from bot.settings.load import Flags

ENDS_WITHIN = 60.0
"""Seconds that a cancelled batch gets to end; what takes longer is collected another time."""

LIVE_INSTEAD = "Requests go where there are no batches, so they were asked at once, at the full price."


def store_root(environment: Mapping[str, str]) -> Path:
    """Where intents are kept: under HUNKWISE_STORE, else where this user's programs keep their state."""
    named = environment.get("HUNKWISE_STORE", "")
    if named:
        return Path(named) / "batches"
    state = environment.get("XDG_STATE_HOME", "")
    return (Path(state) if state else Path.home() / ".local" / "state") / "hunkwise" / "batches"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A receipt, and what is needed to print it. `intent` is what still waits, None where nothing does."""

    receipt: Receipt
    plan: Plan
    intent: Intent | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and as files everything that it was made from."""

    plan: Plan
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class LocalBatches:
    """The batches of one store."""

    root: Path
    access: Access
    observer: Observer

    @property
    def folder(self) -> IntentFolder:
        """The store."""
        return IntentFolder(self.root)

    def plan(self, source: Source, flags: Flags) -> Planned:
        """Read a change and plan its review. Asks nobody."""
        with local_target(source) as (read, diff):
            target = recording(read)
            file = settings_for(source, target)
            plan = make_plan(target, flags, file, access=self.access)
            plan = wanted_by_batch(plan, self.access, SystemClock(threading.Event()))
            return Planned(plan, files_of(Kept(target, flags, file), diff))

    def submit(self, planned: Planned) -> Reviewed:
        """Hand a change in, and leave it. Raises BatchRefused where the API took nothing of it."""
        _refuse_the_stand_in(planned.plan)
        with self._desk(planned.plan) as (desk, api):
            return self._submit(planned, desk, api)

    def review(self, planned: Planned) -> Reviewed:
        """Hand a change in and wait for it; or ask at once, where the settings say so for a change of its size.

        The built-in stand-in ends with the command, so of its batches nothing is kept.
        """
        if planned.plan.simulated:
            with tempfile.TemporaryDirectory(prefix="hunkwise-") as folder:
                done = replace(self, root=Path(folder))._review(planned)  # noqa: SLF001  # the same, elsewhere
                return replace(done, intent=None)
        done = self._review(planned)
        if done.intent is None or not done.intent.whole:
            return done
        self.told(done.intent)
        return replace(done, intent=None)

    def _review(self, planned: Planned) -> Reviewed:
        plan = planned.plan
        with desk_for(plan, self.access, self.observer, threading.Event()) as desk:
            if plan.by_batch:
                until = desk.clock.monotonic() + plan.options.run_seconds
                try:
                    api = batches_of(desk)
                    return self._wait(self._submit(planned, desk, api), desk, api, until)
                except NoBatches:
                    if plan.options.mode is not Mode.AUTO:
                        raise
            receipt = desk.books.ended(review(plan.prepared, plan.options, plan.templates, desk, Amount()))
            notes = (*receipt.notes, LIVE_INSTEAD) if plan.by_batch and receipt.calls else receipt.notes
            return Reviewed(replace(receipt, notes=notes), plan)

    def status(self) -> list[tuple[Intent, TargetFacts]]:
        """What is kept and not finished, with what it is about."""
        return [(one, self._kept(one.nonce).target.facts) for one in self.folder.load() if not one.finished]

    def collect(self, nonce: str) -> Reviewed:
        """Bring in what has ended of one intent; can be done any number of times while the API keeps results."""
        plan = self._plan_of(nonce)
        with self._desk(plan) as (desk, api), self.folder.alone():
            return self._collect(nonce, plan, desk, api)

    def cancel(self, nonce: str) -> Reviewed:
        """Ask the API to end an intent's batches, and settle what has ended by then."""
        plan = self._plan_of(nonce)
        with self._desk(plan) as (desk, api), self.folder.alone():
            call_back(api, IntentFolder(self.root, nonce), desk.clock)
            [intent] = IntentFolder(self.root, nonce).load()
            wait(intent, api, desk.clock, self.observer, desk.clock.monotonic() + ENDS_WITHIN)
            return self._collect(nonce, plan, desk, api)

    def pending(self, named: Sequence[str]) -> list[str]:
        """The nonces that are meant: those named, by their beginnings, or all that are not finished."""
        known = self.folder.load()
        if not named:
            return [one.nonce for one in known if not one.finished]
        return [_one_of(name, [one.nonce for one in known]) for name in named]

    def told(self, intent: Intent) -> None:
        """The receipt has reached its reader: what is whole need not be told again unless it is asked for."""
        if intent.whole:
            self.folder.save(intent)

    def _plan_of(self, nonce: str) -> Plan:
        """The plan of a change that was handed in, with the settings of then."""
        kept = self._kept(nonce)
        plan = make_plan(kept.target, kept.flags, kept.file, access=self.access)
        _refuse_the_stand_in(plan)
        return plan

    @contextmanager
    def _desk(self, plan: Plan) -> Iterator[tuple[Desk, BatchApi]]:
        with desk_for(plan, self.access, self.observer, threading.Event()) as desk:
            yield desk, batches_of(desk)

    def _submit(self, planned: Planned, desk: Desk, api: BatchApi) -> Reviewed:
        """What the intent is about is in the store before the intent is, and that before anything is asked.

        Where a run before this one was killed while it handed in the very same change, its intent is taken up: what it
        holds is not handed in, and paid for, a second time.
        """
        with self.folder.alone():
            resumed = self._unfinished(planned.files[DIFF])
            nonce = resumed.nonce if resumed else secrets.token_hex(8)
            folder = IntentFolder(self.root, nonce)
            folder.forget(desk.clock.now())
            plan, before = planned.plan, Amount()
            if resumed is None:
                folder.keep(nonce, planned.files)
            else:
                target, before = plan.prepared.target, resumed.reserved + resumed.spent
                rest = prepare(target, plan.options, plan.templates, in_hand=resumed.in_hand)
                plan = replace(plan, prepared=rest)
            plan = in_one_look(plan)
            means = Means(plan.options, plan.templates, desk, api, folder)
            submitted = submit(plan.prepared, means, nonce, before, plan.prepared.target.facts.head_sha, resumed)
        if submitted.intent.finished:
            folder.drop(nonce)
            if submitted.failure is not None:
                raise submitted.failure
        receipt = desk.books.ended(submitted.receipt)
        return Reviewed(receipt, plan, None if submitted.intent.finished else submitted.intent)

    def _unfinished(self, diff: bytes) -> Intent | None:
        """The intent of the same change that still waits; what it never began is let go, since its run is no more."""
        for intent in self.folder.load():
            if intent.whole or intent.cancelled or self.folder.kept(intent.nonce, DIFF) != diff:
                continue
            sendings = (
                replace(one.released(), told=True) if one.stage is Stage.PLANNED else one for one in intent.sendings
            )
            return replace(intent, sendings=tuple(sendings))
        return None

    def _wait(self, submitted: Reviewed, desk: Desk, api: BatchApi, until: float) -> Reviewed:
        """Collect as soon as everything has ended, second attempts too; what takes longer stays in the store."""
        so_far = submitted
        try:
            while so_far.intent is not None and not so_far.intent.whole:
                if not wait(so_far.intent, api, desk.clock, self.observer, until):
                    return so_far
                so_far = self._collect(so_far.intent.nonce, so_far.plan, desk, api)
        except KeyboardInterrupt:
            return so_far
        return so_far

    def _collect(self, nonce: str, plan: Plan, desk: Desk, api: BatchApi) -> Reviewed:
        plan = in_one_look(plan)
        means = Means(plan.options, plan.templates, desk, api, IntentFolder(self.root, nonce))
        came = collect(plan.prepared.target, means, Amount(), again=True)
        receipt = desk.books.ended(came.receipt) if came.news else came.receipt
        return Reviewed(receipt, replace(plan, prepared=came.prepared), came.intents[0] if came.intents else None)

    def _kept(self, nonce: str) -> Kept:
        try:
            return kept_in(self.folder.kept(nonce, CHANGE), self.folder.kept(nonce, DIFF))
        except (ValueError, KeyError, TypeError):
            raise BadConfiguration(
                f"What is kept of {nonce} cannot be read.", next_step=f"Move {self.root / nonce} away."
            ) from None


def batches_of(desk: Desk) -> BatchApi:
    """The API that the preferred provider has for batches; raises NoBatches where it has none."""
    if desk.batches is None:
        raise NoBatches(
            "The provider that is asked first takes no batches.",
            next_step="Use the mode live, or auto, which asks at once there.",
        )
    return desk.batches


def _refuse_the_stand_in(plan: Plan) -> None:
    if plan.simulated:
        raise WrongUsage(
            "There is no ANTHROPIC_API_KEY, and the built-in stand-in would end before its batches.",
            next_step="Set the key; or start `hunkwise simulate` and set ANTHROPIC_BASE_URL to its address.",
        )


def _one_of(name: str, known: Sequence[str]) -> str:
    fitting = [one for one in known if one.startswith(name)]
    if len(fitting) != 1:
        what = "names no batch here" if not fitting else "names several batches"
        raise WrongUsage(f"'{name}' {what}.", next_step="`hunkwise batch status` lists them.")
    return fitting[0]
