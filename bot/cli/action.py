"""`hunkwise action`."""

from __future__ import annotations

import os
import sys

import typer


def action() -> None:
    """What the GitHub Action runs: review the pull request that the event speaks of, and post.

    Reads GITHUB_EVENT_NAME, GITHUB_EVENT_PATH and the inputs (INPUT_*); never uses the stand-in.
    """
    from bot.bootstrap.action import run_action
    from bot.cli.progress import shown_progress

    with shown_progress(sys.stderr) as observer:
        raise typer.Exit(run_action(os.environ, observer))
