"""Why an attempt at a model failed, and what follows from it: one row a kind, and no second list anywhere.

Retry, Failover, the circuit breaker, the budget and the follow-up of a request each read their column here;
docs/failures.md is drawn from it. Sources: the API's error reference and the SDK's exception classes
(docs/architecture.md names the versions).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FailureKind(StrEnum):
    """How an attempt ended without an answer."""

    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    SERVER_ERROR = "server_error"
    GATEWAY_ERROR = "gateway_error"
    NEVER_SENT = "never_sent"
    CONNECTION_LOST = "connection_lost"
    TIMED_OUT = "timed_out"
    BROKEN_STREAM = "broken_stream"
    UNAVAILABLE = "unavailable"
    SPEND_LIMIT = "spend_limit"
    UNPAID = "unpaid"
    NOT_PERMITTED = "not_permitted"
    NOT_FOUND = "not_found"
    BAD_REQUEST = "bad_request"
    TOO_LARGE = "too_large"
    BUDGET_USD = "budget_usd"
    BUDGET_TOKENS = "budget_tokens"
    OVERRUN = "overrun"
    LEDGER_LOST = "ledger_lost"
    DEADLINE = "deadline"
    STOPPED = "stopped"


class Then(StrEnum):
    """What may follow a failure. A row lists what is tried, first to last; what comes after the last is a stop.

    RETRY asks the same provider again after a wait. FAIL_OVER asks the next provider of the chain, where there is
    one. SHRINK asks about fewer hunks at a time. STOP leaves the request's hunks out, with their reason and price.
    STOP_ALL ends the asking of the whole run.
    """

    RETRY = "retry"
    FAIL_OVER = "fail over"
    SHRINK = "shrink"
    STOP = "stop"
    STOP_ALL = "stop the run"


class Billing(StrEnum):
    """What an attempt without usage may have cost."""

    NOTHING = "nothing"
    UNKNOWN = "unknown"


class Sign(StrEnum):
    """What a failure says of the provider: UP where it did answer, NOTHING where it was not asked."""

    UP = "up"
    DOWN = "down"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: what follows, what it says of the provider, whether it may have been billed, and what it means."""

    then: tuple[Then, ...]
    sign: Sign
    billing: Billing
    meaning: str

    @property
    def retry(self) -> bool:
        """Whether the same provider is asked again."""
        return Then.RETRY in self.then

    @property
    def fails_over(self) -> bool:
        """Whether another provider may be asked instead."""
        return Then.FAIL_OVER in self.then

    @property
    def shrinks(self) -> bool:
        """Whether fewer hunks at a time may do."""
        return Then.SHRINK in self.then

    @property
    def ends_run(self) -> bool:
        """Whether nothing more is asked where this is the end of it."""
        return Then.STOP_ALL in self.then


_PASSING = (Then.RETRY, Then.FAIL_OVER, Then.STOP)
_ELSEWHERE = (Then.FAIL_OVER, Then.STOP)
_ELSEWHERE_OR_END = (Then.FAIL_OVER, Then.STOP_ALL)
_SMALLER = (Then.SHRINK, Then.STOP)
_OUT = (Then.STOP,)
_END = (Then.STOP_ALL,)

_UP, _DOWN, _MUTE = Sign.UP, Sign.DOWN, Sign.NOTHING
_FREE, _MAYBE = Billing.NOTHING, Billing.UNKNOWN

RULES: dict[FailureKind, Rule] = {
    FailureKind.RATE_LIMITED: Rule(_PASSING, _UP, _FREE, "429: the key's rate limit; wait as asked"),
    FailureKind.OVERLOADED: Rule(_PASSING, _DOWN, _FREE, "529 or 503: the service is full"),
    FailureKind.SERVER_ERROR: Rule(_PASSING, _DOWN, _FREE, "500 with the API's own error body"),
    FailureKind.GATEWAY_ERROR: Rule(_PASSING, _DOWN, _MAYBE, "502, 504 or no API body: the model may have run"),
    FailureKind.NEVER_SENT: Rule(_PASSING, _DOWN, _FREE, "no connection was made"),
    FailureKind.CONNECTION_LOST: Rule(_PASSING, _DOWN, _MAYBE, "reset or cut before the usage came back"),
    FailureKind.TIMED_OUT: Rule(_PASSING, _DOWN, _MAYBE, "silent for too long, or past the request's deadline"),
    FailureKind.BROKEN_STREAM: Rule(_PASSING, _DOWN, _MAYBE, "an error event inside a stream that had begun"),
    FailureKind.UNAVAILABLE: Rule(_ELSEWHERE, _MUTE, _FREE, "the circuit breaker is open: the provider is down"),
    FailureKind.SPEND_LIMIT: Rule(_END, _UP, _FREE, "a spend limit of the organisation or the key"),
    FailureKind.UNPAID: Rule(_END, _UP, _FREE, "402: billing of the account"),
    FailureKind.NOT_PERMITTED: Rule(_ELSEWHERE_OR_END, _UP, _FREE, "401 or 403: key or permission"),
    FailureKind.NOT_FOUND: Rule(_ELSEWHERE_OR_END, _UP, _FREE, "404: the model or the address does not exist"),
    FailureKind.BAD_REQUEST: Rule(_OUT, _UP, _FREE, "400: the API refuses the request as it is"),
    FailureKind.TOO_LARGE: Rule(_SMALLER, _UP, _FREE, "413: the request is too large"),
    FailureKind.BUDGET_USD: Rule(_SMALLER, _MUTE, _FREE, "the budget in dollars does not cover it"),
    FailureKind.BUDGET_TOKENS: Rule(_SMALLER, _MUTE, _FREE, "the budget in tokens does not cover it"),
    FailureKind.OVERRUN: Rule(_OUT, _MUTE, _FREE, "an answer cost more than its reservation"),
    FailureKind.LEDGER_LOST: Rule(
        _END, _MUTE, _FREE, "the ledger does not answer: what cannot be recorded is not spent"
    ),
    FailureKind.DEADLINE: Rule(_OUT, _MUTE, _FREE, "the run's own deadline has passed"),
    FailureKind.STOPPED: Rule(_END, _MUTE, _MAYBE, "interrupted while the call was under way"),
}
