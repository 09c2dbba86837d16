"""How the stand-in counts tokens: simple, deterministic, and never more than a block's bytes plus its framing.

A text of n bytes is ceil(n / 3) tokens for models from 4.7 on and ceil(n / 3.9) for older ones. Every block
adds 3 tokens of framing, every message 4 more, every request 8; a structured output adds 120 tokens and its
schema, as part of the system prompt. An image or a document that is not text counts by its bytes as well.
"""

from __future__ import annotations

import json
from typing import Any

BLOCK_TOKENS = 3
MESSAGE_TOKENS = 4
REQUEST_TOKENS = 8
FORMAT_TOKENS = 120

_NEW_TENTHS_OF_BYTES_PER_TOKEN = 30
_OLD_TENTHS_OF_BYTES_PER_TOKEN = 39


def count_text(text: str, *, new_tokenizer: bool) -> int:
    """Tokens of a text, framing not included."""
    tenths = _NEW_TENTHS_OF_BYTES_PER_TOKEN if new_tokenizer else _OLD_TENTHS_OF_BYTES_PER_TOKEN
    return -(-len(text.encode("utf-8", "surrogatepass")) * 10 // tenths)


def count_block(block: dict[str, Any], *, new_tokenizer: bool) -> int:
    """Tokens of a content block or a tool definition, framing included; a cache marker counts nothing."""
    text = block["text"] if block.get("type") == "text" else canonical(without_marker(block))
    return BLOCK_TOKENS + count_text(text, new_tokenizer=new_tokenizer)


def cut_to_tokens(text: str, tokens: int, *, new_tokenizer: bool) -> str:
    """The longest beginning of a text that is at most so many tokens."""
    tenths = _NEW_TENTHS_OF_BYTES_PER_TOKEN if new_tokenizer else _OLD_TENTHS_OF_BYTES_PER_TOKEN
    return text.encode("utf-8", "surrogatepass")[: max(0, tokens) * tenths // 10].decode("utf-8", "ignore")


def canonical(value: object) -> str:
    """A value as JSON that is equal for equal values."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def without_marker(block: dict[str, Any]) -> dict[str, Any]:
    """A block as the model sees it: the cache marker is for the cache alone."""
    return {key: value for key, value in block.items() if key != "cache_control"}
