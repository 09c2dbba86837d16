"""What a run may be told, and the defaults; bot/settings fills it from flags, environment and files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bot.app.retry import RetryPolicy
from bot.core.breaker import BreakerPolicy
from bot.core.budget import Limits
from bot.core.chain import Link
from bot.core.choose import RequestSizes
from bot.core.event import EventRules
from bot.core.excerpt import Tier
from bot.core.finding import Severity
from bot.core.ledger.budgets import Budgets
from bot.core.models import DEFAULT_MODELS, TIER_EFFORT
from bot.core.posting import PostingRules
from bot.core.pricing import ModelPrice
from bot.core.prompt.system import Instruction
from bot.core.route import Routing
from bot.core.verify import Verify


class Mode(StrEnum):
    """When answers are wanted: at once, at half price when a batch has ended, or as the change's size says."""

    LIVE = "live"
    BATCH = "batch"
    AUTO = "auto"


DEFAULT_LIMITS = Limits(tokens=600_000, usd=Decimal("1.50"))
"""Covers 99 of 100 real pull requests (bench/default_budget.py measures it) and no more."""


@dataclass(frozen=True, slots=True)
class Options:
    """Everything a user may choose. Times are in seconds, sizes in tokens, money in dollars.

    `models` are those of the provider that is asked first; `providers` the whole chain, () for Anthropic alone.
    `cache_ttl` is 'auto', '5m', '1h', or None for no caching.
    """

    models: Mapping[Tier, str] = field(default_factory=lambda: dict(DEFAULT_MODELS))
    effort: Mapping[Tier, str] = field(default_factory=lambda: dict(TIER_EFFORT))
    providers: tuple[Link, ...] = ()
    prices: Mapping[str, ModelPrice] = field(default_factory=dict)
    limits: Limits = DEFAULT_LIMITS
    budgets: Budgets = field(default_factory=Budgets)
    cheaper_when_tight: bool = True
    routing: Routing = Routing.RULES
    verify: Verify = Verify.NONE
    cache_ttl: str | None = "auto"
    concurrency: int = 8
    sizes: RequestSizes = field(default_factory=RequestSizes)
    context_tokens: int = 300
    silence_seconds: float = 60.0
    run_seconds: float = 1_200.0
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)
    leader_patience: float = 20.0
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    style_guide: str = ""
    instructions: tuple[Instruction, ...] = ()
    language: str = "English"
    min_confidence: float = 0.6
    severity: Severity = Severity.WARNING
    fail_on: Severity | None = None
    on_incomplete: str = "fail"
    mode: Mode = Mode.LIVE
    auto_batch_hunks: int = 100
    leader_wait: float = 600.0
    events: EventRules = field(default_factory=EventRules)
    posting: PostingRules = field(default_factory=PostingRules)

    @property
    def effective_routing(self) -> Routing:
        """The routing, but where all tiers are one model there are no tiers to choose; triage can still leave out."""
        return self.routing if len(self.model_ids) > 1 or self.routing is Routing.TRIAGE else Routing.FIXED

    @property
    def model_ids(self) -> tuple[str, ...]:
        """Every model a run may ask, each once."""
        return tuple(dict.fromkeys(self.models.values()))
