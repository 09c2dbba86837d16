"""When own GPUs would cost less than the API: the costs of both by volume, and where they meet.

With c the tokens that one GPU processes in a month, g what it costs in a month, F the fixed costs of a month, and p the
API's price of a token (what was paid / tokens):

    c = tokens a second * 3600 * 730 * utilisation;  g = dollars an hour * 730
    own cost of n GPUs = n * g + F;  n for a volume v = v / c, rounded up, at least 1
    break-even volume of n GPUs = (n * g + F) / p, where that is no more than n * c

A month has 730 hours (365 * 24 / 12). GPUs are paid for around the clock, used or not. Source: the definition of
break-even, with stepwise fixed costs (a GPU more at a time).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

HOURS_A_MONTH = 730
MILLION = 1_000_000
_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Machines:
    """Own GPUs. `tokens_per_second` are what one of them processes, input and output together, while it is busy;
    `utilisation` (above 0, to 1) the share of the month that it is; `gpus` is None for as many as the volume takes.
    """

    usd_per_hour: Decimal
    tokens_per_second: Decimal
    utilisation: Decimal
    gpus: int | None = None
    fixed_usd: Decimal = Decimal(0)

    @property
    def capacity(self) -> Decimal:
        """Tokens a month that one GPU processes."""
        return self.tokens_per_second * _SECONDS * HOURS_A_MONTH * self.utilisation

    @property
    def usd_per_month(self) -> Decimal:
        """What one GPU costs a month."""
        return self.usd_per_hour * HOURS_A_MONTH

    def needed(self, tokens: Decimal) -> int:
        """How many GPUs there are for a volume: as many as were named, or as it takes."""
        return self.gpus or _at_least_one(tokens / self.capacity)

    def cost(self, gpus: int) -> Decimal:
        """Dollars a month."""
        return gpus * self.usd_per_month + self.fixed_usd


@dataclass(frozen=True, slots=True)
class Bought:
    """What is bought from the API: tokens a month, and dollars for one token. `tokens_per_pull_request` is None where
    no pull request is known.
    """

    tokens_per_month: Decimal
    usd_per_token: Decimal
    tokens_per_pull_request: Decimal | None = None

    @property
    def usd_per_month(self) -> Decimal:
        """Dollars a month at this volume."""
        return self.tokens_per_month * self.usd_per_token


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The least volume, in tokens a month, from which own GPUs cost no more than the API, and how many they are."""

    gpus: int
    tokens: Decimal


def break_even(machines: Machines, usd_per_token: Decimal) -> BreakEven | None:
    """Where the costs meet first; None where they never do.

    n GPUs are worth it within their capacity where n * (c * p - g) >= F. With the number left open, n is the least
    that holds this; with one that was named, it holds or does not.
    """
    margin = machines.capacity * usd_per_token - machines.usd_per_month
    if machines.gpus is None:
        if margin <= 0:
            return None
        gpus = _at_least_one(machines.fixed_usd / margin)
    else:
        gpus = machines.gpus
        if gpus * margin < machines.fixed_usd or not usd_per_token:
            return None
    return BreakEven(gpus, machines.cost(gpus) / usd_per_token)


def _at_least_one(number: Decimal) -> int:
    return max(1, int(number.to_integral_value(ROUND_CEILING)))
