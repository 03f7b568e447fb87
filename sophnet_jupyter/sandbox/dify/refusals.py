"""
Dify's error replies: ``{"code", "message", "status"}`` with the HTTP status.

See docs/services/dify.md#errors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response


class Refused(Exception):
    """Raised anywhere below a route of the app; `door.Door` turns it into an error reply."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        params: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "status": status}
        if params:
            self.body["params"] = params
        self.headers = headers

    def response(self) -> Response:
        return answer(self.body, self.status, headers=self.headers)


def answer(
    value: object, status: int = 200, *, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON answer, typed as the service types it."""
    return Response(
        encoded(value),
        status,
        dict(headers or {}),
        media_type="application/json; charset=utf-8",
    )


def encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="replace")


def invalid(message: str, params: str = "") -> Refused:
    return Refused(400, "invalid_param", message, params=params)


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request. Raises `Refused`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, "unsupported_media_type", "Content-Type must be application/json")
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refused(400, "bad_request", "Failed to decode JSON object") from None
    if not isinstance(body, dict):
        raise Refused(400, "bad_request", "The body is not a JSON object")
    return body


def user_of(body: Mapping[str, Any]) -> str:
    """The ``user`` that every JSON body must have. Raises `Refused`."""
    user = body.get("user")
    if not isinstance(user, str) or not user:
        raise invalid("Arg user must be provided.")
    return user


def whole_number(request: Request, name: str, default: int, low: int, high: int) -> int:
    """A number of the query, within its bounds. Raises `Refused`."""
    said = request.query_params.get(name, str(default))
    if not said.isascii() or not said.isdecimal() or not low <= int(said) <= high:
        raise invalid(f"{name} must be in range of {low} to {high}", name)
    return int(said)
