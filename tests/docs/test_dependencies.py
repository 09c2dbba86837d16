"""Every dependency is explained, locked and hashed, and nothing else is."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.docs.pages import ROOT, pyproject, section, terms

PAGE = (ROOT / "docs" / "dependencies.md").read_text()
LOCKS = ["requirements.lock", "requirements-build.lock", "requirements-dev.lock"]


def runtime() -> list[Requirement]:
    """What the package needs to run."""
    return [Requirement(line) for line in pyproject()["project"]["dependencies"]]


def group(name: str) -> list[Requirement]:
    """What a dependency group names, with the groups it includes."""
    entries = pyproject()["dependency-groups"][name]
    included = [entry["include-group"] for entry in entries if isinstance(entry, dict)]
    own = [Requirement(entry) for entry in entries if isinstance(entry, str)]
    return own + [requirement for name in included for requirement in group(name)]


def optional() -> dict[str, list[Requirement]]:
    """What each extra of the package adds."""
    extras = pyproject()["project"]["optional-dependencies"]
    return {name: [Requirement(line) for line in lines] for name, lines in extras.items()}


def locked(lock: str) -> dict[str, str]:
    """Names and versions of a lock file."""
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]+\])?==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize(
    ("heading", "requirements"),
    [("To run", runtime()), ("To build and check", group("dev"))],
    ids=["run", "check"],
)
def test_every_dependency_has_its_reason(heading: str, requirements: list[Requirement]) -> None:
    """Each dependency has one line that says why, and no line outlives its dependency."""
    explained = terms(section(PAGE, heading))
    assert sorted(explained) == sorted(canonicalize_name(requirement.name) for requirement in requirements)


def test_every_extra_has_its_reason() -> None:
    """Each extra of the package has one line that says why."""
    explained = terms(section(PAGE, "To reach the models elsewhere"))
    assert sorted(explained) == sorted(optional())


def test_no_dependency_was_also_left_out() -> None:
    """A library that is used does not stand among the rejected."""
    rejected = set(terms(section(PAGE, "Considered and left out")))
    assert rejected
    assert rejected.isdisjoint(canonicalize_name(requirement.name) for requirement in runtime() + group("dev"))


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("requirements.lock", runtime()),
        ("requirements-build.lock", group("build")),
        ("requirements-dev.lock", runtime() + group("dev") + [one for extra in optional().values() for one in extra]),
    ],
    ids=LOCKS,
)
def test_every_dependency_is_locked(lock: str, requirements: list[Requirement]) -> None:
    """Each lock file holds its dependencies at versions that pyproject.toml admits (`make lock` writes them)."""
    versions = locked(lock)
    for requirement in requirements:
        version = versions[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(Version(version)), f"{requirement} is locked at {version}"


def test_the_lock_files_agree() -> None:
    """What is tested is what is built and run: one version of a package in all lock files."""
    tested = locked("requirements-dev.lock")
    assert locked("requirements.lock").items() <= tested.items()
    assert locked("requirements-build.lock").items() <= tested.items()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_hashed_and_names_no_host(lock: str) -> None:
    """A changed file is refused, and where packages come from is the installing machine's own choice."""
    text = (ROOT / lock).read_text()
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+(?:\[[^]]+\])?==\S+.*\\\n    --hash=sha256:[0-9a-f]{64}", entry), entry
