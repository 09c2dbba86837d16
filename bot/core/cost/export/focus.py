"""FOCUS 1.2, the FinOps Open Cost and Usage Specification (https://focus.finops.org): a charge a line.

Which columns there must be, when they may be empty and which values they may have is from the specification, version
1.2; docs/exports.md says how a ledger's row fits it. What the specification ties to features that a ledger does not
know (commitments, reservations, regions, resources, second currencies) is left out, or empty where version 1.0 asked
for the column.
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Context, Decimal

from bot.core.cost.export.cells import Column
from bot.core.cost.export.charge import Charge

VERSION = "1.2"
TOKENS, REQUESTS = "Tokens", "Requests"

_UNIT_PRICE = Context(prec=34)
"""Digits of a decimal128, the widest that the specification names; an average price has no last digit."""


def _second(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _tags(row: Charge) -> str | None:
    run, opening = row.run, row.opening
    tags = {
        "repository": run.repository,
        "team": run.team,
        "author": run.author,
        "pull_request": "" if run.pull_request is None else str(run.pull_request),
        "feature": opening.feature,
        "tier": opening.tier,
        "state": row.state.value,
    }
    return json.dumps({name: value for name, value in tags.items() if value}, ensure_ascii=False)


def _quantity(row: Charge) -> Decimal | None:
    """What is priced: tokens. An imported row may cost something and have none; then it is the request itself."""
    if row.tokens is None:
        return None
    return Decimal(row.tokens or 1)


def _unit(row: Charge) -> str | None:
    if row.tokens is None:
        return None
    return TOKENS if row.tokens else REQUESTS


def _each(row: Charge, usd: Decimal) -> Decimal | None:
    """Dollars a unit: an average, since the kinds of tokens in a request have prices of their own."""
    quantity = _quantity(row)
    return None if quantity is None else _UNIT_PRICE.divide(usd, quantity)


def _nothing(_: Charge) -> None:
    return None


_FOCUS: tuple[Column, ...] = (
    Column("AvailabilityZone", "Empty: not known.", _nothing),
    Column("BilledCost", "Cost, or the reservation where usage is unknown.", lambda row: row.spent_usd),
    Column("BillingAccountId", "PROVIDER/KEY: the key's variable, never the key.", lambda row: row.account),
    Column(
        "BillingAccountName", "The key's variable; empty for access without a key.", lambda row: _said(row.opening.key)
    ),
    Column("BillingCurrency", "USD.", lambda _: "USD"),
    Column("BillingPeriodEnd", "The end of the month, UTC.", lambda row: _second(row.month[1])),
    Column("BillingPeriodStart", "The beginning of the month, UTC.", lambda row: _second(row.month[0])),
    Column(
        "ChargeCategory",
        "Usage; Adjustment where usage is unknown.",
        lambda row: "Adjustment" if row.is_estimate else "Usage",
    ),
    Column("ChargeClass", "Empty: no row corrects an earlier month.", _nothing),
    Column("ChargeDescription", "Step, hunks, model and mode in a line.", lambda row: row.description),
    Column("ChargeFrequency", "Usage-Based.", lambda _: "Usage-Based"),
    Column("ChargePeriodEnd", "The end of the hour, UTC.", lambda row: _second(row.hour[1])),
    Column("ChargePeriodStart", "The hour in which it began, UTC.", lambda row: _second(row.hour[0])),
    Column("CommitmentDiscountCategory", "Empty: no commitments.", _nothing),
    Column("CommitmentDiscountId", "Empty: no commitments.", _nothing),
    Column("CommitmentDiscountName", "Empty: no commitments.", _nothing),
    Column("CommitmentDiscountStatus", "Empty: no commitments.", _nothing),
    Column("CommitmentDiscountType", "Empty: no commitments.", _nothing),
    Column("ConsumedQuantity", "Tokens of all kinds; empty where unknown.", lambda row: row.tokens),
    Column("ConsumedUnit", "Tokens.", lambda row: None if row.tokens is None else TOKENS),
    Column("ContractedCost", "The same as BilledCost.", lambda row: row.spent_usd),
    Column("ContractedUnitPrice", "ContractedCost by PricingQuantity.", lambda row: _each(row, row.spent_usd)),
    Column("EffectiveCost", "The same as BilledCost: nothing is amortised.", lambda row: row.spent_usd),
    Column("InvoiceIssuerName", "Who bills: the platform's company.", lambda row: row.vendor),
    Column("ListCost", "At the live price, without the discount of a batch.", lambda row: row.list_usd),
    Column("ListUnitPrice", "ListCost by PricingQuantity.", lambda row: _each(row, row.list_usd)),
    Column(
        "PricingCategory",
        "Standard; empty where usage is unknown.",
        lambda row: None if row.is_estimate else "Standard",
    ),
    Column("PricingQuantity", "As ConsumedQuantity; 1 request for a cost without tokens.", _quantity),
    Column("PricingUnit", "Tokens, or Requests.", _unit),
    Column("ProviderName", "Who sells: the platform's company.", lambda row: row.vendor),
    Column("PublisherName", "Who made the model.", lambda row: row.publisher),
    Column("RegionId", "Empty: not known.", _nothing),
    Column("RegionName", "Empty: not known.", _nothing),
    Column("ResourceId", "Empty: a model is no resource of one's own.", _nothing),
    Column("ResourceName", "Empty.", _nothing),
    Column("ResourceType", "Empty.", _nothing),
    Column("ServiceCategory", "AI and Machine Learning.", lambda _: "AI and Machine Learning"),
    Column("ServiceName", "Claude API, Amazon Bedrock, Vertex AI, or the platform's models.", lambda row: row.service),
    Column("ServiceSubcategory", "Generative AI.", lambda _: "Generative AI"),
    Column("SkuId", "The model's id.", lambda row: row.opening.model),
    Column("SkuMeter", "Tokens.", lambda _: TOKENS),
    Column("SkuPriceDetails", "A JSON object: x_Mode is live or batch.", lambda row: json.dumps({"x_Mode": row.mode})),
    Column("SkuPriceId", "MODEL/live or MODEL/batch.", lambda row: f"{row.opening.model}/{row.mode}"),
    Column("SubAccountId", "The team.", lambda row: _said(row.run.team)),
    Column("SubAccountName", "The team.", lambda row: _said(row.run.team)),
    Column("Tags", "A JSON object: repository, team, author, pull_request, feature, tier, state.", _tags),
)

_OWN: tuple[Column, ...] = (
    Column("x_LedgerRowId", "The ledger's row.", lambda row: row.opening.id),
    Column("x_RunId", "The run it belongs to.", lambda row: row.run.run_id),
    Column("x_StartedAt", "When it began, to the microsecond.", lambda row: row.opening.at),
    Column("x_State", "settled, unsettled or open.", lambda row: row.state.value),
    Column("x_Outcome", "How it ended, as on the receipt.", lambda row: row.outcome),
    Column("x_EstimatedCost", "The part of BilledCost that is a reservation.", lambda row: row.unsettled_usd),
    Column("x_EstimatedTokens", "The tokens of that reservation.", lambda row: row.unsettled_tokens),
    Column("x_InputTokens", "Neither written to nor read from the cache.", lambda row: row.usage.input_tokens),
    Column("x_CacheWrite5mTokens", "Written for 5 minutes.", lambda row: row.usage.cache_write_5m_tokens),
    Column("x_CacheWrite1hTokens", "Written for an hour.", lambda row: row.usage.cache_write_1h_tokens),
    Column("x_CacheReadTokens", "Read from the cache.", lambda row: row.usage.cache_read_tokens),
    Column("x_OutputTokens", "Output, thinking included.", lambda row: row.usage.output_tokens),
    Column("x_ThinkingTokens", "Thinking, a part of the output.", lambda row: row.usage.thinking_tokens),
    Column("x_SavedByPromptCache", "Dollars; an estimate.", lambda row: row.saved.prompt_cache),
    Column("x_SavedByRouting", "Dollars; an estimate.", lambda row: row.saved.routing),
)

COLUMNS = _FOCUS + _OWN


def _said(text: str) -> str | None:
    """A text, and None where it is nothing but space: FOCUS has no empty texts."""
    return text if text.strip() else None
