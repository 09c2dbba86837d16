"""One link of the chain at work: how a request reads there, and what it costs there."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace

from bot.app.guard import with_margin
from bot.app.requests import UNCOUNTED_OVERHEAD_TOKENS
from bot.app.tiers import TierModel
from bot.core.bill import ANSWER_TOKENS_A_HUNK
from bot.core.calls import ModelRequest
from bot.core.excerpt import Tier
from bot.core.models import base_name, thinking_tokens, traits_of
from bot.core.pricing import PriceList
from bot.core.switching import Costs
from bot.core.tokens import bound_tokens, estimate_tokens
from bot.core.usage import Usage
from bot.ports import TokenCounter


def ttl_of(request: ModelRequest) -> str | None:
    """For how long its whole prefix stays cached; None where nothing is."""
    return request.facts_ttl or request.cache_ttl


def prefix_of(request: ModelRequest) -> Hashable:
    """What its cached prefix hangs on."""
    return request.provider, request.model, request.effort


@dataclass(frozen=True, slots=True)
class Station:
    """A link with its tiers. Safe for threads."""

    name: str
    tiers: Mapping[Tier, TierModel]
    counter: TokenCounter
    prices: PriceList
    _prefixes: dict[str, int] = field(default_factory=dict, repr=False)
    _counting: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def model(self, request: ModelRequest) -> str:
        """The model that is asked here for what the request asks."""
        return request.model if request.provider == self.name else self.tiers[Tier(request.purpose.tier)].model

    def request(self, request: ModelRequest) -> ModelRequest:
        """The request as it is asked here: model, price, effort, room for thinking, and the prefix's size are its own.

        What is asked stays the same, word for word. What became of an earlier run's cache is asked of the preferred
        provider alone.
        """
        if request.provider == self.name:
            return request
        tier = self.tiers[Tier(request.purpose.tier)]
        thinking = thinking_tokens(tier.effort, tier.traits)
        more = thinking - thinking_tokens(request.effort, traits_of(request.model))
        most = tier.traits.max_output_tokens
        asked = replace(
            request,
            provider=self.name,
            model=tier.model,
            tariff=tier.tariff,
            effort=tier.effort,
            thinking=tier.thinking,
            max_tokens=min(most, max(1, request.max_tokens + more)),
            least_output_tokens=min(most, max(1, request.least_output_tokens + more)),
            diagnosed=False,
            previous_message_id=None,
        )
        return replace(asked, prefix_tokens=self._prefix_tokens(asked, base_name(request.model)))

    def costs(self, request: ModelRequest, ttl: str) -> Costs:
        """What a request that is asked here costs, estimated; its prefix cached for `ttl`."""
        prefix = request.prefix_tokens
        written = Usage(cache_write_1h_tokens=prefix) if ttl == "1h" else Usage(cache_write_5m_tokens=prefix)
        rest = Usage(
            input_tokens=sum(estimate_tokens(hunk) for hunk in request.hunks),
            output_tokens=ANSWER_TOKENS_A_HUNK * request.purpose.hunks,
        )
        parts = (Usage(cache_read_tokens=prefix), written, Usage(input_tokens=prefix), rest)
        return Costs(*(self.prices.cost(request.model, usage, request.tariff) for usage in parts))

    def _prefix_tokens(self, asked: ModelRequest, name: str) -> int:
        """The same model counts the same everywhere; another one is asked once, or bounded by bytes."""
        if base_name(asked.model) == name:
            return asked.prefix_tokens
        with self._counting:
            if asked.model not in self._prefixes:
                counted = self.counter.count(replace(asked, hunks=()))
                self._prefixes[asked.model] = _bound(asked) if counted is None else with_margin(counted)
            return self._prefixes[asked.model]


def _bound(asked: ModelRequest) -> int:
    """The most tokens that system, schema and facts can be."""
    texts = bound_tokens(asked.system) + bound_tokens(asked.facts)
    return texts + len(str(asked.contract.schema)) + UNCOUNTED_OVERHEAD_TOKENS
