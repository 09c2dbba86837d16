"""A row of the ledger as something that is billed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.core.ledger.entry import Entry, Opening, RunFacts, State
from bot.core.savings import Saved
from bot.core.usage import Usage

_HOUR = timedelta(hours=1)

VENDORS = {"anthropic": "Anthropic", "aws": "Amazon Web Services", "google": "Google Cloud"}
"""Who sells and bills, by the platform of a tariff."""

SERVICES = {"anthropic": "Claude API", "aws": "Amazon Bedrock", "google": "Vertex AI"}


@dataclass(frozen=True, slots=True)
class Charge:
    """What a row costs, and what for. `is_estimate`: its usage never came back, so its reservation is charged."""

    run: RunFacts
    opening: Opening
    state: State
    outcome: str
    usage: Usage
    cost_usd: Decimal
    unsettled_usd: Decimal
    unsettled_tokens: int
    latency_ms: int
    request_id: str | None
    saved: Saved

    @property
    def spent_usd(self) -> Decimal:
        """What counts against budgets, and what an export bills."""
        return self.cost_usd + self.unsettled_usd

    @property
    def list_usd(self) -> Decimal:
        """What it would have cost at the live price, without the discount of a batch; never less than what it cost."""
        return self.spent_usd + max(self.saved.batch, Decimal(0))

    @property
    def is_estimate(self) -> bool:
        """Whether nobody knows what was really used."""
        return self.state is not State.SETTLED

    @property
    def is_billed(self) -> bool:
        """Whether there is anything to bill: it cost something, or used something."""
        return bool(self.spent_usd or self.usage.total_tokens or self.unsettled_tokens)

    @property
    def tokens(self) -> int | None:
        """What was used, all kinds together; None where nobody knows."""
        return None if self.is_estimate else self.usage.total_tokens

    @property
    def vendor(self) -> str:
        """Who sells it: the platform's company, else the platform's own name."""
        platform = self.opening.platform
        said = (name for name in (platform, self.opening.provider) if name.strip())
        return VENDORS.get(platform, next(said, "unnamed"))

    @property
    def publisher(self) -> str:
        """Who made the model: Anthropic for Claude wherever it is sold, else whoever sells it."""
        return VENDORS["anthropic"] if "claude" in self.opening.model.lower() else self.vendor

    @property
    def service(self) -> str:
        """What was bought."""
        return SERVICES.get(self.opening.platform, f"{self.vendor} models")

    @property
    def account(self) -> str:
        """Whose bill it is on, as far as a ledger knows: the provider, and the name of the key's variable."""
        return "/".join(part for part in (self.opening.provider, self.opening.key) if part.strip()) or self.vendor

    @property
    def mode(self) -> str:
        """The price it was bought at: 'batch' or 'live'."""
        return "batch" if self.opening.batch else "live"

    @property
    def description(self) -> str:
        """The charge in a line, such as 'review of 6 hunks by claude-sonnet-5 (batch)'."""
        hunks = f"{self.opening.hunks} hunk{'' if self.opening.hunks == 1 else 's'}"
        ending = ", estimated: its usage never came back" if self.is_estimate else ""
        return f"{self.opening.feature or 'request'} of {hunks} by {self.opening.model} ({self.mode}){ending}"

    @property
    def hour(self) -> tuple[datetime, datetime]:
        """The hour in UTC in which it began: from, and to (excluded)."""
        start = self.opening.at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return start, start + _HOUR

    @property
    def month(self) -> tuple[datetime, datetime]:
        """The calendar month in UTC in which it began: from, and to (excluded)."""
        start = self.hour[0].replace(day=1, hour=0)
        return start, (start + timedelta(days=32)).replace(day=1)


def charge_of(row: Entry) -> Charge:
    """A row as it counts now: an open reservation with its worst case."""
    opening, ending = row.opening, row.settlement
    if ending is None:
        nothing, saved = Usage(), Saved()
        return Charge(
            row.run,
            opening,
            State.OPEN,
            State.OPEN.value,
            nothing,
            Decimal(0),
            opening.reserved_usd,
            opening.reserved_tokens,
            0,
            None,
            saved,
        )
    return Charge(
        row.run,
        opening,
        ending.state,
        ending.outcome,
        ending.usage,
        ending.cost_usd,
        ending.unsettled_usd,
        ending.unsettled_tokens,
        ending.latency_ms,
        ending.request_id,
        ending.saved,
    )
