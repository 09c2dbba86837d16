"""The layers around one model call, in the one place where their order is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.app.breaker import Breaker
from bot.app.desk import Desk
from bot.app.elsewhere import Station
from bot.app.failover import Failover
from bot.app.guard import Guard
from bot.app.lead import Leads
from bot.app.limiter import Limiter
from bot.app.meter import Meter
from bot.app.options import Options
from bot.app.pace import Pace
from bot.app.retry import Retry
from bot.app.tiers import chain_of, tier_models
from bot.core.calls import ModelRequest
from bot.ports import Provider


def stack(
    guard: Guard,
    desk: Desk,
    options: Options,
    limiters: Mapping[str, Limiter],
    meter: Meter,
    deadline: float,
    unfinished: Callable[[ModelRequest], int],
) -> Provider:
    """Outermost first: Failover(Retry(Breaker(Pace(Guard(vendor))))).

    Every attempt reserves, so the guard stands inside the retries. Every attempt waits for the rate limits, and
    holds no reservation while it waits, so the pace stands around the guard. `limiters` are by the name of the
    provider; `deadline` is a Clock.monotonic() reading past which nothing is tried again; `unfinished` says how many
    requests of a prefix are still to be answered.
    """
    clock, observer = desk.clock, desk.observer
    first, *others = chain_of(options)
    stations = [
        Station(first.name, tier_models(options), desk.counter, desk.prices),
        *(Station(link.name, tier_models(options, link), desk.counter, desk.prices) for link in others),
    ]
    breaker = Breaker(Pace(guard, limiters, meter, clock, observer), options.breaker, clock)
    return Failover(
        Retry(breaker, options.retry, clock, observer, deadline),
        stations,
        Leads(clock, options.leader_patience),
        clock,
        observer,
        deadline,
        options.retry.longest_outage,
        unfinished,
    )
