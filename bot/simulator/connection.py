"""HTTP: one thread a connection, one request after another, each routed and logged."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.simulator import batch_routes
from bot.simulator.api_error import ApiError, invalid, not_found
from bot.simulator.batch_create import MAX_BATCH_BYTES
from bot.simulator.batch_routes import BatchRoutes
from bot.simulator.delivery import Delivery
from bot.simulator.faults import Fault, Stage, door_error
from bot.simulator.models import MODELS
from bot.simulator.oauth import TOKEN_PATH
from bot.simulator.organization import routes as admin_routes
from bot.simulator.passage import Passage
from bot.simulator.platforms import called
from bot.simulator.request import Request
from bot.simulator.state import State
from bot.simulator.tenant import Tenant
from bot.simulator.wire import ClientGone, Wire, json_response

MAX_BODY_BYTES = 32 * 1024 * 1024
_READ_STEP_BYTES = 1 << 20


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
        self._headers = {"request-id": request_id}
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
        state = self.state
        if method == "POST" and path == TOKEN_PATH:
            granted = state.door.access_tokens.exchange(self.headers, body)
            Passage(self._wire, None, state.options.hang_s, self._note).send(self._json(granted))
            return
        report = admin_routes.match(method, path)
        if report is not None:
            self._report(report)
            return
        tenant = state.door.tenant(self._call, self.headers)
        self._headers["anthropic-organization-id"] = tenant.organization_id
        self._note(organization=tenant.organization_id, workspace=tenant.workspace, key_id=tenant.key_id)
        state.batches.settle()
        batch_call = batch_routes.match(method, path)
        if batch_call is not None:
            routes = BatchRoutes(state.batches, tenant, f"http://{self.headers.get('host', 'localhost')}")
            query = urlsplit(self.path).query
            self._reply(batch_call.name, lambda: routes.answer(batch_call, query, body, self._headers))
        elif method == "POST" and path == "/v1/messages":
            self._message(body, tenant)
        elif method == "POST" and path == "/v1/messages/count_tokens":
            self._reply("count_tokens", lambda: self._json(state.service.count(self._plain(body), tenant)))
        elif method == "GET" and (path == "/v1/models" or path.startswith("/v1/models/")):
            self._reply("models", lambda: self._json(_models(path)))
        else:
            raise not_found("Not Found")

    def _report(self, name: str) -> None:
        """What an administrator asks for: what was charged, by everything that is due by now."""
        state = self.state
        organization = state.admin.organization(self._call, self.headers)
        state.batches.settle()
        query = urlsplit(self.path).query
        self._reply(name, lambda: self._json(state.admin.answer(name, query, organization)))

    def _message(self, body: bytes, tenant: Tenant) -> None:
        state = self.state
        turn = state.service.admit(self._plain(body), tenant, self._note_asked)
        billed = state.dates.now().timestamp()
        self._note(admitted=True, usage=turn.charge, stop_reason=turn.answer.stop_reason, billed=billed)
        Delivery(turn, self._wire, state.service, state.options, self._call.platform, self._headers, self._note).run()

    def _reply(self, call: str, respond: Callable[[], bytes]) -> None:
        """Carry out a call that no model answers, unless a fault turns it away; a fault may also strike its answer."""
        fault = self.state.faults.draw(call)
        self._note(fault=fault.text if fault else None)
        if fault is not None and fault.stage is Stage.DOOR:
            raise door_error(fault)
        response = respond()
        passage = Passage(self._wire, fault, self.state.options.hang_s, self._note)
        passage.opens()
        passage.begin()
        passage.send(response)

    def _json(self, body: Any) -> bytes:
        return json_response(200, body, self._call.platform.headers(self._headers))

    def _note_asked(self, request: Request, fault: Fault | None) -> None:
        self._note(
            model=request.model.id,
            limit_class=request.model.limit_class,
            asked_as=self._call.platform.asked_as(self._call, request.model.id),
            streaming=request.stream,
            fault=fault.text if fault else None,
        )

    def _note(self, **changes: Any) -> None:
        """Note in the log; what happens at a moment is given its time."""
        now = time.monotonic()
        for moment in ("admitted", "begun"):
            if moment in changes:
                changes[moment] = now
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

    def _send_own_page(self, path: str) -> None:
        self.state.batches.settle()
        pages = self.state.pages()
        if path in pages:
            self._write(json_response(200, pages[path](), {}))
        else:
            self._write(json_response(404, {"error": f"there are {', '.join(pages)}"}, {}))

    def _write(self, response: bytes) -> None:
        try:
            self._wire.write(response)
        except ClientGone:
            self.close_connection = True


def _models(path: str) -> dict[str, Any]:
    """All models, or the one that the path names. Raises ApiError (404)."""
    if path == "/v1/models":
        found = [model.describe() for model in MODELS.values()]
        return {"data": found, "has_more": False, "first_id": found[0]["id"], "last_id": found[-1]["id"]}
    name = unquote(path.removeprefix("/v1/models/"))
    if name not in MODELS:
        raise not_found(f"model: {name}")
    return MODELS[name].describe()
