"""`hunkwise batch`: reviews for half the price, whose answers come within a day."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from bot.cli import flags
from bot.cli.review import CacheTtl, FailOn, Format, print_receipt
from bot.cli.streams import print_json, print_text
from bot.core.excerpt import SkipReason
from bot.core.status import EXIT_DONE, exit_code
from bot.errors import WrongUsage

if TYPE_CHECKING:
    from bot.bootstrap.batch import LocalBatches
    from bot.bootstrap.plan import Plan
    from bot.bootstrap.pull_batches import Done
    from bot.bootstrap.pull_request import PullReview
    from bot.core.receipt import Receipt
    from bot.settings.load import Flags

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""Review for half the price, within a day: the Message Batches API.

    hunkwise batch submit --base main     hands the change in, and ends

    hunkwise batch status                 what has not come back yet

    hunkwise batch collect                brings in what has, and prints it

What is handed in is written down first, so that nothing is lost or paid for twice if a command is killed: what was
accepted is found again. A pull request's batches are noted in its summary comment, all others in a folder (--store).
The budget is charged with the most that a batch can cost until it is collected.""",
)

Store = Annotated[
    str | None,
    typer.Option(
        metavar="DIR",
        envvar="HUNKWISE_STORE",
        help="Where batches are noted (default: the user's state folder).",
    ),
]
Which = Annotated[
    list[str] | None, typer.Argument(metavar="[ID]…", help="Batches by their ids, or the beginnings of them.")
]
PullRequest = Annotated[
    str | None,
    typer.Option(
        "--pr",
        metavar="OWNER/REPO#N",
        help="What waits on this pull request; needs GITHUB_TOKEN.",
        rich_help_panel=flags.WHAT,
    ),
]
Repository = Annotated[
    str | None,
    typer.Option(
        "--repo",
        metavar="OWNER/REPO",
        help="What waits on any pull request of this repository.",
        rich_help_panel=flags.WHAT,
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]


@app.command("submit")
def submit(
    diff: flags.DiffFile = None,
    base: flags.Base = None,
    head: flags.Head = None,
    working_tree: flags.WorkingTree = False,
    repo: flags.Repo = Path(),
    pr: Annotated[
        str | None,
        typer.Option(
            "--pr",
            metavar="OWNER/REPO#N",
            help="A pull request on GitHub; noted in its summary comment. Needs GITHUB_TOKEN.",
            rich_help_panel=flags.WHAT,
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print the receipt on stdout.")] = Format.TEXT,
    budget_usd: flags.BudgetUsd = None,
    budget_tokens: flags.BudgetTokens = None,
    model: flags.Model = None,
    model_cheap: flags.ModelCheap = None,
    model_standard: flags.ModelStandard = None,
    model_strong: flags.ModelStrong = None,
    routing: flags.HowRouted = None,
    language: Annotated[str | None, typer.Option(metavar="NAME", help="Write findings in this language.")] = None,
    fail_on: Annotated[
        FailOn | None, typer.Option(help="Collecting exits with 1 if a finding is at least this grave.")
    ] = None,
    cache: Annotated[
        CacheTtl | None,
        typer.Option(help="off: no leaders, nothing cached (default: cached for 1h).", rich_help_panel=flags.MONEY),
    ] = None,
    leader_wait: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            min=0,
            max=1_200,
            help="Wait so long for the requests that write the prompt's cache (default: 600).",
        ),
    ] = None,
    store: Store = None,
    config: flags.Config = None,
    quiet: Quiet = False,
) -> None:
    """Hand a change in for review, at half the price, and end.

    Nothing is reviewed yet then, so the receipt is partial. The exit code is 0 where all of it waits, else 3.

    A batch asks about every hunk once: triage and cascade give way to the rules there, and the receipt says so.
    """
    from bot.bootstrap.local import Source
    from bot.bootstrap.pull_batches import post_by_mode
    from bot.settings.load import Flags

    said = Flags(
        model=model,
        model_cheap=model_cheap,
        model_standard=model_standard,
        model_strong=model_strong,
        budget_usd=budget_usd,
        budget_tokens=budget_tokens,
        routing=routing,
        mode="batch",
        language=language,
        fail_on=fail_on,
        cache_ttl=cache,
        leader_wait=leader_wait,
    )
    if pr is not None:
        if diff or base or head or working_tree:
            raise WrongUsage("Say what to review, in one way.", next_step="Give --pr alone, or a diff, or a range.")
        posted = _on_pull_request(pr, post_by_mode, said, config=config, quiet=quiet)
        _leave(posted, format, submitted=True)
    with _batches(store, quiet=quiet) as batches:
        done = batches.submit(batches.plan(Source(diff, base, head, working_tree, repo, config), said))
    if done.intent is not None:
        typer.echo(f"Handed in as {done.intent.nonce}; `hunkwise batch collect` brings it in.", err=True)
    raise typer.Exit(_write(done.receipt, done.plan, format, submitted=True))


@app.command("status")
def status(
    pr: PullRequest = None,
    repo: Repository = None,
    format: Annotated[flags.Table, typer.Option(help="How to print.")] = flags.Table.TEXT,
    store: Store = None,
) -> None:
    """List what was handed in and has not been collected yet. Asks no model."""
    from bot.bootstrap.pull_batches import pending_on
    from bot.core.report.pending import pending_as_json, pending_as_text

    if pr or repo:
        pending = pending_on(os.environ, _names(pr, repo))
    else:
        with _batches(store, quiet=True) as batches:
            pending = batches.status()
    if format is flags.Table.JSON:
        print_json(pending_as_json(pending))
    else:
        print_text(pending_as_text(pending))


@app.command("collect")
def collect(
    which: Which = None,
    pr: PullRequest = None,
    repo: Repository = None,
    post: Annotated[
        bool, typer.Option("--post", help="Post what came; needed with --pr and --repo.", rich_help_panel=flags.WHAT)
    ] = False,
    format: Annotated[Format, typer.Option(help="How to print the receipts on stdout.")] = Format.TEXT,
    config: flags.Config = None,
    store: Store = None,
    quiet: Quiet = False,
) -> None:
    """Bring in what has ended, and print it as if it had been reviewed just now.

    Can be repeated at any time: results are kept for 29 days, nothing is paid for again, and what is named by its ID is
    printed again. What expired or failed for no fault of its own is handed in once more.
    """
    from bot.bootstrap.pull_batches import collect_one

    if pr or repo:
        if not post:
            raise WrongUsage(
                "Collecting settles a pull request's budget and posts what came.",
                next_step="Give --post as well; `hunkwise batch status` only looks.",
            )
        _bring_in_posted(collect_one, _names(pr, repo), format, config=config, quiet=quiet)
    with _batches(store, quiet=quiet) as batches:
        _bring_in(batches, which or [], format)


@app.command("cancel")
def cancel(
    which: Which = None,
    pr: PullRequest = None,
    format: Annotated[Format, typer.Option(help="How to print the receipts on stdout.")] = Format.TEXT,
    store: Store = None,
    quiet: Quiet = False,
) -> None:
    """Ask the API to end batches, and settle them. What was answered by then is paid for, and printed (or posted)."""
    from bot.bootstrap.pull_batches import cancel_one

    if pr:
        _bring_in_posted(cancel_one, [pr], format, config=None, quiet=quiet)
    with _batches(store, quiet=quiet) as batches:
        _bring_in(batches, which or [], format, cancel=True)


def _bring_in(batches: LocalBatches, named: list[str], format: Format, *, cancel: bool = False) -> None:
    nonces = batches.pending(named)
    if not nonces:
        typer.echo("Nothing waits in a batch.", err=True)
    codes = []
    for nonce in nonces:
        done = batches.cancel(nonce) if cancel else batches.collect(nonce)
        codes.append(_write(done.receipt, done.plan, format))
        if done.intent is not None:
            batches.told(done.intent)
    raise typer.Exit(max(codes, default=EXIT_DONE))


def _bring_in_posted(
    bring_in: Callable[[PullReview, str], Done | None],
    names: Sequence[str],
    format: Format,
    *,
    config: Path | None,
    quiet: bool,
) -> NoReturn:
    """The same on pull requests, one after the other."""
    from bot.settings.load import Flags

    codes = []
    for name in names:
        done = _on_pull_request(name, bring_in, Flags(), config=config, quiet=quiet)
        if done is None:
            typer.echo(f"{name}: nothing has come in.", err=True)
        else:
            codes.append(_write(done.receipt, done.plan, format))
    if not names:
        typer.echo("Nothing waits in a batch.", err=True)
    raise typer.Exit(max(codes, default=EXIT_DONE))


def _on_pull_request(
    name: str, do: Callable[[PullReview, str], T], said: Flags, *, config: Path | None, quiet: bool
) -> T:
    from bot.bootstrap.pull_request import pull_review
    from bot.cli.progress import shown_progress

    with (
        shown_progress(sys.stderr, quiet=quiet) as observer,
        pull_review(name, os.environ, said, observer, config=config, simulate=False) as review,
    ):
        if review.access.is_simulated(review.chain()):
            raise WrongUsage("The stand-in's findings are never posted.", next_step="Set ANTHROPIC_API_KEY.")
        return do(review, "")


def _names(pr: str | None, repo: str | None) -> list[str]:
    from bot.bootstrap.pull_batches import names_with_intents

    if repo is None:
        return [pr] if pr else []
    return names_with_intents(os.environ, repo)


def _leave(done: Done, format: Format, *, submitted: bool = False) -> NoReturn:
    if done.waiting:
        typer.echo("Handed in; `hunkwise batch collect --pr … --post` posts what comes.", err=True)
    raise typer.Exit(_write(done.receipt, done.plan, format, submitted=submitted))


def _write(receipt: Receipt, plan: Plan, format: Format, *, submitted: bool = False) -> int:
    """Print it. To hand something in has worked where all that is missing waits in a batch."""
    print_receipt(receipt, plan, format)
    missing = {one.skipped.reason for one in receipt.coverage.skipped if not one.skipped.reason.by_rule}
    if submitted and missing == {SkipReason.WAITS}:
        return EXIT_DONE
    return exit_code(receipt, plan.options.fail_on, plan.options.on_incomplete)


@contextmanager
def _batches(store: str | None, *, quiet: bool) -> Iterator[LocalBatches]:
    from bot.bootstrap.access import Access
    from bot.bootstrap.batch import LocalBatches, store_root
    from bot.cli.progress import shown_progress

    environment = {**os.environ, "HUNKWISE_STORE": store or ""}
    access = Access.from_environment(environment, simulate=False)
    with shown_progress(sys.stderr, quiet=quiet) as observer:
        yield LocalBatches(store_root(environment), access, observer)
