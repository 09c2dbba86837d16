"""The hard budget of one target: at every instant, spent + reserved <= limit, in tokens and in dollars.

Pure arithmetic without a lock; bot/app/guard.py makes it safe for threads and stands around every attempt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from bot.core.calls import ModelRequest
from bot.core.failure import FailureKind
from bot.core.pricing import PriceList
from bot.core.usage import Usage


@dataclass(frozen=True, slots=True)
class Amount:
    """Tokens and dollars, always moved together."""

    tokens: int = 0
    usd: Decimal = Decimal(0)

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.tokens + other.tokens, self.usd + other.usd)

    def at_least(self, other: Amount) -> Amount:
        """The higher of the two, in tokens and in dollars."""
        return Amount(max(self.tokens, other.tokens), max(self.usd, other.usd))

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.tokens - other.tokens, self.usd - other.usd)


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent, in tokens and in dollars; None is no limit."""

    tokens: int | None = None
    usd: Decimal | None = None

    def within(self, most: Amount) -> Limits:
        """These limits, and no more than `most` either."""
        return Limits(
            most.tokens if self.tokens is None else min(self.tokens, most.tokens),
            most.usd if self.usd is None else min(self.usd, most.usd),
        )


class Budget:
    """What was spent, what is reserved, and what still fits.

    `settled` is what returned usage cost, `unsettled` are reservations whose usage never came back and which
    count as spent. Usage above its reservation is charged all the same; then `overrun` is True and nothing
    more is reserved.
    """

    def __init__(self, limits: Limits, before: Amount = Amount()) -> None:
        self.limits = limits
        self.before = before
        self.settled = Amount()
        self.unsettled = Amount()
        self.reserved = Amount()
        self.open = 0
        self.overrun = False

    @property
    def spent(self) -> Amount:
        """This run's spending: settled and unsettled."""
        return self.settled + self.unsettled

    @property
    def committed(self) -> Amount:
        """Everything that counts against the limits: earlier runs, this one, and open reservations."""
        return self.before + self.spent + self.reserved

    def fits(self, amount: Amount) -> bool:
        """Whether this much could be reserved now."""
        return self.obstacle(amount) is None

    def obstacle(self, amount: Amount) -> FailureKind | None:
        """Why `amount` cannot be reserved now, or None where it can."""
        if self.overrun:
            return FailureKind.OVERRUN
        after = self.committed + amount
        if self.limits.tokens is not None and after.tokens > self.limits.tokens:
            return FailureKind.BUDGET_TOKENS
        if self.limits.usd is not None and after.usd > self.limits.usd:
            return FailureKind.BUDGET_USD
        return None

    def reserve(self, amount: Amount) -> bool:
        """Set `amount` aside if it fits; True if it did."""
        if not self.fits(amount):
            return False
        self.reserved += amount
        self.open += 1
        return True

    def settle(self, reserved: Amount, actual: Amount) -> None:
        """Replace a reservation by what its usage really was."""
        self._close(reserved)
        self.settled += actual
        if actual.tokens > reserved.tokens or actual.usd > reserved.usd:
            self.overrun = True

    def forfeit(self, reserved: Amount) -> None:
        """Charge a reservation in full: its usage never came back."""
        self._close(reserved)
        self.unsettled += reserved

    def release(self, reserved: Amount) -> None:
        """Give a reservation back: the attempt was certainly not billed."""
        self._close(reserved)

    def narrow(self, left: Decimal) -> None:
        """Allow no more than `left` dollars beyond what is committed now; limits that are lower stay."""
        most = self.committed.usd + left
        self.limits = replace(self.limits, usd=most if self.limits.usd is None else min(self.limits.usd, most))

    def left(self) -> Limits:
        """What could still be reserved, per limit; never below zero."""
        committed = self.committed
        return Limits(
            None if self.limits.tokens is None else max(0, self.limits.tokens - committed.tokens),
            None if self.limits.usd is None else max(Decimal(0), self.limits.usd - committed.usd),
        )

    def _close(self, reserved: Amount) -> None:
        self.reserved -= reserved
        self.open -= 1


def worst_case(request: ModelRequest, input_tokens: int, prices: PriceList) -> Amount:
    """The most one attempt can cost: `input_tokens` (an upper bound), its cached prefix written and not read,
    and all of `max_tokens` as output.
    """
    usage = worst_usage(request, input_tokens)
    return Amount(usage.total_tokens, _dearest(request, usage, prices))


def worst_usage(request: ModelRequest, input_tokens: int) -> Usage:
    """The usage behind `worst_case`: all of the prefix is written, for the longest time that a breakpoint asks for."""
    written = min(request.prefix_tokens, input_tokens) if request.ttls else 0
    return Usage(
        input_tokens=input_tokens - written,
        cache_write_5m_tokens=0 if "1h" in request.ttls else written,
        cache_write_1h_tokens=written if "1h" in request.ttls else 0,
        output_tokens=request.max_tokens,
    )


def largest_output(request: ModelRequest, input_tokens: int, prices: PriceList, left: Limits) -> int:
    """The most output tokens that still fit what is left beside the worst case of the input; may be negative.

    Output is priced linearly for a given input, so the whole of `max_tokens` tells the price of one.
    """
    room = request.max_tokens
    if left.tokens is not None:
        room = min(room, left.tokens - input_tokens)
    if left.usd is not None:
        usage = worst_usage(request, input_tokens)
        full = _dearest(request, usage, prices)
        silent = _dearest(request, replace(usage, output_tokens=0), prices)
        if full > silent:
            room = min(room, int((left.usd - silent) * request.max_tokens / (full - silent)))
    return room


def _dearest(request: ModelRequest, usage: Usage, prices: PriceList) -> Decimal:
    """A prefix that the API finds too short is not cached, and one with two breakpoints is written at two prices; a
    price of one's own may make any of these the dearest case.
    """
    written = usage.cache_write_5m_tokens + usage.cache_write_1h_tokens
    cost = prices.cost(request.model, usage, request.tariff)
    if not written:
        return cost
    cost = max(cost, prices.cost_uncached(request.model, usage, request.tariff))
    if len(request.ttls) > 1:
        shorter = replace(usage, cache_write_5m_tokens=written, cache_write_1h_tokens=0)
        cost = max(cost, prices.cost(request.model, shorter, request.tariff))
    return cost
