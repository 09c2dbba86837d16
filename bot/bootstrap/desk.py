"""What every review works with: a plan, and a desk with the model or the stand-in behind it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.answers import AnswerFolder
from bot.adapters.clock import SystemClock
from bot.adapters.prefix_file import PrefixFile
from bot.adapters.prompt_files import load_prompts
from bot.app.desk import Desk
from bot.app.limiter import Limiter
from bot.app.prepare import prepare
from bot.app.switchboard import Disconnected, Line, Switchboard
from bot.app.target import Target
from bot.app.tiers import chain_of
from bot.bootstrap.access import Access
from bot.bootstrap.books import books_of
from bot.bootstrap.plan import Plan
from bot.core.calls import Feature
from bot.core.chain import Link, ProviderKind
from bot.core.choose import arrange
from bot.core.pricing import PriceList
from bot.core.prompt.templates import Templates
from bot.core.receipt import TargetFacts
from bot.core.route import Routing
from bot.core.teams import team_of
from bot.core.verify import Verify
from bot.errors import BadConfiguration
from bot.ports import Clock, Observer, PrefixHistory
from bot.settings.file import RepositoryFile
from bot.settings.folders import narrowed
from bot.settings.load import Flags, build_options

_KEY_OR_NONE = (ProviderKind.ANTHROPIC, ProviderKind.GATEWAY)
"""Whose API wants some key in every request, if only a word that nobody reads."""

ONE_LOOK = "In a batch every hunk is asked about once, by the rules: nothing is verified."

SETTINGS_PATH = ".github/hunkwise.yml"
"""Where a repository keeps its settings; read from the base and from nowhere else."""


def make_plan(
    target: Target,
    flags: Flags,
    file: RepositoryFile,
    reviewed: Collection[str] = frozenset(),
    triaged: Collection[str] = frozenset(),
    access: Access | None = None,
    in_hand: Collection[str] = frozenset(),
) -> Plan:
    """Settings, prices and the plan; asks no model, imports no SDK.

    `reviewed` are keys of hunks reviewed before, `triaged` of those that triage left out, `in_hand` of those that wait
    in a batch.

    `access` decides whether the stand-in will answer, which has no chain. Raises BadConfiguration for settings that do
    not hold and UnknownPrice for a model without a price, at any provider of the chain.
    """
    file = narrowed(file, (one.path for one in target.diff.files), target.base.text)
    style_guide, name = _style_guide(file, target), target_name(target.facts)
    options = build_options(flags, file, style_guide, name)
    simulated = access is not None and access.is_simulated(chain_of(options))
    if simulated:
        options = build_options(flags, file.model_copy(update={"providers": []}), style_guide, name)
    prices = PriceList(datetime.now(UTC), options.prices)
    for link in chain_of(options):
        prices.check(link.models.values(), link.tariff)
    templates = Templates(load_prompts())
    prepared = prepare(target, options, templates, reviewed, triaged, in_hand)
    team = team_of(
        options.budgets.teams, target.facts.author, (one.path for one in target.diff.files), target.base.text
    )
    return Plan(prepared, options, templates, prices, simulated, team)


def in_one_look(plan: Plan) -> Plan:
    """The plan as a batch takes it: what is asked must not hang on what is answered, so hunks go by the rules."""
    routing = Routing.RULES if plan.options.routing in {Routing.TRIAGE, Routing.CASCADE} else plan.options.routing
    options = replace(plan.options, routing=routing, verify=Verify.NONE)
    if options == plan.options:
        return plan
    target = plan.prepared.target
    prepared = replace(
        plan.prepared,
        target=replace(target, notes=(*target.notes, ONE_LOOK)),
        batches=arrange(plan.prepared.excerpts, options.effective_routing, options.sizes),
        feature=Feature.REVIEW,
        notes=(*plan.prepared.notes, ONE_LOOK),
    )
    return replace(plan, prepared=prepared, options=options)


def target_name(facts: TargetFacts) -> str:
    """What the runs of one target have in common, for the choice of a key: the pull request, else the repository."""
    number = f"#{facts.pull_request}" if facts.pull_request else ""
    return f"{facts.repo or ''}{number}"


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
    """The desk, with connections that are closed when the block ends; `stop` interrupts what is under way.

    Raises BadConfiguration where a provider of the chain lacks a library, and LedgerLost where the ledger that was
    named does not answer.
    """
    clock = SystemClock(stop)
    limiters = {link.name: Limiter(clock, plan.options.concurrency) for link in chain_of(plan.options)}
    with (
        books_of(plan, access, clock) as books,
        _shared_limits(plan, access, limiters),
        _board(plan, access, clock, stop, limiters) as board,
    ):
        answers = AnswerFolder(Path(access.store)) if access.store and not plan.simulated else None
        yield Desk(
            board,
            board,
            plan.prices,
            clock,
            observer,
            stop,
            simulated=plan.simulated,
            answers=answers,
            history=prefix_history(access.store) if answers else None,
            limiters=limiters,
            batches=board.batches(chain_of(plan.options)[0].name),
            books=books,
        )


def prefix_history(store: str) -> PrefixHistory | None:
    """When prompts were asked, as the store's folder remembers it; None where there is no such folder."""
    folder = Path(store)
    return PrefixFile(folder) if store and folder.is_dir() else None


@contextmanager
def _shared_limits(plan: Plan, access: Access, limiters: Mapping[str, Limiter]) -> Iterator[None]:
    """Let processes with the same key share its buckets, where a database is named; the stand-in shares nothing."""
    if not access.database_url or plan.simulated:
        yield
        return
    try:
        # Imported here: an optional extra, and only processes that share need it.
        from bot.adapters.shared_limits import SharedBuckets
    except ImportError as error:
        raise BadConfiguration(
            "HUNKWISE_DATABASE_URL is set, but what speaks to PostgreSQL is not installed.",
            next_step="Install hunkwise[postgres], or take the variable out.",
        ) from error
    with ExitStack() as open_stores:
        for link in chain_of(plan.options):
            if access.key_of(link):
                store = open_stores.enter_context(closing(SharedBuckets(access.database_url, access.key_of(link))))
                limiters[link.name].share(store)
        yield


@contextmanager
def _board(
    plan: Plan, access: Access, clock: Clock, stop: threading.Event, limiters: Mapping[str, Limiter]
) -> Iterator[Switchboard]:
    """A line to everybody in the chain, or to the stand-in, which serves while the block runs."""
    # Imported here: the SDK takes longer to import than a plan takes to make, and quote must not pay for it.
    from bot.adapters.anthropic import Access as ApiAccess
    from bot.adapters.anthropic import ClaudeApi, Federation

    silence = plan.options.silence_seconds
    with ExitStack() as open_lines:

        def line_to(link: Link) -> Line:
            obstacle = access.obstacle(link)
            if obstacle:
                return Disconnected(obstacle)
            signs_in = access.sign_in if access.signs_in(link) else None
            reach = ApiAccess(
                access.key_of(link) or ("none" if link.kind in _KEY_OR_NONE and signs_in is None else ""),
                access.address_of(link) or None,
                silence,
                link.kind,
                link.region,
                link.project,
                link.headers,
                None if signs_in is None else Federation(**asdict(signs_in), on_secret=access.hear),
            )
            return open_lines.enter_context(closing(ClaudeApi(reach, clock, stop, limiters[link.name].heard)))

        if plan.simulated:
            from bot.simulator.server import Simulator

            simulator = open_lines.enter_context(Simulator())
            reach = ApiAccess("simulated", simulator.base_url, silence)
            first = chain_of(plan.options)[0].name
            api = open_lines.enter_context(closing(ClaudeApi(reach, clock, stop, limiters[first].heard)))
            yield Switchboard({link.name: api for link in chain_of(plan.options)})
        else:
            yield Switchboard({link.name: line_to(link) for link in chain_of(plan.options)})
