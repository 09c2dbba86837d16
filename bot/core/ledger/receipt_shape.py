"""What an import reads of a receipt, checked field by field: a receipt comes from a file that anybody may have written.

Fields that are not read are not looked at, so that a receipt of a later minor change can still be imported.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from bot.core.money import DIGITS

MOST_USD = Decimal(1_000_000)
"""More than that in one figure is no receipt of a review; nine times as much is what 64 bits of a ledger hold."""

_MOST_COUNT = 10**12
_MOST_NUMBER = 2**31 - 1
_MOST_TEXT = 1_000
_MOST_REASON = 20_000
"""A request's reason names the rules of all its hunks."""
_FIRST_YEAR = 2023
"""Before it there was no API to be billed by."""


def _storable(text: str) -> str:
    """Databases keep neither a NUL nor half a surrogate pair."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("it holds a character that no database keeps")
    return text


def _dollars(value: Any) -> Decimal:
    """An exact amount from the receipt's text; a number would have been rounded already."""
    if not isinstance(value, str):
        raise ValueError("dollars are a text, like '0.0125'")  # noqa: TRY004  # pydantic wants a ValueError
    whole, _, rest = value.removeprefix("-").partition(".")
    if not (whole + rest).isascii() or not whole.isdigit() or (rest and not rest.isdigit()) or value.endswith("."):
        raise ValueError("dollars are a plain decimal, like '0.0125'")
    if len(whole) + len(rest) > 2 * _MOST_DIGITS:
        raise ValueError("it has more digits than any amount of dollars")
    amount = Decimal(value)
    if len(rest.rstrip("0")) > DIGITS:
        raise ValueError(f"it is finer than {DIGITS} places after the point")
    if abs(amount) > MOST_USD:
        raise ValueError(f"it is more than {MOST_USD:,} dollars")
    return amount


_MOST_DIGITS = 20


def _not_negative(amount: Decimal) -> Decimal:
    if amount < 0:
        raise ValueError("it is negative")
    return amount


def _readable(path: Any) -> Any:
    """A path's stray bytes are surrogate escapes, which are no text to pydantic; its name's ending is what counts."""
    return path.encode(errors="replace").decode() if isinstance(path, str) else path


def _moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError("a time is a text, like '2026-11-26T12:00:00Z'")  # noqa: TRY004  # as above
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("the time has no zone")
    if moment.year < _FIRST_YEAR:
        raise ValueError(f"the time is before {_FIRST_YEAR}")
    return moment.astimezone(UTC)


Text = Annotated[str, StringConstraints(max_length=_MOST_TEXT), AfterValidator(_storable)]
Name = Annotated[Text, StringConstraints(min_length=1)]
Count = Annotated[int, Field(ge=0, le=_MOST_COUNT)]
Number = Annotated[int, Field(ge=1, le=_MOST_NUMBER)]
Difference = Annotated[Decimal, BeforeValidator(_dollars)]
Dollars = Annotated[Difference, AfterValidator(_not_negative)]
Moment = Annotated[datetime, BeforeValidator(_moment)]


class _Part(BaseModel):
    """Of exactly these types; an error never repeats what stood there."""

    # Every run imports this, and only those that write a ledger read a receipt: they pay for building the checks.
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True)


class RunPart(_Part):
    """Which run it was, and when."""

    id: Name
    began: Moment
    ended: Moment


class TargetPart(_Part):
    """What was reviewed, and whose it is."""

    repo: Text | None = None
    pull_request: Number | None = None
    head_sha: Text | None = None
    author: Text | None = None
    team: Text | None = None


class PromptPart(_Part):
    """Which prompt was sent."""

    hash: Text


class FindingPart(_Part):
    """What is counted of a finding."""

    path: Annotated[str, BeforeValidator(_readable)]
    severity: Text
    category: Text
    fingerprint: Name


class DeliveryPart(_Part):
    """What reached the pull request."""

    posted: tuple[Name, ...] = Field((), strict=False)
    addressed: tuple[Name, ...] = Field((), strict=False)


class SkippedPart(_Part):
    """What was left out."""

    reason: Text
    hunks: Count


class CoveragePart(_Part):
    """What was looked at."""

    hunks: Count
    reviewed: Count
    reused: Count
    duplicates: Count
    skipped: tuple[SkippedPart, ...] = Field(strict=False)


class SavedPart(_Part):
    """What each means saved."""

    prompt_cache: Difference = Decimal(0)
    reuse: Difference = Decimal(0)
    duplicates: Difference = Decimal(0)
    routing: Difference = Decimal(0)
    batch: Difference = Decimal(0)


class CostPart(_Part):
    """The receipt's sums."""

    total_usd: Dollars
    unsettled_usd: Dollars
    saved_usd: SavedPart


class UsagePart(_Part):
    """Tokens by kind."""

    input_tokens: Count
    cache_write_5m_tokens: Count
    cache_write_1h_tokens: Count
    cache_read_tokens: Count
    output_tokens: Count
    thinking_tokens: Count
    total_tokens: Count | None = None


class CallPart(_Part):
    """One attempt. What older receipts do not say is None or empty."""

    id: Name | None = None
    at: Moment | None = None
    model: Name
    tier: Text
    why: Annotated[str, StringConstraints(max_length=_MOST_REASON), AfterValidator(_storable)]
    hunks: Count
    attempt: Number
    outcome: Name
    request_id: Text | None
    latency_ms: Count
    usage: UsagePart
    cost_usd: Dollars
    unsettled_usd: Dollars
    unsettled_tokens: Count
    feature: Text = "review"
    provider: Text = "anthropic"
    batch: bool = False
    key: Text = ""
    platform: Text = "anthropic"
    kinds: dict[Text, Count] = Field(default_factory=dict)
    saved_usd: SavedPart = SavedPart()


class RoutingPart(_Part):
    """How hunks found their models."""

    mode: Text


class ReceiptPart(_Part):
    """A whole receipt, as far as the ledger needs it."""

    schema_name: Literal["hunkwise.receipt/1"] = Field(alias="schema")
    status: Text
    simulated: bool
    run: RunPart | None = None
    target: TargetPart
    prompt: PromptPart
    findings: tuple[FindingPart, ...] = Field(strict=False)
    coverage: CoveragePart
    cost: CostPart
    usage: UsagePart
    routing: RoutingPart | None = None
    delivery: DeliveryPart = Field(default_factory=lambda: DeliveryPart(posted=(), addressed=()))
    calls: tuple[CallPart, ...] = Field(strict=False)
