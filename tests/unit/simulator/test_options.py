"""Options and the words that explain them."""

from __future__ import annotations

from dataclasses import fields

import pytest

from bot.simulator.options import HELP, SimulatorOptions
from bot.simulator.server import Simulator


def test_every_option_is_explained() -> None:
    """The command line makes its flags from these sentences."""
    assert set(HELP) == {option.name for option in fields(SimulatorOptions)}
    assert all(HELP.values())


def test_the_stand_in_serves_on_loopback_only() -> None:
    """It accepts every key, so nobody outside this machine may reach it."""
    with pytest.raises(ValueError, match="loopback"):
        Simulator(host="0.0.0.0")  # noqa: S104 - the address that must be refused
