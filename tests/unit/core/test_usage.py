"""Tokens as they are added and counted."""

from __future__ import annotations

from bot.core.tokens import bound_tokens, estimate_tokens
from bot.core.usage import Usage

ONE_OF_EACH = Usage(1, 10, 100, 1_000, 10_000, 5_000)


def test_totals_count_thinking_once() -> None:
    """Thinking is part of the output: adding it would charge the budget twice."""
    assert ONE_OF_EACH.total_input_tokens == 1_111
    assert ONE_OF_EACH.total_tokens == 11_111


def test_usages_add_up_field_by_field() -> None:
    """The receipt's sum keeps every kind apart."""
    assert Usage(2, 20, 200, 2_000, 20_000, 10_000) == ONE_OF_EACH + ONE_OF_EACH


def test_a_bound_is_never_below_the_bytes() -> None:
    """A byte-level tokenizer can make a token of every byte, and a character can be four of them."""
    for text in ("", "abc", "é" * 10, "\U0001f600" * 3, "\udcff"):
        size = len(text.encode("utf-8", "surrogatepass"))
        assert bound_tokens(text) > size
        assert size / 3 <= estimate_tokens(text) <= size
