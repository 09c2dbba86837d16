"""The receipt: everything a run did, found, left out and cost, as one value.

Every output (text, Markdown, JSON, SARIF, the Action's summary) is drawn from this and from nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.core.calls import Call
from bot.core.excerpt import Skipped
from bot.core.finding import Finding, Unplaced
from bot.core.ledger.standing import Standing
from bot.core.savings import Saved
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
    """What was reviewed. `kind` is 'diff', 'git' or 'pull_request'; shas are None where there are none.

    `author` is the login of the pull request's author, `team` whom its cost is counted for; '' where nobody is known.
    """

    kind: str
    repo: str | None = None
    pull_request: int | None = None
    base_sha: str | None = None
    head_sha: str | None = None
    title: str = ""
    description: str = ""
    author: str = ""
    team: str = ""


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
    saved: Saved


@dataclass(frozen=True, slots=True)
class TierShare:
    """What one tier did: the hunks it was asked about and answered (one that is drafted and confirmed counts for both
    tiers), and the dollars it took, triage and verification included.
    """

    hunks: int
    usd: Decimal


@dataclass(frozen=True, slots=True)
class RoutingFacts:
    """How hunks found their models, and what that saved against one look at everything on one model.

    Estimates, from this run's own tokens; negative where routing cost more than it saved.
    """

    mode: str
    verify: str
    all_standard_usd: Decimal
    all_strong_usd: Decimal
    saved_vs_standard_usd: Decimal
    saved_vs_strong_usd: Decimal
    by_tier: Mapping[str, TierShare]


@dataclass(frozen=True, slots=True)
class BudgetFacts:
    """Limits (None: not limited), what was spent before this run, and by it, unsettled reservations included.

    `periods` are the budgets over time that the run counts against, as they stood when it ended.
    """

    limit_tokens: int | None
    before_tokens: int
    spent_tokens: int
    limit_usd: Decimal | None
    before_usd: Decimal
    spent_usd: Decimal
    periods: tuple[Standing, ...] = ()


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
class RouteFacts:
    """What a run asked of one model by one endpoint about one repository: all of it, and its busiest minute.

    `input_tokens` are those that count against a rate limit: cache reads do not.
    """

    model: str
    endpoint: str
    repository: str | None
    requests: int
    input_tokens: int
    output_tokens: int
    rate_limited: int
    requests_per_minute_peak: int
    input_tokens_per_minute_peak: int
    output_tokens_per_minute_peak: int


@dataclass(frozen=True, slots=True)
class PacingFacts:
    """How the run fared with the rate limits. `waits` counts the times that the next request was held back for
    `waited_ms` in all, because a limit was nearly used up or the server had said so.
    """

    requests_per_minute_peak: int = 0
    waits: int = 0
    waited_ms: int = 0
    rate_limited: int = 0
    by: tuple[RouteFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class RunTimes:
    """Which run it was: its id in the ledger, when it began and when it ended (aware; None where it is not known)."""

    id: str = ""
    began: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """What reached the pull request: fingerprints of findings that stand there, inline or in the summary, and of those
    of earlier runs that this push has dealt with.
    """

    posted: tuple[str, ...] = ()
    addressed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """One run. `notes` are plain sentences a reader must not miss (warnings, what failed and what to do).

    `routing` is None where nothing was routed, since no review was made. `interrupted` says that somebody ended the
    run, even where nothing of the diff is missing for it.
    """

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
    routing: RoutingFacts | None = None
    interrupted: bool = False
    notes: tuple[str, ...] = ()
    cache: CacheFacts = CacheFacts()
    pacing: PacingFacts = PacingFacts()
    run: RunTimes = RunTimes()
    delivery: DeliveryFacts = DeliveryFacts()
