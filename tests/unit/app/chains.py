"""A chain of providers in a few words: who answers, who is down, and a failover layer with all that it touches."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot.app.breaker import Breaker
from bot.app.elsewhere import Station
from bot.app.failover import Failover
from bot.app.lead import Leads
from bot.app.options import Options
from bot.app.retry import Retry, RetryPolicy
from bot.app.tiers import tier_models
from bot.core.breaker import BreakerPolicy
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.chain import Link, ProviderKind
from bot.core.excerpt import Tier
from bot.core.failure import FailureKind
from bot.core.models import DEFAULT_MODELS
from bot.core.pricing import PriceList, Tariff
from bot.core.progress import Switched
from bot.errors import CallFailed
from bot.ports import Provider, TokenCounter
from tests.fakes import NOON, FakeClock, NoCounter, Watcher, a_request, an_answer

HOME = Link("home", ProviderKind.ANTHROPIC, DEFAULT_MODELS)
AWS = Link(
    "aws",
    ProviderKind.BEDROCK,
    {tier: f"eu.anthropic.{model}" for tier, model in DEFAULT_MODELS.items()},
    Tariff("aws"),
)
GATEWAY = Link("gateway", ProviderKind.GATEWAY, DEFAULT_MODELS, Tariff(factor=Decimal("1.5")))
CHAIN = (HOME, AWS, GATEWAY)
STANDARD = tier_models(Options(), HOME)[Tier.STANDARD]
PRICES = PriceList(NOON, {})


def home_request(**changes: object) -> ModelRequest:
    """A request of the standard tier, as it is made for the first of the chain: cached, 5,000 tokens of prefix."""
    request = a_request(
        model=STANDARD.model,
        effort=STANDARD.effort,
        thinking=STANDARD.thinking,
        provider=HOME.name,
        prefix_tokens=5_000,
        max_tokens=5_000,
        least_output_tokens=2_000,
        cache_ttl="5m",
    )
    return replace(request, **changes)  # type: ignore[arg-type]  # checked by replace itself


@dataclass
class World:
    """A vendor for each name: it answers, or fails with the kind that `moods` names. Safe for threads."""

    moods: dict[str, FailureKind] = field(default_factory=dict)
    requests: list[ModelRequest] = field(default_factory=list)
    retry_after: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """As the mood is."""
        with self._lock:
            self.requests.append(request)
            mood = self.moods.get(request.provider)
        if mood is not None:
            raise CallFailed(mood, "so it is", retry_after=self.retry_after)
        begun()
        return an_answer()

    def asked(self) -> list[str]:
        """Whom, in order."""
        return [request.provider for request in self.requests]


@dataclass
class Bench:
    """A failover layer over a world, with or without retries and breakers between."""

    world: Provider
    chain: tuple[Link, ...] = CHAIN
    counter: TokenCounter = field(default_factory=NoCounter)
    clock: FakeClock = field(default_factory=FakeClock)
    watcher: Watcher = field(default_factory=Watcher)
    deadline: float = 1e9
    unfinished: int = 200
    attempts: int = 8
    patience: float = 20.0

    def bare(self) -> Failover:
        """The layer right over the world."""
        return self._over(self.world)

    def whole(self) -> Failover:
        """Over retries and breakers, as in bot/app/stack.py."""
        breaker = Breaker(self.world, BreakerPolicy(), self.clock)
        return self._over(Retry(breaker, RetryPolicy(self.attempts), self.clock, self.watcher, self.deadline))

    def _over(self, inner: Provider) -> Failover:
        stations = [Station(link.name, tier_models(Options(), link), self.counter, PRICES) for link in self.chain]
        leads = Leads(self.clock, self.patience)
        return Failover(
            inner, stations, leads, self.clock, self.watcher, self.deadline, 120.0, lambda _: self.unfinished
        )

    def switches(self) -> list[tuple[str, str]]:
        """From whom to whom, in order."""
        return [(event.left, event.to) for event in self.watcher.events if isinstance(event, Switched)]


def ending(provider: Provider, request: ModelRequest | None = None) -> FailureKind | None:
    """How a call ends; None for an answer."""
    try:
        provider.ask(request or home_request(), lambda: None)
    except CallFailed as failed:
        return failed.kind
    return None
