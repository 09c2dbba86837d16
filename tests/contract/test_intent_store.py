"""What every IntentStore keeps to: a folder, a pull request's summary comment, and the fake that other tests use."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.adapters.intents import IntentFolder
from bot.app.batches.summary_store import SummaryStore
from bot.app.memory import recall
from bot.core.budget import Amount, Limits
from bot.core.excerpt import Tier
from bot.core.marker import Signer
from bot.core.message_batch import Intent, Item, Piece, Sending
from bot.errors import BadConfiguration
from bot.ports import IntentStore
from tests.fakes import NOON, FakeClock
from tests.fakes_batches import FakeIntents
from tests.fakes_host import FakeCodeHost

SIGNER = Signer.from_secret("the secret of the tests", "acme/shop", 7)
DIFF = b"diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-a\n+b\n"


def an_item(index: int) -> Item:
    """A request about one hunk."""
    piece = Piece(f"key{index:09}", "src/a b.py", (1, 3), (2, 4), (1, 2), ("twin00000000",))
    return Item(index, 1, (piece,), "claude-haiku-5-5", Tier.CHEAP, "low risk", Amount(100, Decimal("0.001")))


def an_intent(nonce: str = "0123456789abcdef", *, items: int = 2, minutes: int = 0) -> Intent:
    """A leader on its way and others planned."""
    sendings = (Sending((0,), leads=True, begun=NOON), Sending(tuple(range(1, items))))
    began = NOON + timedelta(minutes=minutes)
    limits = Limits(600_000, Decimal("1.50"))
    return Intent(nonce, began, tuple(an_item(one) for one in range(items)), sendings, limits, "a" * 40)


class Shelf:
    """A store that can be opened anew, as the next process does."""

    def __init__(self, open_store: Callable[[], IntentStore]) -> None:
        self.open = open_store


def in_a_folder(folder: Path) -> Shelf:
    """A folder."""
    return Shelf(lambda: IntentFolder(folder / "batches"))


def in_a_summary(_: Path) -> Shelf:
    """A comment on a fake host."""
    host = FakeCodeHost()
    host.open(7, DIFF)
    clock = FakeClock()
    return Shelf(lambda: SummaryStore(host, 7, SIGNER, recall(host, 7, SIGNER, clock.now()), clock))


def in_memory(_: Path) -> Shelf:
    """The fake."""
    fake = FakeIntents()
    return Shelf(lambda: fake)


@pytest.fixture(params=[in_a_folder, in_a_summary, in_memory], ids=["folder", "summary", "fake"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    """Each of them, empty."""
    made: Shelf = request.param(tmp_path)
    return made


def test_what_is_saved_is_found_by_the_next_process(shelf: Shelf) -> None:
    """Every field comes back as it was; nothing is kept where nothing was saved."""
    assert shelf.open().load() == ()
    shelf.open().save(an_intent())
    assert shelf.open().load() == (an_intent(),)


def test_an_intent_is_replaced_by_its_name(shelf: Shelf) -> None:
    """A later state of it takes the place of the earlier one; others stay, the oldest first."""
    store = shelf.open()
    later = an_intent("f" * 16, minutes=1)
    store.save(later)
    store.save(an_intent())
    settled = an_intent().with_sending(0, Sending((0,), batch_id="msgbatch_1", spent=Amount(7, Decimal("0.00010"))))
    store.save(settled)
    assert store.load() == shelf.open().load() == (settled, later)


def test_two_that_are_open_at_once_lose_nothing_of_each_other(shelf: Shelf) -> None:
    """A store that was opened before another wrote keeps what that has written."""
    first, second = shelf.open(), shelf.open()
    first.save(an_intent())
    second.save(an_intent("f" * 16, minutes=1))
    assert len(shelf.open().load()) == 2


def test_a_small_intent_has_room_everywhere(shelf: Shelf) -> None:
    """Two hundred hunks fit beside an ordinary page."""
    assert shelf.open().has_room_for(an_intent(items=200))


def test_a_summary_says_when_it_is_full(tmp_path: Path) -> None:
    """What has no room is not written: GitHub would refuse the whole comment."""
    store = in_a_summary(tmp_path).open()
    digests = [hashlib.sha256(bytes([at % 256, at // 256])).hexdigest() for at in range(4_000)]
    pieces = [replace(an_item(0).pieces[0], key=digest[:12], path=digest) for digest in digests]
    items = tuple(replace(an_item(at), pieces=(piece,)) for at, piece in enumerate(pieces))
    assert not store.has_room_for(replace(an_intent(), items=items, sendings=(Sending(tuple(range(4_000))),)))


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """It is never taken for an empty store, since then its batches would be forgotten."""
    IntentFolder(tmp_path).save(an_intent())
    (tmp_path / an_intent().nonce / "intent.json").write_text("{")
    with pytest.raises(BadConfiguration, match=r"intent\.json"):
        IntentFolder(tmp_path).load()
