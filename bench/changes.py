"""Changes of any size for the benchmarks: Python, TypeScript and Go, the same on every machine."""

from __future__ import annotations

import random
from collections.abc import Callable

BYTES_PER_TOKEN = 3
_AROUND = 240  # bytes of a hunk that are not changed lines: its range, its context, its share of the file's header


def python_line(chance: random.Random, number: int) -> str:
    """A statement, now and then one that the stand-in's rules object to."""
    if chance.random() < 0.02:
        return f'    os.system(f"tar -xf {{upload_{number}}}")'
    name = chance.choice(("total", "basket", "order", "address", "invoice"))
    return f"    {name}_{number} = {name}s.get(key_{number}, {chance.randrange(100)}) if {name}s else None"


def typescript_line(chance: random.Random, number: int) -> str:
    """The same in TypeScript."""
    if chance.random() < 0.02:
        return f"  element.innerHTML = message{number};"
    name = chance.choice(("cart", "price", "session", "label"))
    return f"  const {name}{number} = props.{name} ?? defaults.{name}[{chance.randrange(100)}];"


def go_line(chance: random.Random, number: int) -> str:
    """The same in Go."""
    if chance.random() < 0.02:
        return f"\tbody{number}, _ := io.ReadAll(r.Body)"
    return (
        f'\tif err := step{number}(ctx, {chance.randrange(100)}); err != nil {{ return fmt.Errorf("step: %w", err) }}'
    )


_LANGUAGES: tuple[tuple[str, Callable[[random.Random, int], str]], ...] = (
    ("py", python_line),
    ("ts", typescript_line),
    ("go", go_line),
)


def change(hunks: int, tokens: int, *, seed: int = 1) -> bytes:
    """A diff of so many hunks and about so many tokens (three bytes each), no two hunks alike, six hunks a file."""
    chance = random.Random(seed)  # noqa: S311 - the same change each time, no secret
    return b"".join(
        _file(chance, number, [_share(tokens, hunks, index) for index in range(first, min(hunks, first + 6))])
        for number, first in enumerate(range(0, hunks, 6))
    )


def _share(tokens: int, hunks: int, index: int) -> int:
    """Hunks are not of one size: of each six, one has half of the tokens and five share the rest."""
    group = min(6, hunks - index // 6 * 6)
    whole = tokens * group // hunks
    if group == 1:
        return whole
    return whole // 2 if index % 6 == 0 else whole // 2 // (group - 1)


def _file(chance: random.Random, number: int, sizes: list[int]) -> bytes:
    ending, line = _LANGUAGES[number % len(_LANGUAGES)]
    path = f"src/area{number % 7}/module{number}.{ending}"
    parts = [f"diff --git a/{path} b/{path}\nindex 1234567..89abcde 100644\n--- a/{path}\n+++ b/{path}\n"]
    old = new = 10
    for size in sizes:
        marks, body = _body(chance, line, number * 1000 + old, size * BYTES_PER_TOKEN)
        old_count, new_count = len(marks) - marks.count("+"), len(marks) - marks.count("-")
        parts += [f"@@ -{old},{old_count} +{new},{new_count} @@\n", body]
        old, new = old + old_count + 20, new + new_count + 20
    return "".join(parts).encode()


def _body(chance: random.Random, line: Callable[[random.Random, int], str], number: int, size: int) -> tuple[str, str]:
    """The marks and the text of a hunk of about `size` bytes, at least one changed line between two of context."""
    rows: list[str] = []
    marks, room = "", size - _AROUND
    while room > 0 or "+" not in marks:
        mark = chance.choice("++- ") if marks else "+"
        rows.append(f"{mark}{line(chance, number + len(rows))}\n")
        marks, room = marks + mark, room - len(rows[-1])
    around = f" {line(chance, number)}\n"
    return f" {marks} ", f"{around}{''.join(rows)}{around}"
