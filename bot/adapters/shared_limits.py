"""Rate limits that all processes with one key share, in PostgreSQL: pyrate-limiter's token buckets, one row each.

The database's clock counts, and a row is locked from reading to writing, so that any number of processes on any
number of machines take from the same bucket. A row holds no secret: keys are named by a short hash.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import NoReturn

import psycopg
from pyrate_limiter import AbstractClock, Duration, Rate, RateItem, StateBucket, StateStore, TokenBucket
from pyrate_limiter import Decision as Verdict
from pyrate_limiter import StateAlgorithm as Algorithm

from bot.core.pacing import Cost
from bot.core.rate_facts import LIMIT_NAMES
from bot.errors import SharedLimitsLost

TABLE = "hunkwise_rate_limits"

_CREATE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    bucket text PRIMARY KEY,
    per_minute bigint NOT NULL,
    state bigint[] NOT NULL DEFAULT '{{}}'
)"""
_LEARN = f"""
INSERT INTO {TABLE} AS known (bucket, per_minute) VALUES (%s, %s)
ON CONFLICT (bucket) DO UPDATE SET per_minute = greatest(known.per_minute, excluded.per_minute)"""  # noqa: S608 - our own name
_KNOWN = f"SELECT bucket, per_minute FROM {TABLE} WHERE bucket = ANY(%s) ORDER BY bucket"  # noqa: S608 - our own name
_READ = f"SELECT state FROM {TABLE} WHERE bucket = %s FOR UPDATE"  # noqa: S608 - our own name
_WRITE = f"UPDATE {TABLE} SET state = %s WHERE bucket = %s"  # noqa: S608 - our own name
_NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"

_BURST = 0.95
"""The share of a limit that may be taken at once: what is sent arrives in another order than it was taken."""

_FINEST = 100_000
"""A limit is counted in at most so many units, since the library rounds a unit's time up to whole microseconds."""

_SECONDS_TO_CONNECT = 5
_MILLISECONDS_TO_ANSWER = 5_000
_TABLE_LOCK = 0x68756E6B


class SharedBuckets:
    """SharedLimits over PostgreSQL, for one key; safe for threads. Connects when it is first asked.

    What was sent before a limit was known is taken as soon as it is.
    """

    def __init__(self, url: str, api_key: str) -> None:
        """`url` may hold a password; neither it nor the key is written anywhere."""
        self._url = url
        self._key = hashlib.sha256(api_key.encode()).hexdigest()[:16]
        self._lock = threading.Lock()
        self._connection: psycopg.Connection | None = None
        self._told: dict[str, int] = {}
        self._unpaid: dict[str, int] = defaultdict(int)

    def take(self, model_class: str, limits: Mapping[str, int], cost: Cost) -> float:
        """Take from all buckets of the class, or from none (SharedLimits.take)."""
        with self._lock:
            try:
                connection = self._connected()
                names = {f"{self._key}/{model_class}/{name}": name for name in LIMIT_NAMES}
                self._learn(connection, {bucket: limits[name] for bucket, name in names.items() if name in limits})
                known: dict[str, int] = dict(connection.execute(_KNOWN, [list(names)]).fetchall())
                owed = {bucket: cost.of(name) + self._unpaid[bucket] for bucket, name in names.items()}
                with connection.transaction() as transaction:
                    wait = _take(connection, known, owed)
                    if wait:
                        raise psycopg.Rollback(transaction)
            except psycopg.Error as error:
                self._give_up(error)
            if not wait:
                self._unpaid.update({bucket: 0 if bucket in known else amount for bucket, amount in owed.items()})
            return wait

    def close(self) -> None:
        """Drop the connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()

    def _connected(self) -> psycopg.Connection:
        if self._connection is None:
            connection = psycopg.connect(self._url, autocommit=True, connect_timeout=_SECONDS_TO_CONNECT)
            self._connection = connection
            connection.execute(f"SET statement_timeout = {_MILLISECONDS_TO_ANSWER}")
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [_TABLE_LOCK])
                connection.execute(_CREATE)
        return self._connection

    def _learn(self, connection: psycopg.Connection, limits: Mapping[str, int]) -> None:
        """Write down limits that this process has not told of yet; the highest of all counts."""
        for bucket, per_minute in limits.items():
            if self._told.get(bucket) != per_minute:
                connection.execute(_LEARN, [bucket, per_minute])
                self._told[bucket] = per_minute

    def _give_up(self, error: psycopg.Error) -> NoReturn:
        raise SharedLimitsLost(
            f"The database with the shared rate limits did not answer ({type(error).__name__}); "
            "this run was paced by the API's own headers alone.",
            next_step="Check HUNKWISE_DATABASE_URL.",
        ) from error


def _take(connection: psycopg.Connection, limits: Mapping[str, int], costs: Mapping[str, int]) -> float:
    """Take from every bucket with a limit, always in the same order; seconds to wait where one has too little."""
    clock = _DatabaseClock(connection)
    now = clock.now()
    for bucket, per_minute in limits.items():
        unit = max(1, per_minute // _FINEST)
        limit = per_minute // unit
        burst = max(1, math.floor(limit * _BURST))
        rates = [Rate(limit, Duration.MINUTE, burst)]
        item = RateItem(bucket, now, max(1, min(burst, math.ceil(costs[bucket] / unit))))
        shared = StateBucket(rates, TokenBucket(), _Row(connection, bucket), clock)
        if not shared.put(item):
            return max(1, int(shared.waiting(item))) / 1000  # type: ignore[arg-type]  # a store that blocks gives no promise
    return 0.0


class _DatabaseClock(AbstractClock):
    """The one clock that all machines share."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def now(self) -> int:
        """Milliseconds since 1970."""
        now: int = self._connection.execute(_NOW).fetchall()[0][0]
        return now


class _Row(StateStore):
    """The state of one bucket in its row, locked for as long as the transaction around it lasts."""

    def __init__(self, connection: psycopg.Connection, bucket: str) -> None:
        self._connection = connection
        self._bucket = bucket

    def check(self, algorithm: Algorithm, rates: list[Rate], now: int, weight: int) -> Verdict:
        """Read, decide, write."""
        state, verdict = algorithm.step(rates, self.read(algorithm, rates), now, weight)
        if verdict.allowed:
            self._connection.execute(_WRITE, [[int(number) for number in state], self._bucket])
        return verdict

    def read(self, algorithm: Algorithm, rates: list[Rate]) -> tuple[float, ...]:
        """What the row holds; a bucket that was never used is full."""
        stored = self._connection.execute(_READ, [self._bucket]).fetchall()[0][0]
        return tuple(stored) if len(stored) == len(rates) else algorithm.initial(rates)

    def reset(self) -> None:
        """Fill the bucket again."""
        self._connection.execute(_WRITE, [[], self._bucket])
