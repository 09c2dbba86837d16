from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from bot.core.cost.rules import SectionCost, prompt_usd, section_costs
from bot.core.ledger.sums import SectionSums, Sums
from bot.core.pricing import ModelPrice, PriceList
from bot.core.usage import Usage

MILLION = Decimal(1_000_000)
PRICE = ModelPrice(Decimal(10), Decimal(50), Decimal(12), Decimal(20), Decimal(1))
PRICES = PriceList(datetime(2026, 11, 1, tzinfo=UTC), {"ours": PRICE})
KEY = ("ours", "anthropic", "0", "review")


def sums(usage: Usage, answered: int = 1, factor: Decimal = Decimal(1), wasted: Decimal = Decimal(0)) -> Sums:
    """Answers that cost what the price says, times a factor."""
    return Sums(answered=answered, usage=usage, cost_usd=PRICE.cost(usage) * factor, wasted_usd=wasted)


def test_a_prompt_costs_what_its_tokens_cost() -> None:
    """Without a cache the prompt is plain input: its tokens at the plain price, once for each answer."""
    of = sums(Usage(input_tokens=5_000, output_tokens=100), answered=2)
    assert prompt_usd(of, 1_000, PRICE) == 2_000 * 10 / MILLION


def test_a_cached_prompt_costs_what_cached_tokens_cost() -> None:
    """It is the beginning of what is cached, so it takes the average of what was written and read."""
    of = sums(Usage(input_tokens=700, cache_write_5m_tokens=1_000, cache_read_tokens=3_000), answered=4)
    assert prompt_usd(of, 500, PRICE) == 2_000 * (12 * 1_000 + 1 * 3_000) / Decimal(4_000) / MILLION


def test_what_is_not_cached_is_plain() -> None:
    """Where less was cached than prompts were sent, the rest of them was plain input, of which there is so much."""
    of = sums(Usage(input_tokens=600, cache_read_tokens=1_000), answered=2)
    assert prompt_usd(of, 700, PRICE) == (1_000 * 1 + 400 * 10) / MILLION
    assert prompt_usd(of, 5_000, PRICE) == of.cost_usd


def test_the_list_only_decides_the_part() -> None:
    """A premium or a discount is in the real cost, and so in the prompt's part of it."""
    usage = Usage(input_tokens=5_000, output_tokens=100)
    dear, usual = (prompt_usd(sums(usage, factor=factor), 1_000, PRICE) for factor in (Decimal(2), Decimal(1)))
    assert dear == 2 * usual


def test_never_more_than_what_answers_cost() -> None:
    """Unusable answers are nobody's: a prompt takes no part of them."""
    of = sums(Usage(input_tokens=1_000), wasted=Decimal("0.009"))
    assert prompt_usd(of, 1_000, PRICE) == Decimal("0.001")
    assert prompt_usd(Sums(answered=1), 1_000, PRICE) == 0


def test_sections_share_the_prompt() -> None:
    """Each carries its part of the tokens; the longest form of a section is its size, and all that was sent counts."""
    one = SectionSums({"core": 300, "guide/go": 100, "nothing": 0}, sums(Usage(input_tokens=400)), KEY)
    two = SectionSums({"core": 200}, sums(Usage(input_tokens=200)), KEY)
    costs = section_costs([one, two], PRICES)
    assert costs.sections == {
        "core": SectionCost(300, 500, Decimal("0.005")),
        "guide/go": SectionCost(100, 100, Decimal("0.001")),
    }
    assert costs.usd == Decimal("0.006")


def test_who_has_none_of_these_sections() -> None:
    """Triage has a prompt of its own, runs of older versions do not say, and what was not answered is waste."""
    usage = sums(Usage(input_tokens=400))
    of = [
        SectionSums({"core": 300}, usage, ("ours", "anthropic", "0", "triage")),
        SectionSums({}, usage, KEY),
        SectionSums({"core": 300}, Sums(cost_usd=Decimal(1)), KEY),
    ]
    assert not section_costs(of, PRICES).sections


def test_a_model_without_a_price_is_named() -> None:
    """Nobody can say what its prompt cost: the section is there, without dollars, and the report can say why."""
    stranger = SectionSums({"core": 300}, sums(Usage(input_tokens=400)), ("stranger", "anthropic", "0", "review"))
    costs = section_costs([stranger], PRICES)
    assert costs.unpriced == ("stranger",)
    assert costs.sections == {"core": SectionCost(300, 300, Decimal(0))}


def test_a_batch_is_priced_as_one() -> None:
    """The half price is on both sides, so the prompt's part of the cost is the same."""
    usage = Usage(input_tokens=1_000, output_tokens=100)
    live = SectionSums({"core": 500}, sums(usage), KEY)
    batch = SectionSums({"core": 500}, sums(usage, factor=Decimal("0.5")), ("ours", "anthropic", "1", "review"))
    assert section_costs([live], PRICES).usd == 2 * section_costs([batch], PRICES).usd > 0
