"""What a reader's browser would make of a comment: parsed by a Markdown library, not by ours."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MENTION = re.compile(r"(?<![\w/.+-])@[A-Za-z0-9]")
_REFERENCE = re.compile(r"(?<![\w&])#\d|(?<!\w)GH-\d")
_OURS = re.compile(r"<details><summary>[\w (),]*</summary>|</details>|</?sub>|<!-- hunkwise:[^>]*-->|\s")


def dangers(body: str, base: str) -> list[str]:
    """What would act or leave the site: mentions, references, images, foreign links, HTML that is not ours."""
    found = []
    for token in _tokens(MarkdownIt("gfm-like", {"linkify": False}).parse(body)):
        if token.type == "text" and (_MENTION.search(token.content) or _REFERENCE.search(token.content)):
            found.append(f"acts: {token.content}")
        if token.type == "image":
            found.append(f"image: {token.attrs}")
        if token.type == "link_open" and not str(token.attrs["href"]).startswith(f"{base}/"):
            found.append(f"link: {token.attrs['href']}")
        if token.type in {"html_inline", "html_block"} and _OURS.sub("", token.content):
            found.append(f"HTML: {token.content}")
    return found


def rows(body: str) -> list[list[str]]:
    """The cells of every row of every table."""
    found: list[list[str]] = []
    in_cell = False
    for token in _tokens(MarkdownIt("gfm-like", {"linkify": False}).parse(body)):
        if token.type == "tr_open":
            found.append([])
        if token.type in {"th_open", "td_open"}:
            in_cell = True
        elif token.type == "inline" and in_cell:
            found[-1].append(token.content)
            in_cell = False
    return found


def _tokens(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _tokens(token.children or [])
