"""The image: what its Dockerfile promises, and, where HUNKWISE_IMAGE names one that was built, what it does.

HUNKWISE_ENGINE is the program that runs it (default: docker). CI builds the image and runs all of this; elsewhere:

    docker build --tag hunkwise:here . && HUNKWISE_IMAGE=hunkwise:here .venv/bin/pytest tests/contract/test_image.py
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from bot import __version__

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
IMAGE = os.environ.get("HUNKWISE_IMAGE", "")
ENGINE = os.environ.get("HUNKWISE_ENGINE", "docker")
MOST_BYTES = 250_000_000
SOMEBODY = 4321
PYTHON = "/opt/hunkwise/bin/python"

built = pytest.mark.skipif(not IMAGE, reason="HUNKWISE_IMAGE names no image; CI builds one")


def instructions(word: str) -> list[str]:
    """What follows an instruction, each time it occurs."""
    return re.findall(rf"^{word} (.+)$", DOCKERFILE.replace("\\\n", " "), re.MULTILINE)


def run(
    *arguments: str, options: tuple[str, ...] = (), stdin: str = "", entry: str = ""
) -> subprocess.CompletedProcess[str]:
    """One container. `entry` stands in for the entry point."""
    entry_options = ["--entrypoint", entry] if entry else []
    command = [ENGINE, "run", "--rm", "--interactive", *entry_options, *options, IMAGE, *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


def test_the_base_is_an_argument_and_an_exact_tag() -> None:
    """The release replaces it by a digest, and nothing but the base changes it before."""
    assert instructions("ARG")[0].startswith("BASE_IMAGE=")
    assert re.fullmatch(r"BASE_IMAGE=python:3\.\d+\.\d+-slim-[a-z]+", instructions("ARG")[0])
    assert {base.split()[0] for base in instructions("FROM")} == {"${BASE_IMAGE}", "scratch"}


def test_the_entry_point_suits_github() -> None:
    """GitHub sets user and working directory itself; -I keeps the workspace's modules from being imported."""
    assert json.loads(instructions("ENTRYPOINT")[0]) == [PYTHON, "-I", "-m", "bot"]
    assert not instructions("USER")
    assert not instructions("WORKDIR")


def test_everything_comes_locked() -> None:
    """No installation in the image goes past the hashes, or asks a registry for what they do not name."""
    commands = [command for line in instructions("RUN") for command in line.split("&&")]
    installs = [command for command in commands if re.search(r"\bpip\b.* (install|wheel) ", command)]
    assert len(installs) == 4
    assert all("--require-hashes" in one or "--no-index" in one for one in installs)


def test_the_build_gets_what_it_copies_and_nothing_else() -> None:
    """.dockerignore lets through exactly what the Dockerfile asks for, so that no key or history gets into a layer."""
    copied = {word for line in instructions("COPY") if "--from" not in line for word in line.split()[:-1]}
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert copied == set(allowed)
    assert all((ROOT / name).exists() for name in copied)


@built
def test_it_is_small_enough() -> None:
    """A runner pulls it before each review."""
    found = subprocess.run([ENGINE, "image", "inspect", IMAGE], capture_output=True, text=True, check=True).stdout
    assert json.loads(found)[0]["Size"] <= MOST_BYTES


@built
def test_it_says_its_version() -> None:
    """The image holds this very version."""
    assert run("--version").stdout == f"hunkwise {__version__}\n"


@built
def test_nothing_is_left_that_builds() -> None:
    """Neither pip nor a compiler: what came into the image came from the lock."""
    for module in ("pip", "ensurepip", "hatchling", "setuptools"):
        assert run("-c", f"import {module}", entry=PYTHON).returncode == 1, module
    assert run("-c", "command -v pip pip3 gcc cc make", entry="/bin/sh").stdout == ""


@built
def test_bytecode_is_there_for_every_module() -> None:
    """A start compiles nothing, and no date decides whether bytecode holds."""
    script = (
        "import pathlib, sysconfig;"
        "lacking = [str(p) for p in pathlib.Path(sysconfig.get_path('purelib')).rglob('*.py')"
        " if not [c for c in p.parent.glob(f'__pycache__/{p.stem}.*.pyc') if c.read_bytes()[4] == 1]];"
        "print(len(lacking), lacking[:3])"
    )
    assert run("-c", script, entry=PYTHON).stdout == "0 []\n"


@built
def test_it_reviews_a_diff_from_a_laptop() -> None:
    """The demo's diff, through the image."""
    diff = (ROOT / "examples" / "demo" / "checkout.diff").read_bytes().decode("utf-8", "replace")
    done = run("review", "--simulate", "--quiet", "--diff", "-", "--format", "json", stdin=diff)
    assert done.returncode == 0, done.stderr
    receipt = json.loads(done.stdout)
    assert (receipt["status"], receipt["simulated"]) == ("findings", True)


@built
def test_it_reviews_the_repository_at_repo(tmp_path: Path) -> None:
    """The documented command needs no --repo, and git trusts the folder whoever owns it."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path, "total = 1\n")
    git(tmp_path, "checkout", "--quiet", "-b", "topic")
    commit(tmp_path, "total = eval(input())\n")
    if os.geteuid() == 0:
        for path in (tmp_path, *tmp_path.rglob("*")):
            os.chown(path, SOMEBODY, SOMEBODY)
    options = ("--volume", f"{tmp_path}:/repo:ro")
    done = run("review", "--simulate", "--quiet", "--base", "main", "--format", "json", options=options)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["coverage"]["hunks"] == 1


@built
def test_it_answers_an_event_as_the_action(tmp_path: Path) -> None:
    """With the environment a runner sets, an event that asks for nothing ends as skipped, in words and as an output."""
    for file in ("event.json", "output", "summary"):
        (tmp_path / file).write_text("{}" if file == "event.json" else "")
    variables = {
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": "/runner/event.json",
        "GITHUB_OUTPUT": "/runner/output",
        "GITHUB_STEP_SUMMARY": "/runner/summary",
        "GITHUB_WORKSPACE": "/github/workspace",
        "INPUT_ANTHROPIC-API-KEY": "a-key-that-is-never-used",
        "INPUT_GITHUB-TOKEN": "a-token-that-is-never-used",
    }
    environment = [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
    mounts = ["--volume", f"{tmp_path}:/runner", "--volume", f"{tmp_path}:/github/workspace"]
    done = run("action", options=(*environment, *mounts, "--workdir", "/github/workspace"))
    assert done.returncode == 0, done.stderr
    assert "skipped" in (tmp_path / "summary").read_text()
    assert re.search(r"^status<<(\S+)\nskipped\n\1$", (tmp_path / "output").read_text(), re.MULTILINE)


def git(folder: Path, *words: str) -> None:
    """Run git as somebody with a name."""
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, check=True)


def commit(folder: Path, text: str) -> None:
    """One commit of one file."""
    (folder / "cart.py").write_text(text)
    git(folder, "add", "cart.py")
    git(folder, "commit", "--quiet", "--message", "A change")
