"""GitHub Actions from inside a job: inputs, outputs, the step summary, and lines in the log."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.core.sanitise import terminal
from bot.errors import BadConfiguration

SUMMARY_BYTES = 1_000_000
"""GitHub takes 1 MiB of step summary and drops the whole of a longer one."""


class Runner:
    """The runner's side of a job, read from its environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def input(self, name: str) -> str:
        """An input by its kebab-case name, '' where it is not set. Docker actions get it with hyphens, uppercased."""
        return self._environment.get(f"INPUT_{name.upper()}", "").strip()

    def variable(self, name: str) -> str:
        """A variable of the environment, '' where it is not set."""
        return self._environment.get(name, "").strip()

    def event(self) -> dict[str, Any]:
        """The event's payload; raises BadConfiguration where there is none."""
        path = self.variable("GITHUB_EVENT_PATH")
        if not path:
            raise BadConfiguration(
                "GITHUB_EVENT_PATH is not set, so there is no event to answer.",
                next_step="Run this inside a GitHub Actions job; on a laptop use `hunkwise review`.",
            )
        try:
            payload = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadConfiguration(
                f"The event file cannot be read: {error}.", next_step="Look at GITHUB_EVENT_PATH in the job."
            ) from None
        return payload if isinstance(payload, dict) else {}

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        """Hand outputs to later steps. The delimiter is drawn at random, so that no value can end its own block."""
        delimiter = f"hunkwise_{secrets.token_hex(16)}"
        text = "".join(f"{name}<<{delimiter}\n{value}\n{delimiter}\n" for name, value in outputs.items())
        self._append("GITHUB_OUTPUT", text)

    def add_summary(self, markdown: str) -> None:
        """Show Markdown on the run's page."""
        raw = markdown.encode("utf-8", "replace")[:SUMMARY_BYTES]
        self._append("GITHUB_STEP_SUMMARY", raw.decode("utf-8", "ignore") + "\n")

    def write_file(self, name: str, text: str) -> str:
        """Write a file into the workspace for later steps; gives its path there, '' where it cannot be written.

        The workspace may hold the pull request's own files, so a link that lies in wait is removed, not followed, and
        a folder in the file's place does not end the run.
        """
        workspace = self.variable("GITHUB_WORKSPACE")
        if not workspace:
            return ""
        path = Path(workspace) / name
        try:
            path.unlink(missing_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644), "w") as file:
                file.write(text)
        except OSError as error:
            self.annotate("warning", f"{name} could not be written into the workspace: {error.strerror}.")
            return ""
        return name

    def mask(self, secret: str) -> None:
        """Have the runner blank a value out of the log."""
        if secret:
            sys.stdout.write(f"::add-mask::{secret}\n")
            sys.stdout.flush()

    def annotate(self, level: str, message: str) -> None:
        """A line that the run's page shows on top; `level` is notice, warning or error."""
        escaped = terminal(message).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        sys.stdout.write(f"::{level} title=Hunkwise::{escaped}\n")
        sys.stdout.flush()

    def _append(self, variable: str, text: str) -> None:
        path = self.variable(variable)
        if path:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(text)
