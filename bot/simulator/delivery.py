"""How an answer reaches the client, or does not: at its pace, whole or streamed, or cut short by a fault.

Whatever happens here, the turn is charged: the model has run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.simulator import events
from bot.simulator.faults import IN_STREAM, Fault, door_error
from bot.simulator.options import SimulatorOptions
from bot.simulator.passage import Passage
from bot.simulator.platforms import Platform
from bot.simulator.service import Service
from bot.simulator.turn import Turn
from bot.simulator.wire import Wire, chunk, head, json_response

_STREAM_HEADERS = {"cache-control": "no-cache", "transfer-encoding": "chunked"}


class Delivery:
    """Sends one turn's answer over one connection, and notes in the log how far it came."""

    def __init__(
        self,
        turn: Turn,
        wire: Wire,
        service: Service,
        options: SimulatorOptions,
        platform: Platform,
        headers: Mapping[str, str],
        note: Callable[..., None],
    ) -> None:
        self._turn = turn
        self._wire = wire
        self._service = service
        self._options = options
        self._platform = platform
        self._headers = dict(headers)
        self._note = note
        self._fault = turn.fault.kind if turn.fault else ""
        self._passage = Passage(wire, turn.fault, options.hang_s, note)

    def run(self) -> None:
        """Deliver. Raises ClientGone where the connection ends before the answer does, and ApiError for a gateway's."""
        self._passage.opens(self._wait())
        self._headers.update(self._service.begin(self._turn))
        self._note(begun=True)
        self._passage.begin()
        if self._turn.request.stream:
            self._send_stream()
        else:
            self._wire.pause(self._seconds_for(self._turn.answer.output_tokens))
            self._passage.send(json_response(200, events.message(self._turn), self._platform.headers(self._headers)))

    def _wait(self) -> float:
        """Seconds until the answer begins."""
        wait = self._options.time_to_first_token_s
        if self._turn.finds_no_prefix:
            wait += self._options.slow_leader_s
        return wait

    def _send_stream(self) -> None:
        """Send the events; the first alone, so that it is seen before the rest is made."""
        self._note(status=200)
        first, *rest = map(self._platform.frame, events.stream(self._turn))
        headers = {
            "content-type": self._platform.stream_type,
            **_STREAM_HEADERS,
            **self._platform.headers(self._headers),
        }
        self._wire.write(head(200, headers) + chunk(first))
        if self._fault in ("cut", "stall", *IN_STREAM):
            rest = rest[: len(rest) // 2]
        pause = self._seconds_for(self._turn.answer.output_tokens) / max(1, len(rest))
        if pause:
            for one in rest[:-1]:
                self._wire.pause(pause)
                self._wire.chunk(one)
            self._wire.pause(pause)
            rest = rest[-1:]
        self._end_stream(b"".join(map(chunk, rest)))

    def _end_stream(self, last: bytes) -> None:
        if self._fault in ("cut", "stall"):
            self._wire.write(last)
            self._passage.break_off()
        if self._fault in IN_STREAM:
            error = door_error(Fault(IN_STREAM[self._fault]))
            framed = self._platform.error_in_stream(error, self._headers["request-id"])
            self._wire.write(last + chunk(framed) + chunk(b""))
            return
        self._note(delivered=True)
        self._wire.write(last + chunk(b""))

    def _seconds_for(self, tokens: int) -> float:
        rate = self._options.tokens_per_second
        return tokens / rate if rate > 0 else 0.0
