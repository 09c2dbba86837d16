"""Reports know the budgets that runs keep to, from the one file where they stand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bot.cli.cost.budgets_file import KnownBudgets, known_budgets
from bot.core.ledger.account import Span
from bot.core.ledger.sums import Where
from bot.errors import BadConfiguration, WrongUsage
from tests.fakes import NOON

SETTINGS = """
budgets:
  time_zone: Europe/Berlin
  limits:
    - {per: month, usd: 500}
    - {per: day, usd: 30}
    - {per: month, of: team, usd: 80}
    - {per: month, of: repository, usd: 50}
  teams:
    - {name: payments, logins: [ada], usd: 120, per: month}
"""


@pytest.fixture
def known(tmp_path: Path) -> KnownBudgets:
    """The budgets of a file."""
    file = tmp_path / "hunkwise.yml"
    file.write_text(SETTINGS)
    return known_budgets(file, "UTC")


@pytest.mark.parametrize(
    ("span", "where", "usd"),
    [
        (Span.MONTH, Where(), "500"),
        (Span.DAY, Where(), "30"),
        (Span.MONTH, Where(team="payments"), "120"),
        (Span.MONTH, Where(team="search"), "80"),
        (Span.MONTH, Where(repository="acme/shop"), "50"),
    ],
)
def test_the_limit_is_that_of_whom_the_report_is_about(known: KnownBudgets, span: Span, where: Where, usd: str) -> None:
    """Protects a team's report from being held to everybody's budget, and the other way round."""
    assert known.usd(span, where, NOON) == Decimal(usd)


def test_where_nothing_is_set_nothing_is_made_up(known: KnownBudgets) -> None:
    """Protects from alarms about budgets that nobody has set."""
    assert known.usd(Span.WEEK, Where(), NOON) is None
    assert known.usd(Span.MONTH, Where(author="ada"), NOON) is None
    assert known_budgets(None, "UTC").usd(Span.MONTH, Where(), NOON) is None


def test_a_flag_wins(known: KnownBudgets) -> None:
    """Protects whoever tries another limit than the one that is set."""
    assert known.usd(Span.MONTH, Where(), NOON, Decimal(7)) == 7


def test_the_files_zone_counts_unless_another_is_named(known: KnownBudgets, tmp_path: Path) -> None:
    """Protects the days of a report from beginning at another midnight than the budgets'."""
    assert known.zone.key == "Europe/Berlin"
    assert known_budgets(tmp_path / "hunkwise.yml", "Asia/Tokyo").zone.key == "Asia/Tokyo"


def test_what_does_not_hold_is_said(tmp_path: Path) -> None:
    """Protects from a report that silently knows no budget because of a typo."""
    file = tmp_path / "hunkwise.yml"
    file.write_text("budgets: {limit: []}")
    with pytest.raises(BadConfiguration):
        known_budgets(file, "UTC")
    with pytest.raises(BadConfiguration):
        known_budgets(tmp_path / "nowhere.yml", "UTC")
    with pytest.raises(WrongUsage):
        known_budgets(None, "Mars/Olympus")
