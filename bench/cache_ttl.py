"""What the shared prompt costs over days of reviews: not cached, cached for 5 minutes, for an hour, or as auto does.

Run it as `python -m bench.cache_ttl`. Runs arrive on simulated days; each asks a few requests, some seconds apart.
Every request finds the prompt in a cache that is played out, or writes it. Auto decides each run by
core/cache_plan.py: with a store it knows the arrivals of the runs before, without one it knows nothing. Figures are
dollars as ratios to the best of the three that never change their mind.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

from bot.core.cache_plan import TTL_SECONDS, PrefixPrice, choose_ttl, prefix_price
from bot.core.prefix_use import NEWEST_USES
from bot.core.pricing import PriceList

START = datetime(2026, 11, 2, tzinfo=UTC)
PRICE = prefix_price(PriceList(START, {}), "claude-sonnet-5-5", 4_600)
DAYS = 20
SEEDS = 5
REQUESTS = {1: 80, 2: 12, 4: 6, 14: 2}  # of a hundred reviews so many ask so often, as docs/benchmarks.md has it
APART = 3.0  # seconds between the requests of a run
MOST = 1.05  # of the best
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Run:
    """A run that begins so many seconds after the start and asks so many requests."""

    began: float
    requests: int

    @property
    def last(self) -> float:
        """When its last request is sent."""
        return self.began + APART * (self.requests - 1)


def sparse(dice: random.Random) -> Iterator[float]:
    """One repository: a few runs a day, hours apart."""
    return _waiting(dice, 5 * HOUR)


def bursty(dice: random.Random) -> Iterator[float]:
    """Pushes that come in series of six, a minute or some apart, and then nothing for half a day."""
    now = 0.0
    while True:
        now += dice.expovariate(1 / (12 * HOUR))
        for _ in range(6):
            now += dice.uniform(1, 8) * MINUTE
            yield now


def steady(dice: random.Random) -> Iterator[float]:
    """An organisation that shares one prompt: a run every 20 minutes, day and night."""
    return _waiting(dice, 20 * MINUTE)


def busy(dice: random.Random) -> Iterator[float]:
    """A large one: a run every 90 seconds."""
    return _waiting(dice, 90.0)


def office(dice: random.Random) -> Iterator[float]:
    """A team: a run every 25 minutes from nine to five, none at night."""
    return (when for when in _waiting(dice, 25 * MINUTE) if 9 * HOUR <= when % DAY < 17 * HOUR)


def _waiting(dice: random.Random, mean: float) -> Iterator[float]:
    now = 0.0
    while True:
        now += dice.expovariate(1 / mean)
        yield now


DAYS_OF = {"sparse": sparse, "bursty": bursty, "steady": steady, "busy": busy, "office hours": office}
Choose = Callable[[Run, list[Run]], str | None]
"""From a run and those before it to a time to live, or None for no caching."""


def by_the_plan(run: Run, before: list[Run]) -> str | None:
    """Auto with a store."""
    gaps = [max(0.0, late.began - early.last) for early, late in pairwise([*before, run])]
    return choose_ttl(gaps, run.requests, run.last - run.began, PRICE).ttl


WAYS: dict[str, Choose] = {
    "off": lambda _run, _before: None,
    "5m": lambda _run, _before: "5m",
    "1h": lambda _run, _before: "1h",
    "auto, no store": lambda run, _: choose_ttl((), run.requests, run.last - run.began, PRICE).ttl,
    "auto": by_the_plan,
}
FIXED = ("off", "5m", "1h")


def main() -> int:
    """Print one row for each kind of days; 1 where auto is dearer than it may be."""
    print(
        f"A prompt of 4,600 tokens over {DAYS} days, {SEEDS} times; dollars as ratios to the best of {', '.join(FIXED)}"
    )
    print(f"{'':14}{'runs a day':>11}" + "".join(f"{way:>16}" for way in WAYS))
    kept = True
    for name, arrivals in DAYS_OF.items():
        runs = [_runs(arrivals, seed) for seed in range(SEEDS)]
        dollars = {way: sum((_played(one, choose, PRICE) for one in runs), Decimal(0)) for way, choose in WAYS.items()}
        best = min(dollars[way] for way in FIXED)
        a_day = sum(len(one) for one in runs) / DAYS / SEEDS
        print(f"{name:14}{a_day:11.1f}" + "".join(f"{dollars[way] / best:16.3f}" for way in WAYS))
        kept = kept and dollars["auto"] <= best * Decimal(str(MOST))
    print(f"auto at most {MOST} of the best in each: {'kept' if kept else 'NOT kept'}")
    return 0 if kept else 1


def _runs(arrivals: Callable[[random.Random], Iterator[float]], seed: int) -> list[Run]:
    dice = random.Random(seed)  # noqa: S311 - a benchmark's dice
    runs: list[Run] = []
    for when in arrivals(dice):
        if when >= DAYS * DAY:
            return runs
        runs.append(Run(when, dice.choices(list(REQUESTS), list(REQUESTS.values()))[0]))
    raise AssertionError("arrivals never end")


def _played(runs: list[Run], choose: Choose, price: PrefixPrice) -> Decimal:
    """Dollars for the prompt in all requests of all runs; an entry keeps the time to live that it was written with."""
    spent, gone_at, lives = Decimal(0), 0.0, 0.0
    for number, run in enumerate(runs):
        ttl = choose(run, runs[max(0, number - NEWEST_USES) : number])
        for nth in range(run.requests):
            now = run.began + APART * nth
            if ttl is None:
                spent += price.plain
                continue
            there = now < gone_at
            spent += price.read if there else price.write[ttl]
            lives = lives if there else TTL_SECONDS[ttl]
            gone_at = now + lives
    return spent


if __name__ == "__main__":
    sys.exit(main())
