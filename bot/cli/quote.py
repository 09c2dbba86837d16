"""`hunkwise quote`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import flags
from bot.cli.streams import print_json, writing

if TYPE_CHECKING:
    from bot.bootstrap.plan import Plan
    from bot.settings.load import Flags


def quote(
    diff: flags.DiffFile = None,
    base: flags.Base = None,
    head: flags.Head = None,
    working_tree: flags.WorkingTree = False,
    repo: flags.Repo = Path(),
    pr: flags.PullRequest = None,
    format: Annotated[flags.Table, typer.Option(help="How to print.")] = flags.Table.TEXT,
    budget_usd: flags.BudgetUsd = None,
    budget_tokens: flags.BudgetTokens = None,
    model: flags.Model = None,
    model_cheap: flags.ModelCheap = None,
    model_standard: flags.ModelStandard = None,
    model_strong: flags.ModelStrong = None,
    routing: flags.HowRouted = None,
    verify: flags.WhatVerified = None,
    store: flags.Store = None,
    config: flags.Config = None,
) -> None:
    """Show what a review would ask and what it would cost, without asking anybody.

    Needs no key. The highest price is what the review would reserve; it cannot spend more than its budget.
    """
    from bot.app.quote import quote as price
    from bot.bootstrap.desk import prefix_history
    from bot.bootstrap.local import Source, load_plan
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
    )
    plan = (
        _of_pull_request(pr, said, config)
        if pr
        else load_plan(Source(diff, base, head, working_tree, repo, config), said)
    )
    facts = price(plan.prepared, plan.options, plan.templates, plan.prices, prefix_history(store or ""))
    if format is flags.Table.JSON:
        from bot.core.report.quote_facts import quote_as_json

        print_json(quote_as_json(facts))
        return
    from bot.cli.tables import plan_table
    from bot.cli.text import console_on

    with writing() as stream:
        console_on(stream).print(plan_table(facts))


def _of_pull_request(pr: str, said: Flags, config: Path | None) -> Plan:
    from bot.bootstrap.pull_request import pull_review
    from bot.cli.progress import Silent

    with pull_review(pr, os.environ, said, Silent(), config=config, simulate=True) as review:
        return review.plan()
