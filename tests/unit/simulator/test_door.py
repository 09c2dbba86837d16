"""Whose request it is."""

from __future__ import annotations

from email.message import Message

import pytest

from bot.simulator.door import Door, organizations
from bot.simulator.options import SimulatorOptions
from bot.simulator.platforms import called
from bot.simulator.tenant import Tenant
from tests.unit.simulator.bodies import Clock


def tenant(key: str, **more: str) -> Tenant:
    """Who asks with this key, where two of three keys share an organisation."""
    headers = Message()
    for name, value in {"x-api-key": key, "anthropic-version": "2026-10-21", **more}.items():
        headers[name] = value
    door = Door(SimulatorOptions(organizations=("k1=a, k2=a", "k3=b")), Clock())
    return door.tenant(called("/v1/messages"), headers)


def test_keys_of_one_organisation_are_one_tenant() -> None:
    """A key that is not listed is an organisation of its own."""
    assert tenant("k1") == tenant("k2") != tenant("k3")
    assert tenant("k4") not in {tenant("k1"), tenant("k3"), tenant("k5")}


def test_a_workspace_keeps_apart_within_an_organisation() -> None:
    """Caches and batches are a workspace's, limits the organisation's."""
    one, other = tenant("k1"), tenant("k2", **{"anthropic-workspace-id": "wrkspc_1"})
    assert one != other
    assert one.organization == other.organization


def test_the_organisations_id_is_stable_and_tells_no_key() -> None:
    """It goes into every answer and into the log."""
    assert tenant("k1").organization_id == tenant("k2").organization_id != tenant("secret").organization_id
    assert "secret" not in tenant("secret").organization_id


@pytest.mark.parametrize("word", ["key", "key=", "=name"])
def test_nonsense_is_refused_at_once(word: str) -> None:
    """A key without an organisation would silently be one of its own."""
    with pytest.raises(ValueError, match="key=name"):
        organizations([word])
