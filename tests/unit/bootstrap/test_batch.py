"""Local reviews by batch over HTTP, in this process: the real adapters, the real store, the stand-in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.bootstrap.access import Access
from bot.bootstrap.batch import LIVE_INSTEAD, LocalBatches, Reviewed, store_root
from bot.bootstrap.local import Source
from bot.core.calls import Feature
from bot.core.excerpt import SkipReason
from bot.core.receipt import Status
from bot.errors import NoBatches, WrongUsage
from bot.settings.load import Flags
from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.fakes import Watcher
from tests.unit.core.pushed import diff_bytes


@dataclass
class Bench:
    """A change of some files with a fault each, and what it takes to review it."""

    folder: Path
    server: SimulatorOptions = field(default_factory=SimulatorOptions)
    files: int = 3
    settings: str = "routing: fixed\nbatch_tokens: 500\n"

    def review(self, mode: str, simulator: Simulator, cache_ttl: str = "1h") -> Reviewed:
        """Review it in a mode; one file a request, so that there is a prompt to share."""
        batches = self.batches(simulator)
        return batches.review(batches.plan(self.source, Flags(mode=mode, cache_ttl=cache_ttl)))

    def batches(self, simulator: Simulator) -> LocalBatches:
        """Batches in a store of its own."""
        return LocalBatches(self.folder / "store", Access("key", simulator.base_url), Watcher())

    @property
    def source(self) -> Source:
        """The change as files."""
        rows = [
            "+def f{}(count):",
            "+    if count is 5:",
            "+        return None",
            *(f"+# {'x' * 90}" for _ in range(12)),
        ]
        change, config = self.folder / "c.diff", self.folder / "c.yml"
        change.write_bytes(
            diff_bytes({f"part{at}.py": {3: [row.format(at) for row in rows]} for at in range(self.files)})
        )
        config.write_text(self.settings)
        return Source(str(change), config=config)


def test_a_batch_costs_half_of_live_at_equal_cache_hits(tmp_path: Path) -> None:
    """To the last digit, and what it saved is what it cost; the findings are the same."""
    bench = Bench(tmp_path, files=8)
    with Simulator() as simulator:
        live = bench.review("live", simulator).receipt
    with Simulator() as simulator:
        batch = bench.review("batch", simulator).receipt
        assert simulator.totals["batch"]["batches"] == 2
    assert batch.bill.usage == live.bill.usage
    assert batch.bill.usage.cache_read_tokens > 0
    assert batch.bill.total_usd * 2 == live.bill.total_usd > 0
    assert batch.bill.saved.batch == batch.bill.total_usd
    assert batch.findings == live.findings
    assert batch.status is live.status is Status.FINDINGS
    assert batch.cache.actual_hit_ratio == live.cache.actual_hit_ratio > 0


@pytest.mark.parametrize(("files", "batches"), [(2, 0), (3, 2)])
def test_auto_goes_by_the_number_of_hunks(tmp_path: Path, files: int, batches: int) -> None:
    """Small changes are reviewed at once, where somebody may be waiting; large ones at half the price."""
    bench = Bench(tmp_path, files=files)
    bench.settings += "auto_batch_hunks: 2\n"
    with Simulator() as simulator:
        receipt = bench.review("auto", simulator).receipt
        assert simulator.totals["batch"]["batches"] == batches
    assert receipt.status is Status.FINDINGS
    assert all(call.tariff.batch is bool(batches) for call in receipt.calls)


def test_where_there_are_no_batches_auto_asks_at_once(tmp_path: Path) -> None:
    """And says so; whoever asked for a batch is told instead, and pays nothing."""
    bench = Bench(tmp_path)
    bench.settings += "auto_batch_hunks: 0\n"
    with Simulator(SimulatorOptions(script=("create/404", "create/404"))) as simulator:
        receipt = bench.review("auto", simulator).receipt
        assert (receipt.status, receipt.notes[-1]) == (Status.FINDINGS, LIVE_INSTEAD)
        with pytest.raises(NoBatches):
            bench.review("batch", simulator)
        assert simulator.totals["batch"]["requests"] == 0
    assert [one.name for one in (tmp_path / "store").iterdir()] == ["lock"], "nothing is left to be collected"


def test_a_second_attempt_is_part_of_the_same_review(tmp_path: Path) -> None:
    """What failed for no fault of its own is handed in once more, waited for, and told in one receipt."""
    bench = Bench(tmp_path)
    with Simulator(SimulatorOptions(batch_script=("ok", "errored", "expired"))) as simulator:
        receipt = bench.review("batch", simulator).receipt
        assert simulator.totals["batch"]["by_result"]["succeeded"] == 3
    assert (receipt.status, receipt.coverage.reviewed) == (Status.FINDINGS, 3)
    assert sorted((call.attempt, call.outcome) for call in receipt.calls) == [
        (1, "answered"),
        (1, "errored"),
        (1, "expired"),
        (2, "answered"),
        (2, "answered"),
    ]
    assert sum(call.cost_usd for call in receipt.calls if call.outcome != "answered") == 0


def test_what_is_not_ready_in_time_stays_in_the_store(tmp_path: Path) -> None:
    """The receipt is partial, and another run collects it, from what was kept and not from what lies there by then."""
    bench = Bench(tmp_path)
    now = 0.0
    with Simulator(SimulatorOptions(batch_delay_s=60), now=lambda: now) as simulator:
        batches = bench.batches(simulator)
        flags = Flags(mode="batch", run_seconds=0.01, leader_wait=0.01)
        done = batches.review(batches.plan(bench.source, flags))
        assert done.intent is not None
        assert done.receipt.status is Status.PARTIAL
        assert [intent.nonce for intent, _ in batches.status()] == batches.pending([]) == [done.intent.nonce]
        now = 60.0
        for file in tmp_path.glob("c.*"):
            file.unlink()
        came = batches.collect(done.intent.nonce)
    assert came.receipt.status is Status.FINDINGS
    assert came.receipt.coverage.reviewed == 3
    assert came.receipt.bill.unsettled_usd == Decimal(0)


def test_what_was_handed_in_is_not_handed_in_again(tmp_path: Path) -> None:
    """Whoever runs the same command again after a crash pays for nothing twice, and gets what the first run missed."""
    bench = Bench(tmp_path)
    now = 0.0
    with Simulator(
        SimulatorOptions(batch_delay_s=60, script=("create/ok", "create/403")), now=lambda: now
    ) as simulator:
        batches = bench.batches(simulator)
        planned = batches.plan(bench.source, Flags(mode="batch", leader_wait=0.01))
        first = batches.submit(planned).intent
        assert first is not None
        assert sum(one.never_sent for one in first.sendings) == 1, "the leader went out, the rest was refused"
        second = batches.submit(planned)
        assert second.intent is not None
        assert second.intent.nonce == first.nonce
        third = batches.submit(planned)
        for submitted in (second, third):
            assert {one.skipped.reason for one in submitted.receipt.coverage.skipped} == {SkipReason.WAITS}
        now = 120.0
        came = batches.collect(first.nonce)
    assert (came.receipt.status, came.receipt.coverage.reviewed) == (Status.FINDINGS, 3)
    assert simulator.totals["batch"]["requests"] == 3


@pytest.mark.parametrize("routing", ["triage", "cascade"])
def test_what_takes_two_steps_is_asked_once_in_a_batch(tmp_path: Path, routing: str) -> None:
    """A second step would take a second day; the receipt says what was not done."""
    bench = Bench(tmp_path, settings=f"routing: {routing}\nverify: all\n")
    with Simulator() as simulator:
        receipt = bench.review("batch", simulator).receipt
    assert (receipt.status, receipt.coverage.reviewed) == (Status.FINDINGS, 3)
    assert {call.feature for call in receipt.calls} == {Feature.REVIEW}
    assert any("by the rules" in note for note in receipt.notes)
    assert receipt.routing is not None
    assert receipt.routing.mode == "rules"


def test_without_a_key_nothing_is_handed_in(tmp_path: Path) -> None:
    """The built-in stand-in ends with the command and takes its batches along; within one command it does."""
    bench = Bench(tmp_path)
    batches = LocalBatches(tmp_path / "store", Access(), Watcher())
    planned = batches.plan(bench.source, Flags(mode="batch"))
    with pytest.raises(WrongUsage, match="stand-in"):
        batches.submit(planned)
    done = batches.review(planned)
    assert (done.receipt.simulated, done.receipt.status, done.intent) == (True, Status.FINDINGS, None)
    assert not (tmp_path / "store").exists()


def test_a_batch_is_named_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    """A word that names none, or several, is refused."""
    bench = Bench(tmp_path)
    with Simulator(SimulatorOptions(batch_delay_s=60), now=lambda: 0.0) as simulator:
        batches = bench.batches(simulator)
        planned = batches.plan(bench.source, Flags(mode="batch", leader_wait=0.01))
        first = batches.submit(planned).intent
        assert first is not None
        assert batches.pending([first.nonce[:5]]) == [first.nonce]
        with pytest.raises(WrongUsage, match="names no batch"):
            batches.pending(["nothing"])
        other = replace(bench, files=4)
        batches.submit(batches.plan(other.source, Flags(mode="batch", leader_wait=0.01)))
        with pytest.raises(WrongUsage, match="several"):
            batches.pending([""])


def test_the_store_is_where_it_is_named(tmp_path: Path) -> None:
    """Else where programs keep their state."""
    assert store_root({"HUNKWISE_STORE": "/a"}) == Path("/a/batches")
    assert store_root({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "hunkwise" / "batches"
    assert store_root({}) == Path.home() / ".local" / "state" / "hunkwise" / "batches"
