"""The FOCUS file holds to the specification's columns, by rules that are written apart from the exporter."""

from __future__ import annotations

import json
from decimal import Decimal, localcontext

import pytest
from hypothesis import given

from bot.core.cost.export.lines import Added, Shape, lines
from bot.core.ledger.entry import Entry
from tests.unit.core.cost.export.focus_rules import RULES, wrong_with_columns, wrong_with_row
from tests.unit.core.cost.export.rows import EVERY_KIND, SETTLED, histories, row


def focus(rows: list[Entry]) -> list[dict[str, str]]:
    """The lines of a file as a reader has them."""
    names, *cells = lines(Shape.FOCUS, rows, Added())
    return [dict(zip(names, line, strict=True)) for line in cells]


def by_id(rows: list[Entry]) -> dict[str, dict[str, str]]:
    """The lines by the ledger's row."""
    return {line["x_LedgerRowId"]: line for line in focus(rows)}


def test_the_columns_are_those_of_the_specification() -> None:
    """Protects readers that look for a column by name: all mandatory ones are there, one's own come last."""
    [names] = lines(Shape.FOCUS, [], Added())
    assert wrong_with_columns(names) == []
    assert len(names) == len(set(names))


@given(histories())
def test_every_line_holds_to_the_rules(rows: list[Entry]) -> None:
    """Protects imports into FinOps tools from whatever a ledger can hold."""
    assert [wrong_with_row(line) for line in focus(rows + EVERY_KIND) if wrong_with_row(line)] == []


@pytest.mark.parametrize("column", [name for name in RULES if RULES[name].level == "M"])
def test_the_rules_see_a_spoilt_column(column: str) -> None:
    """Protects the check itself: a value that cannot stand in a mandatory column is seen."""
    line = by_id(EVERY_KIND)["settled"]
    assert wrong_with_row(line | {column: " "})


def test_what_is_not_known_is_an_adjustment_and_marked() -> None:
    """Protects from estimates that pass for usage: the reservation is billed, its tokens are nobody's knowledge."""
    line = by_id(EVERY_KIND)["unsettled"]
    assert (line["ChargeCategory"], line["BilledCost"], line["x_EstimatedCost"]) == ("Adjustment", "0.3", "0.3")
    assert (line["ConsumedQuantity"], line["PricingQuantity"], line["x_EstimatedTokens"]) == ("", "", "9000")
    assert json.loads(line["Tags"])["state"] == "unsettled"
    assert by_id(EVERY_KIND)["open"]["BilledCost"] == "0.25"


def test_the_list_price_knows_no_batch() -> None:
    """Protects the comparison with the live price: the discount of a batch is between ListCost and BilledCost."""
    line = by_id(EVERY_KIND)["batch"]
    assert (line["ListCost"], line["ContractedCost"], line["BilledCost"]) == ("0.02", "0.01", "0.01")
    assert (line["ProviderName"], line["PublisherName"]) == ("Amazon Web Services", "Anthropic")
    assert line["SkuPriceId"] == "claude-sonnet-4-6/batch"


def test_a_unit_price_times_its_quantity_is_the_cost() -> None:
    """Protects tools that multiply: 0.0125 dollars for 1,550 tokens."""
    line = by_id(EVERY_KIND)["settled"]
    assert (line["PricingQuantity"], line["PricingUnit"]) == ("1550", "Tokens")
    with localcontext(prec=60):
        assert round(Decimal(line["ListUnitPrice"]) * 1_550, 30) == Decimal("0.0125")


def test_a_month_ends_where_the_next_begins() -> None:
    """Protects bills at the turn of a month: the last second of November belongs to November."""
    line = by_id(EVERY_KIND)["settled"]
    assert line["ChargePeriodStart"] == "2026-11-30T23:00:00Z"
    assert line["ChargePeriodEnd"] == line["BillingPeriodEnd"] == "2026-12-01T00:00:00Z"
    assert line["BillingPeriodStart"] == "2026-11-01T00:00:00Z"


def test_a_blank_name_is_no_vendor() -> None:
    """Protects the mandatory columns: a provider whose name is white space is as good as none."""
    [line] = focus([row(SETTLED, "blank", platform="", provider="\f", key="")])
    assert (line["ProviderName"], line["BillingAccountId"]) == ("unnamed", "unnamed")


def test_nobody_bills_what_was_not_bought() -> None:
    """Protects the count of charges: reused answers and attempts that were turned away are no lines."""
    assert set(by_id(EVERY_KIND)) == {"settled", "unsettled", "open", "batch", "no-tokens"}
