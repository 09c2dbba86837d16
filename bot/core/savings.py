"""What was not spent, and why."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Saved:
    """Dollars saved by each means, each against the bill after the one before it; estimates, may be negative.

    Of a call: without that means it would have cost so much more.
    """

    prompt_cache: Decimal = Decimal(0)
    reuse: Decimal = Decimal(0)
    duplicates: Decimal = Decimal(0)
    routing: Decimal = Decimal(0)
    batch: Decimal = Decimal(0)

    def __add__(self, other: Saved) -> Saved:
        return Saved(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Saved)))
