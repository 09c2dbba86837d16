"""The stand-in's answer to a triage: which hunks need how much care, by a few words.

A hunk opens with `Hunk <number>: <path> +<added> -<deleted>` and is followed by changed lines behind their marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.simulator.reviewer.languages import is_test, language_of

_HEAD = re.compile(r"Hunk (?P<number>\d+): (?P<path>.+?) \+(?P<added>\d+) -(?P<deleted>\d+)(?: in .*)?")
_GRAVE = re.compile(
    r"passw|secret|token|crypt|permission|is_admin|login|eval\(|exec\(|SELECT |DELETE |lock", re.IGNORECASE
)
_LOGIC = re.compile(
    r"\b(?:if|else|elif|for|while|switch|case|match|return|raise|throw|try|catch|except)\b|[=<>]=|&&|\|\|"
)
_PROSE = (".md", ".rst", ".txt", ".adoc", ".svg", ".css")
_REMARK = re.compile(r"[+-]\s*(?:#|//|/\*|\*|--|$)")


@dataclass(frozen=True, slots=True)
class _Hunk:
    number: int
    path: str
    lines: list[str] = field(default_factory=list)


def asked_for(schema: dict[str, Any]) -> bool:
    """Whether the contract is that of a triage: a list of hunks, each with an id and a tier."""
    hunks = schema.get("properties", {}).get("hunks", {})
    return set(hunks.get("items", {}).get("properties", {})) == {"id", "tier"}


def sort(texts: Iterable[str]) -> dict[str, Any]:
    """The tier of every hunk shown."""
    return {"hunks": [{"id": hunk.number, "tier": _tier(hunk)} for text in texts for hunk in _hunks_in(text)]}


def _hunks_in(text: str) -> list[_Hunk]:
    hunks: list[_Hunk] = []
    for line in text.split("\n"):
        if head := _HEAD.fullmatch(line):
            hunks.append(_Hunk(int(head["number"]), head["path"]))
        elif hunks and line[:1] in ("+", "-"):
            hunks[-1].lines.append(line)
    return hunks


def _tier(hunk: _Hunk) -> str:
    if hunk.path.endswith(_PROSE) or all(_REMARK.match(line) for line in hunk.lines):
        return "skip"
    code = "\n".join(hunk.lines)
    if _GRAVE.search(f"{hunk.path}\n{code}"):
        return "strong"
    if is_test(hunk.path) or not language_of(hunk.path):
        return "cheap"
    return "standard" if _LOGIC.search(code) else "cheap"
