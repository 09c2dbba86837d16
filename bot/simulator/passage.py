"""An answer's way back to the client, and how a fault can strike it there: too late, lost, or cut short."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.simulator.api_error import ApiError
from bot.simulator.faults import Fault
from bot.simulator.wire import Wire, head, json_response

_GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


class Passage:
    """One answer's way over one connection. Every method raises ClientGone where the connection ends."""

    def __init__(
        self, wire: Wire, fault: Fault | None, headers: Mapping[str, str], hang_s: float, note: Callable[..., None]
    ) -> None:
        self._wire = wire
        self._fault = fault.kind if fault else ""
        self._delay = fault.argument if fault else 0.0
        self._headers = headers
        self._hang_s = hang_s
        self._note = note

    def opens(self, wait: float = 0.0) -> bool:
        """Wait until the answer begins. False where a gateway has answered in its place."""
        if self._fault == "hang":
            self._wire.stay_silent(self._hang_s)
        self._wire.pause(wait + self._delay)
        if self._fault in ("502", "504"):
            self._send_gateway_error()
            return False
        return True

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

    def _send_gateway_error(self) -> None:
        """It was done, but what stands before the API gave up on it."""
        self._note(status=int(self._fault))
        if self._fault == "504":
            error = ApiError(504, "timeout_error", "The request took too long to process.")
            self._wire.write(json_response(504, error.body(self._headers["request-id"]), self._headers))
            return
        page = {"content-type": "text/html", "content-length": str(len(_GATEWAY_PAGE))}
        self._wire.write(head(502, page) + _GATEWAY_PAGE)
