"""The provider's two reports as one bill."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bot.core.cost.billed import Bill, Cell, Chosen, CostLine, UsageLine, added_up, plain_model
from bot.core.usage import Usage

DAY = date(2026, 11, 23)
HAIKU = "claude-haiku-5-5"


def used(
    tokens: int, *, tier: str = "standard", key: str | None = "apikey_1", workspace: str | None = None
) -> UsageLine:
    """Tokens of input."""
    return UsageLine(DAY, HAIKU, tier, key, workspace, Usage(input_tokens=tokens))


def charged(usd: str, *, tier: str = "standard", workspace: str | None = None, kind: str = "input_tokens") -> CostLine:
    """Dollars."""
    return CostLine(DAY, HAIKU, tier, workspace, kind, "Claude Haiku 5.5 Usage", Decimal(usd))


def test_lines_are_added_by_day_model_and_mode() -> None:
    """Keys and workspaces are added up, batches apart."""
    billed = added_up(
        [used(100), used(50, key="apikey_2"), used(7, tier="batch")],
        [charged("0.15"), charged("0.01", kind="output_tokens"), charged("0.0035", tier="batch")],
        Chosen(),
    )
    assert billed.cells == {
        Cell(DAY, HAIKU, batch=False): Bill(Usage(input_tokens=150), Decimal("0.16")),
        Cell(DAY, HAIKU, batch=True): Bill(Usage(input_tokens=7), Decimal("0.0035")),
    }


def test_a_workspace_is_told_from_the_others() -> None:
    """The default workspace has no id, and is asked for as 'default'."""
    usages = [used(100), used(50, workspace="wrkspc_a")]
    costs = [charged("0.10"), charged("0.05", workspace="wrkspc_a")]
    cell = Cell(DAY, HAIKU, batch=False)
    assert added_up(usages, costs, Chosen(frozenset({"wrkspc_a"}))).cells[cell].usd == Decimal("0.05")
    assert added_up(usages, costs, Chosen(frozenset({"default"}))).cells[cell] == Bill(
        Usage(input_tokens=100), Decimal("0.10")
    )


def test_a_key_gets_its_share_of_the_dollars() -> None:
    """The cost report knows no keys: a third of a workspace's tokens of a kind is a third of what they cost."""
    usages = [used(100), used(200, key="apikey_2"), used(999, key="apikey_1", workspace="wrkspc_b")]
    costs = [charged("0.30"), charged("0.06", kind="output_tokens"), charged("1", workspace="wrkspc_b")]
    mine = added_up(usages, costs, Chosen(frozenset({"default"}), frozenset({"apikey_1"})))
    assert mine.cells == {Cell(DAY, HAIKU, batch=False): Bill(Usage(input_tokens=100), Decimal("0.10"))}


def test_shares_are_as_exact_as_the_ledger_is() -> None:
    """A third of a cent goes into the ledger, rounded to its last digit."""
    usages = [used(1), used(2, key="apikey_2")]
    mine = added_up(usages, [charged("0.01")], Chosen(keys=frozenset({"apikey_1"})))
    assert mine.cells[Cell(DAY, HAIKU, batch=False)].usd == Decimal("0.003333333333")


def test_what_bought_no_tokens_stands_apart() -> None:
    """Web searches are named, and tokens of the Priority Tier are counted, but neither is compared."""
    search = CostLine(DAY, "", "", None, "", "Web Search Usage", Decimal("0.5"))
    billed = added_up([used(10, tier="priority")], [search, search], Chosen())
    assert (billed.cells, billed.others, billed.priority_tokens) == ({}, {"Web Search Usage": Decimal(1)}, 10)


def test_a_dated_name_is_the_same_model() -> None:
    """Some models are billed with the date of their release; a version is no date."""
    assert plain_model("claude-haiku-4-5-20251001") == "claude-haiku-4-5"
    assert plain_model("claude-haiku-4-5") == "claude-haiku-4-5"
