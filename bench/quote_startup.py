"""What `hunkwise quote` takes on the demo's diff, beside a bare `import anthropic`.

Run it as `python -m bench.quote_startup`. The two are run in turns, with their bytecode compiled, and the medians of
processor and wall time are compared; then the imports that quote pays most for are named.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
QUOTE = ("-m", "bot", "quote", "--diff", "examples/demo/checkout.diff")
SDK = ("-c", "import anthropic")
TURNS = 11
MOST = 0.5  # of the processor time of a bare import of the SDK
NAMED = 5
REPORTS = 3
_IMPORT = re.compile(r"import time:\s+(?P<self>\d+) \|\s+\d+ \| +(?P<package>\w+)")


class Took(NamedTuple):
    """Seconds that one process took."""

    processor: float
    wall: float


def timed(words: tuple[str, ...]) -> Took:
    """Run Python with these arguments to its end."""
    before, began = os.times(), time.monotonic()
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    after, ended = os.times(), time.monotonic()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(used, ended - began)


def median(runs: list[Took]) -> Took:
    """The median of each time."""
    return Took(statistics.median(run.processor for run in runs), statistics.median(run.wall for run in runs))


def dearest_imports() -> list[tuple[str, float]]:
    """The packages whose modules take longest to import in a quote, at best, with their share of all imports."""
    reports = [_imports() for _ in range(REPORTS)]
    best = Counter({package: min(report[package] for report in reports) for package in reports[0]})
    return [(package, microseconds / best.total()) for package, microseconds in best.most_common(NAMED)]


def _imports() -> Counter[str]:
    command = [sys.executable, "-X", "importtime", *QUOTE]
    report = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stderr
    spent: Counter[str] = Counter()
    for found in filter(None, map(_IMPORT.match, report.splitlines())):
        spent[found["package"]] += int(found["self"])
    return spent


def main() -> int:
    """Print the ratios and the imports; 1 where quote takes more than its share."""
    for words in (QUOTE, SDK):
        timed(words)  # compiles what is not yet compiled
    turns = [(timed(QUOTE), timed(SDK)) for _ in range(TURNS)]
    quote, sdk = (median([turn[which] for turn in turns]) for which in (0, 1))
    ratios = Took(quote.processor / sdk.processor, quote.wall / sdk.wall)
    print(f"hunkwise quote against a bare import of the SDK, medians of {TURNS} turns")
    print(f"processor time {ratios.processor:.2f}, wall time {ratios.wall:.2f}")
    print("Of all its imports quote pays most for")
    for package, share in dearest_imports():
        print(f"  {package:15} {share:5.1%}")
    kept = ratios.processor < MOST
    print(f"less than {MOST} of the processor time: {'kept' if kept else 'NOT kept'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
