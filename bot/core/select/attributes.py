"""Linguist's attributes in .gitattributes files, read as git reads them.

Only the base's files are ever given to this module, so a pull request cannot hide its own code by calling it
generated. Macros (`[attr]`) are not followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pathspec import GitIgnoreSpec
from pathspec.pattern import Pattern

GENERATED = "linguist-generated"
VENDORED = "linguist-vendored"

_FALSE = frozenset({"false", "0", "no", "off"})


@dataclass(frozen=True, slots=True)
class _Rule:
    """One line of a .gitattributes file; a value of None takes an earlier line's word back."""

    pattern: Pattern
    values: Mapping[str, bool | None]


class Attributes:
    """The answers of all .gitattributes files of one tree. `texts` maps a folder ('' is the root) to its file."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._rules = {folder.strip("/"): _rules(text) for folder, text in texts.items()}

    def says(self, path: str, attribute: str) -> bool | None:
        """Whether the attribute is set (True), unset (False) or not mentioned (None) for a file.

        The last line that matches wins, and a deeper folder's file is read after its parents' files.
        """
        answer: bool | None = None
        for folder in _folders(path) if self._rules else ():
            inner = path[len(folder) :].lstrip("/")
            for rule in self._rules.get(folder, ()):
                if attribute in rule.values and _names_file(rule.pattern, inner):
                    answer = rule.values[attribute]
        return answer


def _folders(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:depth]) for depth in range(len(parts) + 1)]


def _names_file(pattern: Pattern, path: str) -> bool:
    """Match as .gitattributes do: unlike in .gitignore, a pattern that names a folder says nothing of its files."""
    result = pattern.match_file(path)
    return result is not None and result.match.groupdict().get("ps_d") is None


def _rules(text: str) -> tuple[_Rule, ...]:
    rules = []
    for line in text.splitlines():
        glob, words = _fields(line.strip())
        values = {name: value for name, value in map(_value, words) if name in {GENERATED, VENDORED}}
        pattern = _pattern(glob) if values else None
        if pattern is not None:
            rules.append(_Rule(pattern, values))
    return tuple(rules)


def _fields(line: str) -> tuple[str, list[str]]:
    if line.startswith('"'):
        glob, _, rest = line[1:].partition('"')
        return glob, rest.split()
    glob, *words = line.split() or [""]
    return glob, words


def _value(word: str) -> tuple[str, bool | None]:
    if word.startswith("-"):
        return word[1:], False
    if word.startswith("!"):
        return word[1:], None
    name, _, value = word.partition("=")
    return name, value.lower() not in _FALSE


def _pattern(glob: str) -> Pattern | None:
    """The compiled pattern, or None for what git would ignore too: comments, negations and broken globs."""
    if glob.startswith(("#", "!", "[attr]")):
        return None
    try:
        patterns = list(GitIgnoreSpec.from_lines([glob]).patterns)
    except ValueError:
        return None
    return patterns[0] if patterns and patterns[0].include else None
