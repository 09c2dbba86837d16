"""What workflow runs leave behind: archives with receipts in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

USUAL_NAME = "hunkwise-receipt*"
"""How the workflows in examples/workflows call them."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One archive at the code host. `size` is in bytes, packed; one that has `expired` cannot be had any more.

    `from_fork`: the run's code came from another repository, so that its author may have written what is in it.
    """

    id: int
    name: str
    size: int
    expired: bool
    created: datetime
    from_fork: bool = False
