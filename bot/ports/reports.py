"""What reconciling needs from the provider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # every command imports the ports, and only two of `cost` need these
    from bot.core.cost.billed import CostLine, UsageLine


class UsageReports(Protocol):
    """What the provider says it billed an organisation, by day of UTC.

    Both methods take the days from `first` to `last` (included), and raise ReportsRefused where the key may not or
    there is no such report, ReportsLost where nothing came back this time.
    """

    def usage(self, first: date, last: date) -> Sequence[UsageLine]:
        """Tokens, by model, service tier, key and workspace."""
        ...

    def costs(self, first: date, last: date) -> Sequence[CostLine]:
        """Dollars, by workspace and by what they paid for."""
        ...
