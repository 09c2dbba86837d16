"""Looks at what became of intents: what was in doubt is found or given up, what has ended is read and settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.app.batches.patience import read
from bot.core.budget import Amount
from bot.core.message_batch import (
    EARLIER,
    RESULTS_KEPT,
    Intent,
    Item,
    ItemResult,
    SeenBatch,
    Sending,
    Stage,
    doubtful,
    known_ids,
    may_be_of,
    resolved,
)
from bot.core.pricing import PriceList, Tariff
from bot.errors import NoBatches
from bot.ports import BatchApi, Clock

Results = Mapping[str, ItemResult]
"""What became of requests, by custom id."""


@dataclass(frozen=True, slots=True)
class Survey:
    """An intent as it is known now, with the results of all that is settled and was asked for; `notes` are sentences
    for the receipt.
    """

    intent: Intent
    results: dict[str, ItemResult] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Surveyor:
    """Reads the API and changes nothing there. `again` reads also what was told before."""

    api: BatchApi
    prices: PriceList
    tariff: Tariff
    clock: Clock
    again: bool = False

    def survey(self, intents: Sequence[Intent]) -> list[Survey]:
        """Look at each. Raises BatchRefused where the API does not answer: then nothing is known, and nothing lost."""
        seen = self._unclaimed(intents)
        return [self._of(intent, seen, self.clock.now()) for intent in intents]

    def _unclaimed(self, intents: Sequence[Intent]) -> list[SeenBatch]:
        """The batches that a doubtful sending may be: of its time and nobody's, each with the first of its names."""
        doubts = doubtful(intents)
        if not doubts:
            return []
        earliest = min(one.begun for one in doubts if one.begun is not None) - EARLIER
        listed = read(lambda: self.api.created_since(earliest), self.clock)
        known = known_ids(intents)
        strangers = (one for one in listed if one.id not in known)
        of_the_time = (one for one in strangers if any(may_be_of(doubt, one) for doubt in doubts))
        return [self._named(one) for one in of_the_time]

    def _named(self, batch: SeenBatch) -> SeenBatch:
        if not batch.ended:
            return batch
        return replace(batch, custom_id=read(lambda: self.api.first_id(batch.id), self.clock))

    def _of(self, intent: Intent, seen: Sequence[SeenBatch], now: datetime) -> Survey:
        survey = Survey(intent)
        for number in range(len(intent.sendings)):
            sending = resolved(survey.intent, number, seen, now)
            if sending.stage is Stage.ACCEPTED:
                sending = self._settled(survey, sending, now)
            elif sending.brought and (self.again or not sending.told):
                survey.results.update(self._results(sending.batch_id))
            survey = replace(survey, intent=survey.intent.with_sending(number, sending))
        return survey

    def _settled(self, survey: Survey, sending: Sending, now: datetime) -> Sending:
        """The sending with what it cost, once its batch has ended; charged in full once nobody can say any more."""
        begun = sending.begun or survey.intent.began
        try:
            if not read(lambda: self.api.look(sending.batch_id), self.clock).ended:
                return sending
            results = self._results(sending.batch_id)
        except NoBatches:
            # Another key or workspace may be asking: only time says that nobody will ever answer.
            if now - begun < RESULTS_KEPT:
                survey.notes.append(f"With this key the API knows no results of the batch {sending.batch_id}.")
                return sending
            return replace(sending, batch_id="", spent=survey.intent.reserved_by(sending))
        survey.results.update(results)
        items = survey.intent.items_of(sending)
        costs = (self.cost(item, results.get(survey.intent.custom_id(item))) for item in items)
        return replace(sending, spent=sum(costs, Amount()))

    def _results(self, batch_id: str) -> Results:
        def whole() -> Iterable[ItemResult]:
            return list(self.api.results(batch_id))

        return {one.custom_id: one for one in read(whole, self.clock)}

    def cost(self, item: Item, result: ItemResult | None) -> Amount:
        """What a request cost: nothing where it did not succeed, and its reservation where nobody says how it ended."""
        if result is None:
            return item.reserved
        if result.answer is None:
            return Amount()
        usage = result.answer.usage
        return Amount(usage.total_tokens, self.prices.cost(item.model, usage, self.tariff))
