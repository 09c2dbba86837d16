from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.core.cost.report import Table
from bot.core.cost_page import tables
from bot.core.cost_page.facts import PullRequestCost, Spender, Spenders
from bot.core.savings import Saved
from tests.cost_months import asked, facts_of, filled_ledger

FACTS = facts_of(filled_ledger(), asked(budget=Decimal(3_000)))


def column(table: Table, name: str) -> list[Decimal]:
    """The dollars of a column."""
    at = [one.name for one in table.columns].index(name)
    return [row[at] for row in table.rows if isinstance(row[at], Decimal)]  # type: ignore[misc]  # narrowed above


def test_each_table_of_spenders_adds_up_to_the_month() -> None:
    """Whoever adds the rows gets the total, to the last digit, however many names there are."""
    names = tuple(Spender(f"acme/{number}", Decimal("0.1") * number, Decimal(1)) for number in range(25, 0, -1))
    table = tables.spender_table(Spenders("Repository", "(no repository)", names, Decimal(30)))
    assert len(table.rows) == tables.MOST_NAMES + 1
    assert table.rows[-1][0] == "15 others"
    assert sum(column(table, "spent_usd")) == Decimal("0.1") * 325
    assert table.total is not None
    assert table.total[1] == Decimal("0.1") * 325
    for each in FACTS.spenders:
        assert sum(column(tables.spender_table(each), "spent_usd")) == FACTS.total.spent_usd


def test_what_has_no_name_is_called_so() -> None:
    """Local runs have no repository; their row is not left out."""
    table = tables.spender_table(Spenders("Team", "(no team)", (Spender("", Decimal(1), Decimal(0)),), Decimal(0)))
    assert table.rows == (("(no team)", Decimal(1), 1.0, None),)


def test_days_hours_and_the_month_add_up() -> None:
    """The tables behind the charts hold the ledger's sums."""
    assert sum(column(tables.day_table(FACTS), "spent_usd")) == FACTS.total.spent_usd
    assert column(tables.day_table(FACTS), "so_far_usd")[-1] == FACTS.total.spent_usd
    assert sum(column(tables.hour_table(FACTS), "spent_usd")) == FACTS.total.spent_usd
    month = tables.month_table(FACTS, "October")
    assert len(month.rows) == 31
    assert month.rows[30][1] is None
    assert month.rows[30][2] == FACTS.before.spent_usd


def test_waste_is_all_that_bought_no_answer() -> None:
    """Each way of failing says what it is, and the sums are the month's."""
    table = tables.waste_table(FACTS)
    words = [str(row[0]) for row in table.rows]
    assert sorted(word.split(" (")[0] for word in words) == ["open", "timed out", "truncated"]
    assert all(word.endswith(")") for word in words)
    assert table.total is not None
    assert table.total[2:] == (FACTS.total.wasted_usd, FACTS.total.unsettled_usd)


def test_savings_are_added() -> None:
    """The total is that of the means, those that cost more than they saved included."""
    table = tables.saved_table(Saved(prompt_cache=Decimal(5), routing=Decimal(-2)))
    assert table.total == ("all", "", Decimal(3))
    assert len(table.rows) == 5


def test_open_reservations_are_all_counted() -> None:
    """The largest are named, the others together; the total is what they can cost at most."""
    open_ones = tuple(
        PullRequestCost("acme/shop", number, Decimal(9), 1, 2, Decimal(number)) for number in range(1, 21)
    )
    table = tables.reserved_table(replace(FACTS, reserved=open_ones))
    assert table.rows[0] == ("acme/shop#20", 2, Decimal(20))
    assert table.rows[-1] == ("10 others", 20, Decimal(55))
    assert table.total == ("all", 40, Decimal(210))


def test_pull_requests_have_names_people_know() -> None:
    """As on GitHub; without a number or a repository, what is known is said."""
    one = PullRequestCost("acme/shop", 7, Decimal(1), 1, 0, Decimal(0))
    assert tables.pull_request(one) == "acme/shop#7"
    assert tables.pull_request(replace(one, number=None)) == "acme/shop, no pull request"
    assert tables.pull_request(replace(one, repository="", number=None)) == "local runs, no pull request"
    assert tables.pull_request_table(FACTS).rows[0][0] == "acme/docs#57"
