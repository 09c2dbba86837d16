"""Several processes that look at the same moment: one of them tells."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from bot.adapters.ledger.book import SqlLedger
from bot.core.ledger.entry import Entry, Opening, RunFacts, Settlement, State
from tests.docs.pages import ROOT
from tests.fakes import NOON
from tests.listening import webhook


def test_processes_that_run_at_once_send_one_message(tmp_path: Path) -> None:
    """A matrix of jobs that each ends with `cost alerts --send` must not flood a channel."""
    place = tmp_path / "ledger.db"
    opening = Opening("row", NOON, "review", "m", "anthropic", "KEY", "standard", "", 1, 1, 1000, Decimal(60))
    with closing(SqlLedger(str(place))) as book:
        ending = Settlement(State.SETTLED, "answered", cost_usd=Decimal(60))
        book.add([Entry(RunFacts("run", NOON, "octo/shop"), opening, ending)])
    with webhook() as server:
        environment = {
            "PATH": os.environ["PATH"],
            "HUNKWISE_NOW": NOON.isoformat(),
            "HUNKWISE_ALERT_URLS": f"{server.url}/hook",
            "HUNKWISE_LEDGER": str(place),
        }
        command = [sys.executable, "-m", "bot", "cost", "alerts", "--send", "--day-usd", "50", "--spike-factor", "1"]
        running = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(3)
        ]
        ended = [(*process.communicate(), process.returncode) for process in running]
    assert [code for _, _, code in ended] == [0] * 3, ended
    assert sorted(body["rule"] for body in server.bodies) == ["budget-100", "spike"]
    assert sum(out.count(b": sent now") for out, _, _ in ended) == 2
