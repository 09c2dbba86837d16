"""The demo shows what its page says it shows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from tests.docs.pages import ROOT

PAGE = (ROOT / "examples" / "demo" / "README.md").read_text()
DIFF = ROOT / "examples" / "demo" / "checkout.diff"


def hunkwise(*arguments: str) -> Any:
    """What one command of ours says in JSON."""
    command = [sys.executable, "-m", "bot", *arguments, "--diff", str(DIFF), "--format", "json"]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)


@pytest.fixture(scope="module")
def receipt() -> Any:
    """The receipt of the demo's review; a status other than 0 would have raised."""
    return hunkwise("review", "--simulate")


def test_the_page_counts_right(receipt: Any) -> None:
    """The page says how large the diff is."""
    files = len(hunkwise("diff")["files"])
    assert f"{files} files and {receipt['coverage']['hunks']}\nhunks" in PAGE


def test_every_planted_file_has_a_finding(receipt: Any) -> None:
    """A visitor sees real findings, wherever the page says that a bug was planted."""
    planted = set(re.findall(r"`([\w./-]+\.\w+|Dockerfile)`", PAGE.partition("The planted bugs")[2]))
    found = {finding["path"] for finding in receipt["findings"]}
    found |= {place["path"] for finding in receipt["findings"] for place in finding["also_at"]}
    assert len(planted) >= 12
    assert planted <= found


def test_sound_changes_have_no_finding(receipt: Any) -> None:
    """A demo that accuses good code would be none."""
    sound = {"docs/checkout.md", "tools/export_orders.py", "shop/messages_de.py", "tests/test_cart.py"}
    assert sound.isdisjoint(finding["path"] for finding in receipt["findings"])


def test_everything_the_page_lists_is_met(receipt: Any) -> None:
    """Lock, generated, binary and mode-only files are left out, equal hunks asked about once, one bug told once."""
    left_out = {skip["path"]: skip["reason"] for skip in receipt["coverage"]["skipped"]}
    assert left_out == {
        "web/package-lock.json": "lock file",
        "web/src/generated/api.ts": "generated",
        "web/public/kettle.png": "binary",
        "scripts/backup.sh": "mode change only",
    }
    assert receipt["coverage"]["duplicates"] >= 2
    assert [finding["also_at"][0]["path"] for finding in receipt["findings"] if finding["also_at"]] == [
        "gateway/refund.go"
    ]


def test_it_is_simulated_and_within_its_budget(receipt: Any) -> None:
    """The demo spends nothing, says so, and is complete."""
    assert receipt["simulated"] is True
    assert receipt["status"] == "findings"
    assert receipt["budget"]["tokens"]["spent"] < receipt["budget"]["tokens"]["limit"]


def test_the_readme_shows_findings_of_the_demo(receipt: Any) -> None:
    """The README's picture of the output is no better than the output."""
    shown = re.findall(r"^(error|warning)  (.+)\n  (\S+):(\d+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    found = {(one["severity"], one["title"], one["path"], str(one["line"])) for one in receipt["findings"]}
    assert shown
    assert set(shown) <= found
