"""`budgets:` of the settings file: what holds, and what a maintainer reads where it does not."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.core.ledger.account import Scope, Span
from bot.core.ledger.budgets import Budgets, OnExhausted, PeriodLimit
from bot.core.teams import Team
from bot.errors import BadConfiguration
from bot.settings.file import read_file

WHOLE = """
budgets:
  time_zone: Europe/Berlin
  ask: "#ci-platform"
  best_effort: true
  limits:
    - {per: month, usd: 500}
    - {per: day, of: repository, usd: 30, warn_at: 0.9, on_exhausted: cheap, hard_usd: 40}
    - {per: week, of: author, usd: 10}
    - {per: month, of: team, usd: 80}
  teams:
    - {name: payments, logins: [ada, ben], owners: ["@acme/payments"], usd: 120, per: month}
    - {name: search, owners: ["@acme/search"]}
"""


def read(text: str) -> Budgets:
    """The budgets of a file."""
    return read_file(text, "hunkwise.yml").budgets.budgets()


def test_everything_is_read() -> None:
    """Each key ends where it counts, and what is not said has its default."""
    found = read(WHOLE)
    assert (found.zone, found.ask, found.best_effort) == (ZoneInfo("Europe/Berlin"), "#ci-platform", True)
    assert found.teams == (
        Team("payments", ("ada", "ben"), ("@acme/payments",)),
        Team("search", (), ("@acme/search",)),
    )
    forty, thirty = Decimal(40), Decimal(30)
    assert found.limits == (
        PeriodLimit(Span.MONTH, Scope.ALL, Decimal(500), Decimal(500)),
        PeriodLimit(Span.DAY, Scope.REPOSITORY, thirty, forty, "", Decimal("0.9"), OnExhausted.CHEAP),
        PeriodLimit(Span.WEEK, Scope.AUTHOR, Decimal(10), Decimal(10)),
        PeriodLimit(Span.MONTH, Scope.TEAM, Decimal(80), Decimal(80)),
        PeriodLimit(Span.MONTH, Scope.TEAM, Decimal(120), Decimal(120), "payments"),
    )


def test_no_budgets_is_no_limit() -> None:
    """Who says nothing has what one pull request may cost, and nothing else."""
    assert read("") == Budgets()
    assert read("budgets: {}") == Budgets()


@pytest.mark.parametrize(
    ("section", "complaint"),
    [
        ("time_zone: Europe/Berln", "`budgets.time_zone`: 'Europe/Berln' is no time zone such as Europe/Berlin"),
        ("time_zone: ../../etc/passwd", "`budgets.time_zone`: '../../etc/passwd' is no time zone"),
        ("time_zone: ''", "`budgets.time_zone`: '' is no time zone"),
        ("limit: []", "`budgets.limit` is not a known key (did you mean `limits`?)"),
        ("limits: [{per: month}]", "`budgets.limits.0.usd`: field required"),
        ("limits: [{usd: 1}]", "`budgets.limits.0.per`: field required"),
        ("limits: [{per: year, usd: 1}]", "`budgets.limits.0.per`: input should be 'day', 'week' or 'month'"),
        ("limits: [{per: day, usd: 1, of: everyone}]", "`budgets.limits.0.of`: input should be"),
        ("limits: [{per: day, usd: -1}]", "`budgets.limits.0.usd`"),
        ("limits: [{per: day, usd: .nan}]", "`budgets.limits.0.usd`"),
        ("limits: [{per: day, usd: 0.0000001}]", "`budgets.limits.0.usd`"),
        ("limits: [{per: day, usd: 1, warn_at: 80}]", "`budgets.limits.0.warn_at`"),
        (
            "limits: [{per: day, usd: 1, hard: 2}]",
            "`budgets.limits.0.hard` is not a known key (did you mean `hard_usd`?)",
        ),
        (
            "limits: [{per: day, usd: 1, on_exhausted: warn}]",
            "`budgets.limits.0`: on_exhausted: warn goes beyond usd, so hard_usd must say how far",
        ),
        (
            "limits: [{per: day, usd: 5, on_exhausted: cheap, hard_usd: 4}]",
            "`budgets.limits.0`: hard_usd is less than usd",
        ),
        (
            "limits: [{per: day, usd: 5, hard_usd: 6}]",
            "`budgets.limits.0`: nothing passes usd where on_exhausted is stop; take hard_usd out",
        ),
        (
            "limits: [{per: day, of: team, usd: 5}, {per: day, of: team, usd: 6}]",
            "`budgets.limits`: there are two limits of team per day; keep one",
        ),
        ("teams: [{name: a}]", "`budgets.teams.0`: nobody belongs to the team; give logins or owners"),
        ("teams: [{name: a, logins: [x], usd: 1}]", "`budgets.teams.0`: an allocation needs both usd and per"),
        ("teams: [{name: a, logins: [x], warn_at: 0.5}]", "`budgets.teams.0`: there is no allocation"),
        (
            "teams: [{name: a, logins: [x]}, {name: A, logins: [y]}]",
            "`budgets.teams`: two teams have the same name",
        ),
        (
            "teams: [{name: a, logins: [x]}, {name: b, logins: ['@X']}]",
            "`budgets.teams`: 'x' is in two teams; whose budget counts is not clear",
        ),
        ("teams: [{name: 'a<script>', logins: [x]}]", "`budgets.teams.0.name`"),
    ],
)
def test_what_does_not_hold_is_named(section: str, complaint: str) -> None:
    """The key and what to write instead: a limit that is misread is money that is gone."""
    with pytest.raises(BadConfiguration) as caught:
        read(f"budgets: {{{section}}}")
    assert complaint in caught.value.message
