"""The blocks a Markdown page is built of: tables, folded parts and code spans that foreign text cannot leave."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.core.marks import without_marks
from bot.core.sanitise import terminal


def table(names: Sequence[str], rows: Iterable[Sequence[str]], alignment: str) -> str:
    """A table of cells that are fit for one; `alignment` has an 'l' or an 'r' for each column."""
    ruler = ["---:" if side == "r" else "---" for side in alignment]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (names, ruler, *rows))


def folded(summary: str, content: str) -> str:
    """Content that opens with a click on its summary."""
    return f"<details><summary>{summary}</summary>\n\n{content}\n\n</details>"


def code_span(text: str) -> str:
    """Foreign text as code, fit for a table too: on one line, fenced by more backticks than it holds, and no mark."""
    line = without_marks(terminal(text)).replace("|", "\\|")
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"


def clip(text: str, most: int) -> str:
    """At most so many characters; a cut ends in an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
