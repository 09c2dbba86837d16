"""action.yml and workflows, as the tests of this folder read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.docs.pages import ROOT

OURS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXAMPLES = sorted((ROOT / "examples" / "workflows").glob("*.yml"))


def read_yaml(path: Path) -> Any:
    """The file with every scalar as its text, so that `on` stays a word."""
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # noqa: S506 - it makes nothing but texts


def answers_pull_requests(events: Any) -> bool:
    """Whether a workflow chooses among the things that happen to pull requests, as one that reviews them does."""
    return any(name.startswith("pull_request") and trigger and "types" in trigger for name, trigger in events.items())


def steps(workflow: Any) -> list[Any]:
    """Every step of every job."""
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


def name(path: Path) -> str:
    """The file as a reader would name it."""
    return str(path.relative_to(ROOT))


ACTION = read_yaml(ROOT / "action.yml")
