"""The processing of a batch, all at once, at the moment it ends: what each item reads, writes, answers and costs.

The items take their turns in order of creation, in waves of those that are processed at the same time. An item
reads what could be read when the batch was created and what earlier waves wrote; never what its own wave writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from bot.simulator import events
from bot.simulator.api_error import ApiError
from bot.simulator.batch import Batch, ItemResult
from bot.simulator.batch_create import BatchItem
from bot.simulator.batch_fate import ERRORED, SPOILED, UNREACHED, Fates, chance
from bot.simulator.cache import BLIND, Sight
from bot.simulator.dates import Dates
from bot.simulator.engine import Engine
from bot.simulator.faults import Fault
from bot.simulator.log import BatchItemRecord
from bot.simulator.options import SimulatorOptions
from bot.simulator.turn import Turn
from bot.simulator.validate import read_request


class BatchWork:
    """Processes batches. `charged` hears of every item once, whatever became of it."""

    def __init__(
        self, options: SimulatorOptions, engine: Engine, charged: Callable[[BatchItemRecord], None], dates: Dates
    ) -> None:
        if not 0 <= options.batch_cache_hits <= 1:
            raise ValueError("batch_cache_hits is a share from 0 to 1")
        self._engine = engine
        self._charged = charged
        self._dates = dates
        self._fates = Fates(options.batch_script, options.batch_faults, options.seed)
        self._seed = options.seed
        self._hits = options.batch_cache_hits
        self._wave = options.batch_parallel

    def process(self, batch: Batch) -> tuple[ItemResult, ...]:
        """The results of all items, in their order; to be called once a batch."""
        reached = batch.processed
        left_over = "expired" if batch.canceled is None else "canceled"
        processed = tuple(self._processed(batch, batch.items[:reached]))
        return processed + tuple(self._told(batch, item, {"type": left_over}) for item in batch.items[reached:])

    def _processed(self, batch: Batch, items: tuple[BatchItem, ...]) -> Iterator[ItemResult]:
        written: set[bytes] = set()
        queue = iter(items)
        while wave := list(islice(queue, self._wave or len(items))):
            turns = []
            readable = frozenset(written)
            for item in wave:
                outcome = self._outcome(batch, item, readable)
                if isinstance(outcome, Turn):
                    turns.append(outcome)
                    yield self._told(batch, item, {"type": "succeeded", "message": events.message(outcome)}, outcome)
                else:
                    yield self._told(batch, item, outcome)
            for turn in turns:
                self._engine.begin(turn, batch.ends)
                written.update(digest for digest, _ in turn.use.writes)

    def _outcome(self, batch: Batch, item: BatchItem, written: frozenset[bytes]) -> Turn | dict[str, Any]:
        """An item's answer, or its result where there is none."""
        fate = self._fates.of(batch.number, item.custom_id)
        if fate in UNREACHED:
            return {"type": fate}
        try:
            request = read_request(item.params, batch.tenant)
            plan = self._engine.plan(request, self._sight(batch, item, written))
        except ApiError as error:
            return self._errored(error)
        if fate == ERRORED:
            return self._errored(ApiError(500, "api_error", "Internal server error"))
        fault = Fault(fate) if fate in SPOILED else None
        return self._engine.answer(plan, fault, service_tier="batch", at=batch.ends)

    def _errored(self, error: ApiError) -> dict[str, Any]:
        return {"type": "errored", "error": error.body(self._engine.new_id("req"))}

    def _sight(self, batch: Batch, item: BatchItem, written: frozenset[bytes]) -> Sight:
        if chance(self._seed, "sight", batch.number, item.custom_id) >= self._hits:
            return BLIND
        return Sight(batch.ends, batch.created, written)

    def _told(self, batch: Batch, item: BatchItem, result: dict[str, Any], turn: Turn | None = None) -> ItemResult:
        model = item.params.get("model")
        self._charged(
            BatchItemRecord(
                batch_id=batch.id,
                custom_id=item.custom_id,
                model=model if isinstance(model, str) else None,
                result=result["type"],
                usage=turn.charge if turn else None,
                stop_reason=turn.answer.stop_reason if turn else None,
                organization=batch.tenant.organization_id,
                workspace=batch.tenant.workspace,
                key_id=batch.tenant.key_id,
                billed=self._dates.at(batch.ends).timestamp(),
            )
        )
        return ItemResult(item.custom_id, result)
