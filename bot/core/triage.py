"""Triage: a cheap model sorts the hunks of a whole pull request, and what becomes of its word.

    said      and the hunk                                              goes to
    skip      scores under 55, holds no sensitive word, and is          nobody: left out as "triage"
              neither CI nor a migration
    skip      anything else                                             where the rules send it
    a tier    holds a sensitive word, and the rules say a higher tier   where the rules send it
    a tier    anything else                                             that tier
    nothing   any                                                       where the rules send it

So whatever a pull request talks the cheap model into, code that touches access, secrets, cryptography, injection,
memory, concurrency or money (core/risk.py has the words) is reviewed, and no more cheaply than by the rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.calls import Contract
from bot.core.excerpt import Excerpt, HunkName, Route, Tier
from bot.core.languages import FileKind, kind_of
from bot.core.risk import is_sensitive
from bot.core.route import gathered, height, route
from bot.core.strict import Strict, schema_of

SKIP_BELOW_RISK = 55
NOT_WORTH_IT = "triage saw nothing in it that needs a review"
"""Why a hunk was left out, on the receipt."""

_NEVER_SKIPPED = frozenset({FileKind.CI, FileKind.MIGRATION})


class Word(StrEnum):
    """What triage may say of a hunk."""

    SKIP = "skip"
    CHEAP = "cheap"
    STANDARD = "standard"
    STRONG = "strong"


class Verdict(Strict):
    """One hunk's number and what is said of it."""

    id: int
    tier: Word


class TriageAnswer(Strict):
    """All that one triage request was answered with."""

    hunks: tuple[Verdict, ...]


TRIAGE = Contract("triage", schema_of(TriageAnswer), TriageAnswer.model_validate_json)
"""The contract of a triage; `parse` gives a TriageAnswer, and a pydantic ValidationError is a ValueError."""


@dataclass(frozen=True, slots=True)
class SortedOut:
    """What triage comes to: the excerpts to review with their routes, both in the diff's order, and the others."""

    excerpts: tuple[Excerpt, ...]
    routes: tuple[Route, ...]
    skipped: tuple[Excerpt, ...]


def highest(verdicts: Sequence[Verdict]) -> dict[int, Word]:
    """What is said of each number; of several words on one the highest counts."""
    said: dict[int, Word] = {}
    for one in verdicts:
        said[one.id] = max(said.get(one.id, one.tier), one.tier, key=list(Word).index)
    return said


def may_skip(excerpt: Excerpt) -> bool:
    """Whether triage may leave the excerpt's hunk and its twins out."""
    return excerpt.risk < SKIP_BELOW_RISK and not any(
        kind_of(hunk.path) in _NEVER_SKIPPED or is_sensitive(hunk, hunk.path) for hunk in excerpt.hunks
    )


def sort_out(excerpts: Sequence[Excerpt], said: Mapping[HunkName, Word]) -> SortedOut:
    """Follow triage by the table above. Equal changes share one fate, the highest of theirs."""
    wishes = [_wish(excerpt, said.get(excerpt.name)) for excerpt in excerpts]
    kept_families = {excerpt.family for excerpt, wish in zip(excerpts, wishes, strict=True) if wish is not None}
    chosen, routes, skipped = [], [], []
    for excerpt, wish in zip(excerpts, wishes, strict=True):
        if wish is None and excerpt.family not in kept_families:
            skipped.append(excerpt)
        else:
            chosen.append(excerpt)
            routes.append(wish or Route(Tier.CHEAP, "equal to a hunk that triage kept"))
    return SortedOut(tuple(chosen), gathered(chosen, routes), tuple(skipped))


def _wish(excerpt: Excerpt, word: Word | None) -> Route | None:
    """The excerpt's own route, or None where it is to be left out."""
    rule = route(excerpt)
    if word is None:
        return Route(rule.tier, f"{rule.why}, not named by triage")
    if word is Word.SKIP:
        return None if may_skip(excerpt) else Route(rule.tier, f"{rule.why}, too risky for triage to skip")
    tier = Tier(word.value)
    sensitive = any(is_sensitive(hunk, hunk.path) for hunk in excerpt.hunks)
    if sensitive and height(tier) < height(rule.tier):
        return Route(rule.tier, f"{rule.why}, too sensitive for triage to lower")
    return Route(tier, "triage")
