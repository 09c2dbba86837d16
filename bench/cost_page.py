"""How long the page on costs takes over an invented history, how long it is, and what memory it needs.

    python -m bench.cost_page --rows 100000 --days 90

Prints a line for reading the ledger and one for drawing the page, in seconds of the processor. The history ends at noon
of a 26th of November.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.ledger_history import write_history
from bot import __version__
from bot.adapters.page_files import load_page_files
from bot.app.cost.page import read_page
from bot.app.cost.page_facts import Asked
from bot.bootstrap.ledger import open_ledger
from bot.core.cost_page.page import cost_page
from bot.core.ledger.account import Span, period_at
from bot.core.pricing import PriceList

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def measure(place: str) -> None:
    """Make the page once and print what it took."""
    zone = ZoneInfo("UTC")
    asked = Asked(period_at(Span.MONTH, NOW, zone), NOW, zone, budget_usd=Decimal(1_000))
    with open_ledger(place) as ledger:
        began = time.process_time()
        facts = read_page(ledger.reader, asked, PriceList(NOW, {}))
        read = time.process_time()
    page = cost_page(facts, load_page_files(), __version__)
    drawn = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"read  {read - began:6.2f} s for {facts.total.rows:,} rows of the month")
    print(f"drawn {drawn - read:6.2f} s, {len(page.encode()) / 1024:,.0f} KiB, {peak:,.0f} MiB at most")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--ledger", help="measure over this ledger instead of an invented one")
    asked = parser.parse_args()
    if asked.ledger:
        measure(asked.ledger)
        return
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder) / "ledger.db")
        write_history(place, asked.rows, asked.days, NOW)
        measure(place)


if __name__ == "__main__":
    main()
