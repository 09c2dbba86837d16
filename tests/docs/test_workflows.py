"""Workflows are code that holds keys: linted, pinned, and with the least permissions that work."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot import __version__
from bot.core.event import Decline, Trigger, trigger_of
from tests.docs.action_files import ACTION, EXAMPLES, OURS, answers_pull_requests, name, read_yaml, steps
from tests.docs.pages import ROOT

BIN = Path(sys.executable).parent
WORKFLOWS = [*OURS, *EXAMPLES]
ANSWERING = [path for path in WORKFLOWS if answers_pull_requests(read_yaml(path)["on"])]
COMMANDS = [path for path in EXAMPLES if path.stem.startswith("cost-")]
"""The examples that review nothing: they run a command of the image."""
REVIEWING = [path for path in EXAMPLES if path not in COMMANDS]
OUR_ACTION = "hunkwise/hunkwise@"
OUR_IMAGE = "ghcr.io/hunkwise/hunkwise:"
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


def lint(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What a linter says about files of ours; it runs in the root, where its configuration is found."""
    return subprocess.run([BIN / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("actionlint", [*WORKFLOWS]),
        ("zizmor", ["--offline", "--quiet", ".github", "action.yml", "examples/workflows"]),
        ("check-jsonschema", ["--builtin-schema", "vendor.github-workflows", *WORKFLOWS]),
        ("check-jsonschema", ["--builtin-schema", "vendor.github-actions", "action.yml"]),
        ("check-jsonschema", ["--builtin-schema", "vendor.dependabot", ".github/dependabot.yml"]),
        ("hadolint", ["Dockerfile"]),
    ],
    ids=["actionlint", "zizmor", "workflow schema", "action schema", "dependabot schema", "hadolint"],
)
def test_linters_have_nothing_to_say(tool: str, arguments: list[str | Path]) -> None:
    """What GitHub would refuse, or what would leak a key, is found before it is pushed."""
    said = lint(tool, *arguments)
    assert said.returncode == 0, said.stdout + said.stderr


BROKEN = """
on:
  pull_request_target:
jobs:
  review:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: echo "${{ github.event.pull_request.titel }}" "${{ matrix.nothing }}"
        shel: bash
"""


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("actionlint", []),
        ("zizmor", ["--offline", "--quiet"]),
        ("check-jsonschema", ["--builtin-schema", "vendor.github-workflows"]),
        ("hadolint", []),
    ],
    ids=["actionlint", "zizmor", "workflow schema", "hadolint"],
)
def test_linters_do_see_what_is_wrong(tool: str, arguments: list[str | Path], tmp_path: Path) -> None:
    """A linter that is called wrongly says nothing about anything."""
    bad = tmp_path / ("Dockerfile" if tool == "hadolint" else "broken.yml")
    bad.write_text("FROM python\nRUN cd /\n" if tool == "hadolint" else BROKEN)
    assert lint(tool, *arguments, bad).returncode != 0


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_permissions_are_given_job_by_job(path: Path) -> None:
    """A job that names no permission has none."""
    workflow = read_yaml(path)
    assert workflow["permissions"] == {}
    assert all("permissions" in job for job in workflow["jobs"].values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_what_is_used_is_pinned(path: Path) -> None:
    """Other people's actions go by commit, with the version beside it; ours by its release in the examples."""
    used = [line.strip().removeprefix("- ") for line in path.read_text().splitlines() if "uses: " in line]
    foreign = [line for line in used if not line.startswith(("uses: ./", "uses: $/"))]
    if path in COMMANDS:
        assert not foreign
        assert re.findall(rf"{OUR_IMAGE}(\S+)", path.read_text()) == [__version__]
        return
    if path in EXAMPLES:
        assert foreign.pop(0) == f"uses: {OUR_ACTION}v{__version__}"
    assert all(PINNED.match(line) for line in foreign), foreign


@pytest.mark.parametrize("path", COMMANDS, ids=name)
def test_a_command_gets_every_variable_and_no_more_than_it_may(path: Path) -> None:
    """A variable that is set and not handed to the container would be a limit that is never watched; what reads the
    ledger touches neither code nor pull requests, and secrets stand in variables alone.
    """
    workflow = read_yaml(path)
    [job] = workflow["jobs"].values()
    [step] = job["steps"]
    assert job["permissions"] == {"issues": "write"}
    assert step["env"].keys() <= set(re.findall(r"-e (\w+)", step["run"]))
    assert "${{" not in step["run"]
    assert "pull_request" not in workflow["on"]


@pytest.mark.parametrize("path", REVIEWING, ids=name)
def test_an_example_holds_the_least_that_works(path: Path) -> None:
    """Nothing of the pull request is checked out or run, and the token may read code and comment."""
    workflow = read_yaml(path)
    [job] = workflow["jobs"].values()
    step, *after = job["steps"]
    assert step["uses"].startswith(OUR_ACTION)
    assert not any("run" in one for one in job["steps"])
    assert all(one["uses"].startswith("actions/upload-artifact@") for one in after)
    assert all("receipt" in one["with"]["path"] for one in after)
    permissions = {"contents": "read", "pull-requests": "write"}
    if path.stem == "keyless":
        assert job["permissions"] == {**permissions, "id-token": "write"}
        assert {"anthropic-federation-rule-id", "anthropic-organization-id"} <= step["with"].keys()
        assert "anthropic-api-key" not in step["with"]
    else:
        assert job["permissions"] == permissions
        assert "${{ secrets.ANTHROPIC_API_KEY }}" in step["with"]["anthropic-api-key"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_inputs_that_are_given_exist(path: Path) -> None:
    """GitHub only warns about an input that the Action does not know, and a limit would be lost."""
    for step in steps(read_yaml(path)):
        if step.get("uses", "").startswith((OUR_ACTION, "./")):
            assert step["with"].keys() <= ACTION["inputs"].keys()


@pytest.mark.parametrize("path", ANSWERING, ids=name)
def test_the_workflow_wakes_for_what_is_answered(path: Path) -> None:
    """Each of its types asks for a review, and none that would is missing."""
    (event, trigger), *others = read_yaml(path)["on"].items()
    assert not others
    answered = {kind for kind in EVERY_TYPE if isinstance(trigger_of(event, payload(kind), ""), Trigger)}
    assert set(trigger["types"]) == answered


EVERY_TYPE = ["assigned", "closed", "converted_to_draft", "edited", "labeled", "locked", "opened", "ready_for_review"]
EVERY_TYPE += ["reopened", "review_requested", "synchronize", "unassigned", "unlabeled", "unlocked"]


def payload(action: str, *, label: str = "hunkwise", base_changed: bool = True) -> dict[str, Any]:
    """The event's payload, as far as it is read."""
    changes = {"base": {"ref": {"from": "old"}}} if base_changed else {"title": {"from": "old"}}
    pull = {"number": 7, "head": {"sha": "a" * 40}}
    return {"action": action, "pull_request": pull, "label": {"name": label}, "changes": changes}


def test_runs_of_a_pull_request_queue_up() -> None:
    """All workflows put a pull request's runs into one queue and cancel none, since each may have paid already."""
    queues = {read_yaml(path)["concurrency"]["group"] for path in ANSWERING}
    [queue] = queues
    by_hand = read_yaml(ROOT / "examples" / "workflows" / "by-hand.yml")["concurrency"]
    assert by_hand["group"] == "hunkwise-${{ inputs.pull-request }}"
    assert queue.startswith("hunkwise-${{ github.event.number }}${{")
    assert {read_yaml(path)["concurrency"]["cancel-in-progress"] for path in [*ANSWERING, *EXAMPLES]} == {"false"}


def test_declined_events_queue_elsewhere() -> None:
    """A waiting review is dropped when another run joins its queue, so an event that asks for nothing must not."""
    [queue] = {read_yaml(path)["concurrency"]["group"] for path in ANSWERING}
    assert "action == 'labeled' && github.event.label.name != 'hunkwise'" in queue
    assert "action == 'edited' && !github.event.changes.base" in queue
    assert isinstance(trigger_of("pull_request", payload("edited", base_changed=False), ""), Decline)


def test_the_release_pins_lines_that_are_there() -> None:
    """The release rewrites one line of action.yml and one of the Dockerfile; both must be as it expects them."""
    assert "\n  image: Dockerfile\n" in (ROOT / "action.yml").read_text()
    assert re.search(r"^ARG BASE_IMAGE=\S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    release = (ROOT / ".github" / "workflows" / "release.yml").read_text()
    assert "^  image: Dockerfile$" in release
    assert "^ARG BASE_IMAGE=.*" in release
