"""What a reader of `hunkwise cost compare` sees."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.cost.compare import BY, parts_of
from bot.core.cost.compare_report import compare_report, models_to_compare
from bot.core.cost.report import Report
from bot.core.ledger.entry import Entry
from bot.core.models import KNOWN_MODELS
from bot.core.pricing import PriceList
from bot.core.usage import Usage
from bot.errors import UnknownPrice
from tests.fakes import NOON
from tests.unit.core.cost.histories import SONNET, TOKENS, ledger, row

PRICES = PriceList(NOON, {})
PAID = PRICES.unit_price(SONNET).cost(TOKENS)


def report(*rows: Entry, models: str = "all", unsettled: str = "0") -> Report:
    """The report of a ledger with these rows."""
    parts = parts_of(ledger(rows).groups(BY))
    return compare_report(parts, models_to_compare(models, parts, PRICES), PRICES, "2026-11", Decimal(unsettled))


def costs(told: Report) -> dict[object, object]:
    """Dollars by way, in the order shown."""
    return {line[0]: line[1] for line in told.tables[0].rows}


def test_ways_are_sorted_by_price_and_held_against_what_was_paid() -> None:
    """The cheapest stands first, and a difference is what it would have been more or less."""
    told = report(row(usd=str(PAID)))
    amounts = [line[1] for line in told.tables[0].rows]
    assert amounts == sorted(amounts, key=lambda usd: Decimal(str(usd)))
    by_name = {line[0]: line for line in told.tables[0].rows}
    assert by_name["as it was"] == ("as it was", PAID, Decimal(0), 0.0)
    assert by_name["all in batches"] == ("all in batches", PAID / 2, -PAID / 2, -0.5)


def test_all_models_are_those_known_and_those_of_the_history() -> None:
    """A model that this team still uses belongs into the comparison, even when it is an old one."""
    told = report(row(model="claude-opus-4-5"))
    shown = {line[0] for line in told.tables[1].rows}
    assert shown == {*KNOWN_MODELS, "claude-opus-4-5"}
    assert {f"all on {model}" for model in shown} <= set(costs(told))


def test_named_models_are_the_only_ones_and_must_have_a_price() -> None:
    """A slip in a name is said, and not compared as nothing."""
    assert [line[0] for line in report(row(), models="claude-opus-5-5, claude-opus-5-5").tables[1].rows] == [
        "claude-opus-5-5"
    ]
    with pytest.raises(UnknownPrice, match="no model 'opus'"):
        report(row(), models="opus")


def test_the_first_sentence_names_the_cheapest_way_with_the_same_answers() -> None:
    """That one can be taken without asking what it does to the reviews; the cheapest of all comes with a warning."""
    told = report(row(usd=str(PAID)))
    assert told.notes[0] == "Sending everything by batch would have cost $0.0047 less (50.0%)."
    assert told.notes[1].startswith("Of all changes the cheapest, all on claude-haiku-5-5,")
    assert told.notes[1].endswith("with other answers.")


def test_no_way_is_praised_where_none_is_cheaper() -> None:
    """A history in batches, with a cache that paid off, has nothing to gain from the same models."""
    told = report(row(usd=str(PAID / 2), batch=True))
    assert told.notes[0] == "With the same models and routing, no other way would have been cheaper."


def test_a_cache_that_did_not_pay_off_is_told() -> None:
    """Writes that nobody read cost a quarter more than plain input."""
    only_writes = Usage(cache_write_5m_tokens=1_000_000)
    told = report(row(usd=str(PRICES.unit_price(SONNET).cost(only_writes) / 2), usage=only_writes, batch=True))
    assert told.notes[0].startswith("Without the prompt cache, everything would have cost $0.3750 less")


def test_an_empty_time_has_empty_tables() -> None:
    """Nothing is compared with nothing."""
    told = report()
    assert [table.rows for table in told.tables] == [(), ()]
    assert told.notes[0] == "Nothing was paid in this time, so there is nothing to compare."


def test_what_must_be_known_is_said_where_it_matters() -> None:
    """Strangers, other platforms and unsettled money change how the tables are read."""
    plain = " ".join(report(row()).notes)
    assert "stranger" not in plain
    assert "whatever platform" not in plain
    assert "reserved" not in plain
    notes = " ".join(report(row("a", model="stranger"), row("b", platform="aws"), unsettled="0.25").notes)
    assert "No list price is known for stranger" in notes
    assert "whatever platform" in notes
    assert "$0.25 are reserved and not settled" in notes
