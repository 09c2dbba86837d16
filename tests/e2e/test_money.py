"""What receipts, ledger, reports and the provider's own bill say is one number, over many pull requests with faults."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from bot.bootstrap.access import Access
from bot.bootstrap.ledger import open_ledger
from bot.bootstrap.local import Source, load_plan, run_review
from bot.core.calls import Call
from bot.core.ledger.sums import Field, Sums
from bot.core.pricing import PriceList
from bot.core.receipt import Receipt
from bot.core.savings import Saved
from bot.core.usage import Usage
from bot.ports import LedgerReader
from bot.settings.load import Flags
from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.fakes import NOON, Watcher
from tests.unit.core.pushed import diff_bytes

PULL_REQUESTS = 50
FAULTS = ("429:0=0.08", "529=0.05", "500=0.03", "cut=0.04", "reset=0.03", "truncate=0.04", "garble=0.04", "502=0.02")
SETTINGS = "batch_tokens: 500\nrouting: {routing}\nverify: {verify}\n"


@dataclass(frozen=True)
class History:
    """The receipts of many runs, and the ledger they all wrote into."""

    receipts: list[Receipt]
    reader: LedgerReader
    charged_usd: Decimal
    """What the stand-in charged for, delivered or not, by its own log."""


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """Fifty changes of every routing, reviewed by several at once while a quarter of all requests fails."""
    folder = tmp_path_factory.mktemp("money")
    ledger = str(folder / "ledger.db")
    with Simulator(SimulatorOptions(faults=FAULTS, seed=5)) as claude:
        access = Access("key", claude.base_url, ledger=ledger)
        with ThreadPoolExecutor(16) as pool:
            receipts = list(pool.map(lambda number: _reviewed(folder, number, access), range(PULL_REQUESTS)))
        charged = _charged(claude)
    with open_ledger(ledger) as opened:
        yield History(receipts, opened.reader, charged)


def _reviewed(folder: Path, number: int, access: Access) -> Receipt:
    dice = random.Random(number)  # noqa: S311  # a test's dice
    change, config = folder / f"{number}.diff", folder / f"{number}.yml"
    names = ["part{}.py", "part{}.go", "docs{}.md", "query{}.sql"]
    rows = ["+def f{0}(count):", "+    if count is {0}:", "+        return None"]
    files = {dice.choice(names).format(at): {3: [row.format(at) for row in rows]} for at in range(dice.randint(1, 6))}
    change.write_bytes(diff_bytes(files))
    routing, verify = dice.choice(["fixed", "rules", "triage", "cascade"]), dice.choice(["none", "none", "errors"])
    config.write_text(SETTINGS.format(routing=routing, verify=verify))
    plan = load_plan(Source(str(change), config=config), Flags(run_seconds=60.0), access)
    return run_review(plan, access, Watcher())


def _charged(claude: Simulator) -> Decimal:
    prices = PriceList(NOON, {})
    charged = [(entry.model, entry.usage) for entry in claude.log if entry.usage is not None and entry.model]
    return sum((prices.cost(model, Usage(**asdict(usage))) for model, usage in charged), Decimal(0))


def calls_of(receipts: list[Receipt]) -> list[Call]:
    """Every attempt of all of them."""
    return [call for receipt in receipts for call in receipt.calls]


def test_there_is_something_to_add_up(history: History) -> None:
    """Protects the other tests from proving nothing: faults cost money, some of it nobody knows how much."""
    assert len(history.receipts) == PULL_REQUESTS
    assert len({receipt.run.id for receipt in history.receipts}) == PULL_REQUESTS
    total = history.reader.total()
    assert total.wasted_usd > 0
    assert total.unsettled_usd > 0
    assert total.retried > 20
    assert total.open == 0


def test_the_ledgers_total_is_the_receipts_sum(history: History) -> None:
    """Protects promise 6 to the last decimal: dollars, tokens, waste, reservations and each kind of saving."""
    total, receipts = history.reader.total(), history.receipts
    assert total.cost_usd == sum(one.bill.total_usd for one in receipts)
    assert total.unsettled_usd == sum(one.bill.unsettled_usd for one in receipts)
    assert total.wasted_usd == sum(one.bill.wasted_usd for one in receipts)
    assert total.usage == sum((one.bill.usage for one in receipts), Usage())
    assert total.saved == sum((one.bill.saved for one in receipts), Saved())
    assert total.attempts == len(calls_of(receipts))


def test_every_call_is_one_row(history: History) -> None:
    """Protects the join: a call of a receipt is found in the ledger by its id, with the same figures."""
    rows = {row.opening.id: row for row in history.reader.rows() if row.opening.model}
    calls = calls_of(history.receipts)
    assert rows.keys() == {call.id for call in calls}
    for call in calls:
        ending = rows[call.id].settlement
        assert ending is not None
        assert (ending.cost_usd, ending.unsettled_usd, ending.outcome) == (
            call.cost_usd, call.unsettled_usd, call.outcome,
        )  # fmt: skip


@pytest.mark.parametrize("by", [one for one in Field if one is not Field.QUARTER])
def test_groups_add_up_to_the_total(history: History, by: Field) -> None:
    """Protects every breakdown: nothing falls between two groups."""
    groups = [group.sums for group in history.reader.groups([by])]
    assert sum(groups, Sums()) == history.reader.total()


def test_the_provider_charged_no_more_and_no_less_than_that(history: History) -> None:
    """Protects the bounds: the charge lies between what is settled and that with what may have been billed."""
    total = history.reader.total()
    assert total.cost_usd <= history.charged_usd <= total.spent_usd
