"""A review of a diff file or of a local git repository."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from bot.adapters.files import read_input, read_settings_file
from bot.adapters.git.repository import GitRepository, GitTexts
from bot.app.review import review
from bot.app.target import Target
from bot.bootstrap.desk import SETTINGS_PATH, Access, Plan, desk_for, make_plan
from bot.core.budget import Amount
from bot.core.diff.model import Diff
from bot.core.diff.read import read_diff
from bot.core.receipt import Receipt, TargetFacts
from bot.errors import WrongUsage
from bot.ports import Observer
from bot.settings.file import RepositoryFile, read_file
from bot.settings.load import Flags


@dataclass(frozen=True, slots=True)
class Source:
    """Where the diff comes from: a file ('-' is stdin), or a range of a git repository."""

    diff: str | None = None
    base: str | None = None
    head: str | None = None
    working_tree: bool = False
    repo: Path = field(default_factory=Path)
    config: Path | None = None


def load_diff(source: Source) -> Diff:
    """Read the diff alone; raises NotADiff, GitRefused or WrongUsage."""
    return _target(source).diff


def load_plan(source: Source, flags: Flags) -> Plan:
    """Read diff and settings and make the plan. Asks no model and imports no SDK."""
    target = _target(source)
    return make_plan(target, flags, _settings(source, target))


def run_review(plan: Plan, access: Access, observer: Observer) -> Receipt:
    """Run the plan against the model, or against the stand-in."""
    stop = threading.Event()
    with desk_for(plan, access, observer, stop) as desk:
        return review(plan.prepared, plan.options, plan.templates, desk, Amount())


def _target(source: Source) -> Target:
    ranged = source.base is not None or source.head is not None or source.working_tree
    if (source.diff is not None) == ranged:
        raise WrongUsage(
            "Say what to review, in one way." if ranged else "Nothing says what to review.",
            next_step="Give --diff FILE (- for stdin), or --base REF with --head REF or --working-tree.",
        )
    if source.head is not None and source.base is None:
        raise WrongUsage("--head needs a beginning.", next_step="Give --base REF as well.")
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
