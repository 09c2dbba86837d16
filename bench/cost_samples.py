"""Writes the samples of docs/costs.md, all of them what the commands really print of an invented history.

Run it as `python -m bench.cost_samples` when a report has changed; tests/docs/test_costs.py says when it has.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.ledger_history import write_history

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "costs.md"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ROWS, DAYS = 4_000, 60
WIDTH = 104

SAMPLES = {
    "report --period week": ("What reviews cost", "By day", "What became", "What one of each"),
    "analyze --month 2026-11": ("A month", "What became", "By team", "Before is"),
    "trend --days 14": ("What reviews cost",),
    "breakdown --by rule": ("What reviews cost", "What each part", "Every rule", "core", "instruction/", "style-guide"),
    "debug --period last-24h": ("What was unusual", "How attempts ended", "Cache misses", "Spikes"),
}
"""Commands, and the beginnings of those parts of their output that are shown."""


def history(folder: Path) -> Path:
    """The ledger that the samples are of."""
    ledger = folder / "ledger.db"
    write_history(str(ledger), ROWS, DAYS, NOW)
    return ledger


def sample(command: str, ledger: Path) -> str:
    """What a command prints, as far as it is shown: parts begin at the margin, behind an empty line."""
    environment = os.environ | {
        "HUNKWISE_LEDGER": str(ledger),
        "HUNKWISE_NOW": NOW.isoformat(),
        "COLUMNS": str(WIDTH),
        "NO_COLOR": "1",
    }
    words = [sys.executable, "-m", "bot", "cost", *command.split()]
    printed = subprocess.run(words, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    text = "\n".join(line.rstrip() for line in printed.splitlines())
    parts = [part.strip("\n") for part in re.split(r"\n\n+(?=\S)", text)]
    return "\n\n".join(part for part in parts if part.startswith(SAMPLES[command]))


def with_samples(page: str, ledger: Path) -> str:
    """The page with every sample as it should be."""
    for command in SAMPLES:
        prompt = f"```text\n$ hunkwise cost {command}\n"
        before, _, rest = page.partition(prompt)
        _, _, after = rest.partition("```")
        page = f"{before}{prompt}{sample(command, ledger)}\n```{after}"
    return page


def main() -> None:
    """Write the page anew."""
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(with_samples(PAGE.read_text(), history(Path(folder))))


if __name__ == "__main__":
    main()
