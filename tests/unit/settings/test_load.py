"""Which layer wins, and what a limit means."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bot.app.options import DEFAULT_LIMITS, Options
from bot.core.budget import Limits
from bot.core.excerpt import Tier
from bot.core.finding import Severity
from bot.core.pricing import ModelPrice
from bot.core.prompt.system import Instruction
from bot.core.route import Routing
from bot.errors import BadConfiguration
from bot.settings.file import read_file
from bot.settings.load import Flags, build_options


def options(text: str = "", style_guide: str = "", **flags: Any) -> Options:
    """The options of a file and flags."""
    return build_options(Flags(**flags), read_file(text, "the file"), style_guide)


def test_nothing_said_is_the_defaults() -> None:
    """A stranger's first run."""
    assert options() == Options()


@pytest.mark.parametrize(
    ("text", "flags", "models"),
    [
        ("model: f", {}, ("f", "f", "f")),
        ("model: f\nmodels: {strong: s}", {}, ("f", "f", "s")),
        ("models: {strong: s}", {}, ("claude-haiku-5-5", "claude-sonnet-5-5", "s")),
        ("models: {strong: s}", {"model": "m"}, ("m", "m", "m")),
        ("model: f", {"model_cheap": "c"}, ("c", "f", "f")),
        ("", {"model": "m", "model_standard": "x"}, ("m", "x", "m")),
    ],
)
def test_models_by_layer_and_then_by_closeness(text: str, flags: dict[str, str], models: tuple[str, ...]) -> None:
    """A flag beats the file, and in each of them one tier's own word beats the word for all."""
    assert tuple(options(text, **flags).models[tier] for tier in Tier) == models


@pytest.mark.parametrize(
    ("text", "flags", "limits"),
    [
        ("", {}, DEFAULT_LIMITS),
        ("budget: {usd: 3}", {}, Limits(usd=Decimal(3))),
        ("budget: {tokens: 9}", {}, Limits(tokens=9)),
        ("budget: {tokens: 9, usd: 3}", {}, Limits(9, Decimal(3))),
        ("budget: {tokens: 0}", {}, Limits(tokens=0)),
        ("budget: {tokens: 9, usd: 3}", {"budget_usd": Decimal(1)}, Limits(usd=Decimal(1))),
        ("budget: {usd: 3}", {"budget_tokens": 0}, Limits(tokens=0)),
        ("", {"budget_usd": Decimal(0)}, Limits(usd=Decimal(0))),
        ("budget: {cheaper_when_tight: false}", {}, DEFAULT_LIMITS),
    ],
)
def test_a_limit_that_is_named_stands_alone(text: str, flags: dict[str, Any], limits: Limits) -> None:
    """Whoever names dollars means dollars; zero is a limit, and flags replace the file's limits as a whole."""
    assert options(text, **flags).limits == limits


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("budget: {usd: null}", Limits(tokens=DEFAULT_LIMITS.tokens)),
        ("budget: {tokens: null}", Limits(usd=DEFAULT_LIMITS.usd)),
        ("budget: {usd: null, tokens: null}", Limits()),
        ("budget: {usd: null, tokens: 9}", Limits(tokens=9)),
        ("budget: {usd: 3, tokens: null}", Limits(usd=Decimal(3))),
    ],
)
def test_null_takes_one_limit_away_and_not_the_other(text: str, limits: Limits) -> None:
    """A run without any limit must be asked for in so many words."""
    assert options(text).limits == limits


def test_flags_win_over_the_file() -> None:
    """Each setting that both can name."""
    text = "routing: rules\nconcurrency: 2\nlanguage: de\nfail_on: info\ncache_ttl: 5m\nrun_seconds: 60"
    chosen = options(
        text, routing="fixed", concurrency=5, language="fr", fail_on="error", cache_ttl="1h", run_seconds=30.0
    )
    assert (chosen.routing, chosen.concurrency, chosen.language) == (Routing.FIXED, 5, "fr")
    assert (chosen.fail_on, chosen.cache_ttl, chosen.run_seconds) == (Severity.ERROR, "1h", 30.0)


def test_the_file_wins_over_the_defaults() -> None:
    """Each setting of the file that is one value, falsy ones included."""
    chosen = options(
        """
routing: fixed
concurrency: 2
batch_tokens: 900
context_tokens: 0
silence_seconds: 5
run_seconds: 60
language: de
min_confidence: 0
severity: info
fail_on: warning
on_incomplete: warn
cache_ttl: 1h
budget: {cheaper_when_tight: false}
effort: {cheap: high}
include: [a]
exclude: [b]
instructions: [{paths: [c], text: d}]
"""
    )
    assert (chosen.routing, chosen.concurrency, chosen.sizes.batch_tokens) == (Routing.FIXED, 2, 900)
    assert (chosen.context_tokens, chosen.silence_seconds, chosen.run_seconds) == (0, 5.0, 60.0)
    assert (chosen.language, chosen.min_confidence, chosen.severity) == ("de", 0.0, Severity.INFO)
    assert (chosen.fail_on, chosen.on_incomplete, chosen.cache_ttl) == (Severity.WARNING, "warn", "1h")
    assert (chosen.cheaper_when_tight, chosen.effort[Tier.CHEAP]) == (False, "high")
    assert chosen.effort[Tier.STRONG] == Options().effort[Tier.STRONG]
    assert (chosen.include, chosen.exclude) == (("a",), ("b",))
    assert chosen.instructions == (Instruction(("c",), "d"),)
    assert chosen.sizes.hunk_tokens == Options().sizes.hunk_tokens


@pytest.mark.parametrize(
    ("text", "flags", "ttl"),
    [
        ("", {}, "auto"),
        ("cache_ttl: off", {}, None),
        ("cache_ttl: off", {"cache_ttl": "1h"}, "1h"),
        ("", {"cache_ttl": "off"}, None),
    ],
)
def test_off_turns_the_cache_off(text: str, flags: dict[str, str], ttl: str | None) -> None:
    """`off` is a choice, not the absence of one."""
    assert options(text, **flags).cache_ttl == ttl


@pytest.mark.parametrize(("text", "flag"), [("fail_on: error", "never"), ("fail_on: never", None), ("", None)])
def test_never_failing_is_a_choice_too(text: str, flag: str | None) -> None:
    """A flag of never beats the file's severity."""
    assert options(text, fail_on=flag).fail_on is None


def test_a_severity_nobody_knows_is_refused() -> None:
    """An action's input is any text."""
    with pytest.raises(BadConfiguration, match="fatal"):
        options(fail_on="fatal")


def test_prices_left_out_follow_the_usual_ratios() -> None:
    """Exactly, in Decimal; a price of zero is a price."""
    chosen = options("prices:\n  a: {input: 0.3, output: 1}\n  b: {input: 1, output: 1, cache_read: 0}")
    assert chosen.prices["a"] == ModelPrice(*map(Decimal, ("0.3", "1", "0.375", "0.6", "0.03")))
    assert chosen.prices["b"].cache_read == 0


def test_the_style_guide_s_text_is_taken_as_given() -> None:
    """Whoever reads the base's file passes its text."""
    assert options(style_guide="Be kind.").style_guide == "Be kind."
