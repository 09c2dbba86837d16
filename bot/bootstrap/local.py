"""A review of a diff file or of a local git repository."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.adapters.files import read_input, read_settings_file
from bot.adapters.git.repository import GitRepository, GitTexts
from bot.app.review import review
from bot.app.target import Target
from bot.bootstrap.access import Access
from bot.bootstrap.desk import SETTINGS_PATH, desk_for, make_plan
from bot.bootstrap.plan import Plan
from bot.core.budget import Amount
from bot.core.diff.model import Diff
from bot.core.diff.read import read_diff
from bot.core.receipt import Receipt, TargetFacts
from bot.errors import WrongUsage
from bot.ports import Observer
from bot.settings.file import RepositoryFile, read_file
from bot.settings.load import Flags

_UNTRACKED_NAMED = 5


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
    with local_target(source) as (target, _):
        return target.diff


def load_plan(source: Source, flags: Flags, access: Access | None = None) -> Plan:
    """Read diff and settings and make the plan; with `access`, one that can be run. Asks no model, imports no SDK."""
    with local_target(source) as (target, _):
        return make_plan(target, flags, settings_for(source, target), access=access)


def run_review(plan: Plan, access: Access, observer: Observer) -> Receipt:
    """Run the plan against the model, or against the stand-in."""
    stop = threading.Event()
    with desk_for(plan, access, observer, stop) as desk:
        return desk.books.ended(review(plan.prepared, plan.options, plan.templates, desk, Amount()))


@contextmanager
def local_target(source: Source) -> Iterator[tuple[Target, bytes]]:
    """The target and its diff's own bytes; what it reads from git can be asked for while the block runs."""
    ranged = source.base is not None or source.head is not None or source.working_tree
    if (source.diff is not None) == ranged:
        raise WrongUsage(
            "Say what to review, in one way." if ranged else "Nothing says what to review.",
            next_step="Give --diff FILE (- for stdin), or --base REF with --head REF or --working-tree.",
        )
    if source.head is not None and source.base is None:
        raise WrongUsage("--head needs a beginning.", next_step="Give --base REF as well.")
    if source.diff is not None:
        data = read_input(source.diff)
        yield Target(TargetFacts("diff"), read_diff(data)), data
        return
    with GitRepository(source.repo) as repository:
        yield _git_target(source, repository)


def _git_target(source: Source, repository: GitRepository) -> tuple[Target, bytes]:
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
    target = Target(
        facts,
        read_diff(spread.diff),
        base=GitTexts(repository, spread.base_sha),
        head=GitTexts(repository, spread.head_sha),
        notes=_untracked_note(spread.untracked),
    )
    return target, spread.diff


def _untracked_note(untracked: Sequence[str]) -> tuple[str, ...]:
    """Git leaves files it does not track out of a diff; that is said, since somebody may think they were reviewed."""
    if not untracked:
        return ()
    named = ", ".join(untracked[:_UNTRACKED_NAMED]) + (", …" if len(untracked) > _UNTRACKED_NAMED else "")
    return (f"Not part of the review, because git does not track them: {named}. `git add -N` includes them.",)


def settings_for(source: Source, target: Target) -> RepositoryFile:
    """A file that is named wins; else the repository's own, as it stands in the base and nowhere else."""
    if source.config is not None:
        return read_file(read_settings_file(source.config), str(source.config))
    text = target.base.text(SETTINGS_PATH)
    return RepositoryFile() if text is None else read_file(text, SETTINGS_PATH)
