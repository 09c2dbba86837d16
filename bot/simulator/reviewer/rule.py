"""What a rule is, and what the built-in ones may look at."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.simulator.reviewer.hunks import ShownLine

ANY_LANGUAGE = "any"


@dataclass(frozen=True, slots=True)
class Spot:
    """A changed line in its surroundings: the hunk's lines of its own file, old or new, and where in them it stands.

    `code` are the same lines with strings emptied and comments removed.
    """

    lines: tuple[ShownLine, ...]
    code: tuple[str, ...]
    index: int

    @property
    def text(self) -> str:
        """The line as shown."""
        return self.lines[self.index].text

    def code_after(self) -> str:
        """The code of the next line that is not blank, or an empty string."""
        return next((line for line in self.code[self.index + 1 :] if line.strip()), "")

    def opener(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The nearest line above that encloses this one by indentation and matches."""
        depth = _indent(self.code[self.index])
        for line in reversed(self.code[: self.index]):
            if line.strip() and _indent(line) < depth:
                if found := pattern.search(line):
                    return found
                depth = _indent(line)
        return None


Condition = Callable[[Spot, re.Match[str]], bool]
Rewrite = Callable[[str, re.Match[str]], str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A finding, and the changed line it is about.

    `mark` says which lines it reads: '+', or '-' for lines whose loss does harm. `pattern` is searched in the
    line's code, or in its raw text where `raw`; a line that also matches `unless` (in its raw text) is left
    alone, and so is one for which `when` is False. `rewrite` makes the suggestion from the raw text. `in_tests`
    rules apply to test code as well.
    """

    id: str
    languages: frozenset[str]
    severity: str
    category: str
    title: str
    body: str
    confidence: float
    pattern: re.Pattern[str]
    mark: str = "+"
    raw: bool = False
    unless: re.Pattern[str] | None = None
    when: Condition | None = None
    rewrite: Rewrite | None = None
    in_tests: bool = False

    def applies_to(self, language: str, *, in_test: bool) -> bool:
        """Whether files of this language are read with this rule."""
        return (self.in_tests or not in_test) and (ANY_LANGUAGE in self.languages or language in self.languages)

    def match(self, spot: Spot) -> re.Match[str] | None:
        """The match on the spot's line that makes it a finding."""
        found = self.pattern.search(spot.text if self.raw else spot.code[spot.index])
        if found is None or (self.unless is not None and self.unless.search(spot.text)):
            return None
        return found if self.when is None or self.when(spot, found) else None


_GROUP = re.compile(r"\\g<(\w+)>")


def replace_match(new: str) -> Rewrite:
    """A rewrite that puts `new` in place of what matched; a group reference stands for the raw text's own."""

    def rewrite(text: str, found: re.Match[str]) -> str:
        def group(reference: re.Match[str]) -> str:
            return text[found.start(reference[1]) : found.end(reference[1])]

        return text[: found.start()] + _GROUP.sub(group, new) + text[found.end() :]

    return rewrite


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
