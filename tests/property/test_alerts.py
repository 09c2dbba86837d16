"""Whatever runs, processes, failures and deaths there are, everybody hears each alert, and hears it once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.cost.alerts import tell
from bot.core.cost.alert import Alert, AlertFacts, AlertLimits, HourFacts
from bot.core.cost.alerts import alerts_of
from bot.core.cost.alerts_report import Telling
from tests.fakes import NOON
from tests.fakes_alerts import FakeAlertLog, FakeTarget, an_alert, facts_at, spent

ALERTS = tuple(an_alert(period=f"hour:{hour}") for hour in range(3))


@dataclass(frozen=True)
class Run:
    """One process: which alerts hold when it looks, which targets are deaf to it, and after how many deliveries it is
    killed (before the delivery is made or after). `within` are runs that begin while its first delivery is under way.
    """

    holds: frozenset[int]
    deaf: frozenset[int]
    killed_after: int | None
    killed_before_delivery: bool
    within: tuple[Run, ...] = ()


class Killed(BaseException):
    """The process is gone."""


@dataclass
class World:
    """What is outside the processes: the log, what each target heard, and the time."""

    log: FakeAlertLog = field(default_factory=FakeAlertLog)
    heard: Counter[tuple[str, str]] = field(default_factory=Counter)
    minutes: int = 0
    killed: Counter[tuple[str, str]] = field(default_factory=Counter)

    def run(self, run: Run) -> None:
        """One process from its beginning to its end, or to its death."""
        inner, left = iter(run.within), [run.killed_after]
        targets = [_Target(number, self, run, inner, left) for number in range(2)]
        alerts = [alert for number, alert in enumerate(ALERTS) if number in run.holds]
        try:
            told = tell(alerts, targets, self.log, NOON + timedelta(minutes=self.minutes))
        except Killed:
            return
        assert all(one.delivery is not Telling.DUE for one in told)


class _Target(FakeTarget):
    """A target as one process sees it. `inner` are the runs still to begin, `left` the deliveries until its death."""

    def __init__(self, number: int, world: World, run: Run, inner: Iterator[Run], left: list[int | None]) -> None:
        super().__init__(f"target {number}", deaf=number in run.deaf)
        self.world, self.killed_first, self.inner, self.left = world, run.killed_before_delivery, inner, left

    def deliver(self, alert: Alert) -> None:
        for other in self.inner:
            self.world.run(other)
        dies = self.left[0] == 0
        if dies and self.killed_first:
            raise Killed
        super().deliver(alert)
        self.world.heard[alert.name, self.label] += 1
        if dies:
            self.world.killed[alert.name, self.label] += 1
            raise Killed
        if self.left[0] is not None:
            self.left[0] -= 1


def runs(*, deaths: bool) -> st.SearchStrategy[Run]:
    """A run of any kind, others within it."""
    plain = st.builds(
        Run,
        holds=st.frozensets(st.integers(0, 2)),
        deaf=st.frozensets(st.integers(0, 1)),
        killed_after=st.none() | st.integers(0, 4) if deaths else st.none(),
        killed_before_delivery=st.booleans(),
    )
    return st.builds(lambda run, within: replace(run, within=tuple(within)), plain, st.lists(plain, max_size=3))


FINE = Run(frozenset({0, 1, 2}), frozenset(), None, killed_before_delivery=False)


@settings(max_examples=50)
@given(st.lists(st.tuples(runs(deaths=False), st.integers(0, 30)), max_size=8))
def test_everybody_hears_each_alert_once(history: list[tuple[Run, int]]) -> None:
    """Over any sequence of runs, failures and processes that come in between; and in the end all is told."""
    world = World()
    for run, pause in history:
        world.run(run)
        world.minutes += pause
        assert max(world.heard.values(), default=0) <= 1
    world.run(FINE)
    assert world.heard == Counter({(alert.name, f"target {number}"): 1 for alert in ALERTS for number in range(2)})


@settings(max_examples=50)
@given(st.lists(st.tuples(runs(deaths=True), st.integers(0, 30)), max_size=8))
def test_a_death_silences_nothing_and_repeats_only_what_it_had_just_said(history: list[tuple[Run, int]]) -> None:
    """A process that dies after telling and before noting it may be repeated, once for each such death: better than
    silence. Any other alert is heard once.
    """
    world = World()
    for run, pause in history:
        world.run(run)
        world.minutes += pause
    world.minutes += 10
    world.run(FINE)
    for alert in ALERTS:
        for number in range(2):
            one = (alert.name, f"target {number}")
            assert 1 <= world.heard[one] <= 1 + world.killed[one]


amounts = st.decimals(Decimal(0), Decimal(1000), places=12)


@given(amounts, amounts, amounts, st.integers(0, 60), amounts.filter(bool))
def test_names_stay_while_money_is_spent(
    day: Decimal, more: Decimal, hour: Decimal, later: int, limit: Decimal
) -> None:
    """An alert that holds holds on as more is spent within its period, under the same name, or becomes the one that the
    budget is spent: so no run sends it again.
    """
    limits = AlertLimits(day_usd=limit, month_usd=limit)
    first = _facts(day, hour, 0)
    second = _facts(day + more, hour + more, later)
    names = {one.name.replace("budget-100", "budget-80") for one in alerts_of(second, limits)}
    before = [one for one in alerts_of(first, limits) if not one.name.startswith("burn")]
    assert {one.name.replace("budget-100", "budget-80") for one in before} <= names
    assert len({one.name for one in alerts_of(second, limits)}) == len(alerts_of(second, limits))


def _facts(day: Decimal, hour: Decimal, minutes: int) -> AlertFacts:
    now = NOON + timedelta(minutes=minutes)
    hours = (HourFacts(NOON, hour, Decimal(1)),)
    return facts_at(
        now, day=spent(str(day)), month=spent(str(day)), hours=hours, recent_usd=day, recent_days=Decimal(7)
    )
