"""Whom alerts go to and what is remembered of it, in memory; the contract suites hold them to the real ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.cost.alert import Alert, AlertFacts, Rule, Severity
from bot.core.ledger.sums import Sums
from bot.core.pull_request import PostedComment, PostedIssue
from bot.errors import HostUnavailable, NotDelivered
from tests.fakes import NOON

BERLIN = ZoneInfo("Europe/Berlin")
UTC_ZONE = ZoneInfo("UTC")


@dataclass
class FakeAlertLog:
    """An AlertLog: by name, when it was claimed or delivered and the sentence, '' while it is only claimed."""

    rows: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def claim(self, name: str, now: datetime) -> bool:
        with self._lock:
            at, sentence = self.rows.get(name, (None, ""))
            if sentence or (at is not None and at > now - timedelta(minutes=10)):
                return False
            self.rows[name] = (now, "")
            return True

    def delivered(self, name: str, at: datetime, sentence: str) -> None:
        self.rows[name] = (at, sentence or "-")

    def release(self, name: str) -> None:
        with self._lock:
            if name in self.rows and not self.rows[name][1]:
                del self.rows[name]

    def when_delivered(self, names: Sequence[str]) -> Mapping[str, datetime]:
        return {name: at for name, (at, sentence) in self.rows.items() if sentence and name in names}


@dataclass
class FakeTarget:
    """An AlertTarget that keeps what it hears. While `deaf`, it hears nothing; `during` runs in each delivery."""

    label: str = "the desk"
    heard: list[Alert] = field(default_factory=list)
    deaf: bool = False
    during: Callable[[], None] = lambda: None

    def deliver(self, alert: Alert) -> None:
        self.during()
        if self.deaf:
            raise NotDelivered(f"The alert did not reach {self.label}.", next_step="The next run tries again.")
        self.heard.append(alert)


@dataclass
class FakeIssues:
    """An IssueDesk. `lost_after` loses the answer to the next writes, which are done all the same."""

    login: str = "github-actions[bot]"
    issues: list[tuple[PostedIssue, str]] = field(default_factory=list)
    said: dict[int, list[PostedComment]] = field(default_factory=dict)
    lost_after: int = 0

    def own_login(self) -> str:
        return self.login

    def open_issues(self, label: str) -> tuple[PostedIssue, ...]:
        return tuple(issue for issue, its in reversed(self.issues) if its == label)

    def comments(self, number: int) -> tuple[PostedComment, ...]:
        return tuple(self.said.get(number, ()))

    def create_issue(self, title: str, body: str, label: str) -> PostedIssue:
        return self.open_as(self.login, title, body, label)

    def create_comment(self, number: int, body: str) -> PostedComment:
        return self.say_as(self.login, number, body)

    def open_as(self, author: str, title: str, body: str, label: str) -> PostedIssue:
        """Open an issue as anybody."""
        number = len(self.issues) + 1
        self.issues.append((PostedIssue(number, author, title, body, f"https://github.com/o/r/issues/{number}"), label))
        self._lose()
        return self.issues[-1][0]

    def say_as(self, author: str, number: int, body: str) -> PostedComment:
        """Comment as anybody."""
        said = self.said.setdefault(number, [])
        said.append(PostedComment(1000 + len(said), author, body, ""))
        self._lose()
        return said[-1]

    def _lose(self) -> None:
        if self.lost_after:
            self.lost_after -= 1
            raise HostUnavailable("GitHub broke the connection off.")


def an_alert(rule: Rule = Rule.SPIKE, period: str = "hour:2026-11-22T11:00Z", subject: str = "all") -> Alert:
    """An alert about anything."""
    return Alert(
        rule=rule,
        period=period,
        subject=subject,
        severity=Severity.WARNING,
        title="An hour cost $12.00",
        sentence=f"$12.00 spent for {subject}, against $1.00 in the same hour of the day before.",
        next_step="See the largest pull requests.",
        at=NOON,
        figures={"spent_usd": "12"},
    )


def facts_at(now: datetime = NOON, zone: ZoneInfo = UTC_ZONE, subject: str = "all", **facts: object) -> AlertFacts:
    """Facts of a quiet ledger, but for what is given."""
    return AlertFacts(**{"now": now, "zone": zone, "subject": subject, "day": Sums(), "month": Sums(), **facts})  # type: ignore[arg-type]  # the dataclass checks the names


def spent(usd: str, unsettled: str = "0") -> Sums:
    """Sums of so many dollars, a part of them unsettled."""
    return Sums(cost_usd=Decimal(usd) - Decimal(unsettled), unsettled_usd=Decimal(unsettled))
