"""The real prompts, hunks to show with them, and the golden texts they are held against.

To update a golden text after a change that is meant: delete its file, run the tests twice, and read the difference
in git before committing it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.core.diff.model import FileDiff, FileStatus, Hunk
from bot.core.excerpt import Enclosing, Excerpt
from bot.core.prompt.templates import Templates
from bot.core.shown import ShownHunk, ShownLine

PROMPTS = Path(__file__).parents[4] / "prompts"
GOLDEN = Path(__file__).parents[3] / "golden"
BOUNDARY = "b" * 64

TEMPLATES = Templates({path.relative_to(PROMPTS).as_posix(): path.read_text() for path in PROMPTS.rglob("*.*")})


def matches_golden(name: str, text: str) -> None:
    """Compare with the stored text; where none is stored, store this one and fail."""
    path = GOLDEN / name
    if not path.exists():
        path.write_text(text, encoding="utf-8")
        pytest.fail(f"{path} was missing and has been written; read it, then run the tests again")
    assert text == path.read_text(encoding="utf-8")


@dataclass(frozen=True)
class RecordingTemplates(Templates):
    """Remembers what was given to which template."""

    given: dict[str, set[str]] = field(default_factory=dict)

    def render(self, name: str, **variables: object) -> str:
        """Note the variables' names and render."""
        self.given[name] = set(variables)
        return super().render(name, **variables)


def show(
    body: bytes,
    *,
    file: FileDiff | None = None,
    section: bytes = b"",
    part: tuple[int, int] = (1, 1),
    twins: tuple[Hunk, ...] = (),
    enclosing: Enclosing | None = None,
) -> ShownHunk:
    """Show a hunk that starts at line 10 of both files, with every line as it stands."""
    file = file or FileDiff("src/a.py", "src/a.py", FileStatus.MODIFIED)
    hunk = hunk_at(file.path, 10, body, section)
    excerpt = Excerpt(file, hunk, hunk.lines, "python", 0, "", part, twins, enclosing)
    return ShownHunk(excerpt, tuple(ShownLine(line.mark, line.side, line.number, line.text) for line in hunk.lines))


def hunk_at(path: str, start: int, body: bytes, section: bytes = b"") -> Hunk:
    """Make a hunk whose old and new ranges both start at `start`."""
    marks = [line[:1] for line in body.splitlines()]
    return Hunk(path, start, len(marks) - marks.count(b"+"), start, len(marks) - marks.count(b"-"), section, body)
