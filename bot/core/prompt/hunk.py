"""A hunk as the model sees it: one block of the user message.

Each line of code is `<number> <mark><text>`: the new file's number for added and context lines, the old file's for
deleted ones. The stand-in and placement rely on this form.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.diff.model import Hunk
from bot.core.excerpt import Enclosing, Excerpt
from bot.core.prompt.templates import Templates
from bot.core.prompt.visible import make_visible, shorten, shown_path
from bot.core.redact import redact_line, redact_lines
from bot.core.shown import ShownHunk

TWINS_NAMED = 5
_HEADING_CHARACTERS = 120
_TWIN_PATH_CHARACTERS = 200


def render_hunk(templates: Templates, boundary: str, shown: ShownHunk) -> str:
    """Show one excerpt: file, place, surroundings, then its lines.

    `shown.lines` go out as they are; what else is shown of the excerpt is redacted and made visible here.
    """
    excerpt = shown.excerpt
    file = excerpt.file
    part, parts = excerpt.part
    return templates.render(
        "review/hunk.md.j2",
        boundary=boundary,
        path=shown_path(excerpt.path),
        old_path=shown_path(file.old_path) if file.old_path and file.old_path != excerpt.path else "",
        status=file.status.value,
        heading=heading_of(excerpt),
        part=part,
        parts=parts,
        twins=_twins(excerpt.twins[:TWINS_NAMED]),
        more_twins=len(excerpt.twins[TWINS_NAMED:]),
        around=_around(excerpt.enclosing),
        lines="\n".join(f"{line.number} {line.mark}{line.text}" for line in shown.lines),
    )


def heading_of(excerpt: Excerpt) -> str:
    """What the hunk stands in, on one line: the enclosing definition, or what the diff says behind the second @@."""
    title = excerpt.enclosing.title if excerpt.enclosing else excerpt.hunk.section.decode("utf-8", "replace")
    return shorten(redact_line(make_visible(title)[0].strip()).text, _HEADING_CHARACTERS)


def _twins(hunks: Sequence[Hunk]) -> list[str]:
    return [f"{shorten(shown_path(hunk.path), _TWIN_PATH_CHARACTERS)} ({hunk.new_start})" for hunk in hunks]


def _around(enclosing: Enclosing | None) -> str:
    lines = enclosing.lines if enclosing else ()
    texts = redact_lines([make_visible(text)[0] for _, text in lines])
    return "\n".join(f"{number}  {redacted.text}" for (number, _), redacted in zip(lines, texts, strict=True))
