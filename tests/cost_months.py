"""An October and a November of a small organisation, to draw the page on costs from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.adapters.page_files import load_page_files
from bot.app.cost.page import read_page
from bot.app.cost.page_facts import Asked
from bot.core.cost_page.facts import MonthFacts
from bot.core.cost_page.page import cost_page
from bot.core.ledger.account import Span, period_at
from bot.core.ledger.entry import Entry, FindingRow, Opening, RunEnd, RunFacts, Settlement, State
from bot.core.pricing import PriceList
from bot.core.savings import Saved
from bot.core.usage import Usage
from bot.ports import Ledger
from tests.fakes_ledger import FakeLedger

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
USAGE = Usage(input_tokens=10_000, cache_read_tokens=40_000, output_tokens=2_000)
CENT_AND_ALL_DIGITS = Decimal("1.230000000007")

HOSTILE = "<script>alert(1)</script>\"'&\u202egpj.exe"
"""What a name may be that somebody chose in order to do harm."""


def run(number: int, began: datetime, repository: str = "acme/shop", author: str = "ada") -> RunFacts:
    """A run on a pull request of the same number."""
    return RunFacts(
        f"run-{number}",
        began,
        repository,
        number,
        author,
        "payments" if author == "ada" else "",
        sections={"core": 2_000, "instruction/no-print": 40},
    )


def row(of: RunFacts, number: int = 0, usd: Decimal = CENT_AND_ALL_DIGITS, outcome: str = "answered") -> Entry:
    """An attempt of a run that bought an answer, or what `outcome` says; 'open' has no known end."""
    opening = Opening(
        id=f"{of.run_id}-{number}",
        at=of.began,
        feature="review",
        model="claude-sonnet-4-6",
        provider="anthropic",
        key="ANTHROPIC_API_KEY",
        tier="standard",
        why="small change",
        hunks=3,
        attempt=1,
        reserved_tokens=90_000,
        reserved_usd=usd,
        kinds={"python": 3},
    )
    if outcome == "open":
        return Entry(of, opening)
    if outcome == "timed_out":
        return Entry(of, opening, Settlement(State.UNSETTLED, outcome, unsettled_usd=usd, unsettled_tokens=90_000))
    saved = Saved(prompt_cache=Decimal("0.4"), routing=Decimal("-0.1"))
    return Entry(of, opening, Settlement(State.SETTLED, outcome, USAGE, usd, latency_ms=900, saved=saved))


def write_months(book: Ledger) -> None:
    """A row a day from the first of October until now, dearer each day; November's second wasted, third timed out."""
    day = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
    number = 0
    while day < NOW:
        number += 1
        of = run(number, day, "acme/shop" if number % 3 else "acme/docs", "ada" if number % 2 else "ben")
        endings = {(11, 2): "truncated", (11, 3): "timed_out", (11, 4): "open"}
        rows = [row(of, 0, CENT_AND_ALL_DIGITS + number, endings.get((day.month, day.day), "answered"))]
        write_run(book, of, rows)
        day += timedelta(days=1)


def write_run(book: Ledger, of: RunFacts, rows: list[Entry]) -> None:
    """A run that found two things, of which the first was accepted."""
    found = (
        FindingRow(f"{of.run_id}-a", "bug", "error", "python", posted=True, accepted_at=of.began),
        FindingRow(f"{of.run_id}-b", "convention/no-print", "warning", "python", posted=True),
    )
    book.begin_run(of)
    book.add(rows)
    ended = of.began + timedelta(minutes=1)
    book.end_run(of, RunEnd(ended, "findings", "live", "rules", 3, 3, 0, 0, 0, Decimal(1), Decimal(0), found))


def hostile_ledger() -> FakeLedger:
    """One row whose every name is hostile."""
    book = FakeLedger()
    of = replace(run(1, NOW, HOSTILE, HOSTILE), team=HOSTILE, sections={HOSTILE: 100})
    one = row(of)
    one = replace(one, opening=replace(one.opening, model=HOSTILE, feature=HOSTILE, key=HOSTILE, why=HOSTILE))
    ending = replace(row(of, 1, outcome="refused"), opening=replace(row(of, 1).opening, model=HOSTILE))
    book.begin_run(of)
    book.add([one, ending, replace(row(of, 2, outcome="open"))])
    found = (FindingRow("f", HOSTILE, "error", HOSTILE, posted=True),)
    book.end_run(of, RunEnd(NOW, "findings", "live", "rules", 3, 3, 0, 0, 0, Decimal(1), Decimal(0), found))
    return book


def filled_ledger() -> FakeLedger:
    """Both months, in memory."""
    book = FakeLedger()
    write_months(book)
    return book


def asked(month: int = 11, budget: Decimal | None = None, now: datetime = NOW) -> Asked:
    """A month of 2026 in UTC."""
    period = period_at(Span.MONTH, datetime(2026, month, 15, tzinfo=UTC), UTC_ZONE)
    return Asked(period, now, UTC_ZONE, budget_usd=budget)


def facts_of(book: FakeLedger, what: Asked | None = None) -> MonthFacts:
    """Everything that the page would say."""
    return read_page(book, what or asked(), PriceList(NOW, {}))


def page_of(facts: MonthFacts) -> str:
    """The page, from the template that users get."""
    return cost_page(facts, load_page_files(), "1.2.3")
