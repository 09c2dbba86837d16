from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.e2e.elsewhere import Elsewhere
from tests.e2e.github import StandIn
from tests.e2e.job import Job


@pytest.fixture
def github(tmp_path: Path) -> Iterator[StandIn]:
    """GitHub with one repository, whose main branch has a first commit; at the end no request broke its rules."""
    with StandIn(tmp_path / "origin") as stand_in:
        stand_in.git.commit("main", {"README.md": b"# Shop\n"})
        yield stand_in
    assert stand_in.violations == []


@pytest.fixture
def claude() -> Iterator[Simulator]:
    """The stand-in for the Claude API, which keeps what it was sent."""
    with Simulator(SimulatorOptions(keep_bodies=True)) as simulator:
        yield simulator


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    """All other addresses of the world; at the end nobody has gone there."""
    with Elsewhere() as proxy:
        yield proxy
    assert proxy.calls == []


@pytest.fixture
def job(tmp_path: Path, github: StandIn, claude: Simulator, elsewhere: Elsewhere) -> Job:
    """A workflow's job on the repository, with a key for the model."""
    return Job(tmp_path / "job", github, claude.base_url, elsewhere.url)
