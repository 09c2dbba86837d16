"""`hunkwise cost alerts`: what somebody should know, shown or sent once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.cli.cost.alert_flags import (
    DayUsd,
    GithubIssue,
    MonthUsd,
    RemainingRequests,
    RemainingTokens,
    Send,
    SpikeFactor,
    SpikeFloorUsd,
    SuccessRate,
    UrlsFrom,
)
from bot.cli.cost.budgets_file import Config, known_budgets
from bot.cli.cost.flags import (
    Author,
    Format,
    LedgerPlace,
    Printed,
    Repository,
    Simulated,
    Team,
    TimeZone,
    chosen,
    now,
    opened,
    print_report,
)
from bot.core.cost.alert import AlertLimits
from bot.core.cost.alerts import alerts_of, not_judged
from bot.core.cost.alerts_report import Telling, Told, alerts_report
from bot.core.ledger.account import Span
from bot.core.report.words import counted
from bot.errors import NotDelivered, WrongUsage

_DEFAULTS = AlertLimits()


def alerts(
    send: Send = False,
    day_usd: DayUsd = None,
    month_usd: MonthUsd = None,
    spike_factor: SpikeFactor = None,
    spike_floor_usd: SpikeFloorUsd = None,
    success_rate: SuccessRate = None,
    remaining_requests: RemainingRequests = None,
    remaining_tokens: RemainingTokens = None,
    urls_from: UrlsFrom = None,
    github_issue: GithubIssue = "",
    config: Config = None,
    time_zone: TimeZone = "UTC",
    repo: Repository = "",
    team: Team = "",
    author: Author = "",
    simulated: Simulated = False,
    format: Printed = Format.TEXT,
    ledger: LedgerPlace = None,
) -> None:
    """What somebody should know now: budgets, spikes, failures, rate limits and a month that ends early.

    Shows what would be sent. With --send everybody is told, each alert once and not each run: the ledger remembers.
    Addresses hold secrets, so they stand in variables and are never printed.

    Exit code 3 where an alert did not reach somebody; the next run tries again.
    """
    from bot.app.cost.alert_facts import read_alert_facts
    from bot.app.cost.alerts import tell, would_tell
    from bot.bootstrap.alerts import alert_targets

    given = {
        "spike_factor": spike_factor,
        "spike_floor_usd": spike_floor_usd,
        "success_rate": success_rate,
        "remaining_requests": remaining_requests,
        "remaining_tokens": remaining_tokens,
    }
    known, moment = known_budgets(config, time_zone), now()
    where = chosen(repo, team, author, simulated=simulated)
    day, month = known.usd(Span.DAY, where, moment, day_usd), known.usd(Span.MONTH, where, moment, month_usd)
    limits = _limits(day, month, given)
    variables = urls_from or ["HUNKWISE_ALERT_URLS"]
    with opened(ledger) as books, alert_targets(os.environ, variables, github_issue) as targets:
        if send and not targets:
            raise WrongUsage(
                "There is nobody to send alerts to.",
                next_step=f"Put addresses into {variables[0]}, or name a repository with --github-issue.",
            )
        facts = read_alert_facts(books.reader, where, moment, known.zone)
        found = alerts_of(facts, limits)
        log = books.alert_log
        told = tell(found, targets, log, moment) if send else would_tell(found, targets, log)
    notes = [] if targets else ["Nobody is to be told: no address was given, and no --github-issue."]
    report = alerts_report(facts, found, told, [*notes, *not_judged(limits)])
    if format is Format.TEXT:
        from bot.cli.cost.alerts_text import print_alerts

        print_alerts(report, found, told)
    else:
        print_report(report, format)
    _complain_of(told)


def _limits(
    day_usd: Decimal | None, month_usd: Decimal | None, given: Mapping[str, Decimal | int | None]
) -> AlertLimits:
    """The defaults, but for what was given."""
    named: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return replace(_DEFAULTS, day_usd=day_usd, month_usd=month_usd, **named)


def _complain_of(told: Sequence[Told]) -> None:
    """Raise NotDelivered where an alert did not reach somebody."""
    failed = [one for one in told if one.delivery is Telling.FAILED]
    if failed:
        whom = ", ".join(sorted({one.target for one in failed}))
        raise NotDelivered(
            f"{counted(len(failed), 'message')} could not be delivered to {whom}.",
            next_step=f"The next run tries again. The first reason: {failed[0].why}",
        )
