"""Telling everybody once, as one run does it."""

from __future__ import annotations

from bot.app.cost.alerts import tell, would_tell
from bot.core.cost.alert import Rule
from bot.core.cost.alerts_report import Telling, Told
from tests.fakes import NOON
from tests.fakes_alerts import FakeAlertLog, FakeTarget, an_alert

ALERTS = (an_alert(), an_alert(Rule.BUDGET_SPENT, "day:2026-11-22"))


def deliveries(told: tuple[Told, ...]) -> list[tuple[str, Telling]]:
    """Who, and what became of it."""
    return [(one.target, one.delivery) for one in told]


def test_everybody_hears_each_alert_once_over_many_runs() -> None:
    """A run every five minutes must not send the same message every five minutes."""
    slack, mail, log = FakeTarget("Slack"), FakeTarget("mail"), FakeAlertLog()
    first = tell(ALERTS, [slack, mail], log, NOON)
    second = tell(ALERTS, [slack, mail], log, NOON)
    assert {one.delivery for one in first} == {Telling.SENT}
    assert {(one.delivery, one.at) for one in second} == {(Telling.EARLIER, NOON)}
    assert slack.heard == mail.heard == list(ALERTS)


def test_a_failure_is_tried_again_and_nobody_hears_twice_for_it() -> None:
    """One deaf target neither stops the others nor makes them hear it again when it is tried once more."""
    slack, mail, log = FakeTarget("Slack", deaf=True), FakeTarget("mail"), FakeAlertLog()
    told = tell(ALERTS[:1], [slack, mail], log, NOON)
    assert deliveries(told) == [("Slack", Telling.FAILED), ("mail", Telling.SENT)]
    assert told[0].why == "The alert did not reach Slack. The next run tries again."
    slack.deaf = False
    assert deliveries(tell(ALERTS[:1], [slack, mail], log, NOON)) == [
        ("Slack", Telling.SENT),
        ("mail", Telling.EARLIER),
    ]
    assert len(slack.heard) == len(mail.heard) == 1


def test_what_another_run_has_in_hand_is_left_to_it() -> None:
    """It is neither sent twice nor called sent before it is."""
    log, target = FakeAlertLog(), FakeTarget()
    meanwhile: list[tuple[Told, ...]] = []
    target.during = lambda: meanwhile.append(tell(ALERTS[:1], [FakeTarget()], log, NOON))
    tell(ALERTS[:1], [target], log, NOON)
    assert deliveries(meanwhile[0]) == [("the desk", Telling.ELSEWHERE)]
    assert target.heard == [ALERTS[0]]


def test_showing_sends_and_notes_nothing() -> None:
    """The dry run says what a run would do, and what earlier ones did; after it everything is still to be sent."""
    target, log = FakeTarget(), FakeAlertLog()
    assert deliveries(would_tell(ALERTS, [target], log)) == [("the desk", Telling.DUE)] * 2
    assert (target.heard, log.rows) == ([], {})
    tell(ALERTS[:1], [target], log, NOON)
    shown = would_tell(ALERTS, [target], log)
    assert [(one.delivery, one.at) for one in shown] == [(Telling.EARLIER, NOON), (Telling.DUE, None)]
