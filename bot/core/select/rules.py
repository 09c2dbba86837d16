"""What decides which files are reviewed: the configuration's globs, the base's word, and the size limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pathspec import GitIgnoreSpec

from bot.core.excerpt import SkipReason
from bot.core.path_rules import Verdict, path_rule
from bot.core.select.attributes import GENERATED, VENDORED, Attributes
from bot.errors import BadConfiguration

_OPEN_BRACKET = re.compile(r"(?<!\\)\[[!^]?\]?[^\]]*$")


@dataclass(frozen=True, slots=True)
class SelectionRules:
    """What decides which files are reviewed.

    `include` and `exclude` are globs as in .gitignore. Where `include` is not empty, nothing else is reviewed. The
    last pattern of `exclude` that matches decides: it excludes the file, or, written with a leading `!`, has it
    reviewed although a rule for lock, generated or vendored files would skip it.

    The rest is the base's word and never the pull request's: `gitattributes` maps a folder ('' is the root) to the
    text of its .gitattributes, `generated_in_base` holds the base's paths whose text carries a generator's mark
    (select/marks.py).

    A file's hunks may come to `max_file_bytes` together and one hunk to `max_hunk_bytes`, diff marks included. Both
    are far above what people write, since a long hunk is split and the budget guards the cost.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    gitattributes: Mapping[str, str] = field(default_factory=dict)
    generated_in_base: frozenset[str] = frozenset()
    max_file_bytes: int = 4_000_000
    max_hunk_bytes: int = 1_000_000


class PathJudge:
    """The rules compiled, so that a path is judged quickly."""

    def __init__(self, rules: SelectionRules) -> None:
        """Raises BadConfiguration where a glob of the configuration is none."""
        self._include = compiled_globs("include", rules.include)
        self._exclude = compiled_globs("exclude", rules.exclude)
        self._attributes = Attributes(rules.gitattributes)

    def verdict(self, path: str) -> Verdict | None:
        """Why a path is skipped, or None. The configuration's word beats the attributes', theirs the built-in rules."""
        if self._include.patterns and not self._include.match_file(path):
            return Verdict(SkipReason.EXCLUDED, "matches no include pattern")
        excluded = self._exclude.check_file(path)
        if excluded.include:
            pattern = self._exclude.patterns[excluded.index or 0]
            return Verdict(SkipReason.EXCLUDED, f"exclude: {getattr(pattern, 'pattern', '')}")
        if excluded.include is False:
            return None
        return self._by_attribute_or_name(path)

    def is_reincluded(self, path: str) -> bool:
        """Whether the configuration or the base's .gitattributes ask for a review against any generator's mark."""
        by_configuration = self._exclude.check_file(path).include is False
        return by_configuration or self._attributes.says(path, GENERATED) is False

    def _by_attribute_or_name(self, path: str) -> Verdict | None:
        by_name = path_rule(path)
        for attribute, reason in ((GENERATED, SkipReason.GENERATED), (VENDORED, SkipReason.VENDORED)):
            said = self._attributes.says(path, attribute)
            if said:
                return Verdict(reason, f".gitattributes: {attribute}")
            if said is False and by_name is not None and by_name.reason is reason:
                by_name = None
        return by_name


def compiled_globs(name: str, globs: tuple[str, ...]) -> GitIgnoreSpec:
    """The globs of the configuration's key `name`; raises BadConfiguration where one is none."""
    for glob in globs:
        if not _could_match(glob):
            raise BadConfiguration(
                f"{name}: {glob!r} is no pattern that could match a path.",
                next_step="Write it as in .gitignore, for example 'docs/**'.",
            )
    return GitIgnoreSpec.from_lines(globs)


def _could_match(glob: str) -> bool:
    """Whether a glob means anything: git takes one whose bracket stays open, and then it matches nothing at all."""
    if _OPEN_BRACKET.search(glob):
        return False
    try:
        GitIgnoreSpec.from_lines([glob])
    except ValueError:
        return False
    return True
