"""What waits in a batch, as other runs on the pull request see it."""

from __future__ import annotations

from bot.app.memory import opened, recall, settled
from bot.app.prepare import prepare
from bot.app.sticky import put_summary
from bot.app.target import Target
from bot.core.budget import Amount
from bot.core.excerpt import SkipReason
from bot.core.receipt import Status, TargetFacts
from bot.core.reuse import hunk_key
from bot.core.state import OpenRun
from tests.fakes import NOON, Vendor
from tests.unit.app.batches.pulls import NUMBER, SIGNER, World
from tests.unit.app.runs import Room, a_change, counted, markers_in, said, some_options
from tests.unit.core.prompt.prompts import TEMPLATES


def test_a_live_review_leaves_it_to_the_batch() -> None:
    """It is not asked about, not passed over in silence, and counted once."""
    change, options = a_change(4), some_options()
    keys = [hunk_key(hunk) for file in change.files for hunk in file.hunks]
    prepared = prepare(Target(TargetFacts("diff"), change), options, TEMPLATES, keys[:1], in_hand=keys[1:3])
    vendor = Vendor(lambda _: said())
    receipt = Room(vendor).run(prepared, options)
    assert [markers_in(request) for request in vendor.requests] == [["marker_0003"]]
    assert [one.skipped.reason for one in receipt.coverage.skipped] == [SkipReason.WAITS, SkipReason.WAITS]
    assert all(one.cost_to_review_usd for one in receipt.coverage.skipped)
    assert counted(receipt.coverage) == receipt.coverage.hunks == 4
    assert receipt.status is Status.PARTIAL


def test_a_run_that_began_before_keeps_what_was_handed_in_since() -> None:
    """It could not know of it when it read the summary, and must not write it away; nor the reservation with it."""
    world = World()
    world.push(1)
    before = world.recall()
    run = OpenRun("live", Amount(9), NOON)
    memory = put_summary(world.host, NUMBER, before, "", opened(before.state, run), SIGNER, world.clock)
    world.submit()
    waiting = world.recall()
    state = settled(memory.state, "live", Amount(3))
    put_summary(world.host, NUMBER, memory, "", state, SIGNER, world.clock)
    now = recall(world.host, NUMBER, SIGNER, world.clock.now())
    assert now.intents == waiting.intents != ()
    [own] = now.intents
    assert now.state.open_runs == (OpenRun(own.nonce, own.reserved, own.began),)
    assert now.state.spent == Amount(3)


def test_what_was_collected_does_not_come_back() -> None:
    """A run that still has it in its memory as finished does not take it for something new."""
    world = World()
    world.push(1, 2)
    world.submit()
    world.wait(1)
    assert world.collect() is not None
    [summary] = world.host.comments(NUMBER)
    assert "hunkwise:intents" not in summary.body
