"""The layers around one model call, in the one place where their order is read."""

from __future__ import annotations

from bot.app.guard import Guard
from bot.app.limiter import Limiter
from bot.app.meter import Meter
from bot.app.options import Options
from bot.app.pace import Pace
from bot.app.retry import Retry
from bot.ports import Clock, Observer, Provider


def stack(
    guard: Guard, limiter: Limiter, meter: Meter, options: Options, clock: Clock, observer: Observer, deadline: float
) -> Provider:
    """Outermost first: Retry(Pace(Guard(vendor))).

    Every attempt reserves, so the guard stands inside the retries. Every attempt waits for the rate limits, and
    holds no reservation while it waits, so the pace stands between the two. `deadline` is a Clock.monotonic()
    reading past which nothing is tried again.
    """
    return Retry(Pace(guard, limiter, meter, clock, observer), options.retry, clock, observer, deadline)
