"""Why an attempt at a model failed, and what follows from it: one row a kind.

The retry policy reads `retry`, the budget reads `billing`. Sources: the API's error reference and the
SDK's exception classes (docs/architecture.md names the versions).
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
    SPEND_LIMIT = "spend_limit"
    BAD_REQUEST = "bad_request"
    TOO_LARGE = "too_large"
    NOT_PERMITTED = "not_permitted"
    NOT_FOUND = "not_found"
    BUDGET_USD = "budget_usd"
    BUDGET_TOKENS = "budget_tokens"
    OVERRUN = "overrun"
    DEADLINE = "deadline"
    STOPPED = "stopped"


class Billing(StrEnum):
    """What an attempt without usage may have cost."""

    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows from a failure: is it tried again, may it have been billed, does it end the whole run."""

    retry: bool
    billing: Billing
    ends_run: bool
    meaning: str


RULES: dict[FailureKind, Rule] = {
    FailureKind.RATE_LIMITED: Rule(True, Billing.NOTHING, False, "429: the key's rate limit; wait as asked"),
    FailureKind.OVERLOADED: Rule(True, Billing.NOTHING, False, "529 or 503: the service is full"),
    FailureKind.SERVER_ERROR: Rule(True, Billing.NOTHING, False, "500 with the API's own error body"),
    FailureKind.GATEWAY_ERROR: Rule(True, Billing.UNKNOWN, False, "502, 504 or no API body: the model may have run"),
    FailureKind.NEVER_SENT: Rule(True, Billing.NOTHING, False, "no connection was made"),
    FailureKind.CONNECTION_LOST: Rule(True, Billing.UNKNOWN, False, "reset or cut before the usage came back"),
    FailureKind.TIMED_OUT: Rule(True, Billing.UNKNOWN, False, "silent for too long, or past the request's deadline"),
    FailureKind.BROKEN_STREAM: Rule(True, Billing.UNKNOWN, False, "an error event inside a stream that had begun"),
    FailureKind.SPEND_LIMIT: Rule(False, Billing.NOTHING, True, "a spend limit of the organisation or the key"),
    FailureKind.BAD_REQUEST: Rule(False, Billing.NOTHING, False, "400: the API refuses the request as it is"),
    FailureKind.TOO_LARGE: Rule(False, Billing.NOTHING, False, "413: the request is too large"),
    FailureKind.NOT_PERMITTED: Rule(False, Billing.NOTHING, True, "401, 402 or 403: key, billing or permission"),
    FailureKind.NOT_FOUND: Rule(False, Billing.NOTHING, True, "404: the model or the address does not exist"),
    FailureKind.BUDGET_USD: Rule(False, Billing.NOTHING, False, "the budget in dollars does not cover it"),
    FailureKind.BUDGET_TOKENS: Rule(False, Billing.NOTHING, False, "the budget in tokens does not cover it"),
    FailureKind.OVERRUN: Rule(False, Billing.NOTHING, False, "an answer cost more than its reservation"),
    FailureKind.DEADLINE: Rule(False, Billing.NOTHING, False, "the run's own deadline has passed"),
    FailureKind.STOPPED: Rule(False, Billing.UNKNOWN, True, "interrupted while the call was under way"),
}
