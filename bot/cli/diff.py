"""`hunkwise diff`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import flags
from bot.cli.streams import writing
from bot.core.diff.model import Diff


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
        _print_files(read)
        return
    from bot.cli.tables import diff_table
    from bot.cli.text import console_on

    with writing() as stream:
        console_on(stream).print(diff_table(read))


def _print_files(read: Diff) -> None:
    """One JSON document, a file on each line; written one by one, since a big diff's weigh many times its size."""
    from bot.core.diff.report import file_as_json

    with writing() as stream:
        stream.write('{"files": [')
        for index, file in enumerate(read.files):
            stream.write(",\n" if index else "\n")
            stream.write(json.dumps(file_as_json(file)))
        stream.write("\n]}\n")
