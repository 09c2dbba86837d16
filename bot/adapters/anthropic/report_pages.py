"""The pages of the usage and the cost report as Anthropic's Admin API writes them.

Source: platform.claude.com/docs, «Get Messages Usage Report» and «Get Cost Report» (read November 2026). The installed
SDK has no types for these two; since October 2026 the documentation calls them legacy, in favour of
/v1/organizations/analytics, which is in beta. Fields that are not needed are ignored, so that new ones do no harm.
"""

from __future__ import annotations

from datetime import UTC, date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from bot.core.cost.billed import CostLine, UsageLine
from bot.core.usage import Usage

_CENTS = 100
_KINDS = {
    "uncached_input_tokens": "input_tokens",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write_5m_tokens",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "output_tokens": "output_tokens",
}
_Tokens = Annotated[int, Field(ge=0)]


class _CacheCreation(BaseModel):
    ephemeral_5m_input_tokens: _Tokens = 0
    ephemeral_1h_input_tokens: _Tokens = 0


class _UsageResult(BaseModel):
    """Tokens of one group; `model` is null only where it is not grouped by."""

    model: str
    service_tier: str
    api_key_id: str | None = None
    workspace_id: str | None = None
    uncached_input_tokens: _Tokens
    cache_creation: _CacheCreation
    cache_read_input_tokens: _Tokens
    output_tokens: _Tokens

    @property
    def usage(self) -> Usage:
        """By the kinds that have a price of their own."""
        return Usage(
            input_tokens=self.uncached_input_tokens,
            cache_write_5m_tokens=self.cache_creation.ephemeral_5m_input_tokens,
            cache_write_1h_tokens=self.cache_creation.ephemeral_1h_input_tokens,
            cache_read_tokens=self.cache_read_input_tokens,
            output_tokens=self.output_tokens,
        )


class _CostResult(BaseModel):
    """Cents of one group, as a decimal string; model, tier and token type are null where no tokens were bought."""

    amount: Decimal
    currency: Literal["USD"]
    description: str | None = None
    model: str | None = None
    service_tier: str | None = None
    token_type: str | None = None
    cost_type: str | None = None
    workspace_id: str | None = None


class _Bucket(BaseModel):
    starting_at: AwareDatetime

    @property
    def day(self) -> date:
        """Its day of UTC."""
        return self.starting_at.astimezone(UTC).date()


class _UsageBucket(_Bucket):
    results: list[_UsageResult]


class _CostBucket(_Bucket):
    results: list[_CostResult]


class Page(BaseModel):
    """What both reports say of what follows."""

    has_more: bool
    next_page: str | None = None


class UsagePage(Page):
    """A page of the usage report, in buckets of a day."""

    data: list[_UsageBucket]

    def lines(self) -> list[UsageLine]:
        """Its results as values."""
        return [
            UsageLine(
                bucket.day,
                one.model,
                one.service_tier,
                one.api_key_id,
                one.workspace_id,
                one.usage,
            )
            for bucket in self.data
            for one in bucket.results
        ]


class CostPage(Page):
    """A page of the cost report."""

    data: list[_CostBucket]

    def lines(self) -> list[CostLine]:
        """Its results as values, in dollars. A kind of token that is new bought no tokens that the ledger knows."""
        return [_cost_line(bucket, one) for bucket in self.data for one in bucket.results]


def _cost_line(bucket: _CostBucket, one: _CostResult) -> CostLine:
    kind = _KINDS.get(one.token_type or "", "")
    return CostLine(
        bucket.day,
        (one.model or "") if kind else "",
        one.service_tier or "",
        one.workspace_id,
        kind,
        one.description or one.cost_type or "costs without a description",
        one.amount / _CENTS,
    )
