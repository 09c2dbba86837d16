"""The budget's guard: the layer right around the vendor, so that every attempt reserves before it is made.

It must stand inside the retry layer. Outside, one reservation would cover several attempts, each of which may be
billed: tests/property/test_never_overspend.py builds that wrong order and watches it overspend.
"""

from __future__ import annotations

import threading
from bisect import insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count

from bot.app.books import Books, Row
from bot.core.budget import Amount, Budget, largest_output, worst_case
from bot.core.calls import Call, ModelAnswer, ModelRequest
from bot.core.failure import RULES, Billing, FailureKind
from bot.core.pricing import PriceList
from bot.core.progress import AttemptEnded
from bot.core.tokens import bound_tokens
from bot.core.usage import Usage
from bot.errors import CallFailed, LedgerLost
from bot.ports import Clock, Observer, Provider, TokenCounter

_COUNT_MARGIN_TOKENS = 32

MOST_BYTES_PER_TOKEN = 8
"""No code averages more, so a request that does not fit even at this is refused without counting it."""


def with_margin(counted: int) -> int:
    """A counted size as an upper bound, in tokens: the API calls its own count an estimate."""
    return counted + counted // 50 + _COUNT_MARGIN_TOKENS


@dataclass(eq=False, slots=True)
class _Attempt:
    """An attempt under way, with what is set aside for it, and its row in the ledger."""

    request: ModelRequest
    reserved: Amount
    began: float
    row: Row


class Guard:
    """A Provider that lets an attempt through only once its worst case is reserved, and records how it ended."""

    def __init__(
        self,
        inner: Provider,
        budget: Budget,
        prices: PriceList,
        counter: TokenCounter,
        clock: Clock,
        observer: Observer,
        books: Books | None = None,
    ) -> None:
        """Without `books` nothing is written down beside the budget itself."""
        self._inner = inner
        self._budget = budget
        self._prices = prices
        self._counter = counter
        self._clock = clock
        self._observer = observer
        self._books = books or Books()
        self._changed = threading.Condition()
        self._queue: list[tuple[int, int]] = []
        self._arrivals = count()
        self._under_way: list[_Attempt] = []
        self._calls: list[Call] = []
        self._closed = False

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """Reserve, ask, settle. Raises CallFailed where the worst case does not fit what is left."""
        attempt = self._admit(request)
        try:
            answer = self._inner.ask(attempt.request, begun)
        except CallFailed as failed:
            self._end_without_usage(attempt, failed.kind, failed.request_id)
            raise
        except BaseException:
            self._end_without_usage(attempt, FailureKind.STOPPED, None)
            raise
        cost = self._prices.cost(request.model, answer.usage, request.tariff)
        with self._changed:
            if not self._take(attempt):
                return answer
            self._budget.settle(attempt.reserved, Amount(answer.usage.total_tokens, cost))
            call = self._record(attempt, answer.outcome, answer.request_id, answer.usage, cost)
        self._books.settle(call)
        return answer

    def calls(self) -> tuple[Call, ...]:
        """Every attempt that has ended, in the order of ending."""
        with self._changed:
            return tuple(self._calls)

    def admit_no_more(self) -> None:
        """Refuse every attempt from now on, waiting ones and retries included; those under way go on."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def close(self) -> None:
        """End the run: attempts still under way are charged in full, later ones refused, late answers ignored."""
        self.admit_no_more()
        with self._changed:
            under_way = [attempt for attempt in tuple(self._under_way) if self._take(attempt)]
            calls = [self._forfeit(attempt, FailureKind.STOPPED, None) for attempt in under_way]
        for call in calls:
            self._books.settle(call)

    def obstacle_alone(self, request: ModelRequest, input_tokens: int) -> FailureKind | None:
        """Why a request of this size could not be reserved even if nothing else were under way, or None."""
        with self._changed:
            spent = self._budget.before + self._budget.spent
        worst = worst_case(request, input_tokens, self._prices)
        return Budget(self._budget.limits, spent).obstacle(worst)

    def _admit(self, request: ModelRequest) -> _Attempt:
        """Reserve here, then in the ledger, which knows of everybody else's spending too.

        Where the ledger refuses, this run may go no further than what the ledger has left, and the request is fitted
        into that.
        """
        while True:
            attempt = self._reserve(request)
            try:
                refused = self._books.reserve(attempt.row, attempt.request, attempt.reserved)
            except LedgerLost as lost:
                self._give_back(attempt)
                raise CallFailed(FailureKind.LEDGER_LOST, lost.message) from lost
            if refused is None:
                self._refuse_if_ended(attempt)
                return attempt
            self._give_back(attempt, refused.left_usd)

    def _give_back(self, attempt: _Attempt, left: Decimal | None = None) -> None:
        """Undo a reservation; with `left`, nothing more than that many dollars may be committed from now on."""
        with self._changed:
            if not self._take(attempt):
                return
            self._budget.release(attempt.reserved)
            if left is not None:
                self._budget.narrow(left)

    def _reserve(self, request: ModelRequest) -> _Attempt:
        """Wait for room in the plan's order; shrink the answer's room only when nobody else could free any."""
        with self._changed:
            ticket = (request.rank, next(self._arrivals))
            insort(self._queue, ticket)
        try:
            bound = 0
            for bound in self._input_bounds(request):
                attempt = self._wait_for_room(ticket, request, bound)
                if attempt is not None:
                    return attempt
            return self._squeeze_in(request, bound)
        finally:
            with self._changed:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def _input_bounds(self, request: ModelRequest) -> Iterator[int]:
        """The most input tokens the request can be: by its bytes, then, where that is too much, counted.

        Nothing is counted where not even the best conceivable count would fit.
        """
        by_bytes = request.prefix_tokens + sum(bound_tokens(block) for block in request.hunks)
        yield by_bytes
        at_best = request.prefix_tokens + (by_bytes - request.prefix_tokens) // MOST_BYTES_PER_TOKEN
        least = replace(request, max_tokens=request.least_output_tokens)
        with self._changed:
            if not self._budget.fits(worst_case(least, at_best, self._prices)):
                return
        counted = self._counter.count(request)
        if counted is not None:
            yield min(by_bytes, with_margin(counted))

    def _wait_for_room(self, ticket: tuple[int, int], request: ModelRequest, bound: int) -> _Attempt | None:
        """An attempt once it is this ticket's turn and there is room; None if there is none though nobody holds any."""
        worst = worst_case(request, bound, self._prices)
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._closed or (self._queue[0] == ticket and (self._budget.fits(worst) or self._budget.open == 0))
                )
            )
            self._refuse_if_closed()
            return self._start(request, worst) if self._budget.fits(worst) else None

    def _squeeze_in(self, request: ModelRequest, bound: int) -> _Attempt:
        with self._changed:
            self._refuse_if_closed()
            room = largest_output(request, bound, self._prices, self._budget.left())
            if request.least_output_tokens <= room < request.max_tokens:
                request = replace(request, max_tokens=room)
            worst = worst_case(request, bound, self._prices)
            obstacle = self._budget.obstacle(worst)
            if obstacle is not None:
                raise CallFailed(obstacle, RULES[obstacle].meaning)
            return self._start(request, worst)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise CallFailed(FailureKind.STOPPED, RULES[FailureKind.STOPPED].meaning)

    def _refuse_if_ended(self, attempt: _Attempt) -> None:
        """A ledger can take long to write, and the run may have been closed meanwhile: then nothing is sent."""
        with self._changed:
            if attempt not in self._under_way:
                raise CallFailed(FailureKind.STOPPED, RULES[FailureKind.STOPPED].meaning)

    def _start(self, request: ModelRequest, worst: Amount) -> _Attempt:
        self._budget.reserve(worst)
        attempt = _Attempt(request, worst, self._clock.monotonic(), self._books.new_row(self._clock.now()))
        self._under_way.append(attempt)
        return attempt

    def _end_without_usage(self, attempt: _Attempt, kind: FailureKind, request_id: str | None) -> None:
        with self._changed:
            if not self._take(attempt):
                return
            if RULES[kind].billing is Billing.UNKNOWN:
                call = self._forfeit(attempt, kind, request_id)
            else:
                self._budget.release(attempt.reserved)
                call = self._record(attempt, kind, request_id, Usage(), Decimal(0))
        self._books.settle(call)

    def _take(self, attempt: _Attempt) -> bool:
        """Claim the right to settle an attempt: True exactly once for each."""
        if attempt not in self._under_way:
            return False
        self._under_way.remove(attempt)
        self._changed.notify_all()
        return True

    def _forfeit(self, attempt: _Attempt, kind: FailureKind, request_id: str | None) -> Call:
        self._budget.forfeit(attempt.reserved)
        return self._record(attempt, kind, request_id, Usage(), Decimal(0), attempt.reserved)

    def _record(
        self,
        attempt: _Attempt,
        outcome: str,
        request_id: str | None,
        usage: Usage,
        cost: Decimal,
        unsettled: Amount = Amount(),  # noqa: B008  # frozen, so safe to share
    ) -> Call:
        purpose = attempt.request.purpose
        call = Call(
            model=attempt.request.model,
            tier=purpose.tier,
            why=purpose.why,
            hunks=purpose.hunks,
            attempt=attempt.request.attempt,
            outcome=str(outcome),
            request_id=request_id,
            latency_ms=round((self._clock.monotonic() - attempt.began) * 1000),
            usage=usage,
            cost_usd=cost,
            unsettled_usd=unsettled.usd,
            unsettled_tokens=unsettled.tokens,
            feature=purpose.feature,
            provider=attempt.request.provider,
            tariff=attempt.request.tariff,
            id=attempt.row.id,
            at=attempt.row.at,
            key=self._books.key_of(attempt.request.provider),
            kinds=purpose.kinds,
        )
        self._calls.append(call)
        self._observer.on(AttemptEnded(attempt.request.model, str(outcome), cost))
        return call
