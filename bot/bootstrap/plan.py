"""A target with its settings and its plan."""

from __future__ import annotations

from dataclasses import dataclass

from bot.app.options import Mode, Options
from bot.app.prepare import Prepared
from bot.core.pricing import PriceList
from bot.core.prompt.templates import Templates


@dataclass(frozen=True, slots=True)
class Plan:
    """A target with its settings and its plan: what quote prices and review runs; `simulated` against the stand-in.

    `team` is whom its cost is counted for, '' where nobody is known.
    """

    prepared: Prepared
    options: Options
    templates: Templates
    prices: PriceList
    simulated: bool = False
    team: str = ""

    @property
    def by_batch(self) -> bool:
        """Whether the settings have it wait for half the price."""
        mode = self.options.mode
        return mode is Mode.BATCH or (mode is Mode.AUTO and self.prepared.hunks_asked > self.options.auto_batch_hunks)
