"""When a rate limit will be hit within half an hour, and which other tier would do instead.

A limit is a bucket that holds a minute's worth and refills continuously (core/pacing.py). Its use is known by quarters
of an hour; a line through the last of them is carried on. So a short burst that a quarter's mean hides is not foretold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.core.cost.buckets import moment_of, quarter_start
from bot.core.cost.least_squares import least_squares
from bot.core.excerpt import Tier
from bot.core.ledger.entry import RateRow
from bot.core.ledger.sums import Field, Group
from bot.core.rate_facts import INPUT, OUTPUT, REQUESTS, TOKENS, model_class
from bot.core.usage import Usage

BY = (Field.QUARTER, Field.PROVIDER, Field.KEY, Field.MODEL, Field.BATCH)
"""What the ledger's last rows are grouped by. Batches have limits of their own, and are left out."""

LOOK_BACK = timedelta(minutes=60)
"""Whole quarters of an hour that the line goes through, four; the one that runs is the fifth."""

MINUTES_AHEAD = 30
_QUARTER = 15.0
_ENOUGH = 5.0
"""Minutes of the quarter that runs, from which on it counts."""

Lane = tuple[str, str, str]
"""Whose limits: provider, key (its name), class of models."""


@dataclass(frozen=True, slots=True)
class UseLine:
    """Use a minute: `now`, and how much it grows each minute."""

    now: float = 0.0
    growth: float = 0.0

    def at(self, minutes: float) -> float:
        """What is used a minute, so many minutes from now; never less than nothing."""
        return max(0.0, self.now + self.growth * minutes)

    def __add__(self, other: UseLine) -> UseLine:
        return UseLine(self.now + other.now, self.growth + other.growth)


Uses = Mapping[tuple[Lane, str], UseLine]
"""The line of each limit's use, by lane and the limit's name; what is not in it is not used."""


@dataclass(frozen=True, slots=True)
class LimitOutlook:
    """One limit. `minutes` until it is hit, None where it is not within half an hour; `instead` is the tier that has
    room for what this class of models does, None where nothing is hit or none has.
    """

    rate: RateRow
    use: UseLine
    minutes: int | None
    instead: Tier | None = None


@dataclass(frozen=True, slots=True)
class TierChoice:
    """A tier, its class of models, and its price of a million tokens of output in dollars."""

    tier: Tier
    model_class: str
    output_usd: Decimal


def uses(groups: Iterable[Group], now: datetime) -> dict[tuple[Lane, str], UseLine]:
    """The lines through what was used a minute in the last hour, from groups by BY."""
    began = quarter_start(now)
    running = (now - began).total_seconds() / 60
    starts = [began - timedelta(minutes=_QUARTER * back) for back in (4, 3, 2, 1)]
    spans = dict.fromkeys(starts, _QUARTER) | ({began: running} if running >= _ENOUGH else {})
    used: dict[tuple[Lane, str], dict[datetime, float]] = {}
    for group in groups:
        quarter, provider, key, model, batch = group.key
        start = moment_of(quarter)
        if batch == "1" or start not in spans:
            continue
        for name, amount in _amounts(group.sums.attempts, group.sums.usage).items():
            by_quarter = used.setdefault(((provider, key, model_class(model)), name), {})
            by_quarter[start] = by_quarter.get(start, 0.0) + amount
    return {limit: _line(by_quarter, spans, now) for limit, by_quarter in used.items()}


def _amounts(attempts: int, usage: Usage) -> dict[str, int]:
    """What was taken of each limit; tokens that were read from the cache do not count (core/pacing.py)."""
    read_anew = usage.total_input_tokens - usage.cache_read_tokens
    return {
        REQUESTS: attempts,
        INPUT: read_anew,
        OUTPUT: usage.output_tokens,
        TOKENS: read_anew + usage.output_tokens,
    }


def _line(by_quarter: Mapping[datetime, float], spans: Mapping[datetime, float], now: datetime) -> UseLine:
    middles = [(start - now).total_seconds() / 60 + minutes / 2 for start, minutes in spans.items()]
    rates = [by_quarter.get(start, 0.0) / minutes for start, minutes in spans.items()]
    now_and_growth = least_squares([(1.0, middle) for middle in middles], rates).coefficients
    return UseLine(*now_and_growth)


def outlooks(
    rates: Sequence[RateRow], used: Uses, tiers: Sequence[TierChoice], now: datetime
) -> tuple[LimitOutlook, ...]:
    """What becomes of every limit that was heard of, and which tier would do where one is hit."""
    return tuple(_outlook(rate, rates, used, tiers, now) for rate in rates)


def _outlook(
    rate: RateRow, rates: Sequence[RateRow], used: Uses, tiers: Sequence[TierChoice], now: datetime
) -> LimitOutlook:
    use = used.get((_lane(rate), rate.name), UseLine())
    minutes = minutes_until_hit(rate, use, now)
    instead = None if minutes is None else _instead(rate, rates, used, tiers, now)
    return LimitOutlook(rate, use, minutes, instead)


def minutes_until_hit(rate: RateRow, use: UseLine, now: datetime) -> int | None:
    """Minutes until nothing remains, 0 for now, None for not within MINUTES_AHEAD.

    level(t + 1) = min(limit, level(t) + limit - use(t + 1/2)), t in minutes from now; level(0) is what remained when
    it was last heard of, and has refilled since by the limit less the use of now.
    """
    since = max(0.0, (now - rate.at).total_seconds() / 60)
    level = min(float(rate.limit), rate.remaining + (rate.limit - use.at(0.0)) * since)
    if level <= 0:
        return 0
    for minute in range(MINUTES_AHEAD):
        level = min(float(rate.limit), level + rate.limit - use.at(minute + 0.5))
        if level <= 0:
            return minute + 1
    return None


def _instead(
    hit: RateRow, rates: Sequence[RateRow], used: Uses, tiers: Sequence[TierChoice], now: datetime
) -> Tier | None:
    """The cheapest tier of another class with the same key, all of whose limits would bear both classes' use."""
    lane = _lane(hit)
    for choice in sorted(tiers, key=lambda one: one.output_usd):
        other = (hit.provider, hit.key, choice.model_class)
        limits = [rate for rate in rates if _lane(rate) == other]
        both = {
            rate: used.get((other, rate.name), UseLine()) + used.get((lane, rate.name), UseLine()) for rate in limits
        }
        if limits and all(minutes_until_hit(rate, both[rate], now) is None for rate in limits):
            return choice.tier
    return None


def _lane(rate: RateRow) -> Lane:
    return (rate.provider, rate.key, rate.model_class)
