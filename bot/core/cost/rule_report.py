"""`hunkwise cost breakdown --by rule`: which rules of the prompt earn their tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from bot.core.cost.findings import FOUND, Found, findings_table, found_by
from bot.core.cost.report import Column, Kind, Report, Table, Value
from bot.core.cost.rules import SectionCost, SectionCosts
from bot.core.cost.shares import per, ratio
from bot.core.cost.words import ACCEPTED, simulated_note
from bot.core.ledger.sums import FindingSums, Sums, Where
from bot.core.report.figures import about_dollars
from bot.core.report.words import counted

CORE = "core"
STYLE_GUIDE = "style-guide"
CONVENTION = "convention"

_GUIDE = "guide/"
_INSTRUCTION = "instruction/"
_COLUMNS = (
    Column("part", "Part"),
    Column("usd", "Dollars", Kind.USD),
    Column("share", "Share", Kind.RATIO),
    Column("prompt_tokens", "Tokens", Kind.COUNT),
    Column("sent_tokens", "Sent in all", Kind.COUNT, detail=True),
    *FOUND,
    Column("usd_per_accepted", "An accepted one", Kind.USD),
    Column("note", "Note"),
)
_ASSUMED = (
    "A rule's dollars are its part of the system prompt's tokens, in each answer, at what those tokens cost there: as"
    " written to the cache and read from it, and plain where they were not. That is an estimate, made with the list's"
    " prices; what it leaves is with hunks and answers, so the sum is exact. Triage has a prompt of its own and counts"
    " there, too."
)
_GUIDES = (
    "Which guide led to a finding is not recorded. Findings in files of a guide's language are counted beside it in the"
    " second table; its instructions asked for no more than those."
)


def section_of(rule: str) -> str:
    """The section of the prompt that asks for findings of a rule.

    'convention/NAME' is the repository's instruction of that name, 'convention' alone its style guide; all other
    categories are the core's.
    """
    if rule.startswith(f"{CONVENTION}/"):
        return _INSTRUCTION + rule.removeprefix(f"{CONVENTION}/")
    return STYLE_GUIDE if rule == CONVENTION else CORE


def rule_report(costs: SectionCosts, total: Sums, findings: Sequence[FindingSums], covers: str, where: Where) -> Report:
    """The report; the first table's rows add up to what `total` spent."""
    found = found_by(findings, lambda one: section_of(one.rule))
    notes = (
        *_verdicts(costs.sections, found),
        *_unpriced(costs.unpriced),
        _ASSUMED,
        _GUIDES,
        ACCEPTED,
        *simulated_note(where),
    )
    tables = (_parts(costs, total, found), _guides(costs.sections, findings), _findings(findings, total))
    return Report("breakdown", "What reviews cost by rule", covers, tables, notes)


def _parts(costs: SectionCosts, total: Sums, found: Mapping[str, Found]) -> Table:
    spent = total.spent_usd
    names = sorted({*costs.sections, *found}, key=lambda name: (-_cost(costs, name).usd, name))
    rows = [_section(name, _cost(costs, name), found.get(name, Found()), spent) for name in names]
    rest = {
        "(hunks and answers)": total.cost_usd - total.wasted_usd - costs.usd,
        "(unusable answers)": total.wasted_usd,
        "(unsettled, charged in full)": total.unsettled_usd,
    }
    rows += [(name, usd, ratio(usd, spent), *(None,) * 6, "") for name, usd in rest.items()]
    all_found = sum(found.values(), Found())
    sums = (None, sum(one.sent_tokens for one in costs.sections.values()), *all_found.values)
    whole = ("Total", spent, ratio(spent, spent), *sums, per(spent, all_found.accepted), "")
    return Table("breakdown", "What each part of the prompt costs, and what it finds", _COLUMNS, tuple(rows), whole)


def _cost(costs: SectionCosts, name: str) -> SectionCost:
    return costs.sections.get(name, SectionCost())


def _section(name: str, cost: SectionCost, found: Found, spent: Decimal) -> tuple[Value, ...]:
    tokens = (cost.prompt_tokens, cost.sent_tokens)
    if name.startswith(_GUIDE):
        return (name, cost.usd, ratio(cost.usd, spent), *tokens, *(None,) * 4, "")
    each = per(cost.usd, found.accepted)
    return (name, cost.usd, ratio(cost.usd, spent), *tokens, *found.values, each, _earned(found))


def _earned(found: Found) -> str:
    if not found.found:
        return "never found anything"
    if not found.posted:
        return "never posted"
    return "" if found.accepted else "never accepted"


def _verdicts(sections: Mapping[str, SectionCost], found: Mapping[str, Found]) -> Iterator[str]:
    asked = sorted(name for name in sections if not name.startswith(_GUIDE))
    idle = [name for name in asked if _earned(found.get(name, Found()))]
    for name in idle:
        ones = found.get(name, Found())
        cost = about_dollars(sections[name].usd)
        what = f": {counted(ones.found, 'finding')}, none accepted" if ones.found else ""
        yield f"{name} {_earned(ones)}{what}; it took {cost} of the prompt's price."
    if asked and not idle:
        yield "Every rule of the prompt had at least one finding accepted."


def _unpriced(models: Sequence[str]) -> Iterator[str]:
    if models:
        yield (
            f"No price is known for {', '.join(models)}, so all that they cost is with hunks and answers, and rules"
            " look cheaper than they are."
        )


def _guides(sections: Mapping[str, SectionCost], findings: Sequence[FindingSums]) -> Table:
    by_kind = found_by(findings, lambda one: _GUIDE + one.kind)
    columns = (Column("guide", "Guide"), Column("usd", "Dollars", Kind.USD), *FOUND)
    rows = tuple(
        (name, sections[name].usd, *by_kind.get(name, Found()).values)
        for name in sorted(sections)
        if name.startswith(_GUIDE)
    )
    return Table("guides", "The guides, and findings in files of their languages", columns, rows)


def _findings(findings: Sequence[FindingSums], total: Sums) -> Table:
    """By rule, with what everything spent comes to for each of them: what a finding costs, whoever asked for it."""
    table = findings_table(findings)
    found = sum((Found(one.found, one.posted, one.accepted) for one in findings), Found())
    posted, accepted = (per(total.spent_usd, count) for count in (found.posted, found.accepted))
    each = ", ".join(
        f"{about_dollars(usd)} for each {what} finding"
        for usd, what in ((posted, "posted"), (accepted, "accepted"))
        if usd is not None
    )
    title = f"{table.title}; everything spent is {each}" if each else table.title
    return Table(table.name, title, table.columns, table.rows, table.total)
