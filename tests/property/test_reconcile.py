"""Reconciling over invented histories with kills, lost answers, batches over midnight and strangers on the same key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.ledger.book import SqlLedger
from bot.adapters.ledger.reading import SqlReader
from bot.app.cost.reconcile import Window, apply, close, reconcile
from bot.core.cost.billed import Chosen, CostLine, UsageLine
from bot.core.cost.lost import BATCH_ENDS_AFTER, Ages
from bot.core.ledger.account import Account, AccountLimit, Scope, Span, period_at
from bot.core.ledger.entry import ADJUSTMENT, Opening, RunFacts, Settlement, State
from bot.core.money import from_units
from bot.core.usage import Usage
from bot.ports import Ledger, LedgerReader
from tests.fakes_ledger import FakeLedger
from tests.fakes_reports import FakeReports

FIRST = date(2026, 11, 2)
DAYS = 5
AGES = Ages(batch=BATCH_ENDS_AFTER)
BERLIN = ZoneInfo("Europe/Berlin")
PLENTY = Decimal(1_000_000)
UNIT = Decimal(1).scaleb(-12)


@dataclass(frozen=True)
class Attempt:
    """What is made on a day (its number), and what becomes of it.

    `billed` of what was `reserved` is billed, on the next day where it is `late`; `seen` says that the usage came back,
    `noticed` that at least its loss was written down: what is neither was killed, and stays open.
    """

    day: int
    minute: int
    model: str
    batch: bool
    late: bool
    repository: str
    reserved: int
    share: int
    seen: bool
    noticed: bool

    @property
    def billed(self) -> int:
        """What the provider charges."""
        return self.reserved * self.share // 4

    @property
    def at(self) -> datetime:
        """When it is reserved; what is billed on the next day is handed in late."""
        minute = 23 * 60 + self.minute % 60 if self.late else self.minute
        return datetime.combine(FIRST + timedelta(self.day), time(), UTC) + timedelta(minutes=minute)

    @property
    def billed_on(self) -> date:
        """When the provider bills it."""
        return self.at.date() + timedelta(days=int(self.late))


@dataclass(frozen=True)
class Stranger:
    """Somebody else's spending on the same key."""

    day: int
    model: str
    batch: bool
    units: int


ATTEMPTS = st.builds(
    Attempt,
    day=st.integers(0, DAYS - 1),
    minute=st.integers(0, 24 * 60 - 1),
    model=st.sampled_from(["cheap-one", "dear-one"]),
    batch=st.booleans(),
    late=st.booleans(),
    repository=st.sampled_from(["acme/shop", "acme/search"]),
    reserved=st.integers(1, 40),
    share=st.integers(0, 4),
    seen=st.booleans(),
    noticed=st.booleans(),
)
STRANGERS = st.builds(
    Stranger,
    day=st.integers(0, DAYS),
    model=st.sampled_from(["cheap-one", "dear-one", "their-own"]),
    batch=st.booleans(),
    units=st.integers(1, 40),
)


class World:
    """A ledger and a provider that live through the same days."""

    def __init__(self, book: Ledger, reader: LedgerReader) -> None:
        self.book, self.reader = book, reader
        self.reports = FakeReports()
        self.accounts: dict[str, Account] = {}
        self.made: list[Attempt] = []

    def reserve(self, number: int, one: Attempt) -> None:
        """An attempt is written down, and counted in accounts of every scope."""
        run = RunFacts(f"run-{number}", one.at, one.repository, number, "ada", "payments")
        limits = [AccountLimit(account, PLENTY) for account in _accounts(run, one.at)]
        self.accounts |= {limit.account.name: limit.account for limit in limits}
        opening = Opening(
            id=f"row-{number}",
            at=one.at,
            feature="review",
            model=one.model,
            provider="anthropic",
            key="KEY",
            tier="cheap",
            why="",
            hunks=1,
            attempt=1,
            reserved_tokens=one.reserved,
            reserved_usd=from_units(one.reserved),
            batch=one.batch,
        )
        self.book.begin_run(run)
        assert self.book.reserve(run, [opening], limits) is None
        self.made.append(one)

    def settle(self, number: int, one: Attempt) -> None:
        """What the run knows of its end."""
        if one.seen:
            usage = Usage(input_tokens=one.billed)
            self.book.settle(
                f"row-{number}", Settlement(State.SETTLED, "answered", usage, cost_usd=from_units(one.billed))
            )
        elif one.noticed:
            unsettled = Settlement(
                State.UNSETTLED, "timed_out", unsettled_usd=from_units(one.reserved), unsettled_tokens=one.reserved
            )
            self.book.settle(f"row-{number}", unsettled)

    def bill(self, day: date, model: str, units: int, *, batch: bool) -> None:
        """The provider charges, one token a unit."""
        tier = "batch" if batch else "standard"
        self.reports.usages.append(UsageLine(day, model, tier, None, None, Usage(input_tokens=units)))
        self.reports.charges.append(CostLine(day, model, tier, None, "input_tokens", "", from_units(units)))

    def reconcile(self, now: datetime) -> int:
        """`hunkwise cost reconcile --close --apply`."""
        close(self.book, self.reader, AGES, now, simulated=False)
        window = Window(FIRST, now.date())
        return apply(self.book, reconcile(self.reader, self.reports, window, Chosen(), now).compared, simulated=False)

    @property
    def spent(self) -> Decimal:
        """What the ledger counts."""
        return self.reader.total().spent_usd

    @property
    def billed(self) -> Decimal:
        """What the provider charged, from the day on which the ledger begins."""
        first = self.reader.first_and_last()
        return sum((line.usd for line in self.reports.charges if first and line.day >= first[0].date()), Decimal(0))

    def check_accounts(self) -> None:
        """Each account is the sum of its rows."""
        rows = list(self.reader.rows())
        for account in self.accounts.values():
            of = {Scope.ALL: lambda run: "", Scope.REPOSITORY: lambda run: run.repository}
            name: Callable[[RunFacts], str] = of.get(account.scope, lambda run: run.team)
            own = [
                row.settlement.cost_usd + row.settlement.unsettled_usd if row.settlement else row.opening.reserved_usd
                for row in rows
                if name(row.run) == account.of and account.period.start <= row.opening.at < account.period.end
            ]
            assert self.book.committed(account, simulated=False) == sum(own, Decimal(0)), account.name


def _accounts(run: RunFacts, at: datetime) -> Iterator[Account]:
    yield Account(Scope.ALL, "", period_at(Span.DAY, at, BERLIN))
    yield Account(Scope.ALL, "", period_at(Span.MONTH, at, BERLIN))
    yield Account(Scope.REPOSITORY, run.repository, period_at(Span.WEEK, at, BERLIN))
    yield Account(Scope.TEAM, run.team, period_at(Span.MONTH, at, BERLIN))


def morning(number: int) -> datetime:
    """Seven o'clock on a day, when the report of the day before has just become complete."""
    return datetime.combine(FIRST + timedelta(number), time(7), UTC)


def live_through(world: World, attempts: list[Attempt], strangers: list[Stranger], every: int) -> None:
    """Day by day: attempts, bills, ends, and on some mornings a reconciliation.

    It never says less than what was settled, nor less than what will have been billed of all that was reserved; only
    where settled requests are billed late can a day's sum not tell them from lost ones, until the next day's is there.
    """
    numbered = list(enumerate(attempts))
    for day in range(DAYS + 1):
        for number, one in numbered:
            if one.day == day:
                world.reserve(number, one)
            if one.billed_on == FIRST + timedelta(day):
                if one.billed:
                    world.bill(one.billed_on, one.model, one.billed, batch=one.batch)
                world.settle(number, one)
        for other in strangers:
            if other.day == day:
                world.bill(FIRST + timedelta(day), other.model, other.units, batch=other.batch)
        if day % every == 0 and world.made:
            world.reconcile(morning(day + 1))
            assert world.spent >= sum((from_units(one.billed) for one in world.made if one.seen), Decimal(0))
            if not any(one.seen and one.late for one in world.made):
                assert world.spent >= sum((from_units(one.billed) for one in world.made), Decimal(0))


@contextmanager
def in_memory() -> Iterator[World]:
    """The fake."""
    fake = FakeLedger()
    yield World(fake, fake)


@contextmanager
def in_a_file() -> Iterator[World]:
    """SQLite."""
    with TemporaryDirectory() as folder:
        book = SqlLedger(str(Path(folder) / "ledger.db"))
        try:
            yield World(book, SqlReader(book.engine))
        finally:
            book.close()


def comes_to_the_bill(
    making: Callable[[], AbstractContextManager[World]], attempts: list[Attempt], strangers: list[Stranger], every: int
) -> None:
    """The property: spent is what was billed, accounts are their rows, settled rows stay, and again changes nothing."""
    with making() as world:
        live_through(world, attempts, strangers, every)
        before = {row.opening.id: row for row in world.reader.rows() if row.settlement}
        world.reconcile(morning(DAYS + 3))
        assert world.spent == world.billed
        world.check_accounts()
        after = {row.opening.id: row for row in world.reader.rows()}
        assert all(after[key] == row for key, row in before.items() if row.opening.feature != ADJUSTMENT)
        assert not list(world.reader.open_rows())
        assert world.reconcile(morning(DAYS + 3)) == 0
        late = FIRST + timedelta(DAYS)
        world.bill(late, "cheap-one", 7, batch=False)
        world.reconcile(morning(DAYS + 3))
        assert world.spent == world.billed, "what the provider adds later is added once"
        world.check_accounts()


@settings(max_examples=100)
@given(st.lists(ATTEMPTS, min_size=1, max_size=12), st.lists(STRANGERS, max_size=3), st.integers(1, DAYS + 1))
def test_the_ledger_comes_to_the_bill_and_never_below_it(
    attempts: list[Attempt], strangers: list[Stranger], every: int
) -> None:
    """However runs ended and however often it is reconciled: nothing counts twice, and nothing is forgotten."""
    comes_to_the_bill(in_memory, attempts, strangers, every)


@settings(max_examples=8)
@given(st.lists(ATTEMPTS, min_size=1, max_size=8), st.lists(STRANGERS, max_size=2), st.integers(1, DAYS + 1))
def test_a_database_comes_to_the_bill_with_all_its_accounts(
    attempts: list[Attempt], strangers: list[Stranger], every: int
) -> None:
    """The same in SQLite, where accounts are kept beside the rows and must move with every adjustment."""
    comes_to_the_bill(in_a_file, attempts, strangers, every)
