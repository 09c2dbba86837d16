"""What FOCUS 1.2 asks of each column, written down from the specification and from nothing of the exporter's.

Source: the FinOps Open Cost and Usage Specification, version 1.2: the "Content Constraints" and requirements of each
column, and the attributes Date/Time Format, Numeric Format, Currency Format, Key-Value Format, Unit Format and Null
Handling. LEVEL is M for mandatory, C for conditional, R for recommended columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

Row = Mapping[str, str]

_MOMENT = re.compile(r"\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(E-?\d+)?")
_UNIT = re.compile(r"(\d+ )?[A-Z][A-Za-z]*s(/[A-Z][a-z]+)?")
_PASCAL = re.compile(r"(x_)?([A-Z][a-z0-9]*)+")


def _json_object(text: str) -> bool:
    """An object whose keys are unique and whose values are no objects or arrays."""
    pairs: list[tuple[str, object]] = json.loads(text, object_pairs_hook=list)
    return (
        isinstance(pairs, list)
        and all(isinstance(pair, tuple) for pair in pairs)
        and len({key for key, _ in pairs}) == len(pairs)
        and not any(isinstance(value, (list, dict)) for _, value in pairs)
    )


FORMS: dict[str, Callable[[str], bool]] = {
    "string": lambda text: bool(text.strip()),
    "decimal": lambda text: _NUMBER.fullmatch(text) is not None,
    "price": lambda text: _NUMBER.fullmatch(text) is not None and Decimal(text) >= 0,
    "moment": lambda text: _MOMENT.fullmatch(text) is not None,
    "currency": lambda text: re.fullmatch(r"[A-Z]{3}", text) is not None,
    "unit": lambda text: _UNIT.fullmatch(text) is not None,
    "json": _json_object,
}


@dataclass(frozen=True)
class Rule:
    """One column: its level, its form, whether it may be empty, what it may say, and what it owes to other columns."""

    level: str
    form: str
    nulls: bool
    allowed: frozenset[str] = frozenset()
    holds: Callable[[Row], bool] = field(default=lambda _: True)


def _with(column: str, other: str) -> Callable[[Row], bool]:
    """Empty together, or filled together."""
    return lambda row: bool(row[column]) == bool(row[other])


def _only_with(column: str, other: str) -> Callable[[Row], bool]:
    """Empty where the other is."""
    return lambda row: bool(row[other]) or not row[column]


def _bought(column: str) -> Callable[[Row], bool]:
    """Not empty for what was used or purchased, unless it corrects an earlier month; empty for a tax."""

    def holds(row: Row) -> bool:
        if row["ChargeCategory"] == "Tax":
            return not row[column]
        return row["ChargeCategory"] not in {"Usage", "Purchase"} or bool(row["ChargeClass"] or row[column])

    return holds


def _product(price: str, cost: str) -> Callable[[Row], bool]:
    """Unit price times quantity is the cost, to the digits that a decimal128 has (34, the last of them rounded)."""

    def holds(row: Row) -> bool:
        if not all(_NUMBER.fullmatch(row[name]) for name in (price, "PricingQuantity", cost)):
            return True  # the columns' own forms say what is wrong
        with localcontext(prec=60):
            product = Decimal(row[price]) * Decimal(row["PricingQuantity"])
            return abs(product - Decimal(row[cost])) <= abs(Decimal(row[cost])) * Decimal("1e-32")

    return holds


def _both(*rules: Callable[[Row], bool]) -> Callable[[Row], bool]:
    return lambda row: all(rule(row) for rule in rules)


def _used(row: Row) -> bool:
    """A quantity is consumed by usage, and by nothing else."""
    return row["ChargeCategory"] == "Usage" or not row["ConsumedQuantity"]


def _month(row: Row) -> bool:
    return row["BillingPeriodStart"] < row["BillingPeriodEnd"]


def _period(row: Row) -> bool:
    """From included, to excluded, and within its month."""
    start, end = row["ChargePeriodStart"], row["ChargePeriodEnd"]
    return row["BillingPeriodStart"] <= start < end <= row["BillingPeriodEnd"]


_CATEGORIES = frozenset(
    {
        "AI and Machine Learning", "Analytics", "Business Applications", "Compute", "Databases", "Developer Tools",
        "Multicloud", "Identity", "Integration", "Internet of Things", "Management and Governance", "Media",
        "Migration", "Mobile", "Networking", "Security", "Storage", "Web", "Other",
    }
)  # fmt: skip
_OF_AI = frozenset(
    {
        "AI Platforms", "Bots", "Generative AI", "Machine Learning", "Natural Language Processing",
        "Other (AI and Machine Learning)",
    }
)  # fmt: skip

RULES: dict[str, Rule] = {
    "AvailabilityZone": Rule("R", "string", nulls=True),
    "BilledCost": Rule("M", "decimal", nulls=False),
    "BillingAccountId": Rule("M", "string", nulls=False),
    "BillingAccountName": Rule("M", "string", nulls=True),
    "BillingAccountType": Rule("C", "string", nulls=False),
    "BillingCurrency": Rule("M", "currency", nulls=False),
    "BillingPeriodEnd": Rule("M", "moment", nulls=False, holds=_month),
    "BillingPeriodStart": Rule("M", "moment", nulls=False),
    "CapacityReservationId": Rule("C", "string", nulls=True),
    "CapacityReservationStatus": Rule("C", "string", nulls=True, allowed=frozenset({"Used", "Unused"})),
    "ChargeCategory": Rule(
        "M", "string", nulls=False, allowed=frozenset({"Usage", "Purchase", "Tax", "Credit", "Adjustment"})
    ),
    "ChargeClass": Rule("M", "string", nulls=True, allowed=frozenset({"Correction"})),
    "ChargeDescription": Rule("M", "string", nulls=True, holds=lambda row: bool(row["ChargeDescription"])),
    "ChargeFrequency": Rule(
        "R",
        "string",
        nulls=False,
        allowed=frozenset({"One-Time", "Recurring", "Usage-Based"}),
        holds=lambda row: not (row["ChargeCategory"] == "Purchase" and row["ChargeFrequency"] == "Usage-Based"),
    ),
    "ChargePeriodEnd": Rule("M", "moment", nulls=False, holds=_period),
    "ChargePeriodStart": Rule("M", "moment", nulls=False),
    "CommitmentDiscountCategory": Rule(
        "C",
        "string",
        nulls=True,
        allowed=frozenset({"Spend", "Usage"}),
        holds=_with("CommitmentDiscountCategory", "CommitmentDiscountId"),
    ),
    "CommitmentDiscountId": Rule("C", "string", nulls=True),
    "CommitmentDiscountName": Rule(
        "C", "string", nulls=True, holds=_only_with("CommitmentDiscountName", "CommitmentDiscountId")
    ),
    "CommitmentDiscountQuantity": Rule("C", "decimal", nulls=True),
    "CommitmentDiscountStatus": Rule(
        "C",
        "string",
        nulls=True,
        allowed=frozenset({"Used", "Unused"}),
        holds=_only_with("CommitmentDiscountStatus", "CommitmentDiscountId"),
    ),
    "CommitmentDiscountType": Rule(
        "C", "string", nulls=True, holds=_with("CommitmentDiscountType", "CommitmentDiscountId")
    ),
    "CommitmentDiscountUnit": Rule("C", "unit", nulls=True),
    "ConsumedQuantity": Rule("C", "decimal", nulls=True, holds=_used),
    "ConsumedUnit": Rule("C", "unit", nulls=True, holds=_with("ConsumedUnit", "ConsumedQuantity")),
    "ContractedCost": Rule("M", "decimal", nulls=False, holds=_product("ContractedUnitPrice", "ContractedCost")),
    "ContractedUnitPrice": Rule("C", "price", nulls=True, holds=_bought("ContractedUnitPrice")),
    "EffectiveCost": Rule("M", "decimal", nulls=False),
    "InvoiceId": Rule("R", "string", nulls=True),
    "InvoiceIssuerName": Rule("M", "string", nulls=False),
    "ListCost": Rule("M", "decimal", nulls=False, holds=_product("ListUnitPrice", "ListCost")),
    "ListUnitPrice": Rule("C", "price", nulls=True, holds=_bought("ListUnitPrice")),
    "PricingCategory": Rule(
        "C",
        "string",
        nulls=True,
        allowed=frozenset({"Standard", "Dynamic", "Committed", "Other"}),
        holds=_bought("PricingCategory"),
    ),
    "PricingCurrency": Rule("C", "currency", nulls=True),
    "PricingCurrencyContractedUnitPrice": Rule("C", "price", nulls=True),
    "PricingCurrencyEffectiveCost": Rule("C", "decimal", nulls=True),
    "PricingCurrencyListUnitPrice": Rule("C", "price", nulls=True),
    "PricingQuantity": Rule("M", "decimal", nulls=True, holds=_bought("PricingQuantity")),
    "PricingUnit": Rule("M", "unit", nulls=True, holds=_with("PricingUnit", "PricingQuantity")),
    "ProviderName": Rule("M", "string", nulls=False),
    "PublisherName": Rule("M", "string", nulls=False),
    "RegionId": Rule("C", "string", nulls=True),
    "RegionName": Rule("C", "string", nulls=True, holds=_with("RegionName", "RegionId")),
    "ResourceId": Rule("C", "string", nulls=True),
    "ResourceName": Rule("C", "string", nulls=True, holds=_only_with("ResourceName", "ResourceId")),
    "ResourceType": Rule("C", "string", nulls=True, holds=_with("ResourceType", "ResourceId")),
    "ServiceCategory": Rule("M", "string", nulls=False, allowed=_CATEGORIES),
    "ServiceName": Rule("M", "string", nulls=False),
    "ServiceSubcategory": Rule(
        "R",
        "string",
        nulls=False,
        holds=lambda row: (
            (row["ServiceCategory"] == "AI and Machine Learning") == (row["ServiceSubcategory"] in _OF_AI)
        ),
    ),
    "SkuId": Rule("C", "string", nulls=True, holds=_bought("SkuId")),
    "SkuMeter": Rule("C", "string", nulls=True, holds=_with("SkuMeter", "SkuId")),
    "SkuPriceDetails": Rule(
        "C",
        "json",
        nulls=True,
        holds=_both(
            _only_with("SkuPriceDetails", "SkuPriceId"),
            lambda row: all(key.startswith("x_") for key in json.loads(row["SkuPriceDetails"] or "{}")),
        ),
    ),
    "SkuPriceId": Rule("C", "string", nulls=True, holds=_bought("SkuPriceId")),
    "SubAccountId": Rule("C", "string", nulls=True),
    "SubAccountName": Rule("C", "string", nulls=True, holds=_with("SubAccountName", "SubAccountId")),
    "SubAccountType": Rule("C", "string", nulls=True),
    "Tags": Rule("C", "json", nulls=True),
}


def wrong_with_columns(columns: list[str]) -> list[str]:
    """What is wrong with the names and the order of a file's columns."""
    own = [name for name in columns if name.startswith("x_")]
    wrong = [f"{name} is missing" for name, rule in RULES.items() if rule.level == "M" and name not in columns]
    wrong += [f"{name} is no column of FOCUS 1.2" for name in columns if name not in RULES and name not in own]
    wrong += [f"{name} is not in Pascal case" for name in columns if not _PASCAL.fullmatch(name)]
    if columns[len(columns) - len(own) :] != own:
        wrong.append("columns of one's own stand between those of FOCUS")
    return wrong


def wrong_with_row(row: Row) -> list[str]:
    """What is wrong with one line."""
    wrong = []
    for name, rule in RULES.items():
        if name not in row:
            continue
        value = row[name]
        if not value and not rule.nulls:
            wrong.append(f"{name} is empty")
        elif value and not FORMS[rule.form](value):
            wrong.append(f"{name} is no {rule.form}: {value}")
        elif value and rule.allowed and value not in rule.allowed:
            wrong.append(f"{name} may not be {value}")
        elif not rule.holds(row):
            wrong.append(f"{name} does not agree with the columns it depends on: {value}")
    return wrong
