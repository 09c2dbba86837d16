from __future__ import annotations

import pytest

from bot.errors import HostUnavailable
from tests.fakes_host import Fault
from tests.unit.app.publishing import NUMBER, Scene


def a_scene() -> Scene:
    """A pull request before its first run."""
    scene = Scene()
    scene.push({"a.py": {1: [" import os", "+os.getcwd()"]}})
    return scene


def test_a_lost_creation_and_a_lost_edit_after_it_make_one_summary() -> None:
    """The comment came to be behind a 502; that the edit of it meets another 502 neither doubles nor loses it."""
    scene = a_scene()
    scene.host.fail("create_comment", Fault.LOST_AFTER)
    scene.host.fail("edit_comment", Fault.LOST_BEFORE)
    scene.run()
    assert len(scene.host.comments(NUMBER)) == 1
    assert "Clean" in scene.summary


def test_a_summary_that_cannot_be_written_says_so_in_the_end() -> None:
    """Trying again has an end."""
    scene = a_scene()
    scene.host.fail("create_comment", Fault.LOST_AFTER)
    scene.host.fail("edit_comment", *[Fault.LOST_BEFORE] * 9)
    with pytest.raises(HostUnavailable):
        scene.run()
