"""The page as one text: template, style sheet, charts and tables put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from jinja2 import DictLoader, Environment, StrictUndefined

from bot.core.cost.report import Report
from bot.core.cost.shares import change, ratio
from bot.core.cost_page import summary, tables
from bot.core.cost_page.charts import day_chart, hour_chart, month_chart
from bot.core.cost_page.facts import MonthFacts
from bot.core.cost_page.figures import dollars, exact, moment, percent, signed_percent
from bot.core.cost_page.sheets import Sheet, sheet
from bot.core.prompt.visible import shown_path

TEMPLATE = "page.html.j2"
STYLE = "page.css"


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure in large letters: what it is, its value, and what to make of it."""

    title: str
    usd: Decimal
    about: str
    used: int | None = None
    """Percent of a bar below it that are full."""


@dataclass(frozen=True, slots=True)
class Section:
    """Another report on the page: what it says first, its tables, and behind a click further tables and its notes."""

    title: str
    lead: str
    sheets: tuple[Sheet, ...]
    more: tuple[Sheet, ...]
    notes: tuple[str, ...]


def cost_page(facts: MonthFacts, texts: Mapping[str, str], version: str) -> str:
    """HTML that needs nothing but itself. `texts` holds the template and the style sheet by their names."""
    environment = Environment(
        loader=DictLoader(texts), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"dollars": dollars, "exact": exact}
    before = summary.before_of(facts)
    variables = {
        "style": texts[STYLE],
        "version": version,
        "facts": facts,
        "month": summary.month_of(facts),
        "before": before,
        "scope": summary.scope(facts),
        "until": moment(facts.until, facts.zone),
        "paragraphs": summary.summary(facts),
        "filled": bool(facts.total.rows),
    }
    if facts.total.rows:
        variables |= _filled(facts, before)
    return environment.get_template(TEMPLATE).render(variables)


def _filled(facts: MonthFacts, before: str) -> dict[str, object]:
    """What a page with figures shows besides."""
    return {
        "tiles": _tiles(facts, before),
        "dearest_day": summary.dearest_day(facts),
        "day_charts": day_chart(facts),
        "month_charts": month_chart(facts),
        "hour_charts": hour_chart(facts),
        "days": sheet(tables.day_table(facts)),
        "month_days": sheet(tables.month_table(facts, before)),
        "hours": sheet(tables.hour_table(facts)),
        "spenders": [sheet(tables.spender_table(one), bars="share") for one in facts.spenders],
        "saved": sheet(tables.saved_table(facts.total.saved)),
        "wasted": sheet(tables.waste_table(facts)),
        "pull_requests": sheet(tables.pull_request_table(facts)),
        "reserved": sheet(tables.reserved_table(facts)),
        "forecast": _forecast(facts),
        "sections": [one for one in (_comparison(facts), _rules(facts)) if one.sheets],
    }


def _forecast(facts: MonthFacts) -> Section | None:
    if facts.outlook is None or facts.is_over:
        return None
    outlook = facts.outlook
    return Section("", "", tuple(sheet(table) for table in outlook.tables), (), _shown(outlook.notes))


def _comparison(facts: MonthFacts) -> Section:
    """What other ways would have cost; all on one model is behind a click."""
    unsettled = facts.total.unsettled_usd
    besides = f" Besides, {dollars(unsettled)} are charged for attempts that never settled." if unsettled else ""
    lead = f"The same calls with one thing changed. As it was, they cost {dollars(facts.total.cost_usd)}.{besides}"
    first, more = _sheets(facts.comparison, {"changes": ""}), _sheets(facts.comparison, {"models": ""})
    return Section("What would have been cheaper", lead, first, more, _notes(facts.comparison))


def _rules(facts: MonthFacts) -> Section:
    """Which rules earn their tokens; the report's first sentence is its verdict."""
    first = _sheets(facts.by_rule, {"breakdown": "", "findings": "What was found, by the rule that asked for it"})
    lead, *notes = _notes(facts.by_rule) or ("",)
    title = "What the rules cost, and what they find"
    return Section(title, lead, first, _sheets(facts.by_rule, {"guides": ""}), tuple(notes))


def _sheets(report: Report | None, titles: Mapping[str, str]) -> tuple[Sheet, ...]:
    """A report's tables that have rows, by their names; where a title is given, it is that one."""
    named = [one for one in (report.tables if report else ()) if one.name in titles and one.rows]
    return tuple(sheet(replace(one, title=titles[one.name] or one.title)) for one in named)


def _notes(report: Report | None) -> tuple[str, ...]:
    return _shown(report.notes) if report else ()


def _shown(notes: Sequence[str]) -> tuple[str, ...]:
    """Sentences of reports hold names from outside."""
    return tuple(shown_path(note) for note in notes)


def _tiles(facts: MonthFacts, before: str) -> list[Tile]:
    total = facts.total
    spent = total.spent_usd
    tiles = [Tile("Spent", spent, f"{dollars(total.cost_usd)} settled, {dollars(total.unsettled_usd)} not settled")]
    if facts.budget_usd is not None:
        tiles.append(_budget_tile(facts.budget_usd, spent))
    if facts.outlook and not facts.is_over:
        outlook = facts.outlook
        between = f"between {dollars(outlook.low_usd)} and {dollars(outlook.high_usd)}"
        tiles.append(Tile("Expected at the end", outlook.expected_usd, between))
    than, title = facts.before.by_then_usd, f"{before} by then"
    if facts.is_over:
        than, title = facts.before.spent_usd, before
    by = change(spent, than)
    about = "nothing to compare with" if by is None else f"this month: {signed_percent(by)}"
    tiles.append(Tile(title, than, about))
    wasted = ratio(total.wasted_usd, spent)
    tiles.append(Tile("Bought no answer", total.wasted_usd, f"{percent(wasted)} of what was spent" if wasted else ""))
    return tiles


def _budget_tile(budget: Decimal, spent: Decimal) -> Tile:
    used = ratio(spent, budget)
    if used is None or used > 1:
        return Tile("Over the budget by", spent - budget, f"of {dollars(budget)}", 100)
    return Tile("Left of the budget", budget - spent, f"{percent(used)} of {dollars(budget)} spent", round(used * 100))
