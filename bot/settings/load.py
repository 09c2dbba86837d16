"""Flags win over the environment, the environment over the repository's file, the file over the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from bot.app.options import Mode, Options
from bot.core.budget import Limits
from bot.core.event import EventRules
from bot.core.excerpt import Tier
from bot.core.finding import Severity
from bot.core.posting import PostingRules
from bot.core.pricing import ModelPrice
from bot.core.prompt.system import Instruction
from bot.core.route import Routing
from bot.core.verify import Verify
from bot.errors import BadConfiguration
from bot.settings.file import EventsSection, PostingSection, PriceSection, RepositoryFile
from bot.settings.providers import chain_from

WordT = TypeVar("WordT", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line or the Action's inputs say; None where they say nothing."""

    model: str | None = None
    model_cheap: str | None = None
    model_standard: str | None = None
    model_strong: str | None = None
    budget_usd: Decimal | None = None
    budget_tokens: int | None = None
    routing: str | None = None
    verify: str | None = None
    concurrency: int | None = None
    language: str | None = None
    fail_on: str | None = None
    mode: str | None = None
    on_incomplete: str | None = None
    cache_ttl: str | None = None
    run_seconds: float | None = None
    leader_wait: float | None = None


def build_options(flags: Flags, file: RepositoryFile, style_guide: str = "", target: str = "") -> Options:
    """Put the layers together. `style_guide` is the text of the file that `style_guide:` names; `target` names what is
    reviewed, for whose runs the same key is chosen each time.
    """
    defaults = Options()
    models = _models(flags, file, defaults.models)
    said = [tier for tier in Tier if flags.model or getattr(flags, f"model_{tier.value}")]
    chain = chain_from(file.providers, models, said, target)
    return replace(
        defaults,
        models=chain[0].models if chain else models,
        providers=chain,
        effort={tier: getattr(file.effort, tier.value) or defaults.effort[tier] for tier in Tier},
        prices={model: _price(section) for model, section in file.prices.items()},
        limits=_limits(flags, file, defaults.limits),
        budgets=file.budgets.budgets(),
        include=tuple(file.include),
        exclude=tuple(file.exclude),
        style_guide=style_guide,
        instructions=tuple(Instruction(tuple(one.paths), one.text, one.name) for one in file.instructions),
        fail_on=_fail_on(flags.fail_on or file.fail_on),
        events=_events(file.events),
        posting=_posting(file.posting),
        **_simple(flags, file, defaults),
    )


def _simple(flags: Flags, file: RepositoryFile, defaults: Options) -> dict[str, Any]:
    """The settings that are one value, each from the first layer that names it."""
    routing, verify = flags.routing or file.routing, flags.verify or file.verify
    cache_ttl = _cache_ttl(flags.cache_ttl) or file.cache_ttl or defaults.cache_ttl
    said = {
        "routing": _one_of(Routing, routing, "routing") if routing else None,
        "verify": _one_of(Verify, verify, "verification") if verify else None,
        "concurrency": flags.concurrency or file.concurrency,
        "context_tokens": file.context_tokens,
        "silence_seconds": file.silence_seconds,
        "run_seconds": flags.run_seconds or file.run_seconds,
        "sizes": replace(defaults.sizes, batch_tokens=file.batch_tokens) if file.batch_tokens else None,
        "language": flags.language or file.language,
        "min_confidence": file.min_confidence,
        "severity": file.severity,
        "mode": _mode(flags.mode),
        "auto_batch_hunks": file.auto_batch_hunks,
        "leader_wait": flags.leader_wait,
        "on_incomplete": _on_incomplete(flags.on_incomplete or file.on_incomplete),
        "cheaper_when_tight": file.budget.cheaper_when_tight,
    }
    chosen = {name: value for name, value in said.items() if value is not None}
    return {**chosen, "cache_ttl": None if cache_ttl == "off" else cache_ttl}


def _models(flags: Flags, file: RepositoryFile, defaults: Mapping[Tier, str]) -> dict[Tier, str]:
    return {
        tier: getattr(flags, f"model_{tier.value}")
        or flags.model
        or getattr(file.models, tier.value)
        or file.model
        or defaults[tier]
        for tier in Tier
    }


def _limits(flags: Flags, file: RepositoryFile, defaults: Limits) -> Limits:
    """A limit that is named alone stands alone: naming dollars does not keep the default in tokens, and vice versa.

    In the file, `null` takes a limit away, and that one alone: a run without any limit must be asked for.
    """
    if flags.budget_usd is not None or flags.budget_tokens is not None:
        return Limits(tokens=flags.budget_tokens, usd=flags.budget_usd)
    said = file.budget
    if said.usd is not None or said.tokens is not None:
        return Limits(tokens=said.tokens, usd=said.usd)
    return Limits(
        tokens=None if "tokens" in said.model_fields_set else defaults.tokens,
        usd=None if "usd" in said.model_fields_set else defaults.usd,
    )


def _events(section: EventsSection) -> EventRules:
    given = {name: value for name, value in section if value is not None}
    lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
    return replace(EventRules(), **{**given, **lists})


def _posting(section: PostingSection) -> PostingRules:
    given = {name: value for name, value in section if value is not None}
    if "request_changes" in given:
        given["request_changes"] = _fail_on(given["request_changes"])
    return replace(PostingRules(), **given)


def _one_of(kind: type[WordT], word: str, noun: str) -> WordT:
    try:
        return kind(word)
    except ValueError:
        known = ", ".join(kind)
        raise BadConfiguration(f"'{word}' is no {noun}.", next_step=f"Use one of: {known}.") from None


def _mode(word: str | None) -> Mode | None:
    try:
        return None if word is None else Mode(word)
    except ValueError:
        raise BadConfiguration(f"'{word}' is no mode.", next_step=f"Use one of: {', '.join(Mode)}.") from None


def _cache_ttl(word: str | None) -> str | None:
    if word not in {None, "auto", "5m", "1h", "off"}:
        raise BadConfiguration(f"'{word}' is no time to cache for.", next_step="Use auto, 5m, 1h or off.")
    return word


def _on_incomplete(word: str | None) -> str | None:
    if word not in {None, "fail", "warn"}:
        raise BadConfiguration(f"on-incomplete is '{word}'.", next_step="Use fail or warn.")
    return word


def _price(section: PriceSection) -> ModelPrice:
    """Cache prices that are not given follow the provider's usual ratios to the input price."""
    return ModelPrice(
        input=section.input,
        output=section.output,
        cache_write_5m=_given(section.cache_write_5m, section.input * Decimal("1.25")),
        cache_write_1h=_given(section.cache_write_1h, section.input * 2),
        cache_read=_given(section.cache_read, section.input / 10),
    )


def _given(price: Decimal | None, otherwise: Decimal) -> Decimal:
    return otherwise if price is None else price


def _fail_on(word: str | None) -> Severity | None:
    if word is None or word == "never":
        return None
    try:
        return Severity(word)
    except ValueError:
        raise BadConfiguration(f"'{word}' is no severity.", next_step="Use error, warning, info or never.") from None
