"""Many at once: nothing passes a limit, nothing is refused that would have fitted, and nobody waits in a circle."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.ledger.account import Account, Scope, Span, period_at
from tests.contract.ledger_processes import PIECE, PROCESSES, mix, race, settle_some, spend_all
from tests.contract.ledgers import ADA, EVERYBODY, NOON, limit, open_kept, sums_by_hand, whole

RACERS, THREADS = 32, 64
MONTH = Account(Scope.TEAM, "payments", period_at(Span.MONTH, NOON, ZoneInfo("Europe/Berlin")))


def together(work: Callable[..., None], place: str, how_many: int, *arguments: Any) -> list[list[Any]]:
    """What each of these processes said until it ended, None at last where it came to its end."""
    all_there = PROCESSES.Barrier(how_many)
    children, ears = [], []
    for number in range(how_many):
        ear, mouth = PROCESSES.Pipe(duplex=False)
        child = PROCESSES.Process(target=work, args=(place, number, *arguments, all_there, mouth), daemon=True)
        child.start()
        mouth.close()
        children.append(child)
        ears.append(ear)
    for child in children:
        child.join()
    said = []
    for ear in ears:
        heard = []
        while ear.poll():
            try:
                heard.append(ear.recv())
            except EOFError:
                break
        ear.close()
        said.append(heard)
    return said


def test_processes_that_race_for_the_last_dollar_get_all_of_it_and_no_more(place: str) -> None:
    """Thirty-two runners at once, over two budgets of which one is tighter and was begun before."""
    kept = open_kept(place)
    kept.book.add([whole(ADA, "0.30")])
    limits = [limit("5"), limit("1", MONTH)]
    granted = [said[0] for said in together(race, place, RACERS, limits) if said[-1] is None]
    assert len(granted) == RACERS
    assert sum(granted) == (1 - Decimal("0.30")) // PIECE == 23
    assert kept.reader.total().rows == 24
    held = sums_by_hand(kept)
    assert set(held) == {EVERYBODY.name, MONTH.name}
    assert held[MONTH.name] == kept.reader.total().spent_usd < 1
    kept.close()


def test_threads_of_one_run_share_the_last_dollar(place: str) -> None:
    """As many as a run may have at once, on fewer connections."""
    kept = open_kept(place)
    limits = [limit("5"), limit("1.00", MONTH)]

    def spend(number: int) -> int:
        granted = spend_all(kept.book, f"thread-{number}", limits)
        settle_some(kept.book, granted, number)
        return len(granted)

    with ThreadPoolExecutor(THREADS) as pool:
        granted = list(pool.map(spend, range(THREADS)))
    assert sum(granted) >= 33
    assert sum(granted) == kept.reader.total().rows
    assert sums_by_hand(kept)[MONTH.name] == kept.reader.total().spent_usd <= Decimal(1)
    kept.close()


def test_everything_at_once_ends_and_adds_up(place: str) -> None:
    """Budgets of several days, teams and zones, imports of the same receipts, findings and rates, in any order."""
    kept = open_kept(place)
    assert together(mix, place, 6, 8) == [[None]] * 6
    assert len(sums_by_hand(kept)) > 20
    assert sums_by_hand(kept, simulated=True)
    total = kept.reader.total()
    assert total.open == 0
    assert sum(1 for row in kept.reader.rows() if row.opening.id.startswith("shared-")) == 40
    kept.close()
