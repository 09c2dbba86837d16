"""The layers around one model call, in the one place where their order is read."""

from __future__ import annotations

from bot.app.guard import Guard
from bot.app.options import Options
from bot.app.retry import Retry
from bot.ports import Clock, Observer, Provider


def stack(guard: Guard, options: Options, clock: Clock, observer: Observer, deadline: float) -> Provider:
    """Outermost first: Retry(Guard(vendor)). Every attempt reserves, so the guard stands inside the retries.

    `deadline` is a Clock.monotonic() reading past which nothing is tried again.
    """
    return Retry(guard, options.retry, clock, observer, deadline)
