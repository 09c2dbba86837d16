"""`hunkwise review`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import __version__
from bot.cli import flags
from bot.cli.streams import print_json, print_text, writing
from bot.core.status import exit_code
from bot.errors import WrongUsage

if TYPE_CHECKING:
    from bot.bootstrap.local import Source
    from bot.bootstrap.plan import Plan
    from bot.core.receipt import Receipt
    from bot.ports import Observer
    from bot.settings.load import Flags


class Format(StrEnum):
    """How a review prints."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"


class Mode(StrEnum):
    """When answers are wanted."""

    LIVE = "live"
    BATCH = "batch"
    AUTO = "auto"


class CacheTtl(StrEnum):
    """How long a cached prompt lives."""

    AUTO = "auto"
    FIVE_MINUTES = "5m"
    ONE_HOUR = "1h"
    OFF = "off"


class FailOn(StrEnum):
    """Which findings make the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


def review(
    diff: flags.DiffFile = None,
    base: flags.Base = None,
    head: flags.Head = None,
    working_tree: flags.WorkingTree = False,
    repo: flags.Repo = Path(),
    pr: flags.PullRequest = None,
    post: Annotated[
        bool, typer.Option("--post", help="Post the review; only with --pr.", rich_help_panel=flags.WHAT)
    ] = False,
    format: Annotated[Format, typer.Option(help="How to print the receipt on stdout.")] = Format.TEXT,
    budget_usd: flags.BudgetUsd = None,
    budget_tokens: flags.BudgetTokens = None,
    model: flags.Model = None,
    model_cheap: flags.ModelCheap = None,
    model_standard: flags.ModelStandard = None,
    model_strong: flags.ModelStrong = None,
    routing: flags.HowRouted = None,
    verify: flags.WhatVerified = None,
    mode: Annotated[
        Mode | None,
        typer.Option(
            help="live (default): at once. batch: for half the price, within a day. auto: batch for large changes.",
            rich_help_panel=flags.MONEY,
        ),
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=64, help="So many requests at once (default: 8).")
    ] = None,
    language: Annotated[str | None, typer.Option(metavar="NAME", help="Write findings in this language.")] = None,
    fail_on: Annotated[
        FailOn | None, typer.Option(help="Exit with 1 if a finding is at least this grave (default: never).")
    ] = None,
    cache: Annotated[
        CacheTtl | None,
        typer.Option(help="How long the prompt is cached (default: auto, as it pays).", rich_help_panel=flags.MONEY),
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=1, help="Ask nothing more after this (default: 1200).")
    ] = None,
    store: flags.Store = None,
    ledger: flags.Ledger = None,
    config: flags.Config = None,
    simulate: Annotated[bool, typer.Option("--simulate", help="Ask the built-in stand-in instead of Claude.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")] = False,
) -> None:
    """Review a diff or a range of commits, and print findings, coverage and the bill.

    The budget holds whatever happens: every request reserves the most it can cost before it is sent.

    Needs ANTHROPIC_API_KEY; without it (and without ANTHROPIC_BASE_URL) the built-in stand-in answers, and says so.

    Exit code: 0 reviewed; 1 a finding at or above --fail-on; 2 wrong usage; 3 partial or failed; 130 interrupted.
    """
    from bot.bootstrap.local import Source
    from bot.cli.progress import shown_progress
    from bot.settings.load import Flags

    said = Flags(
        model=model,
        model_cheap=model_cheap,
        model_standard=model_standard,
        model_strong=model_strong,
        budget_usd=budget_usd,
        budget_tokens=budget_tokens,
        routing=routing,
        verify=verify,
        mode=mode,
        concurrency=concurrency,
        language=language,
        fail_on=fail_on,
        cache_ttl=cache,
        run_seconds=time_limit,
    )
    if post and pr is None:
        raise WrongUsage("--post needs a pull request to post to.", next_step="Give --pr OWNER/REPO#N as well.")
    environment = {**os.environ, "HUNKWISE_STORE": store or "", "HUNKWISE_LEDGER": ledger or ""}
    with shown_progress(sys.stderr, quiet=quiet) as observer:
        if pr is None:
            source = Source(diff, base, head, working_tree, repo, config)
            receipt, plan = _local(source, said, observer, environment, simulate)
        else:
            if diff or base or head or working_tree:
                raise WrongUsage("Say what to review, in one way.", next_step="Give --pr alone, or a diff, or a range.")
            receipt, plan = _pull_request(pr, said, observer, environment, config, simulate, post)
    print_receipt(receipt, plan, format)
    raise typer.Exit(exit_code(receipt, plan.options.fail_on, plan.options.on_incomplete))


def _local(
    source: Source, said: Flags, observer: Observer, environment: Mapping[str, str], simulate: bool
) -> tuple[Receipt, Plan]:
    """What is not ready within the time limit, or when somebody loses patience, stays in the store of batches."""
    from bot.bootstrap.access import Access
    from bot.bootstrap.batch import LocalBatches, store_root
    from bot.bootstrap.local import run_review

    access = Access.from_environment(environment, simulate=simulate)
    batches = LocalBatches(store_root(environment), access, observer)
    planned = batches.plan(source, said)
    announce(simulated=planned.plan.simulated, asked_for=simulate)
    if not planned.plan.by_batch:
        return run_review(planned.plan, access, observer), planned.plan
    done = batches.review(planned)
    if done.intent is not None:
        typer.echo(f"It waits in a batch: `hunkwise batch collect {done.intent.nonce}` brings it in.", err=True)
    return done.receipt, done.plan


def _pull_request(
    pr: str,
    said: Flags,
    observer: Observer,
    environment: Mapping[str, str],
    config: Path | None,
    simulate: bool,
    post: bool,
) -> tuple[Receipt, Plan]:
    from bot.bootstrap.pull_batches import post_by_mode, wait_and_collect
    from bot.bootstrap.pull_request import pull_review

    if said.mode == Mode.BATCH and not post:
        raise WrongUsage(
            "A pull request's batch is noted in its summary comment, so it must be posted to.",
            next_step="Give --post as well, or review it live.",
        )
    with pull_review(pr, environment, said, observer, config=config, simulate=simulate) as review:
        simulated = review.access.is_simulated(review.chain())
        if post and simulated:
            raise WrongUsage(
                "The stand-in's findings are never posted.", next_step="Set ANTHROPIC_API_KEY, or leave out --post."
            )
        announce(simulated=simulated, asked_for=simulate)
        if post:
            done = wait_and_collect(review, post_by_mode(review, ""), "")
            if done.waiting:
                typer.echo(f"It waits in a batch: `hunkwise batch collect --pr {pr} --post` brings it in.", err=True)
            return done.receipt, done.plan
        plan = review.plan()
        return review.look(plan), plan


def announce(*, simulated: bool, asked_for: bool) -> None:
    """Say that the stand-in answers, where nobody asked for it."""
    if simulated and not asked_for:
        typer.echo("No ANTHROPIC_API_KEY: the built-in stand-in answers. Its findings are simulated.", err=True)


def print_receipt(receipt: Receipt, plan: Plan, format: Format) -> None:
    """Write a receipt to stdout."""
    what = f"The review, which cost ${receipt.bill.total_usd:f},"
    if format is Format.JSON:
        from bot.core.report.receipt_json import receipt_as_json

        print_json(receipt_as_json(receipt), what)
    elif format is Format.SARIF:
        from bot.core.report.sarif import sarif_log

        print_json(sarif_log(receipt, __version__), what)
    elif format is Format.MARKDOWN:
        from bot.core.report.markdown import receipt_as_markdown

        print_text(receipt_as_markdown(receipt), what)
    else:
        from bot.cli.text import console_on, print_review
        from bot.core.report.code_excerpt import excerpts_from
        from bot.core.show import show

        paths = {finding.path for finding in receipt.findings}
        excerpts = (one for one in plan.prepared.accounted if one.path in paths)
        with writing(what) as stream:
            print_review(receipt, console_on(stream), excerpts_from(map(show, excerpts)))
