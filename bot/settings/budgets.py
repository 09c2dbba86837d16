"""The `budgets:` of the settings file: limits by day, week or month, and the teams that they may be for."""

from __future__ import annotations

import difflib
from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field, model_validator

from bot.core.ledger.account import Scope, Span
from bot.core.ledger.budgets import WARN_AT, Budgets, OnExhausted, PeriodLimit
from bot.core.teams import Team
from bot.settings.section import Section

Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000_000, decimal_places=6)]
Per = Literal["day", "week", "month"]
Instead = Literal["stop", "cheap", "batch", "warn"]
Word = Annotated[str, Field(min_length=1, max_length=100)]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        nearest = difflib.get_close_matches(name, sorted(available_timezones()), n=1)
        hint = f" (did you mean {nearest[0]}?)" if nearest else ""
        raise ValueError(f"'{name}' is no time zone such as Europe/Berlin{hint}") from None
    return name


class _Limit(Section):
    """What limits and allocations have in common."""

    warn_at: Annotated[Decimal, Field(gt=0, le=1)] | None = None
    on_exhausted: Instead | None = None
    hard_usd: Dollars | None = None

    def limit(self, per: str, of: str | None, usd: Decimal, team: str = "") -> PeriodLimit:
        """The limit as a value."""
        return PeriodLimit(
            span=Span(per),
            scope=Scope(of) if of else Scope.ALL,
            usd=usd,
            hard_usd=usd if self.hard_usd is None else self.hard_usd,
            of=team,
            warn_at=WARN_AT if self.warn_at is None else self.warn_at,
            on_exhausted=OnExhausted(self.on_exhausted or OnExhausted.STOP),
        )

    def check(self, usd: Decimal) -> None:
        """Raises ValueError where what happens at the end of the budget is not clear."""
        stops = self.on_exhausted in {None, "stop"}
        if stops and self.hard_usd not in {None, usd}:
            raise ValueError("nothing passes usd where on_exhausted is stop; take hard_usd out")
        if not stops and self.hard_usd is None:
            raise ValueError(f"on_exhausted: {self.on_exhausted} goes beyond usd, so hard_usd must say how far")
        if self.hard_usd is not None and self.hard_usd < usd:
            raise ValueError("hard_usd is less than usd")


class LimitSection(_Limit):
    """One limit."""

    per: Per
    of: Literal["repository", "team", "author"] | None = None
    usd: Dollars

    @model_validator(mode="after")
    def _is_clear(self) -> Self:
        self.check(self.usd)
        return self


class TeamSection(_Limit):
    """A team, and where it has one its own allocation."""

    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[\w.-]([\w ./-]*[\w.-])?$")]
    logins: tuple[Word, ...] = ()
    owners: tuple[Word, ...] = ()
    usd: Dollars | None = None
    per: Per | None = None

    @model_validator(mode="after")
    def _is_clear(self) -> Self:
        if not self.logins and not self.owners:
            raise ValueError("nobody belongs to the team; give logins or owners")
        if (self.usd is None) != (self.per is None):
            raise ValueError("an allocation needs both usd and per")
        if self.usd is not None:
            self.check(self.usd)
        elif self.warn_at is not None or self.on_exhausted is not None or self.hard_usd is not None:
            raise ValueError("there is no allocation to which this could apply; give usd and per")
        return self


def _one_each(limits: tuple[LimitSection, ...]) -> tuple[LimitSection, ...]:
    known = [(one.per, one.of) for one in limits]
    for per, of in known:
        if known.count((per, of)) > 1:
            whose = f" of {of}" if of else ""
            raise ValueError(f"there are two limits{whose} per {per}; keep one")
    return limits


def _all_different(teams: tuple[TeamSection, ...]) -> tuple[TeamSection, ...]:
    names = [one.name.lower() for one in teams]
    if len(set(names)) < len(names):
        raise ValueError("two teams have the same name")
    logins = [login.removeprefix("@").lower() for one in teams for login in one.logins]
    twice = next((login for login in logins if logins.count(login) > 1), None)
    if twice is not None:
        raise ValueError(f"'{twice}' is in two teams; whose budget counts is not clear")
    return teams


class BudgetsSection(Section):
    """Budgets over time."""

    time_zone: Annotated[str, AfterValidator(_zone)] | None = None
    ask: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    best_effort: bool | None = None
    limits: Annotated[tuple[LimitSection, ...], Field(max_length=30), AfterValidator(_one_each)] = ()
    teams: Annotated[tuple[TeamSection, ...], Field(max_length=1_000), AfterValidator(_all_different)] = ()

    def budgets(self) -> Budgets:
        """The budgets as a value."""
        own = tuple(
            one.limit(one.per, Scope.TEAM, one.usd, one.name) for one in self.teams if one.usd is not None and one.per
        )
        return Budgets(
            zone=ZoneInfo(self.time_zone or "UTC"),
            ask=self.ask or "",
            best_effort=bool(self.best_effort),
            limits=(*(one.limit(one.per, one.of, one.usd) for one in self.limits), *own),
            teams=tuple(Team(one.name, one.logins, one.owners) for one in self.teams),
        )
