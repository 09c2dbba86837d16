"""An answer's way back to the client, and how a fault can strike it there: too late, lost, or cut short."""

from __future__ import annotations

from collections.abc import Callable

from bot.simulator.api_error import ApiError
from bot.simulator.faults import Fault
from bot.simulator.wire import Wire

_GATEWAY_ERRORS = {
    "502": (502, "bad_gateway", "Bad Gateway"),
    "504": (504, "timeout_error", "The request took too long to process."),
}
"""It was done, but what stands before the API gave up on it."""


class Passage:
    """One answer's way over one connection. Every method raises ClientGone where the connection ends."""

    def __init__(self, wire: Wire, fault: Fault | None, hang_s: float, note: Callable[..., None]) -> None:
        self._wire = wire
        self._fault = fault.kind if fault else ""
        self._delay = fault.argument if fault else 0.0
        self._hang_s = hang_s
        self._note = note

    def opens(self, wait: float = 0.0) -> None:
        """Wait until the answer begins. Raises ApiError where a gateway answers in its place."""
        if self._fault == "hang":
            self._wire.stay_silent(self._hang_s)
        self._wire.pause(wait + self._delay)
        if self._fault in _GATEWAY_ERRORS:
            raise ApiError(*_GATEWAY_ERRORS[self._fault])

    def begin(self) -> None:
        """The first byte would go out now."""
        if self._fault == "reset":
            self._wire.reset()

    def send(self, response: bytes) -> None:
        """Send a whole response, or as much of it as arrives."""
        self._note(status=200)
        if self._fault in ("cut", "stall"):
            self._wire.write(response[: -len(response) // 4])
            self.break_off()
        self._note(delivered=True)
        self._wire.write(response)

    def break_off(self) -> None:
        """End in the middle: with a reset, or in silence."""
        if self._fault == "cut":
            self._wire.reset()
        self._wire.stay_silent(self._hang_s)
