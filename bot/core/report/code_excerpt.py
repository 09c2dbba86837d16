"""The code around a finding, as it was shown to the model: secrets redacted, hidden characters written out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from bot.core.diff.model import Side
from bot.core.finding import Finding
from bot.core.shown import ShownHunk, ShownLine

ExcerptLine = tuple[int, str, str]
"""A line's number on its own side, its diff mark (' ', '+' or '-') and its text."""

Excerpts = Callable[[Finding], Sequence[ExcerptLine]]
"""Gives the lines around a finding; none where they are not at hand."""


def no_excerpts(finding: Finding) -> Sequence[ExcerptLine]:  # noqa: ARG001 - the shape of Excerpts
    """The provider for reports drawn without the diff."""
    return ()


def quoted_lines(finding: Finding) -> Sequence[ExcerptLine]:
    """What the finding itself quotes, as an excerpt; empty where it quotes nothing."""
    first = finding.line if finding.start_line is None else finding.start_line
    mark = "-" if finding.side is Side.LEFT else " "
    lines = finding.quote.splitlines()[: finding.line - first + 1]
    return [(first + number, mark, text) for number, text in enumerate(lines)]


def is_anchored(finding: Finding, line: ExcerptLine) -> bool:
    """True where the finding stands on this line of an excerpt."""
    number, mark, _ = line
    first = finding.line if finding.start_line is None else finding.start_line
    return first <= number <= finding.line and (mark == "-") == (finding.side is Side.LEFT)


def excerpts_from(shown: Iterable[ShownHunk], around: int = 2) -> Excerpts:
    """A provider over what was shown: a finding's lines and up to `around` lines on either side of them."""
    by_path: dict[str, list[tuple[ShownLine, ...]]] = defaultdict(list)
    for hunk in shown:
        by_path[hunk.excerpt.path].append(hunk.lines)

    def excerpt(finding: Finding) -> Sequence[ExcerptLine]:
        for lines in by_path.get(finding.path, ()):
            as_lines = [(line.number, line.mark, line.text) for line in lines]
            anchored = [index for index, line in enumerate(as_lines) if is_anchored(finding, line)]
            if anchored and as_lines[anchored[-1]][0] == finding.line:
                return as_lines[max(0, anchored[0] - around) : anchored[-1] + around + 1]
        return ()

    return excerpt
