"""The system prompt: what every request of a run shares, in an order that never changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.core.finding import Severity
from bot.core.languages import GUIDES
from bot.core.prompt.templates import Templates
from bot.core.tokens import estimate_tokens


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a repository asks of changes to files that match one of the globs `paths`.

    Findings that follow from one with a `name` say so, and reports count what it cost and brought.
    """

    paths: tuple[str, ...]
    text: str
    name: str = ""


def render_system(
    templates: Templates,
    languages: Collection[str],
    *,
    language: str = "English",
    severity_floor: Severity = Severity.WARNING,
    house_style: str | None = None,
    instructions: Sequence[Instruction] = (),
    drafted: bool = False,
    verified: bool = False,
) -> str:
    """Compose the core, the guides of `languages` (as language_of names them), and the repository's own rules.

    Equal inputs give equal bytes, in whatever order the languages come. House style and instructions must come
    from the base of a pull request, never from its head: here they speak with the maintainers' voice. `language`
    is the language of the answer, by name or as a tag such as zh-CN. `drafted` and `verified` say that there may be
    requests with the claims of a draft, and with claims to verify (core/prompt/claims.py).
    """
    return templates.render(
        "review/system.md.j2",
        guides=[templates.guide(name) for name in GUIDES if name in languages],
        language=language,
        severity_floor=severity_floor.value,
        house_style=(house_style or "").strip(),
        instructions=[replace(each, text=each.text.strip()) for each in instructions],
        drafted=drafted,
        verified=verified,
    )


def sections_of(
    system: str,
    templates: Templates,
    languages: Collection[str],
    house_style: str = "",
    instructions: Sequence[Instruction] = (),
) -> dict[str, int]:
    """What a rendered system prompt consists of, in estimated tokens by section, so that each can be held to its price.

    'guide/LANGUAGE', 'style-guide', 'instruction/NAME' (its number from 1 where it has none); 'core' is all the rest.
    """
    texts = {f"guide/{name}": templates.guide(name) for name in GUIDES if name in languages}
    if house_style.strip():
        texts["style-guide"] = house_style
    for number, one in enumerate(instructions, 1):
        texts[f"instruction/{one.name or number}"] = one.text
    sections = {name: estimate_tokens(text.strip()) for name, text in texts.items()}
    return {"core": max(0, estimate_tokens(system) - sum(sections.values())), **sections}
