"""The flags that several commands share, each written and explained once."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.core.route import Routing
from bot.core.verify import Verify

WHAT = "What to review"
MONEY = "Money"
MODELS = "Models"


class Table(StrEnum):
    """How `quote` and `diff` print."""

    TEXT = "text"
    JSON = "json"


MOST_USD = 1_000_000_000
"""Nobody's budget is higher, and arithmetic in decimals ends somewhere."""


def dollars_of(text: str) -> Decimal:
    """An amount of a flag; raises BadParameter for what is none."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(f"'{text}' is no amount of dollars") from None
    if not amount.is_finite() or amount < 0:
        raise typer.BadParameter("must be zero or more")
    if amount > MOST_USD:
        raise typer.BadParameter(f"must be no more than {MOST_USD:,}")
    return amount


DiffFile = Annotated[
    str | None,
    typer.Option("--diff", metavar="FILE", help="A unified git diff; - reads stdin.", rich_help_panel=WHAT),
]
Base = Annotated[
    str | None,
    typer.Option(metavar="REF", help="Review what came since this revision (merge base).", rich_help_panel=WHAT),
]
Head = Annotated[str | None, typer.Option(metavar="REF", help="…up to this one (default: HEAD).", rich_help_panel=WHAT)]
WorkingTree = Annotated[
    bool,
    typer.Option(
        "--working-tree", help="…up to the files as they lie here, uncommitted changes included.", rich_help_panel=WHAT
    ),
]
Repo = Annotated[
    Path,
    typer.Option(
        metavar="DIR",
        help="The git repository.",
        envvar="HUNKWISE_REPO",  # the image sets it, since GitHub forbids it to set a working directory
        show_default="here",
        rich_help_panel=WHAT,
    ),
]
PullRequest = Annotated[
    str | None,
    typer.Option(
        "--pr",
        metavar="OWNER/REPO#N",
        help="A pull request on GitHub; needs GITHUB_TOKEN.",
        rich_help_panel=WHAT,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Settings (default: .github/hunkwise.yml as it stands in the base)."),
]
BudgetUsd = Annotated[
    Decimal | None,
    typer.Option(metavar="X", parser=dollars_of, help="Spend at most so many dollars.", rich_help_panel=MONEY),
]
BudgetTokens = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, help="Spend at most so many tokens, all kinds together.", rich_help_panel=MONEY),
]
Store = Annotated[
    str | None,
    typer.Option(
        metavar="DIR",
        envvar="HUNKWISE_STORE",
        help="Keep answers here, so that a run that dies is not paid for twice, and when prompts were asked.",
    ),
]
Ledger = Annotated[
    str | None,
    typer.Option(
        metavar="PLACE",
        envvar="HUNKWISE_LEDGER",
        help="Write every attempt down here: an SQLite file, or a postgresql:// URL (default: a file of this user's; "
        "for the stand-in none).",
        rich_help_panel=MONEY,
    ),
]
Model = Annotated[str | None, typer.Option(metavar="ID", help="Use this model for everything.", rich_help_panel=MODELS)]
ModelCheap = Annotated[str | None, typer.Option(metavar="ID", help="…for hunks of low risk.", rich_help_panel=MODELS)]
ModelStandard = Annotated[str | None, typer.Option(metavar="ID", help="…for ordinary hunks.", rich_help_panel=MODELS)]
ModelStrong = Annotated[str | None, typer.Option(metavar="ID", help="…for hunks of high risk.", rich_help_panel=MODELS)]
HowRouted = Annotated[
    Routing | None,
    typer.Option(
        "--routing",
        help="fixed: one tier for all; rules: by risk (default); triage: a cheap model sorts the hunks first; "
        "cascade: a cheap model drafts, a stronger one confirms.",
        rich_help_panel=MODELS,
    ),
]
WhatVerified = Annotated[
    Verify | None,
    typer.Option(
        "--verify",
        help="Findings that get a second look, which may drop or lower them (default: none).",
        rich_help_panel=MODELS,
    ),
]
