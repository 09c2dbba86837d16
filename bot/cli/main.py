"""The command line. Everything is caught here, once, and leaves as an exit code.

0 done; 1 a finding at or above --fail-on; 2 wrong usage or configuration; 3 partial or failed; 70 a bug of ours;
130 interrupted.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.main import get_command

from bot import __version__
from bot.cli import action, batch, diff, quote, review, simulate
from bot.cli.interrupts import one_interrupt
from bot.core.sanitise import terminal
from bot.errors import HunkwiseError

EXIT_BUG = 70
EXIT_INTERRUPTED = 130


class _Commands(TyperGroup):
    """Brings in `cost`, which has fourteen commands of its own, only where it is named: no other start pays for it."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # its own kind of context
        self._bring_in_cost()
        return super().list_commands(ctx)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]  # as above
        if cmd_name not in self.commands:  # also a slip of the keyboard, so that `cost` is among what may be meant
            self._bring_in_cost()
        return super().get_command(ctx, cmd_name)

    def _bring_in_cost(self) -> None:
        from bot.cli import cost

        self.add_command(get_command(cost.app), "cost")


app = typer.Typer(
    name="hunkwise",
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=False,
)
app.command("review")(review.review)
app.command("quote")(quote.quote)
app.command("diff")(diff.diff)
app.add_typer(batch.app, name="batch")
app.command("action")(action.action)
app.command("simulate")(simulate.simulate)


def _version(wanted: bool) -> None:  # typer's signature for a flag
    if wanted:
        typer.echo(f"hunkwise {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Review pull requests hunk by hunk with Claude, inside a hard budget, with a true receipt.

    Without an API key everything runs against a built-in stand-in, and says so. Start with:

        hunkwise quote  --base main     what a review would cost, free of charge

        hunkwise review --base main     the review itself

        hunkwise batch --help           the review for half the price, within a day

        hunkwise cost --help            what reviews cost, and where that is heading
    """


def main() -> NoReturn:
    """Run the command line and exit."""
    try:
        with one_interrupt():
            app()
    except HunkwiseError as error:
        _complain(error.message, error.next_step)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _complain("Interrupted before anything was asked; nothing was spent.", "")
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:  # the one place where everything is caught
        if os.environ.get("HUNKWISE_DEBUG"):
            raise
        _complain(
            f"Hunkwise met a bug of its own: {type(error).__name__}: {error}",
            "Run again with HUNKWISE_DEBUG=1 for the traceback and report it with the command you ran.",
        )
        sys.exit(EXIT_BUG)
    sys.exit(0)


def _complain(message: str, next_step: str) -> None:
    typer.echo(f"hunkwise: {terminal(message)}", err=True)
    if next_step:
        typer.echo(f"  {terminal(next_step)}", err=True)
