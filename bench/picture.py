"""Draws the README's picture and writes its samples, all from what the demo really prints.

Run it as `python -m bench.picture` when the output has changed; tests/docs/test_readme_output.py says when it has.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.ansi import AnsiDecoder
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "picture" / "demo.svg"
README = ROOT / "README.md"
PICTURE_WIDTH = 100
SAMPLE_WIDTH = 88

IN_THE_PICTURE = ("Nothing equals NaN, not even NaN", "A bare except also catches Ctrl-C and exits")
IN_THE_SAMPLE = ("The error is thrown away",)
"""Findings that are shown, by their titles; of the others it is said how many there are."""

_FINDING = re.compile(r"(?:error|warning|info)  \S")
_CELL = 12.2
"""The width of a character in rich's SVG, in its units."""
_INDENTED = re.compile(r'x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"([^>]*>)((?:&#160;)+)')
# A picture on a page loads nothing else, so a font from elsewhere would never come.
_FONT_FROM_ELSEWHERE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace"


@dataclass(frozen=True, slots=True)
class Output:
    """What the demo prints: lines before the findings, each finding's own, and those behind them."""

    before: Sequence[Text]
    findings: Sequence[Sequence[Text]]
    behind: Sequence[Text]

    def shown(self, titles: Sequence[str]) -> list[Text]:
        """The lines of the first finding of each title, and one that counts the others."""
        blocks = [next(one for one in self.findings if one[0].plain.endswith(f"  {title}")) for title in titles]
        more = Text(f"[{len(self.findings) - len(blocks)} more findings]", style="dim")
        return [*(line for block in blocks for line in block), more, Text()]

    def part(self, first: str, until: str) -> list[Text]:
        """The lines behind the findings, from the one that begins with `first` to that before `until`."""
        plain = [line.plain for line in self.behind]
        start = next(number for number, line in enumerate(plain) if line.startswith(first))
        end = next(number for number, line in enumerate(plain) if number > start and line.startswith(until))
        return list(self.behind[start:end])


def demo(width: int) -> Output:
    """What `make demo` prints on a terminal of that width, in colour."""
    command = [sys.executable, "-m", "bot", "review", "--simulate", "--quiet", "--diff", "examples/demo/checkout.diff"]
    environment = os.environ | {"COLUMNS": str(width), "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    printed = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout
    lines = list(AnsiDecoder().decode(printed.rstrip()))
    starts = [number for number, line in enumerate(lines) if _FINDING.match(line.plain)]
    end = next(number for number, line in enumerate(lines) if number > starts[-1] and line.plain.startswith("● "))
    findings = [lines[start:stop] for start, stop in zip(starts, [*starts[1:], end], strict=True)]
    return Output(lines[: starts[0]], findings, lines[end:])


def as_svg(lines: Sequence[Text]) -> str:
    """The lines as a terminal's window, the same to the byte for the same lines."""
    console = Console(
        record=True, width=PICTURE_WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    for line in lines:
        console.print(line, no_wrap=True, overflow="ignore", crop=False)
    svg = console.export_svg(title="make demo", unique_id="demo")
    svg = _FONT_FROM_ELSEWHERE.sub("", svg).replace("Fira Code, monospace", _FONTS)
    return _INDENTED.sub(_without_leading_blanks, svg)


def _without_leading_blanks(found: re.Match[str]) -> str:
    """Not every program that draws SVG keeps a text's leading blanks, so the text begins behind them instead."""
    x, y, length, rest, blanks = found.groups()
    by = _CELL * blanks.count(";")
    return f'x="{float(x) + by:.1f}" y="{y}" textLength="{float(length) - by:.1f}"{rest}'


def as_text(lines: Sequence[Text]) -> str:
    """The lines without colours."""
    return "\n".join(line.plain.rstrip() for line in lines).strip() + "\n"


def with_sample(page: str, heading: str, lines: Sequence[Text]) -> str:
    """The page with the lines in the first text block under a heading."""
    block = re.compile(rf"(^## {heading}\n(?:(?!^## ).)*?^```text\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)
    page, written = block.subn(lambda found: found[1] + as_text(lines), page)
    if written != 1:
        sys.exit(f"The README has no sample under '{heading}'.")
    return page


def main() -> None:
    """Write all of it."""
    wide = demo(PICTURE_WIDTH)
    PICTURE.write_text(as_svg([*wide.before, *wide.shown(IN_THE_PICTURE), *wide.behind]))
    output = demo(SAMPLE_WIDTH)
    finding = [*output.shown(IN_THE_SAMPLE), *output.part("● ", until="Coverage")]
    page = with_sample(README.read_text(), "What it prints", finding)
    README.write_text(with_sample(page, "How the money works", output.part("The bill", until="Simulated")))


if __name__ == "__main__":
    main()
