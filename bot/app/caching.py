"""Where each model's prompt gets its breakpoints in a run, by the arithmetic of core/cache_plan.py."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

from bot.app.options import Options
from bot.app.prepare import Prepared
from bot.app.tiers import TierModel, chain_of
from bot.core.answer import REVIEW
from bot.core.cache_plan import OFF, TTL_SECONDS, CacheChoice, choose_ttl, prefix_price
from bot.core.excerpt import Batch, Tier
from bot.core.prefix_plan import PrefixPlan
from bot.core.prefix_use import Earlier, hash_of, prefix_hash
from bot.core.pricing import PriceList
from bot.core.size import excerpt_tokens
from bot.core.tokens import BYTES_PER_TOKEN, estimate_tokens
from bot.ports import PrefixHistory

AUTO = "auto"
ANSWER_SECONDS = 20.0
"""What an answer takes, more or less: it only has to tell a run of minutes from one of hours."""

_COMPANY = 2
"""So many requests are assumed on a model that nothing is planned for: what moves there moves in company."""

SCHEMA_TOKENS = len(str(REVIEW.schema)) // BYTES_PER_TOKEN
"""The schema's likely size: the API puts it before the system prompt."""

Prefixes = Mapping[Hashable, PrefixPlan]
"""The plan of every prefix of a run, by `TierModel.prefix`."""


@dataclass(frozen=True, slots=True)
class CachePlanner:
    """Plans prefixes for one run. `history` is None where nothing is kept between runs.

    The moment that counts as now is that of the prices, so that a quote and a review of one plan decide alike.
    """

    prepared: Prepared
    options: Options
    prices: PriceList
    history: PrefixHistory | None = None

    def prefixes(self, tiers: Mapping[Tier, TierModel]) -> Prefixes:
        """A plan for each prefix of these tiers, for those too that nothing is planned on: requests may move there."""
        plans: dict[Hashable, PrefixPlan] = {}
        for tier in tiers.values():
            batches = [one for one in self.prepared.batches if tiers[one.route.tier].prefix == tier.prefix]
            plans.setdefault(tier.prefix, self.plan(tier, batches))
        return plans

    def plan(self, tier: TierModel, batches: list[Batch]) -> PrefixPlan:
        """The plan for so many requests to one model."""
        key = prefix_hash(tier.model, tier.effort, tier.thinking, REVIEW.schema, self.prepared.system)
        family = hash_of(
            [self.prepared.target.facts.repo, tier.model, tier.effort, tier.thinking, self.prepared.made_from]
        )
        earlier = self.history.earlier(key, family) if self.history and batches else Earlier()
        plan = PrefixPlan(
            model=tier.model,
            key=key,
            family=family,
            requests=len(batches),
            system_tokens=estimate_tokens(self.prepared.system) + SCHEMA_TOKENS,
            facts_tokens=estimate_tokens(self.prepared.facts),
            hunk_tokens=sum(excerpt_tokens(excerpt) for batch in batches for excerpt in batch.excerpts),
            least_tokens=tier.traits.least_cacheable_tokens,
            earlier=earlier,
            diagnosed=self.history is not None,
        )
        return self._with_breakpoints(plan)

    def _with_breakpoints(self, plan: PrefixPlan) -> PrefixPlan:
        """The plan with a breakpoint wherever one pays."""
        if self.options.cache_ttl is None:
            return replace(plan, why="The settings say not to cache it.")
        if plan.system_tokens + plan.facts_tokens < plan.least_tokens:
            return replace(plan, too_short=True, why=f"It is too short for the cache of {plan.model}.")
        if plan.system_tokens < plan.least_tokens:  # only both together are long enough, and those no other run shares
            whole = self._choice(plan, plan.system_tokens + plan.facts_tokens)
            return replace(plan, facts_ttl=whole.ttl, why=whole.why, expected=whole.expected)
        gaps = plan.earlier.gaps(self.prices.at)
        alone, system = self._choice(plan, plan.system_tokens), self._choice(plan, plan.system_tokens, gaps)
        facts = self._choice(plan, plan.facts_tokens)
        loses_alone = system.ttl is not None and alone.expected[system.ttl] > alone.expected[OFF]
        return replace(
            plan,
            system_ttl=system.ttl,
            facts_ttl=facts.ttl,
            why=system.why,
            expected=system.expected,
            for_later=loses_alone and not self._insisted(plan),
            left_by=plan.earlier.living(self.prices.at) if system.ttl else None,
        )

    def _choice(self, plan: PrefixPlan, tokens: int, gaps: tuple[float, ...] = ()) -> CacheChoice:
        """What the arithmetic says. Earlier runs only add to what caching saves, so the system prompt never lives
        shorter than the facts, as the API wants it. A time to live in the settings is the only one that may be chosen,
        and is obeyed where requests share the prefix at all.
        """
        requests = plan.requests or _COMPANY
        price = prefix_price(self.prices, plan.model, tokens, chain_of(self.options)[0].tariff)
        asked = self.options.cache_ttl
        ttls = tuple(TTL_SECONDS) if asked in {None, AUTO} else (str(asked),)
        choice = choose_ttl(gaps, requests, self._seconds(requests), price, ttls)
        if self._insisted(plan) and choice.ttl is None:
            return replace(choice, ttl=asked, why=f"The settings say to cache it for {asked}.")
        return choice

    def _insisted(self, plan: PrefixPlan) -> bool:
        return self.options.cache_ttl != AUTO and plan.requests != 1

    def _seconds(self, requests: int) -> float:
        """What so many requests will take, more or less: those to one model are asked much at the same time."""
        return ANSWER_SECONDS * math.ceil(requests / self.options.concurrency)
