"""`hunkwise diff`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import flags
from bot.cli.streams import print_json, writing


def diff(
    diff: flags.DiffFile = None,
    base: flags.Base = None,
    head: flags.Head = None,
    working_tree: flags.WorkingTree = False,
    repo: flags.Repo = Path(),
    format: Annotated[flags.Table, typer.Option(help="How to print.")] = flags.Table.TEXT,
) -> None:
    """Show how a diff is read: files, hunks, and the lines that may carry a comment."""
    from bot.bootstrap.local import Source, load_diff

    read = load_diff(Source(diff, base, head, working_tree, repo))
    if format is flags.Table.JSON:
        from bot.core.diff.report import diff_as_json

        print_json(diff_as_json(read))
        return
    from bot.cli.tables import diff_table
    from bot.cli.text import console_on

    with writing() as stream:
        console_on(stream).print(diff_table(read))
