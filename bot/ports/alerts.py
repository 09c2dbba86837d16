"""What telling people of alerts needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # every command imports the ports, and only two of `cost` need these
    from bot.core.cost.alert import Alert


class AlertLog(Protocol):
    """Remembers what was told to whom, for all processes at once. Every method raises LedgerLost."""

    def claim(self, name: str, now: datetime) -> bool:
        """Take a delivery on; False where somebody else has it or it was made. Of any number of processes one gets it.

        A claim that was neither noted as delivered nor released in ten minutes (its process died) can be taken again.
        """
        ...

    def delivered(self, name: str, at: datetime, sentence: str) -> None:
        """Note that a claimed delivery was made; it cannot be claimed again."""
        ...

    def release(self, name: str) -> None:
        """Give a claim back, since the delivery failed; what was delivered stays so."""
        ...

    def when_delivered(self, names: Sequence[str]) -> Mapping[str, datetime]:
        """When each of these was delivered; those that were not are left out."""
        ...


class AlertTarget(Protocol):
    """Somebody to be told."""

    @property
    def label(self) -> str:
        """Who that is, without any secret; differs from that of every other target."""
        ...

    def deliver(self, alert: Alert) -> None:
        """Tell them; raises NotDelivered or CodeHostError where they may not have heard."""
        ...
