"""The commands that there are, and what their start pays for."""

from __future__ import annotations

import subprocess
import sys

from typer.testing import CliRunner

from bot.cli.main import app


def test_cost_is_among_the_commands() -> None:
    """Protects the help: what is brought in only where it is named is shown like any other command."""
    assert "What reviews cost, who spends it" in CliRunner().invoke(app, ["--help"]).output
    assert "Who or what spent it" in CliRunner().invoke(app, ["cost", "--help"]).output


def test_a_slip_of_the_keyboard_is_told_of_cost() -> None:
    """Protects from a dead end: the nearest command is named though it was not brought in yet."""
    refused = CliRunner().invoke(app, ["cots"])
    assert refused.exit_code == 2
    assert "'cost'" in refused.output


def test_a_quote_brings_in_neither_reports_nor_a_database_nor_an_sdk() -> None:
    """Protects the quick start: what a quote does not use, it does not import."""
    script = """
import sys
from bot.cli.main import app
app(["quote", "--diff", "examples/demo/checkout.diff"], standalone_mode=False)
unused = {"anthropic", "sqlalchemy", "alembic", "apprise", "pygal", "bot.cli.cost", "bot.core.cost.report"}
print("unused:", *sorted(unused & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "unused:"
