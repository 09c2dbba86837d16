"""What each report takes on an invented history, beside a plain scan of the same rows, and how that grows.

    python -m bench.cost_reports [--rows 100000 1000000] [--days 90]

Every report runs in a process of its own, as a command does, and so does the scan that it is compared with: one SELECT
over all columns that reports add up. Time is the processor's, memory the most that the process held. A command that is
added to COMMANDS is measured from then on. Exits with 1 where a report takes many times as long as the scan, or more
memory for more rows.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
EXPORT, PAGE = "export", "page --html -"
COMMANDS = (
    "report --period day",
    "report --period week",
    "report --period month",
    "analyze --month 2026-11",
    "trend --days 30",
    *(f"breakdown --by {by} --period all" for by in ("repo", "team", "author", "model", "feature", "tier")),
    *(f"breakdown --by {by} --period all" for by in ("file-kind", "rule")),
    "compare --models all",
    "debug --period last-24h",
    "debug --period last-7d",
    "forecast",
    "reconcile --days 90",
    PAGE,
    EXPORT,
)
MOST_TIMES = 15
"""Processor time of a report on the smallest ledger, beside the scan's."""

MOST_TIMES_OF = {EXPORT: 200, PAGE: 30}
"""The same of the export, which writes every row instead of a sum, and of the page, which is several reports."""

MOST_GROWTH = 1.25
"""Memory on the largest ledger, beside that on the smallest."""

_FILES = frozenset({"export", "page"})
"""Commands that write a form of their own; like all others they write it to nowhere."""

_SMALL = 200_000
SCAN = "scan"
_SCAN = """SELECT count(*), sum(cost_e12), sum(unsettled_e12), sum(hunks), sum(latency_ms), sum(input_tokens),
sum(cache_write_5m_tokens), sum(cache_write_1h_tokens), sum(cache_read_tokens), sum(output_tokens),
sum(saved_prompt_cache_e12), sum(saved_reuse_e12), sum(saved_duplicates_e12), sum(saved_routing_e12),
sum(saved_batch_e12) FROM hunkwise_entries"""


@dataclass(frozen=True, slots=True)
class Took:
    """What a process took: seconds of the processor, seconds on the clock, and MiB at most."""

    seconds: float
    wall: float
    mib: float


Measured = tuple[Took, float]
"""What a command took, and how many times the scan's processor time that is."""


def measured(words: str, ledger: Path) -> Took:
    """Run one command to its end in a process of its own."""
    command = [sys.executable, "-m", "bench.cost_reports", "--run", words, "--ledger", str(ledger)]
    nowhere, heard = subprocess.DEVNULL, subprocess.PIPE
    done = subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=nowhere, stderr=heard)
    return Took(**json.loads(done.stderr.splitlines()[-1]))


def run(words: str, ledger: Path) -> None:
    """Do it here, and write what it took on stderr."""
    began = time.monotonic()
    if words == SCAN:
        with sqlite3.connect(ledger) as connection:
            connection.execute(_SCAN).fetchall()
    else:
        _command(words, ledger)
    used = resource.getrusage(resource.RUSAGE_SELF)
    took = Took(used.ru_utime + used.ru_stime, time.monotonic() - began, used.ru_maxrss / 1024)
    print(json.dumps({"seconds": took.seconds, "wall": took.wall, "mib": took.mib}), file=sys.stderr)


def _command(words: str, ledger: Path) -> None:
    from bot.cli.main import app  # noqa: PLC0415  # a scan must not pay for it

    os.environ.pop("ANTHROPIC_ADMIN_KEY", None)  # the provider is not asked
    os.environ |= {"HUNKWISE_LEDGER": str(ledger), "HUNKWISE_NOW": NOW.isoformat()}
    name, *flags = words.split()
    as_json = () if name in _FILES else ("--format", "json")
    app(["cost", name, *flags, *as_json], standalone_mode=False)


def measure_all(rows: int, ledger: Path) -> dict[str, Measured]:
    """Every command on one ledger, printed as it is measured; small ledgers are measured thrice, for the best."""
    turns = 3 if rows <= _SMALL else 1
    scan = _best(SCAN, ledger, turns)
    print(f"{rows:,} rows: a plain scan takes {scan.seconds:.2f} s and {scan.mib:.0f} MiB; beside it")
    print(f"  {'command':40} {'seconds':>8} {'times':>6} {'MiB':>6} {'times':>6}")
    took = {}
    for words in COMMANDS:
        one = _best(words, ledger, turns)
        times, memory = one.seconds / scan.seconds, one.mib / scan.mib
        took[words] = one, times
        print(f"  {words:40} {one.seconds:8.2f} {times:6.1f} {one.mib:6.0f} {memory:6.1f}", flush=True)
    return took


def _invent(ledger: Path, rows: int, days: int) -> None:
    """In a process of its own: what this one holds would count as held by those that it starts."""
    size = ("--rows", str(rows), "--days", str(days), "--until", NOW.isoformat())
    subprocess.run([sys.executable, "-m", "bench.ledger_history", str(ledger), *size], cwd=ROOT, check=True)


def _best(words: str, ledger: Path, turns: int) -> Took:
    return min((measured(words, ledger) for _ in range(turns)), key=lambda took: took.seconds)


def compare(small: dict[str, Measured], large: dict[str, Measured], growth: float) -> bool:
    """Print how each command grew, and give whether memory stayed flat."""
    print(f"{growth:.0f} times the rows take")
    flat = True
    for words, (before, _) in small.items():
        after, _ = large[words]
        time_grew, memory_grew = after.seconds / before.seconds, after.mib / before.mib
        flat = flat and memory_grew <= MOST_GROWTH
        print(f"  {words:40} {time_grew:6.1f} times the time, {memory_grew:5.2f} times the memory")
    print(f"memory at most {MOST_GROWTH} times as much: {'kept' if flat else 'NOT kept'}")
    return flat


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000])
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--ledger", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run(asked.run, asked.ledger)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        results = {}
        for rows in sorted(asked.rows):
            ledger = Path(folder) / f"{rows}.db"
            _invent(ledger, rows, asked.days)
            results[rows] = measure_all(rows, ledger)
    sizes = sorted(results)
    fast = all(times <= MOST_TIMES_OF.get(words, MOST_TIMES) for words, (_, times) in results[sizes[0]].items())
    more = ", ".join(f"{words} {times}" for words, times in MOST_TIMES_OF.items())
    limits = f"at most {MOST_TIMES} times the scan on {sizes[0]:,} rows ({more})"
    print(f"{limits}: {'kept' if fast else 'NOT kept'}")
    flat = len(sizes) == 1 or compare(results[sizes[0]], results[sizes[-1]], sizes[-1] / sizes[0])
    return 0 if flat and fast else 1


if __name__ == "__main__":
    sys.exit(main())
