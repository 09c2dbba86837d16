"""One batch as time passes."""

from __future__ import annotations

import pytest

from bot.simulator.batch import EXPIRY_S, Batch, ItemResult
from bot.simulator.batch_create import BatchItem
from tests.unit.simulator.bodies import KEY


def batch(size: int, takes_s: float, canceled: float | None = None) -> Batch:
    """A batch that was created at 100 seconds."""
    items = tuple(BatchItem(f"i{number}", {}) for number in range(size))
    return Batch("msgbatch_1", 1, KEY, items, created=100.0, takes_s=takes_s, canceled=canceled)


@pytest.mark.parametrize(
    ("takes_s", "canceled", "ends", "processed"),
    [
        (0.0, None, 100.0, 10),
        (60.0, None, 160.0, 10),
        (60.0, 100.0, 100.0, 0),
        (60.0, 130.0, 130.0, 5),
        (60.0, 159.0, 159.0, 9),
        (EXPIRY_S, None, 100.0 + EXPIRY_S, 10),
        (4 * EXPIRY_S, None, 100.0 + EXPIRY_S, 2),
    ],
)
def test_items_are_processed_evenly_until_the_end(
    takes_s: float, canceled: float | None, ends: float, processed: int
) -> None:
    """Done, cancelled or expired: what was reached by then is processed."""
    one = batch(10, takes_s, canceled)
    assert (one.ends, one.processed) == (ends, processed)


@pytest.mark.parametrize("size", range(2, 8))
def test_results_never_come_in_the_order_of_the_requests(size: int) -> None:
    """A client that goes by the order must notice; all are there once."""
    one = batch(size, 0.0)
    one.results = tuple(ItemResult(item.custom_id, {"type": "canceled"}) for item in one.items)
    lines = one.lines().splitlines()
    asked = [f'{{"custom_id":"{item.custom_id}","result":{{"type":"canceled"}}}}'.encode() for item in one.items]
    assert lines != asked
    assert sorted(lines) == asked
