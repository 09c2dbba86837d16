"""The repository's file, .github/hunkwise.yml: read strictly, with errors a maintainer can act on."""

from __future__ import annotations

import difflib
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from bot.core.finding import Severity
from bot.errors import BadConfiguration
from bot.settings.budgets import BudgetsSection, LimitSection, TeamSection
from bot.settings.providers import KeySection, ProviderSection, all_different
from bot.settings.section import Section

Effort = Literal["low", "medium", "high"]
Money = Annotated[Decimal, Field(ge=0)]


class ModelsSection(Section):
    """A model id for each tier."""

    cheap: str | None = None
    standard: str | None = None
    strong: str | None = None


class EffortSection(Section):
    """How hard each tier's model thinks."""

    cheap: Effort | None = None
    standard: Effort | None = None
    strong: Effort | None = None


class BudgetSection(Section):
    """What one pull request may cost; null takes a limit away."""

    usd: Money | None = None
    tokens: Annotated[int, Field(ge=0)] | None = None
    cheaper_when_tight: bool | None = None


class PriceSection(Section):
    """Dollars per million tokens, for a model the price list does not know."""

    input: Money
    output: Money
    cache_write_5m: Money | None = None
    cache_write_1h: Money | None = None
    cache_read: Money | None = None


class InstructionSection(Section):
    """Words of the repository that hold for some paths."""

    paths: Annotated[list[str], Field(min_length=1)]
    text: Annotated[str, Field(min_length=1, max_length=8_000)]
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,28}$")] = ""


class EventsSection(Section):
    """Which pull requests are reviewed, and when."""

    drafts: bool | None = None
    review_label: Annotated[str, Field(min_length=1, max_length=50)] | None = None
    skip_labels: list[str] | None = None
    skip_marks: list[str] | None = None
    forks: Literal["labelled", "all", "none"] | None = None


class PostingSection(Section):
    """What is posted, and what is done beside it."""

    inline_limit: Annotated[int, Field(ge=0, le=30)] | None = None
    request_changes: Literal["error", "warning", "never"] | None = None
    resolve: bool | None = None
    check_run: bool | None = None
    commit_status: bool | None = None
    upload_sarif: bool | None = None


class RepositoryFile(Section):
    """The whole file. Every key is optional; an absent one leaves the default."""

    model: str | None = None
    models: ModelsSection = ModelsSection()
    effort: EffortSection = EffortSection()
    budget: BudgetSection = BudgetSection()
    budgets: BudgetsSection = BudgetsSection()
    events: EventsSection = EventsSection()
    posting: PostingSection = PostingSection()
    prices: dict[str, PriceSection] = {}
    providers: Annotated[list[ProviderSection], AfterValidator(all_different)] = []
    routing: Literal["fixed", "rules", "triage", "cascade"] | None = None
    verify: Literal["none", "errors", "all"] | None = None
    cache_ttl: Literal["auto", "5m", "1h", "off"] | None = None
    concurrency: Annotated[int, Field(ge=1, le=64)] | None = None
    auto_batch_hunks: Annotated[int, Field(ge=0, le=100_000)] | None = None
    batch_tokens: Annotated[int, Field(ge=500, le=100_000)] | None = None
    context_tokens: Annotated[int, Field(ge=0, le=10_000)] | None = None
    silence_seconds: Annotated[float, Field(gt=0, le=3_600)] | None = None
    run_seconds: Annotated[float, Field(gt=0, le=21_600)] | None = None
    include: list[str] = []
    exclude: list[str] = []
    folders: list[Annotated[str, Field(min_length=1)]] = []
    style_guide: str | None = None
    instructions: list[InstructionSection] = []
    language: Annotated[str, Field(min_length=2, max_length=40)] | None = None
    min_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    severity: Severity | None = None
    fail_on: Literal["error", "warning", "info", "never"] | None = None
    on_incomplete: Literal["fail", "warn"] | None = None


class FolderFile(Section):
    """A folder's own file in a monorepo (bot/settings/folders.py): it narrows, so there is little it may say."""

    exclude: list[str] = []
    instructions: list[InstructionSection] = []


FileT = TypeVar("FileT", RepositoryFile, FolderFile)


def read_file(text: str | bytes, name: str) -> RepositoryFile:
    """Parse the file's text. Raises BadConfiguration naming every wrong key, with the nearest known one."""
    return read_as(RepositoryFile, text, name)


def read_as(kind: type[FileT], text: str | bytes, name: str) -> FileT:
    """Parse a text as one kind of file; raises as `read_file` does."""
    from bot.settings.yaml_text import parse_yaml  # noqa: PLC0415 - only where there is a file, for `quote`'s sake

    data = parse_yaml(text, name)
    if data is None:
        return kind()
    if not isinstance(data, dict):
        raise BadConfiguration(f"{name} must hold `key: value` pairs.", next_step="See docs/configuration.md.")
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        problems = "; ".join(_describe(problem) for problem in error.errors())
        raise BadConfiguration(
            f"{name}: {problems}.", next_step="Correct the file; docs/configuration.md shows every key."
        ) from None


def _describe(problem: ErrorDetails) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] != "extra_forbidden":
        message = problem["msg"].removeprefix("Value error, ")
        return f"`{key}`: {message[:1].lower()}{message[1:]}"
    nearest = difflib.get_close_matches(str(problem["loc"][-1]), _known_keys(problem["loc"]), n=1)
    return f"`{key}` is not a known key" + (f" (did you mean `{nearest[0]}`?)" if nearest else "")


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    section: type[BaseModel] = RepositoryFile
    sections: dict[str, type[BaseModel]] = {
        "models": ModelsSection,
        "effort": EffortSection,
        "budget": BudgetSection,
        "budgets": BudgetsSection,
        "limits": LimitSection,
        "teams": TeamSection,
        "events": EventsSection,
        "posting": PostingSection,
        "prices": PriceSection,
        "instructions": InstructionSection,
        "providers": ProviderSection,
        "keys": KeySection,
    }
    if len(location) > 1:
        named = [part for part in location[:-1] if isinstance(part, str) and part in sections]
        section = sections[named[-1]] if named else section
    return list(section.model_fields)
