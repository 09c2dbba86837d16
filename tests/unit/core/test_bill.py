"""The bill is the sum of the calls, and says what bought no answer and what was spared."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bot.core.bill import ANSWER_TOKENS_A_HUNK, NotAsked, Yardstick, bill, price_of
from bot.core.calls import Call
from bot.core.pricing import ModelPrice, PriceList
from bot.core.size import excerpt_tokens
from bot.core.usage import Usage
from tests.fakes import NOON, PLAIN, PRICES
from tests.unit.core.changes import excerpt

DEAR = "dear-model"
BOTH = PriceList(NOON, {**PRICES.own, DEAR: ModelPrice(*map(Decimal, ("10", "20", "12.5", "20", "1")))})


def a_call(outcome: str = "answered", model: str = PLAIN, **changes: Any) -> Call:
    """A call of 1,000 tokens in and 100 out, priced as its model is."""
    usage = changes.pop("usage", Usage(input_tokens=1_000, output_tokens=100))
    fields: dict[str, Any] = {
        "model": model,
        "tier": "standard",
        "why": "source",
        "hunks": 1,
        "attempt": 1,
        "outcome": outcome,
        "request_id": None,
        "latency_ms": 1,
        "usage": usage,
        "cost_usd": BOTH.cost(model, usage),
    }
    return Call(**(fields | changes))


def test_the_bill_adds_up_by_model_and_in_all() -> None:
    """Every dollar of the total is on exactly one model."""
    total = bill([a_call(), a_call(), a_call(model=DEAR)], Yardstick(PLAIN, BOTH))
    assert total.by_model == {PLAIN: Decimal("0.0024"), DEAR: Decimal("0.012")}
    assert total.total_usd == sum(total.by_model.values())
    assert total.usage == Usage(input_tokens=3_000, output_tokens=300)
    assert (total.requests, total.attempts) == (3, 3)


def test_paid_for_nothing_is_wasted_and_lost_usage_is_unsettled() -> None:
    """What came back useless is in the total and in the waste; what never came back is in neither."""
    lost = a_call("connection_lost", usage=Usage(), unsettled_usd=Decimal("0.5"), unsettled_tokens=9)
    total = bill(
        [a_call("truncated"), a_call("refused"), a_call("unparseable"), a_call(), lost], Yardstick(PLAIN, BOTH)
    )
    assert total.wasted_usd == 3 * Decimal("0.0012")
    assert total.total_usd == 4 * Decimal("0.0012")
    assert total.unsettled_usd == Decimal("0.5")


def test_a_request_is_counted_once_however_often_it_was_tried() -> None:
    """Three attempts at one request are one request and three attempts."""
    tries = [a_call("overloaded", usage=Usage(), attempt=number) for number in (1, 2)]
    total = bill([*tries, a_call(attempt=3), a_call()], Yardstick(PLAIN, BOTH))
    assert (total.requests, total.attempts) == (2, 4)


def test_savings_of_the_cache_are_negative_where_it_only_cost() -> None:
    """A prefix that was written and never read was a loss, and is shown as one."""
    written = bill([a_call(usage=Usage(cache_write_5m_tokens=1_000))], Yardstick(PLAIN, BOTH))
    assert written.saved.prompt_cache == Decimal("-0.00025")
    read = bill([a_call(usage=Usage(cache_read_tokens=1_000))], Yardstick(PLAIN, BOTH))
    assert read.saved.prompt_cache == Decimal("0.0009")


def test_routing_is_measured_against_the_standard_tier() -> None:
    """The same tokens on the standard model, less what was paid."""
    assert bill([a_call(model=PLAIN)], Yardstick(DEAR, BOTH)).saved.routing == Decimal("0.012") - Decimal("0.0012")
    assert bill([a_call(model=DEAR)], Yardstick(PLAIN, BOTH)).saved.routing < 0


def test_each_duplicate_spares_its_own_tokens() -> None:
    """An excerpt that answered for two more places counts twice."""
    one = excerpt("a.py", "+x = 1")
    usage = Usage(input_tokens=2 * excerpt_tokens(one), output_tokens=2 * ANSWER_TOKENS_A_HUNK)
    assert bill([], Yardstick(PLAIN, BOTH), NotAsked(duplicates=[one, one])).saved.duplicates == BOTH.cost(PLAIN, usage)


def test_an_empty_bill_is_zero_money() -> None:
    """A run that asked nobody still has a receipt, in Decimal."""
    total = bill([], Yardstick(PLAIN, BOTH))
    assert (total.total_usd, total.wasted_usd, total.unsettled_usd) == (Decimal(0),) * 3
    assert isinstance(total.total_usd, Decimal)
    assert price_of([], PLAIN, BOTH) == 0
