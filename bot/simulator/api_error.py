"""The API's own error answers: status, JSON body and headers, as api clients of version 2026-10-21 read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class ApiError(Exception):
    """A request that is answered with an error instead of a message.

    `kind` is the API's `error.type`; `code` becomes `error.details.error_code`, which is how clients tell a
    spend limit from a rate limit.
    """

    status: int
    kind: str
    message: str
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status} {self.kind}: {self.message}"

    def body(self, request_id: str) -> dict[str, Any]:
        """The JSON body of the answer."""
        error: dict[str, Any] = {"type": self.kind, "message": self.message}
        if self.code is not None:
            error["details"] = {"error_code": self.code}
        return {"type": "error", "error": error, "request_id": request_id}


def invalid(message: str) -> ApiError:
    """400: the request as it stands is wrong; `message` begins with the path of what is wrong where there is one."""
    return ApiError(400, "invalid_request_error", message)


def not_found(message: str) -> ApiError:
    """404: no such path or model."""
    return ApiError(404, "not_found_error", message)
