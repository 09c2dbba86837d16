"""A job of a workflow: what the runner sets, the command in a process of its own, and what it left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e import events
from tests.e2e.github import StandIn
from tests.e2e.github.state import JOB_TOKEN, Pull

API_KEY = "sk-ant-api03-" + "endToEndKeyOfNobody0123456789ABCDEFGHIJKLMNOPQRSTUV"
COMMAND = (sys.executable, "-I", "-m", "bot", "action")
_PATIENCE = 120
"""Seconds after which a run is given up."""

_TRAP = "raise SystemExit('code of the pull request was run')\n"


@dataclass(frozen=True)
class Run:
    """A finished run. `outputs` and `summary` are read as the runner reads them."""

    code: int
    stdout: str
    stderr: str
    outputs: dict[str, str]
    summary: str
    workspace: Path

    @property
    def receipt(self) -> dict[str, Any]:
        """The receipt that the output `receipt-path` names, for a step that starts in the workspace."""
        path = self.workspace / self.outputs["receipt-path"]
        receipt: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return receipt

    @property
    def log(self) -> str:
        """What the job's log shows: all but the lines that tell the runner what to hide."""
        lines = [line for line in self.stdout.split("\n") if not line.startswith("::add-mask::")]
        return "\n".join([*lines, self.stderr])

    @property
    def said(self) -> str:
        """Everything that anybody can read of it."""
        return "\n".join([self.log, self.summary, json.dumps(self.outputs)])


@dataclass
class Job:
    """Runs the Action for an event. The workspace is full of traps: nothing in it may be run or imported."""

    folder: Path
    github: StandIn
    claude_url: str
    proxy: str
    inputs: dict[str, str] = field(default_factory=dict)
    key: str = API_KEY
    token: str = JOB_TOKEN
    api_path: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    _runs: int = 0

    def on(self, pull: Pull, action: str = "opened", *, event: str = "pull_request", **more: Any) -> Run:
        """Answer an event of a pull request."""
        return self.run(event, events.pull_request(self.github, pull, action, **more))

    def run(self, event: str, payload: Mapping[str, Any], **inputs: str) -> Run:
        """Answer an event; `inputs` with underscores for hyphens."""
        process, read = self.start(event, payload, **inputs)
        stdout, stderr = process.communicate(timeout=_PATIENCE)
        return read(process.returncode, stdout, stderr)

    def start(
        self, event: str, payload: Mapping[str, Any], **inputs: str
    ) -> tuple[subprocess.Popen[str], Callable[[int, str, str], Run]]:
        """Begin a run; gives the process, and what reads its traces when it is over."""
        self._runs += 1
        folder = self.folder / str(self._runs)
        workspace = folder / "workspace"
        workspace.mkdir(parents=True)
        for name in ("jinja2.py", "bot.py", "sitecustomize.py"):
            (workspace / name).write_text(_TRAP)
        (folder / "event.json").write_text(json.dumps(payload), encoding="utf-8")
        files = {name: folder / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.touch()
        environment = self._environment(event, folder, {**self.inputs, **_hyphened(inputs)})
        process = subprocess.Popen(
            COMMAND,
            cwd=workspace,
            env=environment | {name: str(file) for name, file in files.items()},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

        def read(code: int, stdout: str, stderr: str) -> Run:
            outputs = read_outputs(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))
            summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
            return Run(code, stdout, stderr, outputs, summary, workspace)

        return process, read

    def _environment(self, event: str, folder: Path, inputs: Mapping[str, str]) -> dict[str, str]:
        coverage = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        given = {"github-token": self.token, "anthropic-api-key": self.key, **inputs}
        return {
            **coverage,
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_REPOSITORY": self.github.state.repo,
            "GITHUB_API_URL": self.github.url + self.api_path,
            "GITHUB_SERVER_URL": self.github.url,
            "GITHUB_RUN_ID": str(7_000_000_000 + self._runs),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_WORKSPACE": str(folder / "workspace"),
            "RUNNER_TEMP": str(folder),
            "ANTHROPIC_BASE_URL": self.claude_url,
            "HTTPS_PROXY": self.proxy,
            "HTTP_PROXY": self.proxy,
            "NO_PROXY": "127.0.0.1",
            **self.variables,
            **{f"INPUT_{name.upper()}": value for name, value in given.items()},
        }


def stop(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    """Send a signal and wait for the end: exit code, stdout, stderr."""
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=_PATIENCE)
    return process.returncode, stdout, stderr


def read_outputs(text: str) -> dict[str, str]:
    """GITHUB_OUTPUT by the runner's own rules: `name=value`, or a block between two delimiters."""
    outputs: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        block = re.fullmatch(r"([^=<]+)<<(.+)", line)
        if block:
            value = []
            while (inner := next(lines)) != block[2]:
                value.append(inner)
            outputs[block[1]] = "\n".join(value)
        elif line:
            name, _, value_of = line.partition("=")
            outputs[name] = value_of
    return outputs


def _hyphened(inputs: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in inputs.items()}
