"""The budget's arithmetic: what counts, what fits, and what the worst case of an attempt is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.budget import Amount, Budget, Limits, largest_output, worst_case
from bot.core.failure import FailureKind
from bot.core.pricing import ModelPrice, PriceList
from bot.core.usage import Usage
from tests.fakes import NOON, PLAIN, PRICES, a_request

KEPT = PriceList(NOON, {})
HAIKU = "claude-haiku-5-5"


def an_amount(tokens: int, usd: str = "0") -> Amount:
    """So many tokens and dollars."""
    return Amount(tokens, Decimal(usd))


def test_a_limit_may_be_reached_and_not_passed() -> None:
    """The last token and the last cent of a budget can be reserved; one more cannot."""
    budget = Budget(Limits(100, Decimal("0.5")))
    assert budget.reserve(an_amount(100, "0.5"))
    assert budget.obstacle(an_amount(1)) is FailureKind.BUDGET_TOKENS
    assert budget.obstacle(an_amount(0, "0.0000001")) is FailureKind.BUDGET_USD
    assert not budget.reserve(an_amount(1))
    assert budget.open == 1, "a refused reservation leaves nothing open"


def test_no_limit_is_no_limit_and_zero_is_one() -> None:
    """None lets everything through; a limit of zero lets nothing through, which a falsy check would confuse."""
    assert Budget(Limits()).fits(an_amount(10**12, "1e9"))
    assert Budget(Limits(tokens=0)).obstacle(an_amount(1)) is FailureKind.BUDGET_TOKENS
    assert Budget(Limits(usd=Decimal(0))).obstacle(an_amount(0, "0.01")) is FailureKind.BUDGET_USD


def test_earlier_runs_count_against_the_limits() -> None:
    """A pull request has one budget over all its runs, but this run's spending is shown apart."""
    budget = Budget(Limits(tokens=100), before=an_amount(60))
    assert not budget.fits(an_amount(41))
    assert budget.fits(an_amount(40))
    assert budget.spent == Amount()
    assert budget.left().tokens == 40


def test_every_way_to_end_a_reservation_counts_as_it_must() -> None:
    """Usage replaces a reservation, lost usage is charged in full, and what was never billed is given back."""
    budget = Budget(Limits(tokens=300))
    one = an_amount(100, "0.1")
    for _ in range(3):
        assert budget.reserve(one)
    assert budget.left().tokens == 0
    budget.settle(one, an_amount(30, "0.02"))
    budget.forfeit(one)
    budget.release(one)
    assert budget.settled == an_amount(30, "0.02")
    assert budget.unsettled == one
    assert budget.spent == an_amount(130, "0.12")
    assert budget.reserved == Amount()
    assert budget.open == 0


@pytest.mark.parametrize("actual", [an_amount(101, "0.1"), an_amount(100, "0.11")])
def test_usage_over_its_reservation_is_charged_and_ends_the_spending(actual: Amount) -> None:
    """A server that bills more than the worst case is paid, once, in either currency."""
    budget = Budget(Limits(tokens=10_000))
    reserved = an_amount(100, "0.1")
    budget.reserve(reserved)
    budget.settle(reserved, actual)
    assert budget.spent == actual
    assert budget.overrun
    assert budget.obstacle(Amount()) is FailureKind.OVERRUN


def test_what_is_left_is_never_negative() -> None:
    """An overrun past the limit leaves nothing, not less than nothing."""
    budget = Budget(Limits(100, Decimal(1)))
    budget.reserve(an_amount(100, "1"))
    budget.settle(an_amount(100, "1"), an_amount(150, "2"))
    assert budget.left() == Limits(0, Decimal(0))


@pytest.mark.parametrize(
    ("ttl", "dollars"),
    [
        (None, "0.000250"),  # 150 input + 50 output at 2
        ("5m", "0.000275"),  # 100 written at 1.25
        ("1h", "0.000350"),  # 100 written at 2
    ],
)
def test_the_worst_case_writes_the_prefix_and_fills_the_answer(ttl: str | None, dollars: str) -> None:
    """Nothing is counted on being read from a cache, and every token of max_tokens is expected."""
    assert worst_case(a_request(cache_ttl=ttl), 150, PRICES) == an_amount(200, dollars)


def test_two_breakpoints_are_reserved_at_the_dearer_one() -> None:
    """How much of the prefix each covers is not known before; whichever write is dearer, all of it fits."""
    mixed = {"cache_ttl": "1h", "facts_ttl": "5m"}
    assert worst_case(a_request(**mixed), 150, PRICES) == an_amount(200, "0.000350")
    assert worst_case(a_request(facts_ttl="5m"), 150, PRICES) == an_amount(200, "0.000275")
    odd = PriceList(NOON, {PLAIN: ModelPrice(Decimal(1), Decimal(2), Decimal(3), Decimal(2), Decimal(0))})
    assert worst_case(a_request(**mixed), 150, odd).usd == Decimal("0.000450")


def test_a_prefix_bound_over_the_whole_input_is_cut_to_it() -> None:
    """A counted request may be smaller than the bytes of its prefix; no token is reserved twice."""
    worst = worst_case(a_request(cache_ttl="5m", prefix_tokens=1_000), 150, PRICES)
    assert worst.tokens == 200


def test_the_worst_case_holds_where_writing_is_cheaper_than_not_caching() -> None:
    """A price list of one's own may make cache writes cheap, and the API may decide not to cache a short prefix."""
    cheap_writes = PriceList(NOON, {PLAIN: ModelPrice(Decimal(1), Decimal(2), Decimal(0), Decimal(0), Decimal(0))})
    request = a_request(cache_ttl="5m")
    uncached = worst_case(a_request(), 150, cheap_writes)
    assert worst_case(request, 150, cheap_writes) == uncached
    room = largest_output(request, 150, cheap_writes, Limits(usd=uncached.usd - Decimal("0.000002")))
    assert room == request.max_tokens - 1


def test_the_worst_case_knows_the_price_step_of_long_prompts() -> None:
    """Haiku 5.5 costs five times as much, for all tokens, as soon as the prompt passes 100,000 tokens."""
    request = a_request(model=HAIKU, max_tokens=1_000)
    below, above = (worst_case(request, size, KEPT).usd for size in (100_000, 100_001))
    assert below == Decimal("0.0105")
    assert above == Decimal("0.0525005")


@pytest.mark.parametrize("size", [99_000, 100_000, 100_001, 150_000])
@pytest.mark.parametrize("dollars", ["0.0101", "0.0103", "0.0499", "0.0510", "0.0520", "0.08"])
def test_the_largest_output_fits_and_one_more_does_not(size: int, dollars: str) -> None:
    """Shrinking an answer's room is exact on both sides of the price step."""
    request = a_request(model=HAIKU, max_tokens=1_000)
    limits = Limits(usd=Decimal(dollars))
    room = largest_output(request, size, KEPT, limits)
    budget = Budget(limits)
    if room > 0:
        assert budget.fits(worst_case(replace(request, max_tokens=room), size, KEPT))
    if 0 <= room < request.max_tokens:
        assert not budget.fits(worst_case(replace(request, max_tokens=room + 1), size, KEPT))


@given(
    size=st.integers(0, 300),
    prefix=st.integers(0, 400),
    ttl=st.sampled_from([None, "5m", "1h"]),
    facts_ttl=st.sampled_from([None, "5m", "1h"]),
    tokens=st.none() | st.integers(0, 500),
    usd=st.none() | st.decimals(0, "0.001", places=8),
)
def test_the_largest_output_is_the_largest(
    size: int, prefix: int, ttl: str | None, facts_ttl: str | None, tokens: int | None, usd: Decimal | None
) -> None:
    """In tokens and in dollars, cached or not: what is given back fits, and is not a token too small."""
    request = a_request(prefix_tokens=prefix, cache_ttl=ttl, facts_ttl=facts_ttl)
    budget = Budget(Limits(tokens, usd))
    room = largest_output(request, size, PRICES, budget.limits)
    assert room <= request.max_tokens
    if room > 0:
        assert budget.fits(worst_case(replace(request, max_tokens=room), size, PRICES))
    if 0 <= room < request.max_tokens:
        assert not budget.fits(worst_case(replace(request, max_tokens=room + 1), size, PRICES))


def test_a_free_model_is_limited_in_tokens_alone() -> None:
    """Where tokens cost nothing, dollars do not bound the answer and nothing is divided by zero."""
    nothing = Decimal(0)
    free = PriceList(NOON, {PLAIN: ModelPrice(nothing, nothing, nothing, nothing, nothing)})
    assert largest_output(a_request(), 100, free, Limits(usd=nothing)) == 50
    assert largest_output(a_request(), 100, free, Limits(tokens=120, usd=nothing)) == 20


CENTS = st.integers(0, 40).map(Decimal)


@given(
    price=st.builds(ModelPrice, CENTS, CENTS, CENTS, CENTS, st.just(Decimal(0))),
    ttls=st.tuples(st.sampled_from([None, "5m", "1h"]), st.sampled_from([None, "5m", "1h"])),
    parts=st.tuples(st.integers(0, 60), st.integers(0, 60), st.booleans(), st.booleans()),
)
def test_whatever_is_written_was_reserved(
    price: ModelPrice, ttls: tuple[str | None, str | None], parts: tuple[int, int, bool, bool]
) -> None:
    """Each breakpoint's part may be written or, if the API finds it too short, paid in full: it fits at any prices."""
    prices = PriceList(NOON, {PLAIN: price})
    kinds = {"5m": "cache_write_5m_tokens", "1h": "cache_write_1h_tokens"}
    usage = Usage(input_tokens=30, output_tokens=50)
    for ttl, tokens, cached in zip(ttls, parts[:2], parts[2:], strict=True):
        usage += Usage(**{kinds[ttl] if ttl and cached else "input_tokens": tokens})
    request = a_request(prefix_tokens=sum(parts[:2]), cache_ttl=ttls[0], facts_ttl=ttls[1])
    assert prices.cost(PLAIN, usage) <= worst_case(request, 30 + sum(parts[:2]), prices).usd
