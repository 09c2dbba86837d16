"""How many tokens a text is, without asking the API: an estimate for plans and a bound for budgets.

Only the API knows the true count. Code averages a little over three bytes a token with the tokenizer of the
models from 4.7 on (docs/architecture.md, "Estimates and bounds"), so a plan divides by three. A byte-level
tokenizer never makes more tokens than there are bytes, so a reservation counts bytes.
"""

from __future__ import annotations

BYTES_PER_TOKEN = 3
BLOCK_OVERHEAD_TOKENS = 16
"""Framing that a content block may add beyond its text; generous, since it only widens reservations."""


def estimate_tokens(text: str | bytes) -> int:
    """The likely size of a text in tokens; 0 only for an empty text."""
    return -(-_size(text) // BYTES_PER_TOKEN)


def bound_tokens(text: str | bytes) -> int:
    """The most tokens a text can be as one content block, framing included."""
    return _size(text) + BLOCK_OVERHEAD_TOKENS


def _size(text: str | bytes) -> int:
    return len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
