"""What every review works with: a plan, and a desk with the model or the stand-in behind it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.answers import AnswerFolder
from bot.adapters.clock import SystemClock
from bot.adapters.prompt_files import load_prompts
from bot.app.desk import Desk
from bot.app.options import Mode, Options
from bot.app.prepare import Prepared, prepare
from bot.app.target import Target
from bot.core.pricing import PriceList
from bot.core.prompt.templates import Templates
from bot.errors import BadConfiguration
from bot.ports import Observer
from bot.settings.file import RepositoryFile
from bot.settings.folders import narrowed
from bot.settings.load import Flags, build_options

SETTINGS_PATH = ".github/hunkwise.yml"
"""Where a repository keeps its settings; read from the base and from nowhere else."""


@dataclass(frozen=True, slots=True)
class Access:
    """How the model is reached; with neither key nor address, the stand-in answers.

    `store` is a folder that keeps answers which were paid for, '' for none; the stand-in's are never kept.
    """

    api_key: str = field(default="", repr=False)
    base_url: str = ""
    simulate: bool = False
    store: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, simulate: bool) -> Access:
        """Read the two variables that every Claude tool reads, and the folder that answers are kept in."""
        return cls(
            environment.get("ANTHROPIC_API_KEY", ""),
            environment.get("ANTHROPIC_BASE_URL", ""),
            simulate,
            environment.get("HUNKWISE_STORE", ""),
        )

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

    @property
    def by_batch(self) -> bool:
        """Whether the settings have it wait for half the price."""
        mode = self.options.mode
        return mode is Mode.BATCH or (mode is Mode.AUTO and self.prepared.hunks_asked > self.options.auto_batch_hunks)


def make_plan(
    target: Target,
    flags: Flags,
    file: RepositoryFile,
    reviewed: Collection[str] = frozenset(),
    in_hand: Collection[str] = frozenset(),
) -> Plan:
    """Settings, prices and the plan; `reviewed` are keys of hunks reviewed before, `in_hand` of those that wait in a
    batch. Asks no model, imports no SDK.

    Raises BadConfiguration for settings that do not hold and UnknownPrice for a model without a price.
    """
    file = narrowed(file, (one.path for one in target.diff.files), target.base.text)
    options = build_options(flags, file, _style_guide(file, target))
    prices = PriceList(datetime.now(UTC), options.prices)
    prices.check(options.model_ids)
    templates = Templates(load_prompts())
    return Plan(prepare(target, options, templates, reviewed, in_hand), options, templates, prices)


def _style_guide(file: RepositoryFile, target: Target) -> str:
    """The style guide that the settings name, as it stands in the base."""
    if file.style_guide is None:
        return ""
    text = target.base.text(file.style_guide)
    if text is None:
        raise BadConfiguration(
            f"style_guide: the base has no file '{file.style_guide}'.",
            next_step="Name a file that exists in the base branch, or take the key out.",
        )
    return text.decode("utf-8", "replace")


@contextmanager
def desk_for(plan: Plan, access: Access, observer: Observer, stop: threading.Event) -> Iterator[Desk]:
    """The desk, with connections that are closed when the block ends; `stop` interrupts what is under way."""
    # Imported here: the SDK takes longer to import than a plan takes to make, and quote must not pay for it.
    from bot.adapters.anthropic import Access as ApiAccess
    from bot.adapters.anthropic import ClaudeApi, ClaudeBatches

    clock = SystemClock(stop)
    with _endpoint(access) as (api_key, base_url):
        reach = ApiAccess(api_key, base_url or None, plan.options.silence_seconds)
        api = ClaudeApi(reach, clock, stop)
        try:
            answers = AnswerFolder(Path(access.store)) if access.store and not access.simulated else None
            yield Desk(
                api,
                api,
                plan.prices,
                clock,
                observer,
                stop,
                simulated=access.simulated,
                answers=answers,
                batches=ClaudeBatches(api.client),
            )
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
