from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

from bot.core.cost_page.figures import exact
from bot.core.ledger.sums import Where
from tests.cost_months import HOSTILE, asked, facts_of, filled_ledger, hostile_ledger, page_of
from tests.fakes_ledger import FakeLedger

FACTS = facts_of(filled_ledger(), asked(budget=Decimal(3_000)))
PAGE = page_of(FACTS)
NOT_CLOSED = frozenset({"meta", "link"})


class Read(HTMLParser):
    """A page's elements, its texts, and whether every element is closed in its turn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in NOT_CLOSED:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self) -> list[str]:
        """Every exact figure, in order."""
        return [str(attributes["value"]) for tag, attributes in self.elements if tag == "data"]


def test_the_page_is_whole_and_carries_nothing_that_acts() -> None:
    """No script, no frame, no form, no handler, no address: what is mailed around can do nothing."""
    read = Read(PAGE)
    assert not read.open
    assert not {tag for tag, _ in read.elements} & {"script", "iframe", "form", "img", "object", "a", "base"}
    assert not [name for _, attributes in read.elements for name in attributes if name.startswith("on")]
    assert "//" not in PAGE.replace("*/", "")
    assert "@import" not in PAGE
    assert "url(" not in PAGE
    assert {attributes.get("href") for tag, attributes in read.elements if tag == "link"} == {"data:,"}
    policy = next(a["content"] for tag, a in read.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert str(policy).startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")


def test_figures_are_the_ledgers() -> None:
    """The exact values that stand behind the figures are the ledger's, to the last digit."""
    values = Read(PAGE).values()
    for usd in (
        FACTS.total.spent_usd,
        FACTS.before.by_then_usd,
        FACTS.total.wasted_usd,
        *(one.spent_usd for each in FACTS.spenders for one in each.each),
        *(day.spent_usd for day in FACTS.days),
    ):
        assert exact(usd) in values


def test_a_stranger_finds_the_answers_in_the_text() -> None:
    """What the month cost, which repository, what if it had been batches: each is a sentence of the first section."""
    text = Read(PAGE).text
    assert f"Code reviews cost ${FACTS.total.spent_usd:,.2f} in November 2026" in text
    assert "The repository that spent most is acme/shop with $" in text
    assert re.search(r"Had everything been sent in batches, the calls would have cost \$[\d,.]+ instead of \$", text)


def test_every_part_is_there() -> None:
    """What the page promises is on it, also who looks for one thing only."""
    headings = re.findall(r"<h2>(.*?)</h2>", PAGE)
    assert headings == [
        "Where the month is heading",
        "Day by day",
        "Who spends it",
        "What would have been cheaper",
        "What the rules cost, and what they find",
        "Saved and wasted",
        "At what hours",
        "Pull requests",
    ]
    assert "Open reservations" in PAGE
    assert "instruction/no-print" in PAGE
    assert "Hunkwise 1.2.3" in PAGE


def test_charts_can_be_heard_and_read_as_tables() -> None:
    """A picture has words that say what it shows, and its figures as a table; what can be scrolled has the keyboard."""
    read = Read(PAGE)
    charts = [attributes for tag, attributes in read.elements if tag == "svg" and attributes.get("role") == "img"]
    assert len(charts) == 6
    assert all(attributes.get("aria-label") for attributes in charts)
    assert PAGE.count("The same as a table") == 3
    regions = [attributes for tag, attributes in read.elements if attributes.get("class") == "scroll"]
    assert regions
    assert all(one.get("tabindex") == "0" and one.get("role") == "region" and one.get("aria-label") for one in regions)
    tables = sum(tag == "table" for tag, _ in read.elements)
    assert tables == sum(tag == "caption" for tag, _ in read.elements) == len(regions)


def test_hostile_names_stay_text() -> None:
    """Repository, author, team, model and rule come from outside: none can become markup or turn the text around."""
    page = page_of(facts_of(hostile_ledger()))
    read = Read(page)
    assert not read.open
    assert "script" not in {tag for tag, _ in read.elements}
    assert "\u202e" not in page
    assert "<script>" not in page
    shown = HOSTILE.replace("\u202e", "\\u{202e}")
    assert read.text.count(shown) >= 6
    chosen = replace(facts_of(hostile_ledger()), which=Where(repository=HOSTILE))
    assert "script" not in {tag for tag, _ in Read(page_of(chosen)).elements}


def test_a_page_without_data_says_so() -> None:
    """No tiles of nought, no empty charts: one sentence."""
    page = page_of(facts_of(FakeLedger()))
    read = Read(page)
    assert not read.open
    assert "The ledger holds no reviews of November 2026." in read.text
    assert not {tag for tag, _ in read.elements} & {"svg", "table", "dl"}


def test_a_month_that_is_over_has_no_forecast() -> None:
    """The page of an old month says what it was, and compares it with the whole month before."""
    page = page_of(facts_of(filled_ledger(), asked(10)))
    assert "Code reviews cost $" in page
    assert "The whole month" in page
    assert "Expected at the end" not in page
    assert 'class="expected"' not in page
    assert "Nothing is recorded for September" in page


def test_over_budget_is_a_figure_of_its_own() -> None:
    """What is passed is shown as passed, not as a negative rest."""
    page = page_of(facts_of(filled_ledger(), asked(budget=Decimal(1))))
    assert "Over the budget by" in page
    assert "Left of the budget" not in page


def test_the_same_facts_make_the_same_page() -> None:
    """A page can be made again and compared."""
    assert page_of(FACTS) == PAGE
