"""What a run works with: everything that reaches outside, built once."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from bot.core.pricing import PriceList
from bot.ports import AnswerStore, BatchApi, Clock, Observer, PrefixHistory, Provider, TokenCounter


@dataclass(frozen=True, slots=True)
class Desk:
    """What a review works with: built by bot/bootstrap or by a test."""

    provider: Provider
    counter: TokenCounter
    prices: PriceList
    clock: Clock
    observer: Observer
    stop: threading.Event
    simulated: bool = False
    answers: AnswerStore | None = None
    history: PrefixHistory | None = None
    batches: BatchApi | None = None
