"""The repository's file: read strictly, with errors a maintainer can act on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.finding import Severity
from bot.errors import BadConfiguration
from bot.settings.file import RepositoryFile, read_file

NAME = ".github/hunkwise.yml"


def refused(text: str | bytes) -> str:
    """The message about a file that does not hold."""
    with pytest.raises(BadConfiguration) as caught:
        read_file(text, NAME)
    assert caught.value.exit_code == 2
    assert caught.value.message.startswith(NAME)
    assert caught.value.next_step
    return caught.value.message


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_all_defaults(text: str | bytes) -> None:
    """Every key is optional."""
    assert read_file(text, NAME) == RepositoryFile()


def test_every_key_is_read() -> None:
    """One file with all of them, each at a value that is not its default."""
    file = read_file(
        b"""
model: m
models: {cheap: a, standard: b, strong: c}
effort: {cheap: medium, standard: high, strong: low}
budget: {usd: 0.1, tokens: 5000, cheaper_when_tight: false}
budgets: {limits: [{per: day, usd: 3}]}
prices:
  a: {input: 1.1, output: 2, cache_write_5m: 1.3, cache_write_1h: 2.2, cache_read: 0.11}
providers: [{name: here, kind: anthropic}]
routing: fixed
verify: errors
cache_ttl: 1h
concurrency: 3
auto_batch_hunks: 40
batch_tokens: 1000
context_tokens: 0
silence_seconds: 1.5
run_seconds: 60
include: ["src/**"]
exclude: ["*.md", "!README.md"]
folders: [services/api]
style_guide: STYLE.md
instructions: [{paths: ["a/**"], text: Mind the gap.}]
language: zh-CN
min_confidence: 0.8
severity: info
fail_on: error
on_incomplete: warn
""",
        NAME,
    )
    assert file.model_fields_set >= RepositoryFile.model_fields.keys() - {"events", "posting"}
    assert file.budget.usd == Decimal("0.1"), "money is never a binary fraction"
    assert file.prices["a"].input == Decimal("1.1")
    assert (file.context_tokens, file.severity, file.exclude) == (0, Severity.INFO, ["*.md", "!README.md"])


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("budgt: {usd: 1}", "budgt", "budget"),
        ("budget: {dollars: 1}", "budget.dollars", None),
        ("budget: {token: 1}", "budget.token", "tokens"),
        ("models: {cheep: x}", "models.cheep", "cheap"),
        ("effort: {stong: low}", "effort.stong", "strong"),
        ("prices: {m: {input: 1, output: 2, cache_reed: 1}}", "prices.m.cache_reed", "cache_read"),
        ("instructions: [{path: [a], text: b}]", "instructions.0.path", "paths"),
        ("concurency: 4", "concurency", "concurrency"),
        ("xyzzy: 4", "xyzzy", None),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_known_one(text: str, key: str, nearest: str | None) -> None:
    """A misspelt limit must not pass for a limit."""
    message = refused(text)
    assert f"`{key}` is not a known key" in message
    assert (f"did you mean `{nearest}`?" in message) if nearest else ("did you mean" not in message)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("budget: {usd: -1}", "budget.usd"),
        ("budget: {usd: .nan}", "budget.usd"),
        ("budget: {usd: .inf}", "budget.usd"),
        ("budget: {usd: lots}", "budget.usd"),
        ("budget: {tokens: -1}", "budget.tokens"),
        ("budget: {tokens: 1.5}", "budget.tokens"),
        ("budget: 5", "budget"),
        ("budget:", "budget"),
        ("concurrency: 0", "concurrency"),
        ("concurrency: 65", "concurrency"),
        ("batch_tokens: 499", "batch_tokens"),
        ("min_confidence: 1.01", "min_confidence"),
        ("silence_seconds: 0", "silence_seconds"),
        ("run_seconds: 21601", "run_seconds"),
        ("cache_ttl: 10m", "cache_ttl"),
        ("routing: dice", "routing"),
        ("verify: some", "verify"),
        ("severity: fatal", "severity"),
        ("fail_on: sometimes", "fail_on"),
        ("effort: {cheap: max}", "effort.cheap"),
        ("prices: {m: {input: 1}}", "prices.m.output"),
        ("prices: {m: {input: -1, output: 1}}", "prices.m.input"),
        ("instructions: [{paths: [], text: a}]", "instructions.0.paths"),
        ("instructions: [{paths: [a], text: ''}]", "instructions.0.text"),
        ("include: src", "include"),
        ("language: x", "language"),
        ("1: x", "1"),
    ],
)
def test_a_value_that_does_not_hold_is_named_by_its_key(text: str, key: str) -> None:
    """The reader finds the line to correct."""
    assert f"`{key}`" in refused(text)


def test_every_wrong_key_is_named_at_once() -> None:
    """Nobody should correct a file error by error."""
    message = refused("budgt: {}\nconcurrency: 0\nmodels: {cheep: x}")
    assert all(key in message for key in ("`budgt`", "`concurrency`", "`models.cheep`"))


@pytest.mark.parametrize(
    "text",
    [
        "- a list",
        "word",
        "3",
        "key: [",
        "a: b: c",
        "\tkey: x",
        b"\xff\xfe\x00",
        "a: \x07",
        "{[a]: b}",
        "!!python/name:os.x",
        "[" * 5_000,
        "a: " + "9" * 5_000,
    ],
)
def test_what_is_no_mapping_is_refused(text: str | bytes) -> None:
    """Whatever YAML makes of it, no exception but ours comes out, and no code is run."""
    refused(text)


def test_a_syntax_error_has_its_line() -> None:
    """The first thing a reader looks for."""
    assert f"{NAME}, line 2 " in refused("model: a\n  models: b\n")


def test_words_that_yaml_takes_for_booleans_are_words() -> None:
    """`off` is a value of ours and `no` is Norwegian: neither may turn into false."""
    file = read_file("cache_ttl: off\nlanguage: no\nbudget: {cheaper_when_tight: true}", NAME)
    assert (file.cache_ttl, file.language, file.budget.cheaper_when_tight) == ("off", "no", True)


def test_dates_are_words_too() -> None:
    """An impossible date crashed the reader."""
    assert read_file("model: 2026-13-45", NAME).model == "2026-13-45"
