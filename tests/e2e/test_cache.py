"""Runs that share a prompt: what one leaves in the cache the next one reads, through the SDK and over a store."""

from __future__ import annotations

from pathlib import Path

from bot.bootstrap.access import Access
from bot.bootstrap.local import Source, load_plan, run_review
from bot.core.receipt import Receipt
from bot.settings.load import Flags
from bot.simulator.server import Simulator
from tests.fakes import Watcher

CHANGE = """diff --git a/{name}.py b/{name}.py
--- a/{name}.py
+++ b/{name}.py
@@ -1,2 +1,3 @@
 import os
+{name} = os.getcwd()
 print(os.name)
"""


def reviewed(url: str, folder: Path, name: str) -> Receipt:
    """A review of a change to one file, with the store in the folder."""
    diff = folder / f"{name}.diff"
    diff.write_text(CHANGE.format(name=name))
    plan = load_plan(Source(diff=str(diff)), Flags())
    return run_review(plan, Access("key", url, store=str(folder / "store")), Watcher())


def test_small_reviews_read_each_others_prompt(tmp_path: Path) -> None:
    """The first knows nobody and caches nothing, the second writes for the third, and the third reads, as predicted."""
    with Simulator() as simulator:
        runs = [reviewed(simulator.base_url, tmp_path, name) for name in ("first", "second", "third")]
        asked = [record for record in simulator.log if record.endpoint == "/v1/messages"]
    assert [run.cache.ttl for run in runs] == ["off", "5m", "5m"]
    assert [run.bill.usage.cache_write_5m_tokens > 0 for run in runs] == [False, True, False]
    assert [run.bill.usage.cache_read_tokens > 0 for run in runs] == [False, False, True]
    third = runs[2].cache
    assert third.predicted_hit_ratio > 0.7
    assert abs(third.predicted_hit_ratio - third.actual_hit_ratio) < 0.1
    assert [run.notes for run in runs] == [(), (), ()]
    assert len(asked) == 3


def test_a_cache_that_was_lost_is_explained(tmp_path: Path) -> None:
    """Another server knows nothing of what the last runs left there, and says so."""
    for name in ("first", "second"):
        with Simulator() as simulator:
            reviewed(simulator.base_url, tmp_path, name)
    with Simulator() as another:
        (note,) = reviewed(another.base_url, tmp_path, "third").notes
    assert "had left it in the cache" in note
    assert "The API does not know that run's request" in note
