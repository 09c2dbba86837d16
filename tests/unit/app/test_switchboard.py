"""The innermost provider: each request to whom it names."""

from __future__ import annotations

from bot.app.switchboard import Disconnected, Switchboard
from bot.core.failure import FailureKind
from bot.ports import BatchApi
from tests.fakes import PRICES, FakeClock, TableCounter, Vendor, a_request, an_answer
from tests.fakes_batches import FakeBatches
from tests.unit.app.chains import ending


class Answering(Vendor, TableCounter):
    """A line that answers, and counts seven tokens whatever it is asked."""

    def __init__(self) -> None:
        Vendor.__init__(self, lambda _: an_answer())
        TableCounter.__init__(self, {1: 7})

    def batches(self) -> BatchApi | None:
        """One of its own."""
        return FakeBatches(FakeClock(), PRICES)


def test_a_request_goes_to_whom_it_names_and_to_nobody_else() -> None:
    """Asking and counting alike."""
    one, two = Answering(), Answering()
    board = Switchboard({"one": one, "two": two})
    assert ending(board, a_request(provider="two")) is None
    assert board.count(a_request(provider="one")) == 7
    assert (len(one.requests), len(two.requests)) == (0, 1)
    assert (one.asked, two.asked) == (1, 0)


def test_who_cannot_be_asked_says_so() -> None:
    """As a failure that goes elsewhere; nothing is counted there either."""
    board = Switchboard({"one": Disconnected("the variable X is not set")})
    assert ending(board, a_request(provider="one")) is FailureKind.NOT_PERMITTED
    assert board.count(a_request(provider="one")) is None
    assert board.batches("one") is None


def test_batches_are_those_of_whom_they_name() -> None:
    """Nobody hands a batch to one provider and looks for it at another."""
    board = Switchboard({"one": Disconnected("no key"), "two": Answering()})
    assert board.batches("two") is not None
    assert board.batches("one") is None
