"""What the API is taken to cost, from the ledger."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bot.app.cost.selfhost import bought_of
from bot.core.cost.selfhost import Bought
from bot.core.cost.stretch import Stretch
from bot.core.ledger.entry import Entry
from bot.core.ledger.sums import Where
from bot.core.usage import Usage
from tests.fakes import NOON
from tests.unit.core.cost.histories import ledger, row

MILLION = Usage(input_tokens=1_000_000)
TEN_DAYS = Stretch(NOON - timedelta(days=10), NOON + timedelta(days=20), "so far")


def bought(*rows: Entry, tokens: int | None = None) -> Bought | None:
    """What these rows say."""
    return bought_of(ledger(rows), Where(), TEN_DAYS, NOON, tokens)


def test_the_volume_is_that_of_a_month() -> None:
    """Two million tokens in ten days are 6.083 in 730 hours; what was before has its price elsewhere."""
    early, late = NOON - timedelta(days=10), NOON - timedelta(days=1)
    told = bought(
        row("older", at=early - timedelta(days=1), usd="50", usage=MILLION),
        row("a", at=early, usd="3", usage=MILLION),
        row("b", at=late, usd="5", usage=MILLION, pull_request=2),
    )
    assert told is not None
    assert round(told.tokens_per_month) == round(2_000_000 * 730 / 240)
    assert told.usd_per_token == Decimal("0.000004")
    assert told.tokens_per_pull_request == 1_000_000


def test_a_ledger_that_began_later_is_not_taken_for_a_quiet_one() -> None:
    """Five days of rows are five days, not ten."""
    told = bought(row(at=NOON - timedelta(days=5), usage=MILLION))
    assert told is not None
    assert round(told.tokens_per_month) == round(1_000_000 * 730 / 120)


def test_a_named_volume_keeps_the_price_that_was_paid() -> None:
    """The flag says how much, the ledger what it costs."""
    told = bought(row(at=NOON - timedelta(days=5), usd="2", usage=MILLION), tokens=10)
    assert told is not None
    assert (told.tokens_per_month, told.usd_per_token) == (Decimal(10), Decimal("0.000002"))


def test_what_belongs_to_no_pull_request_has_no_size() -> None:
    """Reviews of a branch count into the volume, and into no pull request."""
    told = bought(row(at=NOON - timedelta(days=5), usage=MILLION, pull_request=None))
    assert told is not None
    assert told.tokens_per_pull_request is None


def test_nothing_paid_is_no_price() -> None:
    """Nor are reservations that never settled: they have no tokens."""
    assert bought() is None
    assert bought(row(usd="0", unsettled="3", usage=Usage())) is None
    assert bought(row(usd="0", usage=MILLION)) is None
