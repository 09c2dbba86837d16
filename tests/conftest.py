"""What holds for every test: none measures time, not even one that Hypothesis drives on a busy machine, and none
writes into the ledger of whoever runs it.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "untimed",
    parent=settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Runs that name no ledger use the one of this session."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
