"""A history priced anew, part by part."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.calls import Feature
from bot.core.cost.compare import AS_IT_WAS, BY, Change, Part, parts_of, price_of, tier_models, uncached, unpriced
from bot.core.excerpt import Tier
from bot.core.ledger.entry import Entry
from bot.core.pricing import PriceList
from bot.core.usage import Usage
from bot.errors import UnknownPrice
from tests.fakes import NOON
from tests.unit.core.cost.histories import SONNET, TOKENS, ledger, row

PRICES = PriceList(NOON, {})
LISTED = PRICES.unit_price(SONNET).cost(TOKENS)
OPUS, HAIKU = "claude-opus-5-5", "claude-haiku-5-5"
AMAZON_HAIKU = "anthropic.claude-haiku-5-5"


def parts(*rows: Entry) -> tuple[Part, ...]:
    """The parts of a ledger with these rows."""
    return parts_of(ledger(rows).groups(BY))


def test_as_it_was_is_what_was_paid_to_the_last_digit() -> None:
    """Whatever the list says, the receipt's number is the one that counts."""
    known = parts(row("a", usd="0.123456789012"), row("b", usd="7", batch=True), row("c", usd="3", model="stranger"))
    assert price_of(known, AS_IT_WAS, PRICES) == Decimal("10.123456789012")


def test_a_batch_halves_what_was_paid_and_not_what_the_list_says() -> None:
    """A contract's surcharge stays on the bill: the history paid 10 % more than the list."""
    known = parts(row(usd=str(LISTED * Decimal("1.1"))))
    assert price_of(known, Change(batch=True), PRICES) == LISTED * Decimal("0.55")


def test_what_was_in_batches_already_stays_as_it_is() -> None:
    """Half of half would be a discount that nobody gives."""
    known = parts(row("a", usd="1", batch=True), row("b", usd="4"))
    assert price_of(known, Change(batch=True), PRICES) == 3
    assert price_of(known, Change(batch=False), PRICES) == 6


def test_without_the_cache_every_token_is_input() -> None:
    """Writes and reads cost the plain price, and not a token is lost on the way."""
    known = parts(row(usd=str(LISTED)))
    plain = PRICES.unit_price(SONNET).cost(Usage(input_tokens=5_200, output_tokens=300))
    assert price_of(known, Change(cached=False), PRICES) == plain
    assert uncached(TOKENS).total_tokens == TOKENS.total_tokens


def test_another_model_is_priced_by_the_list() -> None:
    """The same tokens at the other model's own price for each kind."""
    known = parts(row("a", usd="1"), row("b", usd="1", batch=True))
    other = PRICES.unit_price(OPUS).cost(TOKENS)
    assert price_of(known, Change(OPUS), PRICES) == other + other / 2


def test_a_sum_of_many_calls_is_not_taken_for_one_long_one() -> None:
    """A thousand small requests cost a thousand times the small price, though together they are beyond a price step."""
    small = Usage(input_tokens=1_000, output_tokens=10)
    known = parts(*(row(str(number), usd="1", usage=small) for number in range(200)))
    assert price_of(known, Change(HAIKU), PRICES) == 200 * PRICES.cost(HAIKU, small)


@pytest.mark.parametrize("feature", [Feature.TRIAGE, Feature.CONFIRM, Feature.VERIFY])
def test_one_look_leaves_later_looks_out(feature: Feature) -> None:
    """The receipt's estimate of one look on one tier does so, too, and both must agree."""
    known = parts(row("a", usd="1"), row("b", usd="5", feature=feature.value))
    assert price_of(known, Change(SONNET, first_looks_only=True), PRICES) == 1


def test_what_was_never_asked_has_no_price_anywhere() -> None:
    """A reused answer has tokens in its row at most by mistake: nobody would have paid for them elsewhere either."""
    known = parts(row(usd="0", outcome="reused"))
    assert price_of(known, Change(OPUS), PRICES) == 0


def test_a_model_without_a_list_price_keeps_its_bill_and_is_named() -> None:
    """Guessing a price would be worse than leaving the part as it was, as long as the reader is told."""
    known = parts(row(usd="2", model="stranger"))
    assert price_of(known, Change(batch=True), PRICES) == 2
    assert price_of(known, Change(cached=False), PRICES) == 2
    assert unpriced(known, PRICES) == ("stranger",)
    with pytest.raises(UnknownPrice):
        price_of(known, Change("another stranger"), PRICES)


def test_a_platform_without_a_batch_price_keeps_the_live_one() -> None:
    """Amazon's list has no batches: nothing would have been saved there."""
    known = parts(row(usd="2", model=AMAZON_HAIKU, platform="aws"))
    assert unpriced(known, PRICES) == ()
    assert price_of(known, Change(batch=True), PRICES) == 2


def test_tiers_are_those_of_the_history() -> None:
    """'All on the cheap tier' means the model that this team uses for it; the usual one where it never did."""
    big = Usage(input_tokens=50_000)
    known = parts(
        row("a", model=HAIKU, tier="cheap"),
        row("b", model=AMAZON_HAIKU, tier="cheap", usage=big, platform="aws"),
        row("c", model="stranger", tier="cheap", usage=big + big),
    )
    chosen = tier_models(known, PRICES)
    assert chosen[Tier.CHEAP] == (AMAZON_HAIKU, "aws")
    assert chosen[Tier.STRONG] == (OPUS, "anthropic")
