"""How far rows reach, and what the parts of a prompt were asked with: on the fake, SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.core.ledger.entry import Entry
from bot.core.ledger.sums import Field, Reach, Where
from tests.contract.ledgers import ADA, NOON, Kept, answered, opening, whole


def test_runs_and_pull_requests_are_counted_once(kept: Kept) -> None:
    """Several rows of a run, and several runs on a pull request, are one each; no pull request is none."""
    local = replace(ADA, run_id="run-3", pull_request=None)
    elsewhere = replace(ADA, run_id="run-4", repository="acme/api")
    for run in (ADA, ADA, replace(ADA, run_id="run-2"), local, elsewhere):
        kept.book.add([whole(run, "0.01")])
    assert kept.reader.reach() == Reach(runs=4, pull_requests=2)
    assert kept.reader.reach(Where(repository="acme/api")) == Reach(1, 1)
    assert kept.reader.reach(Where(since=NOON + timedelta(days=1))) == Reach(0, 0)


def test_sections_can_be_parted(kept: Kept) -> None:
    """A token's price depends on its model: the same prompt is apart for each, in their order, to the last digit."""
    one, two = replace(ADA, sections={"core": 900}), replace(ADA, run_id="run-2", sections={"core": 900})
    for run in (one, two):
        kept.book.begin_run(run)
        kept.book.add(
            Entry(run, opening("0.02", at=run.began, model=model), answered("0.010000000001"))
            for model in ("claude-opus-4-5", "claude-haiku-4-5")
        )
    found = kept.reader.sections(by=(Field.MODEL, Field.BATCH))
    assert [(sums.key, sums.sections, sums.sums.cost_usd) for sums in found] == [
        (("claude-haiku-4-5", "0"), {"core": 900}, Decimal("0.020000000002")),
        (("claude-opus-4-5", "0"), {"core": 900}, Decimal("0.020000000002")),
    ]


def test_rows_of_unknown_runs_are_not_lost(kept: Kept) -> None:
    """What was imported without its run is beside runs that had no sections, so that the sums are those of all rows."""
    bare = replace(ADA, run_id="run-2", sections={})
    kept.book.begin_run(bare)
    kept.book.add([whole(ADA, "0.01"), whole(bare, "0.02")])
    [found] = kept.reader.sections()
    assert found.sections == {}
    assert found.sums == kept.reader.total()
