"""What goes wrong on purpose: scripted for the first requests, or at random with a seed.

| kind | what the client meets | charged |
|---|---|---|
| 429[:seconds] | rate_limit_error with `retry-after` (1 s) | no |
| ramp[:seconds] | 429 ramp_limit_exceeded with `retry-after` | no |
| spend-cap | 429 enforced_spend_limit_reached | no |
| contract-cap | 429 contract_spend_limit_reached | no |
| usage-limit | 400, the limit a user has set | no |
| 402, 403, 404, 500, 503, 529 | the API's error with that status | no |
| 502, 504 | a gateway's error page; the model did run | yes |
| reset[:seconds] | connection reset before the first byte; the model did run | yes |
| cut | connection reset in the middle of the answer | yes |
| hang | silence, then nothing | yes |
| stall | silence in the middle of the answer | yes |
| stream-error | 200, then `event: error` in the stream (529 where not streamed) | yes (no) |
| stream-throttle | 200, then a rate_limit_error in the stream (429 where not streamed) | yes (no) |
| truncate | an answer that ends at max_tokens, half said | yes |
| refuse | stop_reason refusal | yes |
| garble | an answer that is not JSON | yes |
| slow[:seconds] | an answer that begins late (2 s) | yes |

A word alone speaks of requests for a message. With the name of another call in front (`create/reset`,
`results/cut`, `retrieve/404`) it speaks of that call: `count_tokens`, `models`, one of the Message Batches API,
or an administrator's (`usage_report`, `cost_report`).
There is no answer of a model to spoil there; what is lost on the wire was carried out all the same.

A storm (`529:30`) answers every request of every kind with one fault, for so long after the first request.
"""

from __future__ import annotations

import random
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.simulator.api_error import ApiError

OK = "ok"
MESSAGES = "messages"
OTHER_CALLS = (
    *("count_tokens", "models", "create", "list", "retrieve", "cancel", "delete", "results"),
    *("usage_report", "cost_report"),
)
"""The calls a fault can be meant for beside requests for a message; from `create` to `results` they are about batches,
the last two an administrator's."""
IN_STREAM = {"stream-error": "529", "stream-throttle": "429"}
"""Errors inside a stream, each with the one at the door that stands for it where nothing is streamed."""


class Stage(StrEnum):
    """Where a fault strikes: at the door, in what the model says, or on the way back."""

    DOOR = "door"
    ANSWER = "answer"
    WIRE = "wire"


STAGES: dict[str, Stage] = {
    **dict.fromkeys(
        ("429", "ramp", "spend-cap", "contract-cap", "usage-limit", "402", "403", "404", "500", "503", "529"),
        Stage.DOOR,
    ),
    **dict.fromkeys(("truncate", "refuse", "garble", "slow"), Stage.ANSWER),
    **dict.fromkeys(("502", "504", "reset", "cut", "hang", "stall", *IN_STREAM), Stage.WIRE),
}

_OF_MESSAGES_ONLY = ("truncate", "refuse", "garble", *IN_STREAM)

_DEFAULT_ARGUMENTS = {"429": 1.0, "ramp": 1.0, "slow": 2.0}

_DOOR_ERRORS = {
    "429": (429, "rate_limit_error", "This request would exceed your organization's rate limit.", None),
    "ramp": (429, "rate_limit_error", "Usage is growing faster than the ramp limit allows.", "ramp_limit_exceeded"),
    "spend-cap": (
        429,
        "rate_limit_error",
        "Your organization has reached its spend limit.",
        "enforced_spend_limit_reached",
    ),
    "contract-cap": (
        429,
        "rate_limit_error",
        "Your organization has reached the spend limit of its contract.",
        "contract_spend_limit_reached",
    ),
    "usage-limit": (400, "invalid_request_error", "You have reached your specified API usage limits.", None),
    "402": (402, "billing_error", "Your credit balance is too low to access the API.", None),
    "403": (403, "permission_error", "Your API key does not have permission to use this model.", None),
    "404": (404, "not_found_error", "Not found", None),
    "500": (500, "api_error", "Internal server error", None),
    "503": (503, "overloaded_error", "The service is temporarily unavailable", None),
    "529": (529, "overloaded_error", "Overloaded", None),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `argument` is in seconds where the kind has one."""

    kind: str
    argument: float = 0.0

    @property
    def stage(self) -> Stage:
        """Where it strikes."""
        return STAGES[self.kind]

    @property
    def text(self) -> str:
        """The fault as a script writes it."""
        return f"{self.kind}:{self.argument:g}" if self.argument else self.kind


class Storm:
    """One fault for everybody, from the first request on, for a while. Raises ValueError for a bad word."""

    def __init__(self, word: str, now: Callable[[], float]) -> None:
        kind, colon, seconds = word.rpartition(":")
        fault = _parse(kind, OTHER_CALLS[0]) if colon else None
        if fault is None or not seconds.replace(".", "", 1).isdigit():
            raise ValueError(f"a storm is written like 529:30, a fault and its seconds, not {word!r}")
        self._fault = fault
        self._seconds = float(seconds)
        self._now = now
        self._ends: float | None = None

    def fault(self) -> Fault | None:
        """The storm's fault while it lasts."""
        moment = self._now()
        if self._ends is None:
            self._ends = moment + self._seconds
        return self._fault if moment < self._ends else None


class Faults:
    """Decides, request by request, what goes wrong. Safe to use from many threads.

    Raises ValueError for an unknown kind, or for shares that add up to more than all requests.
    """

    def __init__(self, script: Iterable[str], shares: Iterable[str], seed: int, storm: Storm | None = None) -> None:
        self._storm = storm
        self._scripts: dict[str, deque[Fault | None]] = defaultdict(deque)
        for word in _words(script):
            call, word_alone = _addressed(word)
            self._scripts[call].append(_parse(word_alone, call))
        self._shares: dict[str, list[tuple[Fault, float]]] = defaultdict(list)
        for word in _words(shares):
            call, word_alone = _addressed(word)
            self._shares[call].append(_parse_share(word_alone, call))
        if any(sum(share for _, share in shares) > 1 for shares in self._shares.values()):
            raise ValueError("the shares of the faults add up to more than 1")
        self._random = random.Random(seed)  # noqa: S311 - reproducible faults, no secret
        self._lock = threading.Lock()

    def draw(self, call: str = MESSAGES) -> Fault | None:
        """The next fault for such a call: the storm's or the script's while they last, then a random one, or None."""
        with self._lock:
            if self._storm is not None and (fault := self._storm.fault()):
                return fault
            if self._scripts[call]:
                return self._scripts[call].popleft()
            shares = self._shares[call]
            if not shares:
                return None
            point = self._random.random()
        for fault, share in shares:
            if point < share:
                return fault
            point -= share
        return None


def door_error(fault: Fault) -> ApiError:
    """The error a fault at the door answers with."""
    status, kind, message, code = _DOOR_ERRORS[fault.kind]
    headers = {"retry-after": f"{fault.argument:g}"} if fault.argument else {}
    if fault.kind in ("429", "ramp", "500", "503", "529"):
        headers["x-should-retry"] = "true"
    return ApiError(status, kind, message, code, headers)


def _words(items: Iterable[str]) -> list[str]:
    return [word.strip() for item in items for word in item.split(",") if word.strip()]


def _addressed(word: str) -> tuple[str, str]:
    """The call a word is meant for, and the word without it."""
    call, slash, rest = word.partition("/")
    if not slash:
        return MESSAGES, word
    if call not in OTHER_CALLS:
        raise ValueError(f"unknown call {call!r} of the fault {word!r}; known are {', '.join(OTHER_CALLS)}")
    return call, rest


def _parse(word: str, call: str = MESSAGES) -> Fault | None:
    kind, _, argument = word.partition(":")
    if kind == OK:
        return None
    known = [name for name in STAGES if call == MESSAGES or name not in _OF_MESSAGES_ONLY]
    if kind not in known:
        raise ValueError(f"unknown fault {kind!r}; known here are {OK}, {', '.join(known)}")
    return Fault(kind, float(argument) if argument else _DEFAULT_ARGUMENTS.get(kind, 0.0))


def _parse_share(word: str, call: str) -> tuple[Fault, float]:
    name, _, share = word.partition("=")
    fault = _parse(name, call)
    if fault is None or not 0 <= float(share or "nan") <= 1:
        raise ValueError(f"a fault's share is written like 429=0.1, not {word!r}")
    return fault, float(share)
