"""The only place where adapters are built and wired to the use cases."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.clock import SystemClock
from bot.adapters.files import read_input, read_settings_file
from bot.adapters.git.repository import GitRepository, GitTexts
from bot.adapters.prompt_files import load_prompts
from bot.app.options import Options
from bot.app.prepare import Prepared, prepare
from bot.app.review import Desk, review
from bot.app.target import Target
from bot.core.budget import Amount
from bot.core.diff.model import Diff
from bot.core.diff.read import read_diff
from bot.core.pricing import PriceList
from bot.core.prompt.templates import Templates
from bot.core.receipt import Receipt, TargetFacts
from bot.errors import BadConfiguration, WrongUsage
from bot.ports import Observer
from bot.settings.file import RepositoryFile, read_file
from bot.settings.load import Flags, build_options

SETTINGS_PATH = ".github/hunkwise.yml"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the diff comes from: a file ('-' is stdin), or a range of a git repository."""

    diff: str | None = None
    base: str | None = None
    head: str | None = None
    working_tree: bool = False
    repo: Path = field(default_factory=Path)
    config: Path | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """How the model is reached; with neither key nor address, the stand-in answers."""

    api_key: str = field(default="", repr=False)
    base_url: str = ""
    simulate: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, simulate: bool) -> Access:
        """Read the two variables that every Claude tool reads."""
        return cls(environment.get("ANTHROPIC_API_KEY", ""), environment.get("ANTHROPIC_BASE_URL", ""), simulate)

    @property
    def simulated(self) -> bool:
        """Whether the stand-in is used, because it was asked for or because nothing else is at hand."""
        return self.simulate or not (self.api_key or self.base_url)


@dataclass(frozen=True, slots=True)
class Plan:
    """A target with its settings and its plan: what quote prices and review runs."""

    prepared: Prepared
    options: Options
    templates: Templates
    prices: PriceList


def load_diff(source: Source) -> Diff:
    """Read the diff alone; raises NotADiff, GitRefused or WrongUsage."""
    return _target(source).diff


def load_plan(source: Source, flags: Flags) -> Plan:
    """Read diff and settings and make the plan. Asks no model and imports no SDK."""
    target = _target(source)
    file = _settings(source, target)
    options = build_options(flags, file, _style_guide(file, target))
    prices = PriceList(datetime.now(UTC), options.prices)
    prices.check(options.model_ids)
    templates = Templates(load_prompts())
    return Plan(prepare(target, options, templates), options, templates, prices)


def run_review(plan: Plan, access: Access, observer: Observer) -> Receipt:
    """Run the plan against the model, or against the stand-in."""
    stop = threading.Event()
    with _desk(plan, access, observer, stop) as desk:
        return review(plan.prepared, plan.options, plan.templates, desk, Amount())


@contextmanager
def _desk(plan: Plan, access: Access, observer: Observer, stop: threading.Event) -> Iterator[Desk]:
    # Imported here: the SDK takes longer to import than a plan takes to make, and quote must not pay for it.
    from bot.adapters.anthropic import Access as ApiAccess
    from bot.adapters.anthropic import ClaudeApi

    clock = SystemClock(stop)
    with _endpoint(access) as (api_key, base_url):
        reach = ApiAccess(api_key, base_url or None, plan.options.silence_seconds)
        api = ClaudeApi(reach, clock, stop)
        try:
            yield Desk(api, api, plan.prices, clock, observer, stop, simulated=access.simulated)
        finally:
            api.close()


@contextmanager
def _endpoint(access: Access) -> Iterator[tuple[str, str]]:
    """Key and address; the stand-in serves while the block runs where it is wanted."""
    if not access.simulated:
        yield access.api_key or "none", access.base_url
        return
    from bot.simulator.server import Simulator

    with Simulator() as simulator:
        yield "simulated", simulator.base_url


def _target(source: Source) -> Target:
    ranged = source.base is not None or source.head is not None or source.working_tree
    if (source.diff is not None) == ranged:
        raise WrongUsage(
            "Say what to review, in one way." if ranged else "Nothing says what to review.",
            next_step="Give --diff FILE (- for stdin), or --base REF with --head REF or --working-tree.",
        )
    if source.diff is not None:
        return Target(TargetFacts("diff"), read_diff(read_input(source.diff)))
    return _git_target(source)


def _git_target(source: Source) -> Target:
    repository = GitRepository(source.repo)
    spread = repository.range(source.base or "HEAD", source.head, working_tree=source.working_tree)
    title, description = repository.title_and_description(spread.base_sha, spread.head_sha)
    facts = TargetFacts(
        "git",
        repo=repository.remote_slug(),
        base_sha=spread.base_sha,
        head_sha=spread.head_sha,
        title=title,
        description=description,
    )
    texts = GitTexts(repository, spread.head_sha)
    return Target(facts, read_diff(spread.diff), base=GitTexts(repository, spread.base_sha), head=texts)


def _settings(source: Source, target: Target) -> RepositoryFile:
    """A file that is named wins; else the repository's own, as it stands in the base and nowhere else."""
    if source.config is not None:
        return read_file(read_settings_file(source.config), str(source.config))
    text = target.base.text(SETTINGS_PATH)
    return RepositoryFile() if text is None else read_file(text, SETTINGS_PATH)


def _style_guide(file: RepositoryFile, target: Target) -> str:
    if file.style_guide is None:
        return ""
    text = target.base.text(file.style_guide)
    if text is None:
        raise BadConfiguration(
            f"style_guide: the base has no file '{file.style_guide}'.",
            next_step="Name a file that exists in the base branch, or take the key out.",
        )
    return text.decode("utf-8", "replace")
