"""`hunkwise batch` as processes, which are killed for good, against a stand-in whose time the test owns."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.unit.core.pushed import diff_bytes

HOUR = 3_600.0
ROOT = Path(__file__).parents[2]


@dataclass
class Time:
    """The stand-in's clock."""

    now: float = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


@dataclass
class Laptop:
    """A folder with a diff and a store, and a server whose batches take an hour."""

    folder: Path
    server: Simulator
    time: Time

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin a command."""
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                "ANTHROPIC_API_KEY": "key",
                "ANTHROPIC_BASE_URL": self.server.base_url,
                "HUNKWISE_STORE": str(self.folder / "store"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, Any, str]:
        """A whole command: exit code, what it printed as JSON, and what it said."""
        process = self.start(*arguments, "--format", "json")
        out, err = process.communicate(timeout=60)
        return process.returncode, json.loads(out) if out else None, err

    @property
    def change(self) -> str:
        """A diff of two files with a fault each."""
        path = self.folder / "change.diff"
        rows = ["+def {}(count):", "+    if count is 5:", "+        return None"]
        path.write_bytes(diff_bytes({f"{name}.py": {3: [row.format(name) for row in rows]} for name in ("a", "b")}))
        return str(path)

    @property
    def paid(self) -> int:
        """All tokens the server has charged for."""
        usage = self.server.totals["batch"]["delivered"]
        return int(sum(usage.values()) - usage["thinking_tokens"])


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    """One, with nothing handed in yet."""
    clock = Time()
    with Simulator(SimulatorOptions(batch_delay_s=HOUR), now=clock) as server:
        yield Laptop(tmp_path, server, clock)


def test_a_review_that_is_killed_while_it_waits_is_collected_later(laptop: Laptop) -> None:
    """SIGKILL leaves no last word; the diff may be gone by then, and the answers are paid for once."""
    process = laptop.start("review", "--mode", "batch", "--diff", laptop.change)
    until = time.monotonic() + 30
    while not any("batches/" in one.endpoint for one in laptop.server.log) and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (laptop.folder / "change.diff").unlink()

    code, [pending], _ = laptop.run("batch", "status")
    assert (code, pending["hunks"]) == (0, 2)
    laptop.time.now = 2 * HOUR
    code, receipt, _ = laptop.run("batch", "collect")
    assert (code, receipt["status"], receipt["coverage"]["reviewed"]) == (0, "findings", 2)
    assert receipt["usage"]["total_tokens"] == receipt["budget"]["tokens"]["spent"] == laptop.paid > 0
    assert all(call["batch"] and call["feature"] == "review" for call in receipt["calls"])
    assert Decimal(receipt["cost"]["saved_usd"]["batch"]) == Decimal(receipt["cost"]["total_usd"])
    assert laptop.server.totals["batch"]["requests"] == len(receipt["calls"])

    again = laptop.run("batch", "collect", pending["id"][:6])[1]
    assert again["run"].pop("id") != receipt["run"].pop("id")
    assert {**again, "run": None} == {**receipt, "run": None}, "results stay on the server, and nothing is paid again"
