"""Which tier each excerpt goes to, and why.

By rules, and cautiously: what is unlikely to hide a bug goes to the cheap tier, source that scores very high to the
strong one, everything else to the standard one.

    tier      what                                                     reason on the receipt
    cheap     whitespace or imports only                               "whitespace only", "imports only"
    cheap     a file removed or emptied                                "nothing left of the file"
    cheap     deletions only, scoring under 30                         "deletions only"
    cheap     documentation, data, lock, generated, vendored files     the kind's name
    cheap     type stubs (.pyi, .d.ts) scoring under 60                "type stubs"
    cheap     tests and configuration scoring under 25                 "test of low risk", "config of low risk"
    strong    source, migrations and CI scoring 88 or more             "high risk"
    strong    source in C, C++ and their kin scoring 80 or more        "high risk in a memory-unsafe language"
    strong    source, migrations and CI of 200 changed lines or more   "long and risky"
              scoring 80 or more
    standard  everything else                                          the kind's name

The first row that fits decides. C and its kin are strong sooner because a slip that other languages answer with an
exception is a hole there; so are long hunks, because what goes wrong in them lies between lines that stand far apart.

Hunks with equal changed lines go to one tier, the highest of theirs, so that one cause becomes one finding. Each
tier that a pull request uses writes the prompt's prefix to the cache of a model of its own, so a tier with too
little to do is folded into the standard one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

from bot.core.excerpt import Excerpt, ExcerptKey, Route, Tier
from bot.core.languages import FileKind, kind_of
from bot.core.risk import Shape, shape_of
from bot.core.size import excerpt_tokens

STRONG_FROM_RISK = 88
STRONG_FROM_RISK_IF_UNSAFE_OR_LONG = 80
LONG_FROM_CHANGED_LINES = 200
CHEAP_BELOW_RISK = 25
CHEAP_DELETION_BELOW_RISK = 30
CHEAP_STUBS_BELOW_RISK = 60
LEAST_TOKENS = {Tier.CHEAP: 3_000, Tier.STRONG: 1_000}
"""Under this many tokens of excerpts a tier is not worth its own prefix."""

_CHEAP_KINDS = frozenset({FileKind.DOCS, FileKind.DATA, FileKind.LOCK, FileKind.GENERATED, FileKind.VENDORED})
_STRONG_KINDS = frozenset({FileKind.SOURCE, FileKind.MIGRATION, FileKind.CI})
_STUBS = (".pyi", ".d.ts", ".d.mts", ".d.cts")
_MEMORY_UNSAFE = frozenset({"c", "asm", "zig"})
_HEIGHT = {Tier.CHEAP: 0, Tier.STANDARD: 1, Tier.STRONG: 2}


class Routing(StrEnum):
    """How tiers are chosen: one for all, by the rules, by a cheap model's triage, or by what a cheap draft finds."""

    FIXED = "fixed"
    RULES = "rules"
    TRIAGE = "triage"
    CASCADE = "cascade"


def height(tier: Tier) -> int:
    """Orders tiers: the higher, the stronger."""
    return _HEIGHT[tier]


def route_all(excerpts: Sequence[Excerpt], routing: Routing) -> tuple[Route, ...]:
    """The route of each excerpt, in the order given, as it is known before anything is asked.

    Under `triage` that is the rules' route, which holds where triage says nothing; under `cascade` it is the draft's.
    """
    if routing is Routing.FIXED:
        return (Route(Tier.STANDARD, "fixed"),) * len(excerpts)
    if routing is Routing.CASCADE:
        return (Route(Tier.CHEAP, "draft"),) * len(excerpts)
    return gathered(excerpts, [route(excerpt) for excerpt in excerpts])


def confirm_routes(excerpts: Sequence[Excerpt], sure: Collection[ExcerptKey]) -> tuple[Route, ...]:
    """Where each excerpt goes that a draft found something in; `sure` are those in which it had little doubt."""
    return gathered(excerpts, [_confirm_route(excerpt, sure=excerpt.key in sure) for excerpt in excerpts])


def _confirm_route(excerpt: Excerpt, *, sure: bool) -> Route:
    why = "the draft found something" if sure else "the draft was in doubt"
    rule = route(excerpt)
    return Route(Tier.STRONG, f"{why}, {rule.why}") if rule.tier is Tier.STRONG else Route(Tier.STANDARD, why)


def gathered(excerpts: Sequence[Excerpt], routes: Sequence[Route]) -> tuple[Route, ...]:
    """The same routes, but equal changes on one tier, and no tier that has too little to do."""
    together = _families_together(excerpts, routes)
    sizes = [excerpt_tokens(excerpt) for excerpt in excerpts]
    return tuple(_folded(_folded(together, sizes, Tier.STRONG), sizes, Tier.CHEAP))


def route(excerpt: Excerpt) -> Route:
    """The route of one excerpt by the rules above, whatever else is in the pull request."""
    kinds = {kind_of(hunk.path) for hunk in excerpt.hunks}
    kind = kinds.pop() if len(kinds) == 1 else FileKind.SOURCE
    why = _cheap_why(excerpt, kind)
    if why is not None:
        return Route(Tier.CHEAP, why)
    why = _strong_why(excerpt) if kind in _STRONG_KINDS else None
    return Route(Tier.STANDARD, kind.value) if why is None else Route(Tier.STRONG, why)


def _cheap_why(excerpt: Excerpt, kind: FileKind) -> str | None:
    shape = shape_of(excerpt.hunk, excerpt.path)
    if shape in {Shape.WHITESPACE, Shape.IMPORTS, Shape.REMOVAL}:
        return shape.value
    if shape is Shape.DELETION and excerpt.risk < CHEAP_DELETION_BELOW_RISK:
        return shape.value
    if kind in _CHEAP_KINDS:
        return kind.value
    stubs = all(hunk.path.endswith(_STUBS) for hunk in excerpt.hunks)
    if stubs and excerpt.risk < CHEAP_STUBS_BELOW_RISK:
        return "type stubs"
    if kind in {FileKind.TEST, FileKind.CONFIG} and excerpt.risk < CHEAP_BELOW_RISK:
        return f"{kind.value} of low risk"
    return None


def _strong_why(excerpt: Excerpt) -> str | None:
    if excerpt.risk >= STRONG_FROM_RISK:
        return "high risk"
    if excerpt.risk < STRONG_FROM_RISK_IF_UNSAFE_OR_LONG:
        return None
    if excerpt.language in _MEMORY_UNSAFE:
        return "high risk in a memory-unsafe language"
    long = excerpt.hunk.added + excerpt.hunk.deleted >= LONG_FROM_CHANGED_LINES
    return "long and risky" if long else None


def _families_together(excerpts: Sequence[Excerpt], routes: Sequence[Route]) -> list[Route]:
    highest: dict[str, Route] = {}
    for excerpt, own in zip(excerpts, routes, strict=True):
        known = highest.setdefault(excerpt.family, own)
        if _HEIGHT[own.tier] > _HEIGHT[known.tier]:
            highest[excerpt.family] = own
    return [
        own if own.tier is highest[excerpt.family].tier else highest[excerpt.family]
        for excerpt, own in zip(excerpts, routes, strict=True)
    ]


def _folded(routes: list[Route], sizes: Sequence[int], tier: Tier) -> list[Route]:
    """Fold a tier with too little to do into the standard one; the cheap one only where another is used anyway."""
    tokens = sum(size for own, size in zip(routes, sizes, strict=True) if own.tier is tier)
    alone = tier is Tier.CHEAP and all(own.tier is tier for own in routes)
    if alone or tokens >= LEAST_TOKENS[tier]:
        return routes
    why = f"too little for the {tier.value} tier"
    return [Route(Tier.STANDARD, f"{own.why}, {why}") if own.tier is tier else own for own in routes]
