"""Budgets over time: which limits hold for a run at a moment, and how far each account may go."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.ledger.account import Account, AccountLimit, Scope, Span, period_at
from bot.core.ledger.entry import RunFacts
from bot.core.teams import Team

WARN_AT = Decimal("0.8")
"""The part of a limit from which on a run says how much is used, where the settings do not say."""


class OnExhausted(StrEnum):
    """What becomes of runs once a limit is used up: nothing is asked any more; only the cheap model is; everything
    goes as a message batch, at half the price; or all goes on, with a sentence.
    """

    STOP = "stop"
    CHEAP = "cheap"
    BATCH = "batch"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class PeriodLimit:
    """One limit of the settings, in dollars for each period.

    `of` is the team whose allocation it is, '' for everyone of the scope. `warn_at` is a part of `usd`, from which on
    runs warn. Nothing passes `hard_usd`, which is `usd` itself for STOP.
    """

    span: Span
    scope: Scope
    usd: Decimal
    hard_usd: Decimal
    of: str = ""
    warn_at: Decimal = WARN_AT
    on_exhausted: OnExhausted = OnExhausted.STOP


@dataclass(frozen=True, slots=True)
class Held:
    """A limit as it holds for one run at one moment."""

    limit: PeriodLimit
    account: Account

    @property
    def account_limit(self) -> AccountLimit:
        """What the ledger lets no reservation pass."""
        return AccountLimit(self.account, self.limit.hard_usd)


@dataclass(frozen=True, slots=True)
class Budgets:
    """All budgets over time. Periods begin and end by the clock of `zone`; `ask` says whom to ask for more.

    `best_effort` takes a ledger that only this machine knows for good enough.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    ask: str = ""
    best_effort: bool = False
    limits: tuple[PeriodLimit, ...] = ()
    teams: tuple[Team, ...] = ()

    def held(self, run: RunFacts, at: datetime) -> tuple[Held, ...]:
        """The limits that a run's spending at a moment counts against, in the order of the settings.

        A limit of repositories, teams or authors does not hold for a run that has none. A team's allocation takes the
        place of what holds for teams in general over the same span.
        """
        names = {Scope.ALL: "", Scope.REPOSITORY: run.repository, Scope.TEAM: run.team, Scope.AUTHOR: run.author}
        found = []
        for limit in self.limits:
            name = names[limit.scope]
            if (limit.scope is Scope.ALL or name) and self._applies(limit, name):
                found.append(Held(limit, Account(limit.scope, name, period_at(limit.span, at, self.zone))))
        return tuple(found)

    def account_limits(self, run: RunFacts, at: datetime) -> tuple[AccountLimit, ...]:
        """What no reservation of a run at a moment may pass; of several limits of one account, the lowest."""
        lowest: dict[str, AccountLimit] = {}
        for one in (held.account_limit for held in self.held(run, at)):
            known = lowest.setdefault(one.account.name, one)
            if one.usd < known.usd:
                lowest[one.account.name] = one
        return tuple(lowest.values())

    def _applies(self, limit: PeriodLimit, name: str) -> bool:
        if limit.scope is not Scope.TEAM or limit.of:
            return limit.of in {"", name}
        return not any(one.of == name and one.span is limit.span for one in self.limits)
