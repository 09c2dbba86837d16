"""The layers around one model call, in the one place where their order is read."""

from __future__ import annotations

from collections.abc import Callable

from bot.app.breaker import Breaker
from bot.app.elsewhere import Station
from bot.app.failover import Failover
from bot.app.guard import Guard
from bot.app.lead import Leads
from bot.app.options import Options
from bot.app.retry import Retry
from bot.app.tiers import chain_of, tier_models
from bot.core.calls import ModelRequest
from bot.core.pricing import PriceList
from bot.ports import Clock, Observer, Provider, TokenCounter


def stack(
    guard: Guard,
    options: Options,
    prices: PriceList,
    counter: TokenCounter,
    clock: Clock,
    observer: Observer,
    deadline: float,
    unfinished: Callable[[ModelRequest], int],
) -> Provider:
    """Outermost first: Failover(Retry(Breaker(Guard(vendor)))). Every attempt reserves, so the guard stands inside.

    `deadline` is a Clock.monotonic() reading past which nothing is tried again; `unfinished` says how many requests of
    a prefix are still to be answered.
    """
    first, *others = chain_of(options)
    stations = [
        Station(first.name, tier_models(options), counter, prices),
        *(Station(link.name, tier_models(options, link), counter, prices) for link in others),
    ]
    breaker = Breaker(guard, options.breaker, clock)
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
