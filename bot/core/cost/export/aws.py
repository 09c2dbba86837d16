"""A file in the shape of AWS's legacy Cost and Usage Report, for programs that read that; it does not come from AWS.

Column names are those of the report's data dictionary (docs.aws.amazon.com/cur, "Data dictionary"). Rates are left
empty, since a request's tokens have several; programs add up lineItem/UnblendedCost.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.core.cost.export.cells import Column, Value
from bot.core.cost.export.charge import Charge

_UNIT = "Tokens"


def _second(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _interval(row: Charge) -> str:
    start, end = row.hour
    return f"{_second(start)}/{_second(end)}"


def _used(row: Charge) -> int:
    """Tokens; those of the reservation where the usage is unknown, since the column must be a number."""
    return row.unsettled_tokens if row.tokens is None else row.tokens


def _tag(name: str, meaning: str, value: Callable[[Charge], Value]) -> Column:
    return Column(f"resourceTags/user:{name}", meaning, value)


COLUMNS: tuple[Column, ...] = (
    Column("identity/LineItemId", "The ledger's row.", lambda row: row.opening.id),
    Column("identity/TimeInterval", "The hour in which it began, UTC.", _interval),
    Column("bill/InvoiceId", "Empty: not known.", lambda _: None),
    Column("bill/BillingEntity", "Who bills: the platform's company.", lambda row: row.vendor),
    Column("bill/BillType", "Anniversary, AWS's word for an ordinary month's bill.", lambda _: "Anniversary"),
    Column("bill/PayerAccountId", "PROVIDER/KEY: the key's variable, never the key.", lambda row: row.account),
    Column("bill/BillingPeriodStartDate", "The beginning of the month, UTC.", lambda row: _second(row.month[0])),
    Column("bill/BillingPeriodEndDate", "The end of the month, UTC.", lambda row: _second(row.month[1])),
    Column("lineItem/UsageAccountId", "The same as bill/PayerAccountId.", lambda row: row.account),
    Column("lineItem/LineItemType", "Usage.", lambda _: "Usage"),
    Column("lineItem/UsageStartDate", "The beginning of the hour, UTC.", lambda row: _second(row.hour[0])),
    Column("lineItem/UsageEndDate", "The end of the hour, UTC.", lambda row: _second(row.hour[1])),
    Column("lineItem/ProductCode", "The platform.", lambda row: row.opening.platform or row.opening.provider),
    Column("lineItem/UsageType", "MODEL-live or MODEL-batch.", lambda row: f"{row.opening.model}-{row.mode}"),
    Column("lineItem/Operation", "The step that asked.", lambda row: row.opening.feature),
    Column("lineItem/AvailabilityZone", "Empty: not known.", lambda _: None),
    Column("lineItem/ResourceId", "The repository.", lambda row: row.run.repository),
    Column("lineItem/UsageAmount", "Tokens of all kinds; those of the reservation where usage is unknown.", _used),
    Column("lineItem/CurrencyCode", "USD.", lambda _: "USD"),
    Column("lineItem/UnblendedRate", "Empty: several prices in a request.", lambda _: None),
    Column("lineItem/UnblendedCost", "Cost, or the reservation where usage is unknown.", lambda row: row.spent_usd),
    Column("lineItem/BlendedRate", "Empty.", lambda _: None),
    Column("lineItem/BlendedCost", "The same as the unblended cost.", lambda row: row.spent_usd),
    Column("lineItem/LineItemDescription", "Step, hunks, model and mode in a line.", lambda row: row.description),
    Column("lineItem/TaxType", "Empty.", lambda _: None),
    Column("lineItem/LegalEntity", "Who sells: the platform's company.", lambda row: row.vendor),
    Column(
        "product/ProductName",
        "Claude API, Amazon Bedrock, Vertex AI, or the platform's models.",
        lambda row: row.service,
    ),
    Column("product/region", "Empty: not known.", lambda _: None),
    Column("product/sku", "MODEL/live or MODEL/batch.", lambda row: f"{row.opening.model}/{row.mode}"),
    Column(
        "pricing/publicOnDemandCost", "At the live price, without the discount of a batch.", lambda row: row.list_usd
    ),
    Column("pricing/publicOnDemandRate", "Empty.", lambda _: None),
    Column("pricing/term", "OnDemand.", lambda _: "OnDemand"),
    Column("pricing/unit", "Tokens.", lambda _: _UNIT),
    _tag("repository", "OWNER/NAME.", lambda row: row.run.repository),
    _tag("team", "The author's team.", lambda row: row.run.team),
    _tag("author", "The login of the pull request's author.", lambda row: row.run.author),
    _tag("pull_request", "Its number.", lambda row: row.run.pull_request),
    _tag("feature", "The step that asked.", lambda row: row.opening.feature),
    _tag("tier", "cheap, standard or strong.", lambda row: row.opening.tier),
    _tag("state", "`settled`, `unsettled` or `open`: the last two are estimates.", lambda row: row.state.value),
)
