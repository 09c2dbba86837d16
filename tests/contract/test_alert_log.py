"""What an AlertLog promises, held against the fake and against SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.ledger.alert_log import SqlAlertLog
from bot.adapters.ledger.book import SqlLedger
from bot.errors import LedgerLost
from bot.ports import AlertLog
from tests.contract.conftest import REAL
from tests.contract.ledgers import schema
from tests.fakes import NOON
from tests.fakes_alerts import FakeAlertLog

NAME = "budget-80:day:2026-11-22:all > Slack"
MINUTE = timedelta(minutes=1)

Opened = Callable[[], AlertLog]


@pytest.fixture(params=["fake", *REAL])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """Opens the same log again, as another process would."""
    if request.param == "fake":
        log = FakeAlertLog()
        yield lambda: log
        return
    with ExitStack() as stack:
        place = str(tmp_path / "l.db") if request.param == "sqlite" else stack.enter_context(schema())
        yield lambda: SqlAlertLog(stack.enter_context(closing(SqlLedger(place))).engine)


def test_a_claim_is_given_once(opened: Opened) -> None:
    """Whoever comes second sends nothing, in the same process or another; another name is another matter."""
    first, second = opened(), opened()
    assert first.claim(NAME, NOON)
    assert not first.claim(NAME, NOON)
    assert not second.claim(NAME, NOON + MINUTE)
    assert second.claim(f"{NAME} (2)", NOON)


def test_what_was_delivered_is_never_claimed_again(opened: Opened) -> None:
    """Also after the time in which a claim without an ending is waited for; nor does a late release undo it."""
    log = opened()
    assert log.claim(NAME, NOON)
    assert log.when_delivered([NAME]) == {}
    log.delivered(NAME, NOON + MINUTE, "$41 of $50 spent.")
    log.release(NAME)
    assert not log.claim(NAME, NOON + timedelta(days=30))
    assert opened().when_delivered([NAME, "another"]) == {NAME: NOON + MINUTE}


@pytest.mark.parametrize("name", ["x" * 5_000, "zero \0 and half \ud800", "ü" * 400])
def test_any_name_is_found_again(opened: Opened, name: str) -> None:
    """However long, and of whatever letters: what the database keeps in its place must not look like news."""
    log = opened()
    assert log.claim(name, NOON)
    log.delivered(name, NOON, "Said.")
    assert not log.claim(name, NOON)
    assert log.claim(f"{name}y", NOON)
    assert log.when_delivered([name]) == {name: NOON}


def test_an_alert_without_a_sentence_is_delivered_all_the_same(opened: Opened) -> None:
    """What tells a delivery from a claim must not depend on what the alert says."""
    log = opened()
    log.claim(NAME, NOON)
    log.delivered(NAME, NOON, "")
    assert not log.claim(NAME, NOON + timedelta(days=30))


def test_a_claim_that_was_released_can_be_taken_by_anybody(opened: Opened) -> None:
    """A delivery that failed is tried again by the next run."""
    log = opened()
    assert log.claim(NAME, NOON)
    log.release(NAME)
    log.release("never claimed")
    assert opened().claim(NAME, NOON)


def test_a_claim_whose_process_died_can_be_taken_after_ten_minutes(opened: Opened) -> None:
    """A run that was killed between claim and delivery must not silence the alert for ever; one of many takes over."""
    log = opened()
    assert log.claim(NAME, NOON)
    assert not log.claim(NAME, NOON + 9 * MINUTE)
    assert log.claim(NAME, NOON + 10 * MINUTE)
    assert not log.claim(NAME, NOON + 11 * MINUTE)


@pytest.mark.parametrize("abandoned", [False, True])
def test_of_two_hundred_claims_at_once_one_is_given(opened: Opened, *, abandoned: bool) -> None:
    """However many jobs end in the same second, one message goes out; also where all find an abandoned claim."""
    logs = [opened() for _ in range(4)]
    if abandoned:
        logs[0].claim(NAME, NOON - 10 * MINUTE)
    given: list[bool] = []
    together = threading.Barrier(20)

    def claim(log: AlertLog) -> None:
        together.wait()
        given.extend(log.claim(NAME, NOON) for _ in range(10))

    threads = [threading.Thread(target=claim, args=(logs[number % 4],)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(given), sum(given)) == (200, 1)


def test_a_log_that_does_not_answer_is_lost(tmp_path: Path) -> None:
    """Without the log nobody knows what was said, so nothing more is; the error names no bug of ours."""
    with closing(SqlLedger(str(tmp_path / "l.db"))) as book:
        with book.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE hunkwise_alerts")
        log = SqlAlertLog(book.engine)
        with pytest.raises(LedgerLost):
            log.claim(NAME, NOON)
        with pytest.raises(LedgerLost):
            log.when_delivered([NAME])
