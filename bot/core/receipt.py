"""The receipt: everything a run did, found, left out and cost, as one value.

Every output (text, Markdown, JSON, SARIF, the Action's summary) is drawn from this and from nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bot.core.calls import Call
from bot.core.excerpt import Skipped
from bot.core.finding import Finding, Unplaced
from bot.core.usage import Usage

SCHEMA = "hunkwise.receipt/1"


class Status(StrEnum):
    """How a run ended (the project's interfaces define each)."""

    CLEAN = "clean"
    FINDINGS = "findings"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What was reviewed. `kind` is 'diff', 'git' or 'pull_request'; shas are None where there are none."""

    kind: str
    repo: str | None = None
    pull_request: int | None = None
    base_sha: str | None = None
    head_sha: str | None = None
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class PromptFacts:
    """Which prompt was used: the SHA-256 (hex) of the templates as rendered, and its size in tokens."""

    hash: str
    system_tokens: int


@dataclass(frozen=True, slots=True)
class SkippedWithPrice:
    """Something not reviewed, with what reviewing it would cost in dollars (None where rules left it out)."""

    skipped: Skipped
    cost_to_review_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at. hunks == reviewed + reused + duplicates + the hunks of everything skipped."""

    hunks: int
    reviewed: int
    reused: int
    duplicates: int
    skipped: tuple[SkippedWithPrice, ...]


@dataclass(frozen=True, slots=True)
class Savings:
    """Dollars saved by each means, each against the bill after the one before it; estimates, may be negative."""

    prompt_cache: Decimal = Decimal(0)
    reuse: Decimal = Decimal(0)
    duplicates: Decimal = Decimal(0)
    routing: Decimal = Decimal(0)
    batch: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Bill:
    """The money. `total_usd` is what returned usage cost, `unsettled_usd` are reservations whose usage never came
    back, `wasted_usd` the part of the total that bought no answer (truncated, refused, unparseable).
    """

    requests: int
    attempts: int
    usage: Usage
    total_usd: Decimal
    unsettled_usd: Decimal
    wasted_usd: Decimal
    by_model: dict[str, Decimal]
    saved: Savings


@dataclass(frozen=True, slots=True)
class BudgetFacts:
    """Limits (None: not limited), what was spent before this run, and by it, unsettled reservations included."""

    limit_tokens: int | None
    before_tokens: int
    spent_tokens: int
    limit_usd: Decimal | None
    before_usd: Decimal
    spent_usd: Decimal


@dataclass(frozen=True, slots=True)
class ModelCache:
    """How the prompt of one model was cached: as planned, and as it came.

    `ttl` is '5m', '1h' or 'off'; `requests` and `prefix_tokens` (an estimate) are the plan's, `expected_usd` its
    dollars a run for the shared prompt by way of caching. `writes` counts the answers that wrote a prefix;
    `saved_usd` is what caching saved, negative where it cost more.
    """

    model: str
    ttl: str
    why: str
    requests: int
    prefix_tokens: int
    predicted_hit_ratio: float
    actual_hit_ratio: float
    writes: int
    saved_usd: Decimal
    expected_usd: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CacheFacts:
    """The prompt cache in a run: predicted before anything was asked, and what happened. A hit ratio is the part of the
    input that was read from the cache. `ttl` is '5m', '1h', 'off', or 'mixed' where models differ.
    """

    ttl: str = "off"
    why: str = ""
    predicted_hit_ratio: float = 0.0
    actual_hit_ratio: float = 0.0
    by_model: tuple[ModelCache, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """One run. `notes` are plain sentences a reader must not miss (warnings, what failed and what to do)."""

    status: Status
    simulated: bool
    target: TargetFacts
    prompt: PromptFacts
    findings: tuple[Finding, ...]
    unplaced: tuple[Unplaced, ...]
    coverage: Coverage
    bill: Bill
    budget: BudgetFacts
    calls: tuple[Call, ...]
    notes: tuple[str, ...] = ()
    cache: CacheFacts = CacheFacts()
