"""A finding's code in a frame: numbers, diff marks, and carets under the line it means."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from bot.core.finding import Finding
from bot.core.report.code_excerpt import ExcerptLine, is_anchored, quoted_lines
from bot.core.sanitise import terminal

TAB_WIDTH = 4
_MARK_STYLES = {"+": "green", "-": "red", " ": ""}


def code_frame(finding: Finding, excerpt: Sequence[ExcerptLine]) -> Text | None:
    """The excerpt with the finding's lines marked; what the finding quotes where there is none; None without either.

    Lines are cut at the terminal's width, never wrapped.
    """
    lines = excerpt or quoted_lines(finding)
    if not lines:
        return None
    gutter = len(str(max(number for number, _, _ in lines)))
    frame = Text(no_wrap=True, overflow="ellipsis")
    last_anchored = max((index for index, line in enumerate(lines) if is_anchored(finding, line)), default=-1)
    for index, line in enumerate(lines):
        number, mark, text = line
        shown = terminal(text.rstrip("\r").expandtabs(TAB_WIDTH))
        anchored = is_anchored(finding, line)
        frame.append(f"{'>' if anchored else ' '} {number:>{gutter}} | ", style="bold" if anchored else "dim")
        frame.append(f"{mark} {shown}".rstrip() + "\n", style=_MARK_STYLES.get(mark, ""))
        if index == last_anchored and shown.strip():
            frame.append(f"  {'':>{gutter}} | ", style="dim")
            frame.append(f"  {_carets(shown)}\n", style="bold red")
    frame.rstrip()
    return frame


def _carets(shown: str) -> str:
    """Carets as wide as the text above them, wide characters counted as two columns."""
    code = shown.strip()
    indent = shown[: len(shown) - len(shown.lstrip())]
    return " " * cell_len(indent) + "^" * cell_len(code)
