"""HTTP: one thread a connection, one request after another, each routed and logged."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.simulator import batch_routes
from bot.simulator.api_error import ApiError, invalid, not_found
from bot.simulator.batch_create import MAX_BATCH_BYTES
from bot.simulator.batch_routes import BatchCall, BatchRoutes
from bot.simulator.batch_work import BatchWork
from bot.simulator.batches import Batches
from bot.simulator.delivery import Delivery
from bot.simulator.engine import Engine
from bot.simulator.faults import Fault, Faults, Stage, door_error
from bot.simulator.log import RequestLog
from bot.simulator.models import MODELS
from bot.simulator.oauth import ACCESS_TOKEN_PREFIX, TOKEN_PATH, AccessTokens
from bot.simulator.options import SimulatorOptions
from bot.simulator.passage import Passage
from bot.simulator.platforms import called
from bot.simulator.request import Request
from bot.simulator.service import Service
from bot.simulator.wire import ClientGone, Wire, json_response

MAX_BODY_BYTES = 32 * 1024 * 1024
API_VERSIONS = ("2026-10-21", "2023-06-01")
_ORGANIZATION = "00000000-0000-4000-8000-5157157a4d00"
_READ_STEP_BYTES = 1 << 20


class State:
    """What all connections of one stand-in share."""

    def __init__(self, options: SimulatorOptions, now: Callable[[], float]) -> None:
        engine = Engine(options, now)
        self.options = options
        self.new_id = engine.new_id
        self.faults = Faults(options.script, options.faults, options.seed)
        self.service = Service(options, engine, self.faults, now)
        self.access_tokens = AccessTokens(options.access_token_lifetime_s, now)
        self.log = RequestLog()
        work = BatchWork(options, engine, self.log.note_batch_item)
        self.batches = Batches(work, options.batch_delay_s, engine.new_id, now)
        self.closing = threading.Event()


class Connection(BaseHTTPRequestHandler):
    """One client's connection. Subclassed with its `state` by the server."""

    state: State
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Prepare the streams and the wire."""
        super().setup()
        self._wire = Wire(self.connection, self.wfile, self.state.closing)

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer("GET")

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer("POST")

    def do_DELETE(self) -> None:
        """Answer a DELETE."""
        self._answer("DELETE")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's own name
        """Say nothing on stderr; the log is `RequestLog`."""

    def _answer(self, method: str) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/_simulator/"):
            self._send_own_page(path)
            return
        request_id = self.state.new_id("req")
        self._headers = {"request-id": request_id, "anthropic-organization-id": _ORGANIZATION}
        self._call = called(path)
        self._number = self.state.log.open(
            request_id, self._call.path or path, time.monotonic(), self._call.platform.name
        )
        try:
            self._route(method, self._call.path, self._body(self._call.path))
        except ApiError as error:
            refusal = self._call.platform.refusal(error, self._headers)
            self._note(status=refusal.status, error=refusal.kind)
            self._write(refusal.response)
        except ClientGone:
            self._note(delivered=False)
            self.close_connection = True

    def _route(self, method: str, path: str, body: bytes) -> None:
        if method == "POST" and path == TOKEN_PATH:
            self._send(self.state.access_tokens.exchange(self.headers, body))
            return
        tenant = self._tenant()
        self.state.batches.settle()
        batch_call = batch_routes.match(method, path)
        if batch_call is not None:
            self._batch_call(batch_call, body, tenant)
        elif method == "POST" and path == "/v1/messages":
            self._message(body, tenant)
        elif method == "POST" and path == "/v1/messages/count_tokens":
            self._send({"input_tokens": self.state.service.count(self._plain(body), tenant)})
        elif method == "GET" and path == "/v1/models":
            found = [model.describe() for model in MODELS.values()]
            self._send({"data": found, "has_more": False, "first_id": found[0]["id"], "last_id": found[-1]["id"]})
        elif method == "GET" and path.startswith("/v1/models/"):
            name = unquote(path.removeprefix("/v1/models/"))
            if name not in MODELS:
                raise not_found(f"model: {name}")
            self._send(MODELS[name].describe())
        else:
            raise not_found("Not Found")

    def _message(self, body: bytes, tenant: str) -> None:
        state = self.state
        turn = state.service.admit(self._plain(body), tenant, self._note_asked)
        self._note(usage=turn.charge, stop_reason=turn.answer.stop_reason)
        Delivery(turn, self._wire, state.service, state.options, self._call.platform, self._headers, self._note).run()

    def _batch_call(self, call: BatchCall, body: bytes, tenant: str) -> None:
        """Carry a call to the Message Batches API out, and answer, unless a fault strikes before or behind it."""
        state = self.state
        fault = state.faults.draw(call.name)
        self._note(fault=fault.text if fault else None)
        if fault is not None and fault.stage is Stage.DOOR:
            raise door_error(fault)
        routes = BatchRoutes(state.batches, tenant, f"http://{self.headers.get('host', 'localhost')}")
        response = routes.answer(call, urlsplit(self.path).query, body, self._headers)
        passage = Passage(self._wire, fault, state.options.hang_s, self._note)
        passage.opens()
        passage.begin()
        passage.send(response)

    def _note_asked(self, request: Request, fault: Fault | None) -> None:
        self._note(
            model=request.model.id,
            asked_as=self._call.platform.asked_as(self._call, request.model.id),
            streaming=request.stream,
            fault=fault.text if fault else None,
        )

    def _note(self, **changes: Any) -> None:
        """Note in the log; where an answer begins or ends, the time is added."""
        now = time.monotonic()
        if changes.get("begun"):
            changes["begun"] = now
        self.state.log.note(self._number, ended=now, **changes)

    def _body(self, path: str) -> bytes:
        if self.command != "POST":
            return b""
        length = self.headers.get("content-length", "")
        if not length.isdigit():
            self.close_connection = True
            raise invalid("A request needs a content-length")
        largest = MAX_BATCH_BYTES if path == batch_routes.ROOT else MAX_BODY_BYTES
        if int(length) > largest:
            self._discard(int(length))
            allowed = f"{largest // 1024 // 1024} MB"
            raise ApiError(413, "invalid_request_error", f"Request exceeds the maximum allowed size of {allowed}.")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ClientGone
        self._note(body_digest=hashlib.sha256(body).hexdigest(), body=body if self.state.options.keep_bodies else None)
        return body

    def _plain(self, body: bytes) -> bytes:
        """The body as the API itself would have got it, wherever it was sent."""
        return self._call.platform.body(body, self._call)

    def _discard(self, length: int) -> None:
        """Read on without keeping, so that the client hears the answer instead of a reset."""
        while length > 0:
            step = len(self.rfile.read(min(length, _READ_STEP_BYTES)))
            if step == 0:
                raise ClientGone
            length -= step

    def _tenant(self) -> str:
        """Whose request it is: platform, key or account, and workspace. Raises ApiError (401, 400)."""
        platform = self._call.platform
        key = platform.credential(self.headers)
        if not key:
            raise ApiError(401, "authentication_error", "authorization: header is required")
        if platform.takes_access_tokens and key.startswith(ACCESS_TOKEN_PREFIX):
            key = self.state.access_tokens.owner(key, self.headers)
        elif self.state.options.api_key and key != self.state.options.api_key:
            raise ApiError(401, "authentication_error", "invalid API key")
        version = self.headers.get("anthropic-version")
        if platform.needs_version_header and version is None:
            raise invalid("anthropic-version: header is required")
        if platform.needs_version_header and version not in API_VERSIONS:
            raise invalid(f'anthropic-version: "{version}" is not a valid version')
        return f"{platform.name} {self._call.account or key} {self.headers.get('anthropic-workspace-id', '')}"

    def _send(self, body: Any) -> None:
        self._note(status=200, delivered=True)
        self._wire.write(json_response(200, body, self._call.platform.headers(self._headers)))

    def _send_own_page(self, path: str) -> None:
        log = self.state.log
        self.state.batches.settle()
        pages: dict[str, Callable[[], Any]] = {
            "/_simulator/totals": log.totals,
            "/_simulator/log": lambda: [record.as_json() for record in log.records()],
            "/_simulator/batch_items": lambda: [asdict(item) for item in log.batch_items()],
        }
        if path in pages:
            self._write(json_response(200, pages[path](), {}))
        else:
            self._write(json_response(404, {"error": f"there are {', '.join(pages)}"}, {}))

    def _write(self, response: bytes) -> None:
        try:
            self._wire.write(response)
        except ClientGone:
            self.close_connection = True
