"""One call to a model as values: the request, the answer, and the record that goes on the receipt."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.core.pricing import LIVE, Tariff
from bot.core.savings import Saved
from bot.core.usage import Usage

ANTHROPIC = "anthropic"
"""The name of the provider that is asked where the configuration names no other."""


class Outcome(StrEnum):
    """How a call that came back with usage ended; only ANSWERED is worth its money."""

    ANSWERED = "answered"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    UNPARSEABLE = "unparseable"


class Feature(StrEnum):
    """What a call is for: the step of the run that made it."""

    REVIEW = "review"
    TRIAGE = "triage"
    DRAFT = "draft"
    CONFIRM = "confirm"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class Contract:
    """What an answer must look like: the JSON schema that is sent and the parser that reads what comes back.

    `parse` raises ValueError where the text does not hold to the schema.
    """

    name: str
    schema: Mapping[str, Any]
    parse: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a request is for, as its calls appear on the receipt: tier, the rule that chose it, hunks asked about.

    `kinds` says how many of them are of which kind of file (core/languages), in its order.
    """

    tier: str
    why: str
    hunks: int
    feature: Feature = Feature.REVIEW
    kinds: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """Everything one request says, independent of any vendor's SDK.

    `system` and `facts` are byte-identical for every request of one model in a run. `cache_ttl` ('5m', '1h' or None)
    puts a cache breakpoint behind `system`, `facts_ttl` one behind `facts`, and never a longer one than the first.
    `hunks` are the varying blocks. `thinking` is
    'adaptive', 'disabled', 'between_tools' or None (not sent), `effort` likewise. `prefix_tokens` is what
    counting system, schema and facts gave (an upper bound where they could not be counted).
    `max_tokens` may be lowered to `least_output_tokens` when a budget is tight. `attempt` counts from 1 and may take
    `seconds`, but not beyond the Clock.monotonic() reading `until`. `rank` is its place in the plan: where money is
    short, lower ranks come first. `provider` names who is asked, as the configuration calls it; `model` is that
    provider's own id, and `tariff` what its tokens cost there. Where `diagnosed`, the API is asked why the prefix of
    `previous_message_id` could not be read (None: this request only is to be remembered).
    """

    model: str
    system: str
    facts: str
    hunks: tuple[str, ...]
    contract: Contract
    max_tokens: int
    least_output_tokens: int
    prefix_tokens: int
    purpose: Purpose
    attempt: int = 1
    seconds: float = 300.0
    until: float = math.inf
    cache_ttl: str | None = None
    facts_ttl: str | None = None
    thinking: str | None = None
    effort: str | None = None
    rank: int = 0
    provider: str = ANTHROPIC
    tariff: Tariff = LIVE
    diagnosed: bool = False
    previous_message_id: str | None = None

    @property
    def ttls(self) -> frozenset[str]:
        """The times to live of its breakpoints, one or two; empty where nothing is cached."""
        return frozenset(ttl for ttl in (self.cache_ttl, self.facts_ttl) if ttl)

    @property
    def key(self) -> str:
        """SHA-256 (hex) of all that decides the answer: what is asked of whom, not what it may cost."""
        asked = [
            self.model,
            self.system,
            self.facts,
            list(self.hunks),
            self.contract.schema,
            self.thinking,
            self.effort,
        ]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What came back from one call. `parsed` is the contract's value where the outcome is ANSWERED.

    `cache_miss` is the API's word for why the prefix of an earlier request could not be read, where it was asked.
    """

    text: str
    usage: Usage
    outcome: Outcome
    request_id: str | None
    parsed: Any = None
    message_id: str | None = None
    cache_miss: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt, as the receipt shows it.

    `outcome` is an Outcome or FailureKind value. `cost_usd` is what returned usage cost; `unsettled_usd` and
    `unsettled_tokens` are the reservation of an attempt whose usage never came back. Exactly one of the two
    sides is ever non-zero. `id` is its row in the ledger, `at` when it was made, `key` the name of the variable with
    its key; `saved` is what each means saved on it.
    """

    model: str
    tier: str
    why: str
    hunks: int
    attempt: int
    outcome: str
    request_id: str | None
    latency_ms: int
    usage: Usage
    cost_usd: Decimal
    unsettled_usd: Decimal = Decimal(0)
    unsettled_tokens: int = 0
    feature: Feature = Feature.REVIEW
    provider: str = ANTHROPIC
    tariff: Tariff = LIVE
    id: str = ""
    at: datetime | None = None
    key: str = ""
    kinds: tuple[tuple[str, int], ...] = ()
    saved: Saved = field(default_factory=Saved)
