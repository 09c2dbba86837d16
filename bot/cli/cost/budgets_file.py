"""Budgets for reports, from the settings file that runs keep to, so that nobody writes a limit down twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.cost.flags import zone_of
from bot.core.ledger.account import Scope, Span
from bot.core.ledger.budgets import Budgets
from bot.core.ledger.entry import RunFacts
from bot.core.ledger.sums import Where

UTC_NAME = "UTC"

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="A settings file: its `budgets` and their time zone count where no flag says otherwise.",
    ),
]


@dataclass(frozen=True, slots=True)
class KnownBudgets:
    """The budgets of a settings file, or none, and the zone whose midnight renews them."""

    budgets: Budgets
    zone: ZoneInfo

    def usd(self, span: Span, where: Where, now: datetime, given: Decimal | None = None) -> Decimal | None:
        """What may be spent in a day, week or month by those that a report is about; what a flag has `given` wins."""
        if given is not None:
            return given
        scope = _scope_of(where)
        whose = RunFacts("", now, where.repository, None, where.author, where.team)
        fitting = [held.limit for held in self.budgets.held(whose, now) if held.limit.scope is scope]
        return next((limit.usd for limit in fitting if limit.span is span), None)


def known_budgets(config: Path | None, time_zone: str) -> KnownBudgets:
    """Read them; raises BadConfiguration for a file that does not hold, WrongUsage for a zone that is none."""
    from bot.adapters.files import read_settings_file
    from bot.settings.file import read_file

    if config is None:
        return KnownBudgets(Budgets(), zone_of(time_zone))
    budgets = read_file(read_settings_file(config), str(config)).budgets.budgets()
    return KnownBudgets(budgets, budgets.zone if time_zone == UTC_NAME else zone_of(time_zone))


def _scope_of(where: Where) -> Scope:
    """The narrowest of what a report is narrowed to."""
    if where.author:
        return Scope.AUTHOR
    if where.team:
        return Scope.TEAM
    return Scope.REPOSITORY if where.repository else Scope.ALL
