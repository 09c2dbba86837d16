"""`hunkwise batch`: reviews for half the price, whose answers come within a day."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import flags
from bot.cli.review import CacheTtl, FailOn, Format, print_receipt
from bot.cli.streams import print_json, print_text
from bot.core.route import Routing
from bot.core.status import EXIT_DONE, exit_code
from bot.errors import WrongUsage

if TYPE_CHECKING:
    from bot.bootstrap.batch import LocalBatches
    from bot.bootstrap.desk import Plan
    from bot.core.receipt import Receipt

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
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]


@app.command("submit")
def submit(
    diff: flags.DiffFile = None,
    base: flags.Base = None,
    head: flags.Head = None,
    working_tree: flags.WorkingTree = False,
    repo: flags.Repo = Path(),
    format: Annotated[Format, typer.Option(help="How to print the receipt on stdout.")] = Format.TEXT,
    budget_usd: flags.BudgetUsd = None,
    budget_tokens: flags.BudgetTokens = None,
    model: flags.Model = None,
    model_cheap: flags.ModelCheap = None,
    model_standard: flags.ModelStandard = None,
    model_strong: flags.ModelStrong = None,
    routing: Annotated[
        Routing | None, typer.Option(help="fixed: one tier for all; rules: by risk.", rich_help_panel=flags.MODELS)
    ] = None,
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

    Nothing is reviewed yet then: the receipt is partial, and the exit code 3, unless `on_incomplete: warn` is set.
    """
    from bot.bootstrap.local import Source
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
    with _batches(store, quiet=quiet) as batches:
        done = _with_key(batches).submit(Source(diff, base, head, working_tree, repo, config), said)
    if done.intent is not None:
        typer.echo(f"Handed in as {done.intent.nonce}; `hunkwise batch collect` brings it in.", err=True)
    _print(done.receipt, done.plan, format)


@app.command("status")
def status(
    format: Annotated[flags.Table, typer.Option(help="How to print.")] = flags.Table.TEXT,
    store: Store = None,
) -> None:
    """List what was handed in and has not been collected. Asks nobody."""
    from bot.core.report.pending import pending_as_json, pending_as_text

    with _batches(store, quiet=True) as batches:
        pending = batches.status()
    if format is flags.Table.JSON:
        print_json(pending_as_json(pending))
    else:
        print_text(pending_as_text(pending))


@app.command("collect")
def collect(
    which: Which = None,
    format: Annotated[Format, typer.Option(help="How to print the receipts on stdout.")] = Format.TEXT,
    store: Store = None,
    quiet: Quiet = False,
) -> None:
    """Bring in what has ended, and print it as if it had been reviewed just now.

    Can be repeated at any time: results are kept for 29 days, nothing is paid for again, and what is named by its ID is
    printed again. What expired or failed for no fault of its own is handed in once more.
    """
    with _batches(store, quiet=quiet) as batches:
        _bring_in(batches, which or [], format)


@app.command("cancel")
def cancel(
    which: Which = None,
    format: Annotated[Format, typer.Option(help="How to print the receipts on stdout.")] = Format.TEXT,
    store: Store = None,
    quiet: Quiet = False,
) -> None:
    """Ask the API to end batches, and settle them. What was answered by then is paid for, and printed."""
    with _batches(store, quiet=quiet) as batches:
        _bring_in(batches, which or [], format, cancel=True)


def _bring_in(batches: LocalBatches, named: list[str], format: Format, *, cancel: bool = False) -> None:
    nonces = _with_key(batches).pending(named)
    if not nonces:
        typer.echo("Nothing waits in a batch.", err=True)
    codes = []
    for nonce in nonces:
        done = batches.cancel(nonce) if cancel else batches.collect(nonce)
        codes.append(_write(done.receipt, done.plan, format))
        if done.intent is not None:
            batches.told(done.intent)
    raise typer.Exit(max(codes, default=EXIT_DONE))


def _print(receipt: Receipt, plan: Plan, format: Format) -> None:
    raise typer.Exit(_write(receipt, plan, format))


def _write(receipt: Receipt, plan: Plan, format: Format) -> int:
    print_receipt(receipt, plan, format)
    return exit_code(receipt, plan.options.fail_on, plan.options.on_incomplete)


@contextmanager
def _batches(store: str | None, *, quiet: bool) -> Iterator[LocalBatches]:
    from bot.bootstrap.batch import LocalBatches, store_root
    from bot.bootstrap.desk import Access
    from bot.cli.progress import shown_progress

    environment = {**os.environ, "HUNKWISE_STORE": store or ""}
    access = Access.from_environment(environment, simulate=False)
    with shown_progress(sys.stderr, quiet=quiet) as observer:
        yield LocalBatches(store_root(environment), access, observer)


def _with_key(batches: LocalBatches) -> LocalBatches:
    if batches.access.simulated:
        raise WrongUsage(
            "There is no ANTHROPIC_API_KEY, and the built-in stand-in would end before its batches.",
            next_step="Set the key; or start `hunkwise simulate` and set ANTHROPIC_BASE_URL to its address.",
        )
    return batches
