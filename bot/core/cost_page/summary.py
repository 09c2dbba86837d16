"""The page's first paragraph: what somebody must know who reads nothing else, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.cost.shares import change, ratio
from bot.core.cost_page.facts import MonthFacts, Spender, Spenders
from bot.core.cost_page.figures import day_name, dollars, moment, month_name, name, percent
from bot.core.report.words import counted


def month_of(facts: MonthFacts) -> str:
    """'November 2026'."""
    return month_name(_first_day(facts))


def before_of(facts: MonthFacts) -> str:
    """The month before, without its year: 'October'."""
    return month_name(facts.before.period.start.astimezone(ZoneInfo(facts.zone)).date()).split()[0]


def scope(facts: MonthFacts) -> str:
    """Which rows count, in words; '' for all."""
    which = facts.which
    parts = [f"repository {name(which.repository)}" if which.repository else ""]
    parts += [f"team {name(which.team)}" if which.team else "", f"author {name(which.author)}" if which.author else ""]
    parts.append("simulated runs, which cost nothing" if which.simulated else "")
    listed = ", ".join(part for part in parts if part)
    return f"Only {listed}." if listed else ""


def summary(facts: MonthFacts) -> tuple[tuple[str, ...], ...]:
    """Paragraphs of sentences, most important first: how much, who, and what could be otherwise. One sentence alone
    where nothing was spent.
    """
    if not facts.total.rows:
        return ((f"The ledger holds no reviews of {month_of(facts)}{' for this choice' if scope(facts) else ''}.",),)
    much = (_cost(facts), *_against_budget(facts), *_against_before(facts), *_heading(facts))
    otherwise = (*_cheaper(facts), *_saved(facts), *_wasted(facts))
    paragraphs = (much, tuple(_who(facts)), otherwise, tuple(_findings(facts)))
    return tuple(paragraph for paragraph in paragraphs if paragraph)


def _cost(facts: MonthFacts) -> str:
    until = "" if facts.is_over else f" (up to {moment(facts.until, facts.zone)})"
    return f"Code reviews cost {dollars(facts.total.spent_usd)} in {month_of(facts)}{until}."


def _against_budget(facts: MonthFacts) -> Iterator[str]:
    budget = facts.budget_usd
    if budget is None:
        return
    spent = facts.total.spent_usd
    used = ratio(spent, budget)
    if used is None or spent > budget:
        yield f"That is {dollars(spent - budget)} over the budget of {dollars(budget)}."
    else:
        yield f"That is {percent(used)} of the budget of {dollars(budget)}; {dollars(budget - spent)} are left."


def _against_before(facts: MonthFacts) -> Iterator[str]:
    before, label = facts.before, before_of(facts)
    whole = dollars(before.spent_usd)
    if not before.spent_usd:
        yield f"Nothing is recorded for {label}, so there is nothing to compare with."
    elif facts.is_over:
        yield f"It is {_more_or_less(facts.total.spent_usd, before.spent_usd)} {label} ({whole})."
    elif before.by_then_usd:
        more = _more_or_less(facts.total.spent_usd, before.by_then_usd)
        yield f"It is {more} {label} by the same day ({dollars(before.by_then_usd)}, and {whole} in all)."
    else:
        yield f"{label} cost {whole} in all, nothing of it by the same day."


def _more_or_less(now: Decimal, then: Decimal) -> str:
    by = change(now, then)
    return f"{percent(abs(by))} {'more' if by > 0 else 'less'} than in" if by else "as much as in"


def _heading(facts: MonthFacts) -> Iterator[str]:
    outlook = facts.outlook
    if outlook is None or facts.is_over:
        return
    between = f"between {dollars(outlook.low_usd)} and {dollars(outlook.high_usd)}"
    yield (
        f"The month is heading for about {dollars(outlook.expected_usd)} "
        f"({between} with a probability of {percent(outlook.level)})."
    )
    if facts.budget_usd is not None and facts.total.spent_usd <= facts.budget_usd < outlook.expected_usd:
        yield f"That would pass the budget by {dollars(outlook.expected_usd - facts.budget_usd)}."


def _who(facts: MonthFacts) -> Iterator[str]:
    """The dearest of each kind: the repository in a sentence of its own, the others in one."""
    if not facts.total.spent_usd:
        return
    dearest = {each.what: _named(each, facts) for each in facts.spenders if each.each}
    repositories = next((each for each in facts.spenders if each.what == "Repository" and each.each), None)
    if repositories is not None:
        yield f"The repository that spent most is {dearest['Repository']}."
        if not repositories.each[0].name:
            yield f"More was spent on changes of no repository: {dollars(repositories.each[0].spent_usd)}."
    others = [f"the {what.lower()} {dearest[what]}" for what in ("Team", "Author", "Model") if what in dearest]
    if others:
        yield f"Most was spent by {_listed(others)}."


def _named(spenders: Spenders, facts: MonthFacts) -> str:
    """The first that has a name: of what is unknown nobody can do anything about."""
    first: Spender = next((one for one in spenders.each if one.name), spenders.each[0])
    share = ratio(first.spent_usd, facts.total.spent_usd) or 0.0
    return f"{name(first.name) or spenders.unknown} with {dollars(first.spent_usd)} ({percent(share)})"


def _cheaper(facts: MonthFacts) -> Iterator[str]:
    for one in facts.alternatives:
        less = one.ours_usd - one.usd
        said = f"{one.words} the calls would have cost {dollars(one.usd)} instead of {dollars(one.ours_usd)}"
        if less > 0:
            part = percent(float(less / one.ours_usd))
            yield f"{said}: {dollars(less)} less ({part})."
        elif less < 0:
            yield f"{said}: {dollars(-less)} more."


def _saved(facts: MonthFacts) -> Iterator[str]:
    saved = facts.total.saved
    best = max(fields(saved), key=lambda one: getattr(saved, one.name))
    usd: Decimal = getattr(saved, best.name)
    if usd > 0:
        yield f"What saved most was {_MEANS[best.name]}: {dollars(usd)}."


_MEANS = {
    "prompt_cache": "the prompt cache",
    "reuse": "the reuse of earlier reviews",
    "duplicates": "asking about equal hunks once",
    "routing": "routing to cheaper models",
    "batch": "message batches",
}


def _wasted(facts: MonthFacts) -> Iterator[str]:
    total = facts.total
    if total.wasted_usd:
        share = ratio(total.wasted_usd, total.spent_usd) or 0.0
        yield f"{dollars(total.wasted_usd)} ({percent(share)}) were paid for answers that could not be used."
    if total.unsettled_usd:
        yield (
            f"{dollars(total.unsettled_usd)} of the sum are charged for attempts whose cost nobody knows; "
            "it is the most that they can have cost."
        )


def _findings(facts: MonthFacts) -> Iterator[str]:
    count = facts.findings
    if not count.posted:
        yield "No finding was posted."
        return
    each = dollars(facts.total.spent_usd / count.posted)
    accepted = ""
    if count.accepted:
        accepted = f"; {count.accepted:,} were accepted, at {dollars(facts.total.spent_usd / count.accepted)} each"
    were = "was" if count.posted == 1 else "were"
    yield f"{counted(count.posted, 'finding')} {were} posted, at {each} each{accepted}."


def dearest_day(facts: MonthFacts) -> str:
    """A sentence under the chart of days."""
    day = max(facts.days, key=lambda one: one.spent_usd)
    worked = sum(1 for one in facts.days if one.spent_usd)
    mean = facts.total.spent_usd / worked if worked else Decimal(0)
    return (
        f"The dearest day was {day_name(day.on)} with {dollars(day.spent_usd)}. "
        f"On average a day with reviews cost {dollars(mean)}."
    )


def _first_day(facts: MonthFacts) -> date:
    return facts.period.start.astimezone(ZoneInfo(facts.zone)).date()


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
