"""Takes secrets out of text: by their look on the way in, by their value on the way out."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from bot.core.secrets import keyblock, kinds
from bot.core.secrets.kinds import SecretHit

SHORTEST_LEAK = 12
"""Characters of a secret in a row that are never published; fewer say too little and are too common."""

_SHORTEST_SECRET = 6
_REMOVED = "[redacted]"
_URL_SAFE = str.maketrans("+/", "-_")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A line with its secrets replaced. The hits' positions count in the text as it was."""

    text: str
    secrets: tuple[SecretHit, ...] = ()


def redact_line(text: str) -> Redacted:
    """Replace each secret of one line by its kind in brackets, such as `[redacted: AWS key]`."""
    return redact_lines((text,))[0]


def redact_lines(lines: Sequence[str]) -> tuple[Redacted, ...]:
    """Redact consecutive lines of one text; a private key is followed from its BEGIN through its END."""
    text = "\n".join(lines)
    blocks = keyblock.find(lines) if keyblock.MARKER in text else {}
    if not blocks and not kinds.may_be_in(text):
        return tuple(map(Redacted, lines))  # as nearly always; a look at each line would take three times as long
    return tuple(_redacted(line, blocks.get(index)) for index, line in enumerate(lines))


def redact_text(text: str) -> str:
    """Redact prose of several lines, such as a pull request's title or description."""
    return "\n".join(line.text for line in redact_lines(text.split("\n")))


def _redacted(line: str, block: SecretHit | None) -> Redacted:
    tokens = kinds.find(line)
    if block:
        outside = (hit for hit in tokens if hit.end <= block.start or hit.start >= block.end)
        tokens = tuple(sorted((block, *outside), key=lambda hit: hit.start))
    text = line
    for hit in reversed(tokens):
        text = f"{text[: hit.start]}[redacted: {hit.kind}]{text[hit.end :]}"
    return Redacted(text, tokens)


def scrub(text: str, exact: Collection[str]) -> str:
    """Remove our own credentials from what is published or printed, also where only a part or another form shows.

    Every run of 12 or more characters of each value goes, as it is, reversed, and in hex or base64. Values
    shorter than that go only where they stand in full; those under 6 characters stay, for they are words.
    """
    hidden = bytearray(len(text))
    for width, leaks in _leaks(exact).items():
        for at in range(len(text) - width + 1):
            if text[at : at + width] in leaks:
                hidden[at : at + width] = b"\1" * width
    if not any(hidden):
        return text
    runs = groupby(zip(text, hidden, strict=True), key=itemgetter(1))
    return "".join(_REMOVED if secret else "".join(character for character, _ in run) for secret, run in runs)


def _leaks(exact: Collection[str]) -> dict[int, set[str]]:
    """The pieces of all values that give them away, by their length."""
    leaks: dict[int, set[str]] = defaultdict(set)
    for value in exact:
        if _SHORTEST_SECRET <= len(value) < SHORTEST_LEAK:
            leaks[len(value)].add(value)
        for form, width in _forms(value):
            leaks[width].update(form[at : at + width] for at in range(len(form) - width + 1))
    return leaks


def _forms(value: str) -> Iterator[tuple[str, int]]:
    """Each way of writing a value, with the length that 12 of its characters have in it."""
    raw = value.encode("utf-8", "surrogatepass")
    yield value, SHORTEST_LEAK
    yield value[::-1], SHORTEST_LEAK
    yield raw.hex(), 2 * SHORTEST_LEAK
    yield raw.hex().upper(), 2 * SHORTEST_LEAK
    for shift in range(3):  # base64 reads three bytes at a time, so a value has three spellings inside a longer text
        encoded = base64.b64encode(bytes(shift) + raw).decode().rstrip("=")
        inner = encoded[(0, 2, 3)[shift] :]
        yield inner, 4 * SHORTEST_LEAK // 3
        yield inner.translate(_URL_SAFE), 4 * SHORTEST_LEAK // 3
