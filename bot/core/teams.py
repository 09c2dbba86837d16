"""Which team a change belongs to: by its author, else by who owns most of the files it touches."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from codeowners import CodeOwners

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks for code owners, in its order; the first file that is there counts."""

_REMARK = re.compile(r"(^|\s)#.*")


@dataclass(frozen=True, slots=True)
class Team:
    """A team: the logins of its people, and what CODEOWNERS calls it. Both compare without case, with or without @."""

    name: str
    logins: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()


def team_of(teams: Sequence[Team], author: str, paths: Iterable[str], text_of: Callable[[str], bytes | None]) -> str:
    """The team's name, '' where none is known. `text_of` gives a file's bytes as they stand in the base.

    The team that owns the most of `paths` has it, of equals the one that is named first.
    """
    for team in teams:
        if author and _plain(author) in map(_plain, team.logins):
            return team.name
    if not any(team.owners for team in teams):
        return ""
    owners = _owners(text_of)
    counts = Counter(team.name for path in paths for team in _owning(teams, owners, path))
    return max((team.name for team in teams), key=lambda name: counts[name]) if counts else ""


def _owning(teams: Sequence[Team], owners: CodeOwners, path: str) -> list[Team]:
    own = {_plain(name) for _, name in owners.of(path)}
    return [team for team in teams if own & {_plain(name) for name in team.owners}]


def _owners(text_of: Callable[[str], bytes | None]) -> CodeOwners:
    for place in PLACES:
        text = text_of(place)
        if text is not None:
            lines = (_REMARK.sub("", line) for line in text.decode("utf-8", "replace").splitlines())
            return CodeOwners("\n".join(line for line in lines if _is_whole(line)))
    return CodeOwners("")


def _is_whole(line: str) -> bool:
    """Whether a line says something: like GitHub we pass over one that cannot be read."""
    try:
        CodeOwners(line)
    except (ValueError, re.error):
        return False
    return True


def _plain(name: str) -> str:
    return name.removeprefix("@").lower()
