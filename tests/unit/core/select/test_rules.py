from __future__ import annotations

import pytest

from bot.core.excerpt import SkipReason
from bot.core.select.rules import PathJudge, SelectionRules
from bot.errors import BadConfiguration


def _reason(path: str, rules: SelectionRules) -> SkipReason | None:
    rule = PathJudge(rules).verdict(path)
    return None if rule is None else rule.reason


def test_include_narrows_the_review_to_its_matches() -> None:
    """Whoever lists folders to review wants no other bill."""
    rules = SelectionRules(include=("src/**", "*.sql"))
    assert _reason("src/app.py", rules) is None
    assert _reason("db/a.sql", rules) is None
    assert _reason("docs/app.py", rules) is SkipReason.EXCLUDED


def test_include_does_not_ask_for_what_the_rules_skip() -> None:
    """A broad include must not buy reviews of lock files."""
    assert _reason("src/yarn.lock", SelectionRules(include=("src/**",))) is SkipReason.LOCK


def test_exclude_names_the_pattern_that_matched() -> None:
    """The summary says which line of the configuration to change."""
    rule = PathJudge(SelectionRules(exclude=("*.txt", "docs/"))).verdict("docs/a.md")
    assert rule is not None
    assert (rule.reason, rule.detail) == (SkipReason.EXCLUDED, "exclude: docs/")


def test_a_negated_exclude_has_a_file_reviewed_that_a_rule_would_skip() -> None:
    """Code of one's own may stand in a folder called vendor."""
    rules = SelectionRules(exclude=("*.md", "!vendor/ours/**"), gitattributes={"": "vendor/** linguist-vendored"})
    assert _reason("vendor/ours/a.go", rules) is None
    assert _reason("vendor/theirs/a.go", rules) is SkipReason.VENDORED


def test_the_bases_attributes_skip_and_bring_back() -> None:
    """The repository's own word beats the built-in rules, in both directions."""
    rules = SelectionRules(gitattributes={"": "api/*.ts linguist-generated\nvendor/ours/* -linguist-vendored"})
    assert _reason("api/types.ts", rules) is SkipReason.GENERATED
    assert _reason("vendor/ours/a.go", rules) is None
    assert _reason("vendor/theirs/a.go", rules) is SkipReason.VENDORED


def test_saying_not_vendored_does_not_unlock_a_lock_file() -> None:
    """Each attribute answers its own question only."""
    rules = SelectionRules(gitattributes={"": "* -linguist-vendored -linguist-generated"})
    assert _reason("yarn.lock", rules) is SkipReason.LOCK


@pytest.mark.parametrize("glob", ["!", "[", "a[", "[!", "[]", "src/[a-", "a[b"])
@pytest.mark.parametrize("name", ["include", "exclude"])
def test_a_glob_that_is_none_is_a_configuration_error(name: str, glob: str) -> None:
    """A pattern that silently matches nothing would review, or skip, the wrong files."""
    rules = SelectionRules(include=(glob,)) if name == "include" else SelectionRules(exclude=(glob,))
    with pytest.raises(BadConfiguration, match=name):
        PathJudge(rules)


@pytest.mark.parametrize("glob", ["[ab].py", "[!a]", "[]a]", r"\[", "*.[ch]", "a]"])
def test_a_bracket_that_closes_is_a_glob(glob: str) -> None:
    """What git understands is not refused."""
    PathJudge(SelectionRules(include=(glob,)))
