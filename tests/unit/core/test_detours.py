"""What the receipt says when another provider answered."""

from __future__ import annotations

from decimal import Decimal

from bot.core.calls import Call
from bot.core.detours import detours
from bot.core.usage import Usage


def a_call(provider: str, outcome: str, cost: str = "0") -> Call:
    """A call as far as it matters here."""
    return Call("m", "standard", "because", 1, 1, outcome, None, 5, Usage(), Decimal(cost), provider=provider)


def test_nothing_is_said_where_nothing_happened() -> None:
    """Failures that retries survived are no detour."""
    assert detours([a_call("anthropic", "overloaded"), a_call("anthropic", "answered", "0.01")], "anthropic") == ()


def test_why_how_often_and_for_how_much() -> None:
    """A switch is never silent about money."""
    calls = [
        *(a_call("anthropic", "overloaded") for _ in range(8)),
        a_call("anthropic", "timed_out"),
        *(a_call("anthropic", "answered", "0.01") for _ in range(3)),
        a_call("bedrock", "answered", "0.0110"),
        a_call("bedrock", "truncated", "0.0110"),
        a_call("bedrock", "overloaded"),
    ]
    assert detours(calls, "anthropic") == (
        "anthropic failed: overloaded 8 times, timed out once; 2 of 5 answers came from bedrock ($0.022).",
    )


def test_a_chain_of_three() -> None:
    """Each that answered is named."""
    calls = [a_call("b", "answered", "1"), a_call("c", "answered", "2")]
    assert detours(calls, "a") == (
        "a was not asked; 1 of 2 answers came from b ($1.00), 1 of 2 answers came from c ($2.00).",
    )
