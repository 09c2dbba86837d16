"""Whole runs are killed at any moment: what the ledger says afterwards, and what the provider's bill makes of it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.bootstrap.ledger import OpenLedger, open_ledger
from bot.core.ledger.account import Account, Scope, Span, period_at
from bot.core.pricing import PriceList
from bot.core.usage import Usage
from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.e2e.mortal import Nursery
from tests.unit.core.pushed import diff_bytes

KILLS = 200
MONTH_USD = Decimal("0.50")
SETTINGS = f"""
batch_tokens: 500
routing: fixed
budget: {{usd: 0.10}}
budgets:
  limits:
    - {{per: month, usd: {MONTH_USD}}}
"""
FAULTS = ("cut=0.04", "truncate=0.03", "529=0.03")
ADMIN_KEY = "sk-ant-admin01-ofNobody"


@dataclass(frozen=True)
class Aftermath:
    """What two hundred killed runs have left."""

    killed: int
    ledger: OpenLedger
    place: str
    claude: Simulator
    committed: Account

    @property
    def charged_usd(self) -> Decimal:
        """What the stand-in charged for, whether anybody heard of it or not."""
        prices = PriceList(datetime.now(UTC), {})
        charged = [(one.model, one.usage) for one in self.claude.log if one.usage is not None and one.model]
        return sum((prices.cost(model, Usage(**asdict(usage))) for model, usage in charged), Decimal(0))


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    """Kill run after run on one ledger, from before the first request to after the last; then let one end."""
    folder = tmp_path_factory.mktemp("killed")
    change, config, place = folder / "c.diff", folder / "c.yml", str(folder / "ledger.db")
    rows = ["+def f{0}(count):", "+    if count is {0}:", "+        return None"]
    change.write_bytes(diff_bytes({f"part{at}.py": {3: [row.format(at) for row in rows]} for at in range(4)}))
    config.write_text(SETTINGS)
    review = ["review", "--diff", str(change), "--config", str(config), "--quiet"]
    dice = random.Random(11)  # noqa: S311  # a test's dice
    options = SimulatorOptions(time_to_first_token_s=0.01, faults=FAULTS, seed=3)
    with Simulator(options) as claude, Nursery(_environment(claude, place)) as nursery:
        began = time.monotonic()
        assert nursery.run(review) in {0, 3}
        whole = time.monotonic() - began
        ends = [nursery.run(review, kill_after=dice.uniform(0, whole)) for _ in range(KILLS)]
        assert nursery.run(review) in {0, 3}
        with open_ledger(place) as ledger:
            month = Account(Scope.ALL, "", period_at(Span.MONTH, datetime.now(UTC), ZoneInfo("UTC")))
            yield Aftermath(ends.count(None), ledger, place, claude, month)


def _environment(claude: Simulator, place: str) -> dict[str, str]:
    return {"ANTHROPIC_API_KEY": "key", "ANTHROPIC_BASE_URL": claude.base_url, "HUNKWISE_LEDGER": place}


def test_no_budget_is_passed(aftermath: Aftermath) -> None:
    """Protects promise 1 over crashes: reservations of the dead count, so the month never costs more than it may."""
    assert aftermath.killed > KILLS / 2
    committed = aftermath.ledger.book.committed(aftermath.committed, simulated=False)
    assert committed == aftermath.ledger.reader.total().spent_usd
    assert 0 < committed <= MONTH_USD


def test_no_reservation_is_lost(aftermath: Aftermath) -> None:
    """Protects the count: every request that the provider charged for is a row, settled or still reserved in full."""
    total = aftermath.ledger.reader.total()
    assert total.open > 0
    assert total.cost_usd <= aftermath.charged_usd <= total.spent_usd
    charged = [one for one in aftermath.claude.log if one.usage is not None]
    assert len(charged) <= total.attempts


def test_nothing_is_counted_twice(aftermath: Aftermath) -> None:
    """Protects the join with the provider's log: a request's id stands on one row at most, and is one it knows."""
    rows = aftermath.ledger.reader.rows()
    known = [row.settlement.request_id for row in rows if row.settlement and row.settlement.request_id]
    assert len(set(known)) == len(known)
    assert set(known) <= {one.request_id for one in aftermath.claude.log}


def test_the_bill_settles_what_the_dead_left(aftermath: Aftermath) -> None:
    """Protects reconciliation: afterwards the ledger's sum and the account are the provider's bill, to the digit."""
    for _ in range(2):  # the second time there is nothing left to do
        report = _reconciled(aftermath)
        total = aftermath.ledger.reader.total()
        assert total.open == 0, report["notes"]
        assert total.spent_usd == aftermath.charged_usd
        assert aftermath.ledger.book.committed(aftermath.committed, simulated=False) == total.spent_usd


def _reconciled(aftermath: Aftermath) -> dict[str, Any]:
    """`hunkwise cost reconcile`, some days later."""
    environment = {
        **os.environ,
        **_environment(aftermath.claude, aftermath.place),
        "ANTHROPIC_ADMIN_KEY": ADMIN_KEY,
        "HUNKWISE_NOW": (datetime.now(UTC) + timedelta(days=4)).isoformat(),
    }
    command = [
        sys.executable,
        "-m",
        "bot",
        "cost",
        "reconcile",
        "--days",
        "6",
        "--close",
        "--apply",
        "--format",
        "json",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report
