"""What goes wrong on purpose: rules that strike the first requests they fit, and are used up."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.e2e.github.exchange import Answer, Refused, Request


class ConnectionLost(Exception):
    """The connection ends without an answer."""


@dataclass
class _Rule:
    verb: str
    pattern: re.Pattern[str]
    times: int
    answer: Answer | None = None
    performed: bool = False
    do: Callable[[], object] | None = None

    def fits(self, request: Request) -> bool:
        return self.times > 0 and self.verb == request.verb and bool(self.pattern.search(request.address))


@dataclass
class Faults:
    """Rules in the order they were made; each request meets at most one. A pattern is looked for in its address."""

    _rules: list[_Rule] = field(default_factory=list)

    def answer(
        self,
        verb: str,
        pattern: str,
        status: int,
        message: str = "Server Error",
        *,
        performed: bool = False,
        times: int = 1,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Answer with an error; `performed`: after having done what was asked."""
        refusal = Refused(status, message).answer()
        refusal.headers |= headers or {}
        self._rules.append(_Rule(verb, re.compile(pattern), times, refusal, performed))

    def lose(self, verb: str, pattern: str, *, performed: bool = False, times: int = 1) -> None:
        """End the connection in place of an answer."""
        self._rules.append(_Rule(verb, re.compile(pattern), times, None, performed))

    def before(self, verb: str, pattern: str, do: Callable[[], object], *, times: int = 1) -> None:
        """Do something first, then answer as ever."""
        self._rules.append(_Rule(verb, re.compile(pattern), times, do=do))

    @property
    def left(self) -> int:
        """Strikes that have not met their request."""
        return sum(rule.times for rule in self._rules)

    def around(self, request: Request, perform: Callable[[], Answer]) -> Answer:
        """Perform a request, or let it go wrong."""
        rule = next((rule for rule in self._rules if rule.fits(request)), None)
        if rule is None:
            return perform()
        rule.times -= 1
        if rule.do is not None:
            rule.do()
            return perform()
        if rule.performed:
            perform()
        if rule.answer is None:
            raise ConnectionLost
        return rule.answer
