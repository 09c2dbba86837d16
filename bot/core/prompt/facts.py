"""The facts of a change: the first block of the user message, shared by all requests of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.diff.model import FileStatus
from bot.core.prompt.templates import Templates
from bot.core.prompt.visible import shorten, shown_path, strip_hidden, strip_html_comments

TITLE_CHARACTERS = 300
DESCRIPTION_BYTES = 3_000
FILES_LISTED = 100
_PATH_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class FileFact:
    """One changed file: its new path, what happened to it, and its lines added and deleted."""

    path: str
    status: FileStatus
    added: int
    deleted: int


def render_facts(templates: Templates, boundary: str, title: str, description: str, files: Sequence[FileFact]) -> str:
    """Show title, description and file list, cleaned of what hides and cut to a size that cannot run up a bill.

    Secrets must have been redacted from `title` and `description` before.
    """
    listed = files[:FILES_LISTED]
    return templates.render(
        "review/facts.md.j2",
        boundary=boundary,
        title=shorten(" ".join(strip_hidden(title).split()), TITLE_CHARACTERS),
        description=_cut_description(strip_html_comments(strip_hidden(description)).strip()),
        files=[
            FileFact(shorten(shown_path(file.path), _PATH_CHARACTERS), file.status, file.added, file.deleted)
            for file in listed
        ],
        more_files=len(files) - len(listed),
    )


def _cut_description(text: str) -> str:
    raw = text.encode()
    if len(raw) <= DESCRIPTION_BYTES:
        return text
    return raw[:DESCRIPTION_BYTES].decode(errors="ignore").rstrip() + "\n[cut here: the description is longer]"
