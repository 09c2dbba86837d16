"""A request as the cache sees it: its blocks in prefix order, each with its size and the digest of all up to it.

The order is tools, then system (a structured output's schema first), then messages. Two requests share a
prefix exactly where their digests are equal; the digest begins with everything that keeps entries apart
(tenant, model, speed, format, effort, thinking), and the messages begin with the tool choice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from bot.simulator import tokens
from bot.simulator.request import Request


@dataclass(frozen=True, slots=True)
class PrefixBlock:
    """One block. `total` counts the tokens up to and including it; `ttl` is '5m' or '1h' where it is a breakpoint."""

    digest: bytes
    total: int
    ttl: str | None


def prefix_blocks(request: Request) -> tuple[PrefixBlock, ...]:
    """All blocks of the request; the last one's `total` is the request's whole input."""
    chain = hashlib.sha256(_apart(request).encode("utf-8", "surrogatepass"))
    blocks = []
    total = tokens.REQUEST_TOKENS
    for content, size, ttl in _pieces(request):
        chain.update(len(content).to_bytes(8, "big") + content)
        total += size
        blocks.append(PrefixBlock(chain.digest(), total, ttl))
    return tuple(blocks)


def input_tokens(request: Request) -> int:
    """The whole input of a request, cached or not."""
    return tokens.REQUEST_TOKENS + sum(size for _, size, _ in _pieces(request))


def _apart(request: Request) -> str:
    return tokens.canonical(
        [
            request.tenant.organization,
            request.tenant.workspace,
            request.model.id,
            request.speed,
            request.schema,
            request.effort,
            request.thinking.mode,
        ]
    )


def _pieces(request: Request) -> Iterator[tuple[bytes, int, str | None]]:
    """Each block's content, its tokens, and its breakpoint."""
    new = request.model.new_tokenizer
    for section, blocks in (("tools", request.tools), ("system", request.system)):
        if section == "system" and request.schema is not None:
            schema = tokens.canonical(request.schema)
            yield _content("format", schema), tokens.FORMAT_TOKENS + tokens.count_text(schema, new_tokenizer=new), None
        for block in blocks:
            yield _content(section, tokens.canonical(tokens.without_marker(block))), _size(block, new=new), _ttl(block)
    for turn, message in enumerate(request.messages):
        for index, block in enumerate(message.blocks):
            head = f"{message.role} {turn} {tokens.canonical(request.tool_choice)}" if turn == 0 else message.role
            framing = tokens.MESSAGE_TOKENS if index == 0 else 0
            content = _content(head, tokens.canonical(tokens.without_marker(block)))
            yield content, _size(block, new=new) + framing, _ttl(block)


def _content(section: str, text: str) -> bytes:
    return f"{section}\n{text}".encode("utf-8", "surrogatepass")


def _size(block: dict[str, object], *, new: bool) -> int:
    return tokens.count_block(block, new_tokenizer=new)


def _ttl(block: dict[str, object]) -> str | None:
    marker = block.get("cache_control")
    return str(marker.get("ttl", "5m")) if isinstance(marker, dict) else None
