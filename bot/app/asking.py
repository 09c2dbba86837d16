"""Everything a run asks, step after step, within one budget, one deadline and one interrupt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from bot.app.desk import Desk
from bot.app.dispatch import Dispatcher, Ended, Job
from bot.app.guard import Guard
from bot.app.limiter import Limiter
from bot.app.meter import Meter
from bot.app.options import Options
from bot.app.reading import Reading
from bot.app.stack import stack
from bot.app.tiers import chain_of
from bot.core.budget import Budget
from bot.core.calls import Call, ModelRequest
from bot.core.failure import FailureKind
from bot.core.receipt import PacingFacts

JobT = TypeVar("JobT", bound=Job)

_PATIENCE_AFTER_DEADLINE = 5.0
"""Seconds that attempts under way get to notice the deadline by themselves, before they are given up."""

_PATIENCE_AFTER_INTERRUPT = 1.0
"""Seconds that answers under way get before they are stopped, and again for stopping them."""


class Asking:
    """A run's way to the model. Belongs to one thread; `close` must be called when nothing more is asked."""

    def __init__(self, options: Options, desk: Desk, budget: Budget, repository: str | None) -> None:
        """`repository` is whose requests are counted, for the receipt."""
        self._options = options
        self._desk = desk
        self._deadline = desk.clock.monotonic() + options.run_seconds
        self._guard = Guard(
            Reading(desk.provider), budget, desk.prices, desk.counter, desk.clock, desk.observer, desk.books
        )
        self._limiters = desk.limiters or {
            link.name: Limiter(desk.clock, options.concurrency) for link in chain_of(options)
        }
        self._meter = Meter(desk.clock, repository)
        self._unfinished: Callable[[tuple[str, str | None]], int] = lambda _: 0
        self._provider = stack(
            self._guard,
            desk,
            options,
            self._limiters,
            self._meter,
            self._deadline,
            lambda request: self._unfinished((request.model, request.effort)),
        )
        self.interrupted = False

    @property
    def over(self) -> bool:
        """Whether nothing more is to be asked: the run was interrupted, or its deadline has passed."""
        return self.interrupted or self._desk.clock.monotonic() >= self._deadline

    def ask(
        self,
        jobs: Iterable[JobT],
        request_of: Callable[[JobT], ModelRequest],
        consume: Callable[[Dispatcher[JobT], Iterator[Ended[JobT]]], None],
    ) -> None:
        """Ask one step's jobs; `consume` follows what ends, and may put further jobs to the dispatcher.

        An interrupt ends the asking, not the accounting: answers under way get a moment, and are consumed too.
        """
        dispatcher = Dispatcher(
            jobs,
            request_of,
            self._provider,
            self._desk.clock,
            self._options.concurrency,
            self._options.leader_patience,
        )
        self._unfinished = dispatcher.unfinished
        try:
            consume(dispatcher, dispatcher.run(self._deadline + _PATIENCE_AFTER_DEADLINE))
        except KeyboardInterrupt:
            self.stop()
            dispatcher.drop_pending()
            consume(dispatcher, dispatcher.wind_down(_PATIENCE_AFTER_INTERRUPT))
            self._desk.stop.set()
            consume(dispatcher, dispatcher.wind_down(_PATIENCE_AFTER_INTERRUPT))

    def stop(self) -> None:
        """Ask nothing more, retries included: the run was interrupted."""
        self.interrupted = True
        self._guard.admit_no_more()
        for limiter in self._limiters.values():
            limiter.close()

    def obstacle_alone(self, request: ModelRequest, input_tokens: int) -> FailureKind | None:
        """Why a request of this size could not be reserved even if nothing else were under way, or None."""
        return self._guard.obstacle_alone(request, input_tokens)

    def calls(self) -> tuple[Call, ...]:
        """Every attempt that has ended, in the order of ending."""
        return self._guard.calls()

    def pacing(self) -> tuple[PacingFacts, list[str]]:
        """How the run fared with the rate limits, and sentences about it for the reader."""
        return self._meter.facts(), [note for limiter in self._limiters.values() for note in limiter.notes]

    def close(self) -> None:
        """End the run: attempts still under way are charged in full, and what still arrives is ignored."""
        self._guard.close()
        self._desk.books.note_rates(self._limiters)
