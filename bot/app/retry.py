"""Which failed attempts are made again, and when. tenacity drives; core/failure.py says which kinds qualify."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import tenacity

from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.failure import RULES, FailureKind
from bot.core.progress import Waiting
from bot.errors import CallFailed
from bot.ports import Clock, Observer, Provider


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Attempts in all, and seconds: for one attempt, for the first and the longest backoff, for the longest
    `retry-after` obeyed, and for the longest outage that is waited out where there is nobody else to ask.

    A server that asks for a longer wait than `longest_retry_after` is not asked again: coming back sooner would
    be refused, and waiting that long would outlast the run.
    """

    attempts: int = 8
    attempt_seconds: float = 300.0
    first_wait: float = 1.0
    longest_wait: float = 30.0
    longest_retry_after: float = 120.0
    longest_outage: float = 120.0


class Retry:
    """A Provider that repeats what can be repeated, each attempt numbered and visible."""

    def __init__(self, inner: Provider, policy: RetryPolicy, clock: Clock, observer: Observer, deadline: float) -> None:
        """`deadline` is a Clock.monotonic() reading past which nothing is tried again."""
        self._inner = inner
        self._policy = policy
        self._clock = clock
        self._observer = observer
        self._deadline = deadline
        self._backoff = tenacity.wait_random_exponential(multiplier=policy.first_wait, max=policy.longest_wait)

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """As the inner provider; raises the last CallFailed when the attempts are used up.

        A request that was tried elsewhere comes with its next attempt's number, and is counted on from there.
        """
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._worth_another),
            stop=self._enough,
            wait=self._seconds_to_wait,
            sleep=self._clock.sleep,
            before_sleep=self._announce,
            reraise=True,
        )
        for attempt in retrying:
            with attempt:
                return self._attempt(self._timed(request, attempt.retry_state.attempt_number), begun)
        raise AssertionError("tenacity either returns an answer or raises")

    def _attempt(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        try:
            return self._inner.ask(request, begun)
        except CallFailed as failed:
            if failed.attempts is None:
                failed.attempts = request.attempt
            raise

    def _timed(self, request: ModelRequest, attempt: int) -> ModelRequest:
        """The request as it goes out for its `attempt`th time here."""
        if self._clock.monotonic() >= self._deadline:
            raise CallFailed(FailureKind.DEADLINE, RULES[FailureKind.DEADLINE].meaning)
        number = request.attempt + attempt - 1
        return replace(request, attempt=number, seconds=self._policy.attempt_seconds, until=self._deadline)

    def _worth_another(self, error: BaseException) -> bool:
        if not isinstance(error, CallFailed) or not RULES[error.kind].retry:
            return False
        return (error.retry_after or 0) <= self._policy.longest_retry_after

    def _seconds_to_wait(self, state: tenacity.RetryCallState) -> float:
        """Full jitter (Brooker, "Exponential Backoff and Jitter", 2015), never sooner than the server asked.

        Behind a `retry-after` up to a second of jitter keeps the waiters of one key from returning together.
        """
        error = _failure(state)
        if error.retry_after is not None:
            return error.retry_after + random.random()  # noqa: S311  # jitter, not a secret
        return self._backoff(state)

    def _enough(self, state: tenacity.RetryCallState) -> bool:
        too_late = self._clock.monotonic() + state.upcoming_sleep >= self._deadline
        return too_late or state.attempt_number >= self._policy.attempts

    def _announce(self, state: tenacity.RetryCallState) -> None:
        self._observer.on(Waiting(state.upcoming_sleep, _failure(state).kind.value))


def _failure(state: tenacity.RetryCallState) -> CallFailed:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, CallFailed):
        raise TypeError("only a failed call is ever waited for")
    return error
