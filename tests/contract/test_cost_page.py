"""The page on costs in a real browser: it asks for nothing, is legible in light and dark, and its figures are true."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bot.core.cost_page.facts import MonthFacts
from bot.core.cost_page.figures import exact
from tests.cost_months import asked, facts_of, filled_ledger, hostile_ledger, page_of

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SCHEMES = ("light", "dark")
AA_TEXT = 4.5
"""The least contrast of text (WCAG 2.2, success criterion 1.4.3)."""

# The ratio of every element that has text of its own and is seen: its colour (in a picture, its fill) against the first
# ground behind it that is not transparent. Relative luminance and ratio as WCAG 2.2 defines them.
CONTRASTS = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const linear = (part) => part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = parts(getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
      if (colour[3] !== 0) throw new Error("half a ground");
    }
    throw new Error("no ground");
  };
  const found = [];
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || element.tagName === "title" || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const text = parts(element instanceof SVGElement ? style.fill : style.color);
    if (text.length === 4 && text[3] !== 1) throw new Error("half a colour");
    const [high, low] = [luminance(text), luminance(ground(element))].sort((a, b) => b - a);
    found.push([(high + 0.05) / (low + 0.05), element.tagName.toLowerCase(), element.textContent.trim().slice(0, 40)]);
  }
  return found;
}"""


def browser_place() -> str:
    """The browser's file; skips where there is none, but not in CI, where its absence is a mistake."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and any(os.environ.get(name, "") not in {"", "false", "0"} for name in ("CI", "HUNKWISE_CI")):
        pytest.fail("There is no Chromium; .ci/run installs it.")
    if found is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests: starting it takes longer than they do."""
    place = browser_place()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=place, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(autouse=True)
def _pages_are_closed(browser: Browser) -> Iterator[None]:
    yield
    for context in browser.contexts:
        context.close()


@pytest.fixture(scope="module")
def facts() -> MonthFacts:
    """A November that is not over, with a budget and a forecast."""
    return facts_of(filled_ledger(), asked(budget=Decimal(1_500)))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, facts: MonthFacts) -> Path:
    """Its page in a file, as somebody gets it by mail."""
    written = tmp_path_factory.mktemp("page") / "november.html"
    written.write_text(page_of(facts), encoding="utf-8")
    return written


class Seen:
    """A page that is open, and what it asked for and complained about."""

    def __init__(self, browser: Browser, place: Path, **context: Any) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page: Page = browser.new_context(**context).new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(place.as_uri())
        self.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_it_asks_for_nothing_and_complains_of_nothing(browser: Browser, place: Path, scheme: str) -> None:
    """The only thing that is loaded is the file itself, and the policy that forbids all else forbids nothing of it."""
    seen = Seen(browser, place, color_scheme=scheme)
    assert [one for one in seen.requests if not one.startswith("data:")] == [place.as_uri()]
    assert seen.complaints == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_all_text_stands_out(browser: Browser, place: Path, scheme: str) -> None:
    """Every text, those in charts and behind a click included, has the contrast that WCAG AA asks for."""
    page = Seen(browser, place, color_scheme=scheme).page
    for width in (360, 1_100):
        page.set_viewport_size({"width": width, "height": 800})
        found = page.evaluate(CONTRASTS)
        assert {"h1", "h2", "p", "th", "data", "text", "summary", "caption"} <= {tag for _, tag, _ in found}
        assert [one for one in found if one[0] < AA_TEXT] == []


def test_dark_is_dark_and_paper_is_white(browser: Browser, place: Path) -> None:
    """The scheme that a reader chose is followed on screen; on paper ink is saved."""
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = Seen(browser, place, color_scheme="dark")
    assert dark.page.evaluate(ground) == "rgb(14, 17, 22)"
    dark.page.emulate_media(media="print")
    assert dark.page.evaluate(ground) == "rgb(255, 255, 255)"
    assert [one for one in dark.page.evaluate(CONTRASTS) if one[0] < AA_TEXT] == []
    assert Seen(browser, place, color_scheme="light").page.evaluate(ground) == "rgb(244, 245, 247)"


def test_nothing_sticks_out(browser: Browser, place: Path) -> None:
    """A telephone needs no scrolling sideways; wide tables scroll by themselves, and one of each chart is seen."""
    page = Seen(browser, place).page
    for width in (320, 360, 768, 1_600):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        sizes = page.evaluate(
            "[...document.querySelectorAll('svg.chart')].filter((one) => one.getClientRects().length)"
            ".map((one) => one.querySelector('text').getBoundingClientRect().height)"
        )
        assert len(sizes) == 3
        assert min(sizes) >= 10


def test_long_and_hostile_names_break_nothing(browser: Browser, tmp_path: Path) -> None:
    """Names are others' choice: none runs, and none makes a telephone scroll."""
    written = tmp_path / "hostile.html"
    written.write_text(page_of(facts_of(hostile_ledger())), encoding="utf-8")
    seen = Seen(browser, written, viewport={"width": 360, "height": 800})
    assert seen.complaints == []
    assert seen.page.locator("script").count() == 0
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert "<script>alert(1)</script>" in seen.page.inner_text("main")


def test_the_figures_are_the_ledgers(browser: Browser, place: Path, facts: MonthFacts) -> None:
    """What a reader sees is the ledger's sum rounded; what stands behind it is the sum to the last digit."""
    page = Seen(browser, place).page
    large = page.locator("dl.tiles data.large").first
    assert large.inner_text() == f"${facts.total.spent_usd:,.2f}"
    assert large.get_attribute("value") == large.get_attribute("title") == exact(facts.total.spent_usd)
    for each in facts.spenders:
        rows = page.locator(f"table:has(caption:text-is('By {each.what.lower()}')) tbody tr")
        shown = [
            (row.locator("th").inner_text(), row.locator("td data").first.get_attribute("value")) for row in rows.all()
        ]
        assert shown == [(one.name or each.unknown, exact(one.spent_usd)) for one in each.each]
    days = page.locator("table:has(caption:text-is('Dollars by day')) tbody tr td:nth-child(4) data")
    values = [Decimal(str(one.get_attribute("value"))) for one in days.all()]
    assert values == [day.spent_usd for day in facts.days]
    assert sum(values) == facts.total.spent_usd


def test_the_keyboard_reaches_what_can_be_opened(browser: Browser, place: Path) -> None:
    """Without a mouse a reader comes to each table, and opens what is closed."""
    page = Seen(browser, place).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = false; })")
    page.keyboard.press("Tab")
    for _ in range(60):
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open") is True
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
