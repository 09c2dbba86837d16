from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from bot.core.cost.findings import Found
from bot.core.cost_page.facts import Alternative, MonthFacts, Outlook
from bot.core.cost_page.summary import before_of, dearest_day, month_of, scope, summary
from bot.core.ledger.sums import Where
from tests.cost_months import HOSTILE, NOW, asked, facts_of, filled_ledger
from tests.fakes_ledger import FakeLedger

FACTS = facts_of(filled_ledger())
OUTLOOK = Outlook(Decimal(1_500), Decimal(1_400), Decimal(1_600), 0.8)


def said(facts: MonthFacts) -> str:
    """All sentences in one line."""
    return " ".join(sentence for paragraph in summary(facts) for sentence in paragraph)


def test_it_begins_with_what_the_month_cost() -> None:
    """The first sentence answers the first question, and says how far the month has come."""
    assert summary(FACTS)[0][0] == (
        f"Code reviews cost ${FACTS.total.spent_usd:,.2f} in November 2026 (up to 26 November 2026, 12:00 UTC)."
    )
    assert said(replace(FACTS, until=FACTS.period.end)).startswith(
        f"Code reviews cost ${FACTS.total.spent_usd:,.2f} in November 2026. "
    )


def test_the_budget_is_used_left_or_passed() -> None:
    """A manager sees at once whether the money lasts."""
    spent = FACTS.total.spent_usd
    assert f"That is 50\u00a0% of the budget of ${spent * 2:,.2f}; ${spent:,.2f} are left." in said(
        replace(FACTS, budget_usd=spent * 2)
    )
    assert "That is $1.00 over the budget" in said(replace(FACTS, budget_usd=spent - 1))
    assert "over the budget of $0.00" in said(replace(FACTS, budget_usd=Decimal(0)))
    assert "budget" not in said(FACTS)


def test_the_month_before_is_compared_at_the_same_day() -> None:
    """Half a month is not compared with a whole one, while it runs."""
    before = FACTS.before
    part = f"October by the same day (${before.by_then_usd:,.2f}, and ${before.spent_usd:,.2f} in all)."
    assert part in said(FACTS)
    over = said(replace(FACTS, until=FACTS.period.end, total=replace(FACTS.total, cost_usd=before.spent_usd * 2)))
    assert f"more than in October (${before.spent_usd:,.2f})." in over
    nothing = replace(FACTS, before=replace(before, spent_usd=Decimal(0), by_then_usd=Decimal(0)))
    assert "Nothing is recorded for October" in said(nothing)
    late = replace(FACTS, before=replace(before, by_then_usd=Decimal(0)))
    assert f"October cost ${before.spent_usd:,.2f} in all, nothing of it by the same day." in said(late)
    same = replace(FACTS, before=replace(before, by_then_usd=FACTS.total.spent_usd))
    assert "It is as much as in October by the same day" in said(same)


def test_where_it_is_heading_only_while_there_is_a_way_to_go() -> None:
    """A forecast of a month that is over would be nonsense; one that passes the budget says so."""
    heading = replace(FACTS, outlook=OUTLOOK, budget_usd=Decimal(1_450))
    assert "heading for about $1,500.00 (between $1,400.00 and $1,600.00 with a probability of 80\u00a0%)." in said(
        heading
    )
    assert "That would pass the budget by $50.00." in said(heading)
    assert "heading" not in said(replace(heading, until=FACTS.period.end))


def test_who_spends_most_is_named_with_share() -> None:
    """The repository has a sentence of its own; what has no name is not called the dearest where something has one."""
    dearest = FACTS.spenders[0].each[0]
    assert f"The repository that spent most is acme/shop with ${dearest.spent_usd:,.2f} (" in said(FACTS)
    assert "Most was spent by the team payments with $" in said(FACTS)
    assert "and the model claude-sonnet-4-6 with" in said(FACTS)


def test_what_no_repository_spent_is_not_passed_over() -> None:
    """Local reviews may be most of a month; a manager must not take the dearest repository for most of the money."""
    first = FACTS.spenders[0]
    nobody = replace(first.each[0], name="", spent_usd=Decimal("41.50"))
    facts = replace(FACTS, spenders=(replace(first, each=(nobody, *first.each)), *FACTS.spenders[1:]))
    assert "The repository that spent most is acme/shop" in said(facts)
    assert "More was spent on changes of no repository: $41.50." in said(facts)
    assert "no repository" not in said(FACTS)


def test_other_ways_are_cheaper_or_dearer() -> None:
    """A difference is said in dollars and in which direction; none is not worth a sentence."""
    ways = (
        Alternative("In batches,", Decimal(50), Decimal(100)),
        Alternative("Without a cache,", Decimal(120), Decimal(100)),
        Alternative("By moonlight,", Decimal(100), Decimal(100)),
    )
    text = said(replace(FACTS, alternatives=ways))
    assert "In batches, the calls would have cost $50.00 instead of $100.00: $50.00 less (50\u00a0%)." in text
    assert "Without a cache, the calls would have cost $120.00 instead of $100.00: $20.00 more." in text
    assert "moonlight" not in text


def test_waste_and_savings_and_findings() -> None:
    """What bought nothing, what nobody knows, what was saved and what a finding cost: each in a sentence."""
    text = said(FACTS)
    assert "were paid for answers that could not be used." in text
    assert "charged for attempts whose cost nobody knows" in text
    assert "What saved most was the prompt cache: $" in text
    assert "26 findings posted" not in text
    posted, spent = FACTS.findings.posted, FACTS.total.spent_usd
    assert f"{posted} findings were posted, at ${spent / posted:,.2f} each; {posted // 2} were accepted" in text
    assert "1 finding was posted, at $" in said(replace(FACTS, findings=Found(1, 1, 0)))
    assert said(replace(FACTS, findings=Found(3, 0, 0))).endswith("No finding was posted.")


def test_a_month_without_rows_is_one_sentence() -> None:
    """Nothing is not $0.00 with a chart; it is said, and whether a choice may be the reason."""
    empty = facts_of(FakeLedger())
    assert said(empty) == "The ledger holds no reviews of November 2026."
    chosen = replace(empty, which=Where(repository="acme/none"))
    assert said(chosen) == "The ledger holds no reviews of November 2026 for this choice."


def test_rows_that_cost_nothing() -> None:
    """A month of reuse alone divides by no zero, and names no dearest."""
    free = replace(FACTS.total, cost_usd=Decimal(0), unsettled_usd=Decimal(0), wasted_usd=Decimal(0))
    text = said(replace(FACTS, total=free, findings=Found()))
    assert "cost $0.00 in November 2026" in text
    assert "spent most" not in text


def test_the_choice_of_rows_is_said() -> None:
    """A page about one team must not pass for a page about all."""
    chosen = replace(FACTS, which=Where(repository=HOSTILE, team="payments", author="ada", simulated=True))
    assert scope(FACTS) == ""
    assert scope(chosen).startswith("Only repository <script>")
    assert scope(chosen).endswith(", team payments, author ada, simulated runs, which cost nothing.")
    assert "\u202e" not in scope(chosen)


def test_the_months_names_are_those_of_the_zone() -> None:
    """The first of a month begins in the evening before, elsewhere; its name is that of the zone's calendar."""
    assert (month_of(FACTS), before_of(FACTS)) == ("November 2026", "October")
    assert month_of(replace(FACTS, zone="Pacific/Auckland")) == "November 2026"


def test_the_dearest_day() -> None:
    """The sentence above the chart of days."""
    assert dearest_day(FACTS).startswith("The dearest day was Thu 26 November with $")


def test_january_follows_december() -> None:
    """The month before the first is the last of the year before."""
    facts = facts_of(filled_ledger(), replace(asked(1), now=datetime(2026, 1, 3, tzinfo=UTC)))
    assert before_of(facts) == "December"
    assert facts.until < NOW
