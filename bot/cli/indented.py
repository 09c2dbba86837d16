"""Content moved two columns to the right, without filling its lines up with blanks."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

INDENT = 2


@dataclass(frozen=True, slots=True)
class Indented:
    """A renderable, indented; `first` (two columns wide) stands before its first line instead of blanks.

    rich's own Padding ends every line with blanks up to the terminal's width, which a log or a copied line keeps.
    """

    content: RenderableType
    first: Text | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        narrower = options.update_width(max(options.max_width - INDENT, 1))
        for number, line in enumerate(console.render_lines(self.content, narrower, pad=False)):
            if self.first is not None and number == 0:
                yield from self.first.render(console)
            elif line:
                yield Segment(" " * INDENT)
            yield from line
            yield Segment.line()
