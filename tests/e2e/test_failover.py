"""Providers that fail in the middle of whole reviews: the bill and the time change, and nothing else does."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.bootstrap.access import Access
from bot.bootstrap.local import Source, load_plan, run_review
from bot.core.calls import ANTHROPIC
from bot.core.pricing import PriceList, Tariff
from bot.core.progress import Event, Switched
from bot.core.receipt import Receipt
from bot.core.usage import Usage
from bot.settings.load import Flags
from bot.simulator.log import RequestRecord
from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.e2e import shop
from tests.fakes import Watcher
from tests.unit.simulator.test_oauth import ORGANIZATION, identity_token

FILES = 30
UNHURRIED = SimulatorOptions(time_to_first_token_s=0.05, tokens_per_second=4_000)
KEYS = {"ANTHROPIC_API_KEY": "first", "AWS_BEARER_TOKEN_BEDROCK": "second"}


def a_diff(folder: Path) -> Path:
    """So many new files, each with a fault of its own."""
    text = ""
    for number in range(FILES):
        sound = (shop.sound(f"p{number}_{place}") for place in range(8))
        lines = shop.module(shop.catching(f"part{number}"), *sound).decode().splitlines()
        text += f"diff --git a/part{number:02}.py b/part{number:02}.py\nnew file mode 100644\n--- /dev/null\n"
        text += f"+++ b/part{number:02}.py\n@@ -0,0 +1,{len(lines)} @@\n"
        text += "".join(f"+{line}\n" for line in lines)
    (folder / "change.diff").write_text(text)
    return folder / "change.diff"


def settings(folder: Path, *providers: Mapping[str, object]) -> Path:
    """A settings file with this chain, and requests so small that there are many."""
    told = {"batch_tokens": 500, "routing": "fixed", "providers": providers}
    (folder / "settings.yml").write_text(json.dumps(told))
    return folder / "settings.yml"


def first(simulator: Simulator) -> dict[str, object]:
    """Anthropic, at the stand-in."""
    return {"name": ANTHROPIC, "kind": "anthropic", "base_url": simulator.base_url}


def second(simulator: Simulator) -> dict[str, object]:
    """Bedrock, at another stand-in."""
    return {"name": "bedrock", "kind": "bedrock", "region": "eu-west-1", "base_url": simulator.base_url}


def review(folder: Path, observer: Watcher, *chain: Mapping[str, object], keys: Mapping[str, str] = KEYS) -> Receipt:
    """A whole review with this chain."""
    access = Access.from_environment(keys, simulate=False)
    source = Source(diff=str(a_diff(folder)), config=settings(folder, *chain))
    return run_review(load_plan(source, Flags(concurrency=4), access), access, observer)


def paid(records: list[RequestRecord], tariff: Tariff) -> Decimal:
    """What a stand-in's records cost by the price list."""
    prices = PriceList(datetime.now(UTC), {})
    charges = [
        (record.asked_as or "", Usage(**{name: getattr(record.usage, name) for name in Usage.__slots__}))
        for record in records
        if record.usage
    ]
    return sum((prices.cost(model, usage, tariff) for model, usage in charges), Decimal(0))


def asked(simulator: Simulator, *, delivered: bool | None = None) -> list[RequestRecord]:
    """The requests for an answer that a stand-in has seen."""
    records = [record for record in simulator.log if record.endpoint == "/v1/messages"]
    return [record for record in records if delivered is None or record.delivered == delivered]


def switches(events: list[Event]) -> list[tuple[str, str]]:
    """From whom to whom."""
    return [(event.left, event.to) for event in events if isinstance(event, Switched)]


def found(receipt: Receipt) -> Counter[str]:
    """The findings by their fingerprints."""
    return Counter(finding.fingerprint for finding in receipt.findings)


def kill(simulator: Simulator, after: int) -> threading.Thread:
    """Close a stand-in for good as soon as it has answered so many requests."""

    def watch() -> None:
        until = time.monotonic() + 30
        while len(asked(simulator, delivered=True)) < after and time.monotonic() < until:
            time.sleep(0.005)
        simulator.close()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_killing_the_first_provider_changes_the_bill_and_nothing_else(tmp_path: Path) -> None:
    """Every hunk is covered, no finding is lost or doubled, and every dollar is the one that was charged."""
    with Simulator() as undisturbed:
        expected = review(tmp_path, Watcher(), first(undisturbed))
    watcher = Watcher()
    dying = Simulator(UNHURRIED).start()
    with Simulator(UNHURRIED) as surviving:
        killer = kill(dying, after=5)
        receipt = review(tmp_path, watcher, first(dying), second(surviving))
        killer.join()
        there = asked(surviving)
    here = asked(dying)

    assert receipt.status == expected.status == "findings"
    assert receipt.coverage.reviewed == receipt.coverage.hunks == FILES
    assert found(receipt) == found(expected)
    assert set(found(receipt).values()) == {1}
    assert len(receipt.findings) == FILES

    assert switches(watcher.events) == [(ANTHROPIC, "bedrock")]
    providers = Counter(call.provider for call in receipt.calls if call.outcome == "answered")
    assert providers[ANTHROPIC] >= 5
    assert providers["bedrock"] >= 5
    (note,) = [note for note in receipt.notes if "bedrock" in note]
    assert f"{providers['bedrock']} of {providers.total()} answers came from bedrock" in note

    delivered = paid(asked(dying, delivered=True), Tariff()) + paid(there, Tariff("aws"))
    assert receipt.bill.total_usd == delivered
    charged = paid(here, Tariff()) + paid(there, Tariff("aws"))
    assert delivered <= charged <= receipt.bill.total_usd + receipt.bill.unsettled_usd
    assert receipt.bill.by_model["eu.anthropic.claude-sonnet-5-5"] == paid(there, Tariff("aws"))

    writes = [record for record in there if record.usage and record.usage.cache_write_5m_tokens]
    assert len(writes) == 1, "of all that switched at once one wrote the cold cache"


def test_a_storm_without_another_provider_is_waited_out(tmp_path: Path) -> None:
    """The breaker opens, one request probes, and the review is whole in the end."""
    with Simulator(SimulatorOptions(script=("ok", *["529"] * 5))) as simulator:
        receipt = review(tmp_path, Watcher(), first(simulator))
        refused = [record for record in asked(simulator) if record.status == 529]
    assert (receipt.status, receipt.coverage.reviewed) == ("findings", FILES)
    assert len(refused) == 5
    assert receipt.bill.unsettled_usd == 0
    assert not [note for note in receipt.notes if "came from" in note]


def test_a_spend_limit_is_not_gone_around(tmp_path: Path) -> None:
    """The second provider is never asked, the run ends, and all of it is listed."""
    with Simulator(SimulatorOptions(script=("spend-cap",) * 40)) as capped, Simulator() as other:
        receipt = review(tmp_path, Watcher(), first(capped), second(other))
        assert asked(other) == []
        assert len(asked(capped)) <= 4, "one for each that was under way"
    assert receipt.coverage.reviewed == 0
    assert sum(one.skipped.hunks for one in receipt.coverage.skipped) == FILES
    assert receipt.bill.total_usd == 0


def test_a_first_provider_without_its_key_is_stepped_over(tmp_path: Path) -> None:
    """The job lacks one secret: the next of the chain does the work, and the receipt says why."""
    with Simulator() as nobody, Simulator() as other:
        keys = {"AWS_BEARER_TOKEN_BEDROCK": "second"}
        receipt = review(tmp_path, Watcher(), first(nobody), second(other), keys=keys)
        assert nobody.log == ()
    assert (receipt.status, receipt.coverage.reviewed) == ("findings", FILES)
    assert any("not permitted" in note and "came from bedrock" in note for note in receipt.notes)


def test_a_run_ends_by_its_deadline_with_what_it_has(tmp_path: Path) -> None:
    """Everybody is down: what was answered before is kept, the rest is listed with a price."""
    script = ("ok", "ok", *["529"] * 200)
    with Simulator(SimulatorOptions(script=script)) as one, Simulator(SimulatorOptions(script=("529",) * 200)) as two:
        access = Access.from_environment(KEYS, simulate=False)
        source = Source(diff=str(a_diff(tmp_path)), config=settings(tmp_path, first(one), second(two)))
        began = time.monotonic()
        flags = Flags(concurrency=4, run_seconds=4.0)
        receipt = run_review(load_plan(source, flags, access), access, Watcher())
        assert time.monotonic() - began < 12
    assert receipt.status == "partial"
    assert 0 < receipt.coverage.reviewed < FILES
    assert receipt.coverage.reviewed + sum(one.skipped.hunks for one in receipt.coverage.skipped) == FILES
    assert all(one.cost_to_review_usd for one in receipt.coverage.skipped)
    assert len(receipt.findings) == receipt.coverage.reviewed


@pytest.mark.parametrize("broken", [False, True])
def test_a_laptop_signs_in_with_an_identity_token(tmp_path: Path, *, broken: bool) -> None:
    """No key at all: the token of a file is exchanged; one that is refused ends the run with the reason."""
    token = tmp_path / "token"
    token.write_text(identity_token(exp=1) if broken else identity_token())
    keys = {
        "ANTHROPIC_IDENTITY_TOKEN_FILE": str(token),
        "ANTHROPIC_FEDERATION_RULE_ID": "fdrl_1",
        "ANTHROPIC_ORGANIZATION_ID": ORGANIZATION,
    }
    with Simulator(SimulatorOptions(api_key="another")) as simulator:
        receipt = review(tmp_path, Watcher(), first(simulator), keys=keys)
    assert not receipt.simulated
    if broken:
        assert receipt.coverage.reviewed == 0
        assert any("could not sign in" in (one.skipped.detail or "") for one in receipt.coverage.skipped)
    else:
        assert (receipt.status, receipt.coverage.reviewed) == ("findings", FILES)
