"""What one response says of the rate limits: its `anthropic-ratelimit-*` and `retry-after` headers, as a value."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

REQUESTS, TOKENS, INPUT, OUTPUT = "requests", "tokens", "input-tokens", "output-tokens"
LIMIT_NAMES = (REQUESTS, TOKENS, INPUT, OUTPUT)
MINUTE = 60.0

_FAMILIES = ("haiku", "sonnet", "opus", "fable")
_ALL_OF_IT = 0.8
"""From this share of the limit on, a bucket is taken to hold all of it: `reset` comes in whole seconds."""


@dataclass(frozen=True, slots=True)
class LimitFacts:
    """One limit, in requests or tokens a minute: how many are left, and the seconds until all of them are again.

    Token remainders come rounded to 1000. `until_full` is None where `reset` was not given.
    """

    limit: int
    remaining: int
    until_full: float | None = None

    @property
    def holds(self) -> float:
        """What the bucket holds when it is full: a whole minute's worth, or less where less time is enforced."""
        if self.until_full is None:
            return float(self.limit)
        full = self.remaining + self.until_full * self.limit / MINUTE
        return full if 1 <= full < _ALL_OF_IT * self.limit else float(self.limit)


@dataclass(frozen=True, slots=True)
class RateFacts:
    """The limits that one response names, and the seconds after which it wants to be asked again."""

    limits: Mapping[str, LimitFacts] = field(default_factory=dict)
    retry_after: float | None = None


def rate_facts(headers: Mapping[str, str], now: datetime) -> RateFacts:
    """Read a response's headers (by lower-case name); whatever is nonsense counts as not given.

    `tokens` repeats the tightest of the token limits, so it is kept only where the two others are missing. Resets
    are counted from the response's own `date` where it has one, since clocks differ.
    """
    sent = _date(headers.get("date")) or now
    found = {name: facts for name in LIMIT_NAMES if (facts := _limit_facts(headers, name, sent)) is not None}
    if INPUT in found or OUTPUT in found:
        found.pop(TOKENS, None)
    return RateFacts(found, retry_after_of(headers, now))


def retry_after_of(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, by `retry-after-ms` or `retry-after` (seconds or a date: RFC 9110, 10.2.3); None for nonsense.

    A date is counted from the response's own where it has one, since clocks differ; it has no fractions, so that a
    second is added to be surely past it.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    moment = _date(text)
    if moment is not None:
        return max(0.0, (moment - (_date(headers.get("date")) or now)).total_seconds() + 1)
    return _number(text)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


def model_class(model: str) -> str:
    """The class of models that share their limits: the family's name, or the id itself of a stranger.

    Families are known within the ids of platforms, too: `us.anthropic.claude-haiku-5-5-v1:0` is of the class haiku.
    """
    words = re.split("[^a-z]+", model.lower())
    return next((family for family in _FAMILIES if family in words), model)


def _limit_facts(headers: Mapping[str, str], name: str, sent: datetime) -> LimitFacts | None:
    prefix = f"anthropic-ratelimit-{name}"
    limit, remaining = _count(headers.get(f"{prefix}-limit")), _count(headers.get(f"{prefix}-remaining"))
    if not limit or remaining is None:
        return None
    reset = _moment(headers.get(f"{prefix}-reset"))
    until_full = None if reset is None else max(0.0, (reset - sent).total_seconds())
    return LimitFacts(limit, min(limit, remaining), until_full)


def _count(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch("[0-9]{1,15}", text) else None


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
