"""The parameters of a report, as strictly read as the API does, and the time they ask for in buckets and pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from bot.simulator.api_error import ApiError, invalid

WIDTHS = {"1m": timedelta(minutes=1), "1h": timedelta(hours=1), "1d": timedelta(days=1)}
LIMITS = {"1m": (60, 1440), "1h": (24, 168), "1d": (7, 31)}
"""Buckets on a page for each width: as many unless asked otherwise, and the most that can be asked for."""

_LISTED = "[]"
_SINGLE = frozenset({"starting_at", "ending_at", "bucket_width", "limit", "page"})


@dataclass(frozen=True, slots=True)
class Kinds:
    """What one report takes: its widths, what it can be grouped by, and its filters with their choices (() for any)."""

    widths: tuple[str, ...]
    groups: tuple[str, ...]
    filters: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Query:
    """A question that was understood. `filters` holds only those that were given."""

    starting_at: datetime
    ending_at: datetime
    width: str
    limit: int
    group_by: tuple[str, ...]
    filters: Mapping[str, frozenset[str]]

    def page(self) -> tuple[list[tuple[datetime, datetime]], str | None]:
        """The buckets of this page, and the token of the next one (None where this is the last)."""
        step = WIDTHS[self.width]
        starts = list(self._starts(step))
        shown, rest = starts[: self.limit], starts[self.limit :]
        return [(start, start + step) for start in shown], _token(rest[0]) if rest else None

    def _starts(self, step: timedelta) -> Iterator[datetime]:
        start = self.starting_at
        while start < self.ending_at:
            yield start
            start += step


def read_query(text: str, kinds: Kinds, now: datetime) -> Query:
    """A query string as a Query. Raises ApiError (400)."""
    given = _given(text, kinds)
    width = _choice("bucket_width", given.get("bucket_width", ["1d"])[-1], kinds.widths)
    since = _snapped(_moment("starting_at", given), width)
    until = min(_moment("ending_at", given, now), now)
    if "page" in given:
        since = _page_start(given["page"][-1])
    group_by = tuple(_choice("group_by", one, kinds.groups) for one in given.get("group_by", []))
    filters = {
        name: frozenset(_choice(name, one, allowed) if allowed else one for one in given[name])
        for name, allowed in kinds.filters.items()
        if name in given
    }
    return Query(since, until, width, _limit(given, width), group_by, filters)


def _given(text: str, kinds: Kinds) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    lists = {"group_by", *kinds.filters}
    for name, value in parse_qsl(text, keep_blank_values=True):
        plain = name.removesuffix(_LISTED)
        if not (name in _SINGLE or (name.endswith(_LISTED) and plain in lists)):
            raise invalid(f"{name}: Extra inputs are not permitted")
        given.setdefault(plain, []).append(value)
    return given


def _moment(name: str, given: Mapping[str, list[str]], otherwise: datetime | None = None) -> datetime:
    if name not in given:
        if otherwise is None:
            raise invalid(f"{name}: Field required")
        return otherwise
    try:
        moment = datetime.fromisoformat(given[name][-1])
    except ValueError:
        raise invalid(f"{name}: Input should be a valid datetime") from None
    if moment.tzinfo is None:
        raise invalid(f"{name}: Input should have timezone info")
    return moment.astimezone(UTC)


def _snapped(moment: datetime, width: str) -> datetime:
    """The start of the bucket that a moment falls into."""
    if width == "1d":
        return moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if width == "1h":
        return moment.replace(minute=0, second=0, microsecond=0)
    return moment.replace(second=0, microsecond=0)


def _choice(name: str, value: str, allowed: Collection[str]) -> str:
    if value not in allowed:
        raise invalid(f"{name}: Input should be {' or '.join(map(repr, allowed))}")
    return value


def _limit(given: Mapping[str, list[str]], width: str) -> int:
    usual, most = LIMITS[width]
    word = given.get("limit", [str(usual)])[-1]
    if not (word.isascii() and word.isdigit()):
        raise invalid("limit: Input should be a valid integer")
    if not 1 <= int(word) <= most:
        raise invalid(f"limit: Input should be between 1 and {most} for bucket_width {width}")
    return int(word)


def _token(start: datetime) -> str:
    return "page_" + base64.urlsafe_b64encode(start.isoformat().encode()).decode()


def _page_start(token: str) -> datetime:
    try:
        start = datetime.fromisoformat(base64.urlsafe_b64decode(token.removeprefix("page_")).decode())
    except (binascii.Error, ValueError):
        raise _bad_page() from None
    if start.tzinfo is None:
        raise _bad_page()
    return start


def _bad_page() -> ApiError:
    return invalid("page: Input should be the next_page of an earlier response")


def page_of(query: Query, rows: Callable[[datetime, datetime], list[dict[str, Any]]]) -> dict[str, Any]:
    """A page of a report as the API writes it; `rows` gives the results of a bucket."""
    buckets, following = query.page()
    return {
        "data": [
            {"starting_at": stamp(start), "ending_at": stamp(end), "results": rows(start, end)}
            for start, end in buckets
        ],
        "has_more": following is not None,
        "next_page": following,
    }


def stamp(moment: datetime) -> str:
    """A time as the API writes it."""
    return moment.isoformat().replace("+00:00", "Z")
