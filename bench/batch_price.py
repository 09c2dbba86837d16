"""What a batch of 500 hunks costs beside the same review asked at once, by the stand-in's own count of tokens.

Run it as `python -m bench.batch_price`. Both cache the prompt for an hour, and in both every request but the first of a
model reads it: then a batch must cost half, to the last digit. What the API does not promise is that the requests of a
batch find the cache; so a second batch finds it half of the time, and its receipt must still be the server's bill.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.changes import change
from bench.stand_in import Nobody, plan_for
from bot.adapters.intents import IntentFolder
from bot.app.batches.hand_in import Means
from bot.app.batches.work import collect, submit
from bot.app.options import Mode, Options
from bot.app.review import review
from bot.bootstrap.access import Access
from bot.bootstrap.desk import desk_for
from bot.bootstrap.plan import Plan
from bot.core.budget import Amount, Limits
from bot.core.pricing import LIVE, PriceList, Tariff
from bot.core.receipt import Receipt
from bot.core.usage import Usage
from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator

HUNKS, TOKENS = 500, 100_000
NONCE = "0" * 16


def main() -> int:
    """Print one row a way; 1 where a batch costs other than half, or a receipt is not the server's bill."""
    print(f"{HUNKS} hunks; dollars by the receipt, and by the server's tokens at list prices")
    print(f"{'':28} {'requests':>8} {'cache read':>10} {'receipt':>14} {'server':>14}")
    live = _row("at once", run_live, SimulatorOptions(), LIVE)
    batch = _row("as a batch", run_batch, SimulatorOptions(), Tariff(batch=True))
    half = _row("as a batch, half the hits", run_batch, SimulatorOptions(batch_cache_hits=0.5), Tariff(batch=True))
    kept = batch is not None and live is not None and half is not None and batch * 2 == live
    print(f"a batch costs half to the last digit, and every receipt is the bill: {'kept' if kept else 'NOT kept'}")
    return 0 if kept else 1


def _row(name: str, run: Callable[[Plan, str], Receipt], server: SimulatorOptions, tariff: Tariff) -> Decimal | None:
    """What the receipt says; None where the server's bill is another."""
    plan = plan_for_price()
    with Simulator(server) as simulator:
        receipt = run(plan, simulator.base_url)
        charged = bill_of(simulator.totals, plan.prices, tariff)
    usage = receipt.bill.usage
    share = usage.cache_read_tokens / usage.total_input_tokens
    print(f"{name:28} {receipt.bill.requests:8} {share:10.0%} {receipt.bill.total_usd:14f} {charged:14f}")
    return receipt.bill.total_usd if receipt.bill.total_usd == charged else None


def plan_for_price() -> Plan:
    """A review with a prompt that lives for an hour, and no limit."""
    return plan_for(change(HUNKS, TOKENS), Options(limits=Limits(), cache_ttl="1h", mode=Mode.BATCH))


def run_live(plan: Plan, base_url: str) -> Receipt:
    """Asked at once."""
    with desk_for(plan, Access("bench", base_url), Nobody(), threading.Event()) as desk:
        return review(plan.prepared, plan.options, plan.templates, desk, Amount())


def run_batch(plan: Plan, base_url: str) -> Receipt:
    """Handed in, and collected when it has ended."""
    with (
        tempfile.TemporaryDirectory() as folder,
        desk_for(plan, Access("bench", base_url), Nobody(), threading.Event()) as desk,
    ):
        if desk.batches is None:
            raise RuntimeError("the stand-in takes batches")
        means = Means(plan.options, plan.templates, desk, desk.batches, IntentFolder(Path(folder)))
        submit(plan.prepared, means, NONCE, Amount())
        return collect(plan.prepared.target, means, Amount(), again=True).receipt


def bill_of(totals: dict[str, Any], prices: PriceList, tariff: Tariff) -> Decimal:
    """What the server's tokens cost."""
    counted = totals["batch"] if tariff.batch else totals
    charged = ((model, entry["delivered"]) for model, entry in counted["by_model"].items())
    return sum((prices.cost(model, Usage(**usage), tariff) for model, usage in charged), Decimal(0))


if __name__ == "__main__":
    sys.exit(main())
