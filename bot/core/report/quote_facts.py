"""What `hunkwise quote` says about a plan before anything is paid, and the same as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.core.excerpt import Skipped
from bot.core.report.receipt_json import money, money_or_none

SCHEMA = "hunkwise.quote/1"


@dataclass(frozen=True, slots=True)
class PriceRange:
    """Dollars: the least a thing can cost, and the most (what would be reserved for it)."""

    lowest: Decimal
    highest: Decimal


@dataclass(frozen=True, slots=True)
class QuotedRequest:
    """One request of the plan, in the order of asking.

    `input_tokens` is the estimate of all it sends, shared prompt included; `risk` is the score of its riskiest hunk;
    `why` is the rule that chose the tier, `feature` the step it belongs to.
    """

    tier: str
    model: str
    hunks: int
    files: tuple[str, ...]
    input_tokens: int
    risk: int
    why: str
    feature: str = "review"


@dataclass(frozen=True, slots=True)
class StepQuote:
    """One step of the run: what it is for, the most requests it makes, and what it can cost."""

    feature: str
    requests: int
    price: PriceRange


@dataclass(frozen=True, slots=True)
class TierQuote:
    """What the whole plan would cost if every request went to this tier."""

    tier: str
    model: str
    price: PriceRange


@dataclass(frozen=True, slots=True)
class QuoteFacts:
    """The plan and its price.

    `hunks` counts all of the diff's hunks, `duplicates` those answered with an equal one, `reused` those reviewed
    before. `requests` are those that are sure to be made, but for what triage changes of the rules' plan; `steps` are
    all that may follow on each other, confirmations and verification included, which wait for what is found. `planned`
    is the price of the plan as it would run; `with_cache` and `without_cache` are the same plan with and without prompt
    caching. `highest_tokens` is the most it can use. Limits are None where there is none.
    """

    hunks: int
    duplicates: int
    reused: int
    requests: tuple[QuotedRequest, ...]
    system_tokens: int
    highest_tokens: int
    tiers: tuple[TierQuote, ...]
    planned: PriceRange
    with_cache: PriceRange
    without_cache: PriceRange
    limit_usd: Decimal | None
    limit_tokens: int | None
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...] = ()
    steps: tuple[StepQuote, ...] = ()

    @property
    def planned_hunks(self) -> int:
        """The hunks that would be asked about."""
        return sum(request.hunks for request in self.requests if request.feature != "triage")

    @property
    def input_tokens(self) -> int:
        """The estimated input of all requests together."""
        return sum(request.input_tokens for request in self.requests)

    @property
    def fits_usd(self) -> bool:
        """True where even the highest price stays within the budget in dollars."""
        return self.limit_usd is None or self.planned.highest <= self.limit_usd

    @property
    def fits_tokens(self) -> bool:
        """True where even the most tokens stay within the budget in tokens."""
        return self.limit_tokens is None or self.highest_tokens <= self.limit_tokens


def quote_as_json(quote: QuoteFacts) -> dict[str, Any]:
    """The quote as JSON values; money as decimal strings in dollars."""
    return {
        "schema": SCHEMA,
        "hunks": quote.hunks,
        "planned_hunks": quote.planned_hunks,
        "duplicates": quote.duplicates,
        "reused": quote.reused,
        "requests": [_request(number, request) for number, request in enumerate(quote.requests, 1)],
        "tokens": {
            "system": quote.system_tokens,
            "input_estimate": quote.input_tokens,
            "highest": quote.highest_tokens,
        },
        "price_usd": {
            "planned": _range(quote.planned),
            "with_cache": _range(quote.with_cache),
            "without_cache": _range(quote.without_cache),
            "by_step": {one.feature: {"requests": one.requests, **_range(one.price)} for one in quote.steps},
            "by_tier": {one.tier: {"model": one.model, **_range(one.price)} for one in quote.tiers},
        },
        "budget": {
            "tokens": {"limit": quote.limit_tokens, "highest_fits": quote.fits_tokens},
            "usd": {"limit": money_or_none(quote.limit_usd), "highest_fits": quote.fits_usd},
        },
        "skipped": [_skipped(skipped) for skipped in quote.skipped],
        "notes": list(quote.notes),
    }


def _request(number: int, request: QuotedRequest) -> dict[str, Any]:
    return {
        "number": number,
        "tier": request.tier,
        "model": request.model,
        "hunks": request.hunks,
        "files": list(request.files),
        "input_tokens": request.input_tokens,
        "risk": request.risk,
        "why": request.why,
        "feature": request.feature,
    }


def _range(price: PriceRange) -> dict[str, str]:
    return {"lowest": money(price.lowest), "highest": money(price.highest)}


def _skipped(skipped: Skipped) -> dict[str, Any]:
    return {
        "path": skipped.path,
        "hunk": skipped.hunk,
        "reason": skipped.reason.value,
        "detail": skipped.detail,
        "hunks": skipped.hunks,
    }
