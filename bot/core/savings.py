"""What was not spent, and why."""

from __future__ import annotations

from dataclasses import dataclass
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
        # Written out: reports add tens of thousands of them up.
        return Saved(
            self.prompt_cache + other.prompt_cache,
            self.reuse + other.reuse,
            self.duplicates + other.duplicates,
            self.routing + other.routing,
            self.batch + other.batch,
        )
