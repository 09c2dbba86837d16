"""What every SharedLimits keeps to, tested on the fake in memory and on the real one over PostgreSQL."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import psycopg
import pytest

from bot.adapters.shared_limits import TABLE, SharedBuckets
from bot.core.pacing import Cost
from bot.errors import SharedLimitsLost
from bot.ports import SharedLimits
from tests.fakes import Board, FakeClock, FakeSharedLimits

URL = os.environ.get("HUNKWISE_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1/test")
ONE = Cost(10, 10)


def reachable() -> bool:
    """Whether there is a database to test with."""
    try:
        psycopg.connect(URL, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


needs_postgres = pytest.mark.skipif(not reachable(), reason="no PostgreSQL: HUNKWISE_TEST_DATABASE_URL names one")


@dataclass(frozen=True, slots=True)
class World:
    """Processes that may share, and their time."""

    process: Callable[[str], SharedLimits]
    sleep: Callable[[float], None]


@pytest.fixture
def schema() -> Iterator[str]:
    """The URL of a schema of one's own, dropped afterwards."""
    name = f"hunkwise_{uuid4().hex[:12]}"
    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{URL}?options=-c%20search_path%3D{name}"
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(params=["fake", pytest.param("real", marks=needs_postgres)])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A world without processes."""
    if request.param == "fake":
        clock, board = FakeClock(), Board()
        yield World(lambda key: FakeSharedLimits(board, key, clock), clock.sleep)
        return
    url, opened = request.getfixturevalue("schema"), list[SharedBuckets]()

    def process(key: str) -> SharedLimits:
        opened.append(SharedBuckets(url, key))
        return opened[-1]

    yield World(process, time.sleep)
    for one in opened:
        one.close()


def taken(process: SharedLimits, most: int, limits: dict[str, int], model_class: str = "haiku") -> int:
    """How many requests go through at once."""
    return next((number for number in range(most) if process.take(model_class, limits, ONE) > 0), most)


def test_processes_with_one_key_take_from_one_bucket(world: World) -> None:
    """Together they get what one alone would get, and not quite all: what is on its way arrives in another order."""
    limits = {"requests": 20}
    first, second = world.process("key"), world.process("key")
    assert (taken(first, 12, limits), taken(second, 12, limits)) == (12, 7)


def test_other_keys_and_classes_have_buckets_of_their_own(world: World) -> None:
    """Limits belong to a key and to a class of models."""
    limits = {"requests": 10}
    assert taken(world.process("key"), 20, limits) == 9
    assert taken(world.process("other"), 20, limits) == 9
    assert taken(world.process("key"), 20, limits, "opus") == 9


def test_a_wait_is_as_long_as_it_takes_to_refill(world: World) -> None:
    """Whoever comes back then gets through."""
    process, limits = world.process("key"), {"requests": 120}
    while not (wait := process.take("haiku", limits, ONE)):
        pass
    assert 0 < wait <= 0.51
    world.sleep(wait + 0.01)
    assert process.take("haiku", limits, ONE) == 0


def test_all_is_taken_or_nothing(world: World) -> None:
    """A request that must wait for tokens has not used up a request."""
    process = world.process("key")
    limits = {"requests": 10, "input-tokens": 1_000}
    assert process.take("haiku", limits, Cost(900, 1)) == 0
    assert process.take("haiku", limits, Cost(900, 1)) > 0
    assert process.take("haiku", limits, Cost(900, 1)) > 0
    with_few = [process.take("haiku", limits, Cost(1, 1)) for _ in range(9)]
    assert with_few == [0] * 8 + [pytest.approx(with_few[-1])]
    assert with_few[-1] > 0


def test_a_new_process_knows_the_limit_before_its_first_response(world: World) -> None:
    """Another has written it down; without anybody's word nothing is held back."""
    assert taken(world.process("key"), 50, {}) == 50
    taken(world.process("key"), 1, {"requests": 10})
    assert taken(world.process("key"), 50, {}) == 8


def test_what_was_sent_before_the_limit_was_known_is_taken_afterwards(world: World) -> None:
    """Eight processes that begin at once would otherwise have sent thirty-two requests too many."""
    process = world.process("key")
    assert taken(process, 4, {}) == 4
    assert taken(process, 50, {"requests": 20}) == 15


def test_the_highest_limit_counts(world: World) -> None:
    """A tier that rises is used by all; one process that hears late does not hold the others back."""
    taken(world.process("key"), 1, {"requests": 100})
    assert taken(world.process("key"), 50, {"requests": 10}) == 50


def test_a_request_larger_than_the_bucket_takes_a_full_one(world: World) -> None:
    """It would wait for ever otherwise."""
    process, limits = world.process("key"), {"input-tokens": 100}
    assert process.take("haiku", limits, Cost(5_000, 1)) == 0
    assert process.take("haiku", limits, Cost(5_000, 1)) > 0


@needs_postgres
def test_threads_and_processes_at_once_take_no_more_than_there_is(schema: str) -> None:
    """A row is locked from reading to writing."""
    processes = [SharedBuckets(schema, "key") for _ in range(4)]
    through: list[int] = []

    def work(process: SharedBuckets) -> None:
        through.append(taken(process, 40, {"requests": 60}))

    threads = [threading.Thread(target=work, args=(process,)) for process in processes for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    for process in processes:
        process.close()
    assert 57 <= sum(through) <= 57 + 5, "what flows in meanwhile"


@needs_postgres
def test_rows_hold_no_secret(schema: str) -> None:
    """A key is named by a short hash, so that who reads the table learns nothing."""
    process = SharedBuckets(schema, "sk-ant-secret")
    process.take("haiku", {"requests": 20}, ONE)
    process.close()
    with psycopg.connect(schema) as connection:
        rows = str(connection.execute(f"SELECT * FROM {TABLE}").fetchall())  # noqa: S608 - our own name
    assert "haiku/requests" in rows
    assert "secret" not in rows


@pytest.mark.parametrize(
    "url", ["postgresql://me:pa55word@127.0.0.1:1/test", "postgresql://me:pa55word@nowhere.invalid/test", "pa55word://"]
)
def test_a_store_that_does_not_answer_says_so_without_secrets(url: str) -> None:
    """Wrong, unreachable or no address at all: one sentence for the receipt, never the password in it."""
    process = SharedBuckets(url, "sk-ant-secret")
    with pytest.raises(SharedLimitsLost) as lost:
        process.take("haiku", {"requests": 20}, ONE)
    said = f"{lost.value.message} {lost.value.next_step} {process!r}"
    assert "HUNKWISE_DATABASE_URL" in said
    assert "pa55word" not in said
    assert "secret" not in said


@needs_postgres
def test_a_connection_that_breaks_is_a_store_that_is_lost(schema: str) -> None:
    """In the middle of a run, too."""
    process = SharedBuckets(schema, "key")
    process.take("haiku", {"requests": 20}, ONE)
    assert process._connection is not None
    backend = process._connection.info.backend_pid
    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", [backend])
    with pytest.raises(SharedLimitsLost):
        process.take("haiku", {"requests": 20}, ONE)
