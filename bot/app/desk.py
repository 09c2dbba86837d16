"""What a run works with: everything that reaches outside, built once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.app.books import Books
from bot.app.limiter import Limiter
from bot.core.pricing import PriceList
from bot.ports import AnswerStore, BatchApi, Clock, Observer, PrefixHistory, Provider, TokenCounter


@dataclass(frozen=True, slots=True)
class Desk:
    """What a review works with: built by bot/bootstrap or by a test.

    `books` are the run's part of the ledger. `limiters` hear, by provider, what responses say of a key's rate limits;
    without them each review has its own.
    """

    provider: Provider
    counter: TokenCounter
    prices: PriceList
    clock: Clock
    observer: Observer
    stop: threading.Event
    simulated: bool = False
    answers: AnswerStore | None = None
    history: PrefixHistory | None = None
    limiters: Mapping[str, Limiter] = field(default_factory=dict)
    batches: BatchApi | None = None
    books: Books = field(default_factory=Books)
