"""Killed in the middle: what was confirmed is there, once, and accounts stay the sums of their rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from zoneinfo import ZoneInfo

import psycopg

from bot.core.ledger.account import Account, Scope, Span, period_at
from bot.core.ledger.entry import Entry, Settlement, State
from tests.contract.ledger_processes import PROCESSES, Said, work_and_kill
from tests.contract.ledgers import ADA, NOON, URL, Kept, limit, open_kept, sums_by_hand

KILLS = 100
TIGHT = limit("2", Account(Scope.AUTHOR, "ada", period_at(Span.DAY, NOON, ZoneInfo("UTC"))))
LIMITS = [TIGHT, limit("1000")]


@contextmanager
def nobody_left(place: str) -> Iterator[str]:
    """The ledger's address for processes that are killed; afterwards the server has noticed that they are gone."""
    if "://" not in place:
        yield place
        return
    name = place.rpartition("%3D")[2]
    yield f"{place}&application_name={name}"
    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = %s", [name]
        )


def test_kill_nine_at_random_points_loses_nothing_and_counts_nothing_twice(place: str) -> None:
    """A hundred processes killed between any two instructions, four at a time, on one budget with little left."""
    kept = open_kept(place)
    with nobody_left(place) as address:
        ear, mouth = PROCESSES.Pipe(duplex=False)
        child = PROCESSES.Process(target=work_and_kill, args=(address, KILLS, LIMITS, mouth))
        child.start()
        mouth.close()
        said: list[Said] = ear.recv()
        child.join()
        ear.close()
    rows = {row.opening.id: row for row in kept.reader.rows()}
    check_words(said, rows)
    within_limits(kept)
    reconcile(kept, rows)
    within_limits(kept)
    assert kept.reader.total().open == 0
    kept.close()


def check_words(said: list[Said], rows: dict[str, Entry]) -> None:
    """Nothing that was confirmed is missing or changed, and nothing is there that nobody began."""
    tried = {(one.what, one.id) for one in said if not one.done}
    confirmed = {(one.what, one.id) for one in said if one.done}
    assert len(confirmed) > KILLS
    assert {id_ for _, id_ in tried} >= set(rows)
    assert len(tried - confirmed) > 10, "hardly any was killed in the middle of something"
    for what, id_ in confirmed:
        assert (id_ in rows) is (what != "refused"), (what, id_)
    for id_, row in rows.items():
        ended = row.settlement is not None
        assert ended or ("settled", id_) not in confirmed, id_
        assert not ended or ("settled", id_) in tried or ("added", id_) in tried, id_
    assert {what for what, _ in confirmed} == {"reserved", "refused", "settled", "added"}


def within_limits(kept: Kept) -> None:
    """Accounts are the sums of their rows, and no reservation took one beyond."""
    held = sums_by_hand(kept)
    assert Decimal(1) < held[TIGHT.account.name] <= TIGHT.usd


def reconcile(kept: Kept, rows: dict[str, Entry]) -> None:
    """What was left open counts in full, then as what it turns out to be."""
    left = [row.opening for row in rows.values() if row.settlement is None]
    assert left
    spent = kept.reader.total().spent_usd
    for index, one in enumerate(left):
        usd = one.reserved_usd if index % 2 else Decimal("0.02")
        spent -= one.reserved_usd - usd
        assert kept.book.settle(one.id, Settlement(State.UNSETTLED, "lost", unsettled_usd=usd))
        assert not kept.book.settle(one.id, Settlement(State.UNSETTLED, "lost", unsettled_usd=usd))
    assert kept.reader.total().spent_usd == spent == kept.book.spent_on(ADA).usd
