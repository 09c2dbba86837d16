"""What an alert is, what it is judged from, and how far things may go before there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.ledger.entry import RateRow
from bot.core.ledger.sums import Sums
from bot.core.sanitise import terminal

LONGEST_NAME = 100
"""Characters of a foreign name (a repository, a team, a login) that an alert quotes."""

_CENT = Decimal("0.01")


class Severity(StrEnum):
    """CRITICAL: money is gone, or requests fail now. WARNING: they will soon."""

    WARNING = "warning"
    CRITICAL = "critical"


class Rule(StrEnum):
    """What an alert is about."""

    BUDGET_WARNING = "budget-80"
    BUDGET_SPENT = "budget-100"
    SPIKE = "spike"
    SUCCESS_RATE = "success-rate"
    REMAINING_REQUESTS = "remaining-requests"
    REMAINING_TOKENS = "remaining-tokens"
    BURN_RATE = "burn-rate"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that somebody should know, once.

    `subject` is what it is about ('all', 'repository octo/shop', a rate limit), `period` when ('2026-11-26', '2026-11',
    an hour). Rule, period and subject together are what makes two alerts the same. `sentence` says what is the case,
    with figures; `next_step` what to do. All of them are plain text on one line.
    """

    rule: Rule
    period: str
    subject: str
    severity: Severity
    title: str
    sentence: str
    next_step: str
    at: datetime
    figures: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The same for the same alert in every run: what is sent under this name once is not sent again."""
        return f"{self.rule.value}:{self.period}:{self.subject}"

    @property
    def topic(self) -> str:
        """The same for the same kind of alert in every period."""
        return f"{self.rule.value}:{self.subject}"

    def as_values(self) -> dict[str, object]:
        """All fields as JSON values."""
        return {
            "schema": "hunkwise.alert/1",
            "name": self.name,
            "rule": self.rule.value,
            "period": self.period,
            "subject": self.subject,
            "severity": self.severity.value,
            "title": self.title,
            "sentence": self.sentence,
            "next_step": self.next_step,
            "at": self.at.isoformat(),
            "figures": dict(self.figures),
        }


@dataclass(frozen=True, slots=True)
class AlertLimits:
    """From where on something is an alert. None switches the rule off.

    `day_usd` and `month_usd` are budgets in dollars. An hour is a spike when it spent more than `spike_factor` times
    what the same hour of the day before did, and at least `spike_floor_usd`. `success_rate` (0 to 1) is the least share
    of today's attempts that must bring an answer, judged from `least_attempts` on: with fewer than 100, one failure
    alone would be under 99 %. `remaining_requests` (0 to 1) is the least share of a rate limit that should be left,
    `remaining_tokens` the least number of tokens.
    """

    day_usd: Decimal | None = None
    month_usd: Decimal | None = None
    spike_factor: Decimal | None = Decimal(3)
    spike_floor_usd: Decimal = Decimal(5)
    success_rate: Decimal | None = Decimal("0.99")
    least_attempts: int = 100
    remaining_requests: Decimal | None = Decimal("0.20")
    remaining_tokens: int | None = 10_000
    budget_warning: Decimal = Decimal("0.80")


@dataclass(frozen=True, slots=True)
class HourFacts:
    """One hour, from `start` (aware), beside the same hour of the day before, in dollars.

    `dearest` is the repository that spent most of it, and how much; None where nothing was spent.
    """

    start: datetime
    spent_usd: Decimal
    before_usd: Decimal
    dearest: tuple[str, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """What the ledger says at a moment. `subject` names the rows that were added up, 'all' for everybody's.

    `day` and `month` are the sums since the beginning of both in `zone`; `outcomes` how today's attempts ended, by
    outcome; `hours` the last whole hour and the one under way; `recent_usd` what was spent in the last `recent_days`.
    `rates` are what was last heard of rate limits.
    """

    now: datetime
    zone: ZoneInfo
    subject: str
    day: Sums
    month: Sums
    outcomes: Mapping[str, int] = field(default_factory=dict)
    hours: tuple[HourFacts, ...] = ()
    recent_usd: Decimal = Decimal(0)
    recent_days: Decimal = Decimal(0)
    rates: tuple[RateRow, ...] = ()


def quoted(name: str) -> str:
    """A foreign name on one line without anything hidden, cut where it is too long."""
    shown = terminal(" ".join(name.split()))
    return shown if len(shown) <= LONGEST_NAME else shown[: LONGEST_NAME - 1] + "…"


def dollars(amount: Decimal) -> str:
    """Money to the cent, and never nought where there is something."""
    if 0 < amount < _CENT:
        return "less than $0.01"
    return f"${amount.quantize(_CENT, ROUND_HALF_UP):,}"


def percent(share: Decimal) -> str:
    """A share (1 is all of it) with one digit after the point; with more where it would look like all and is less."""
    shown = f"{share:.1%}"
    return f"{share:.4%}" if shown == "100.0%" and share != 1 else shown


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as the readers' own clocks show it, with the zone: '2026-11-27 00:00 Europe/Berlin'."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"


def about(subject: str) -> str:
    """The end of a title: of whom, where it is not everybody."""
    return "" if subject == "all" else f" ({subject})"
