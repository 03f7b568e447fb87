"""SophNet's way of saying no: a JSON envelope whose ``status`` is not 0."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response


class Refused(Exception):
    """Raised anywhere below a route; becomes an envelope with this HTTP status."""

    def __init__(
        self,
        http: int,
        message: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.http = http
        self.message = message
        self.status = status or http
        self.headers = headers


def encoded(value: Any) -> bytes:
    """Compact JSON in UTF-8; half a surrogate pair, which has no bytes, becomes ``?``."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def json_response(
    value: Any, http: int = 200, *, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(encoded(value), http, dict(headers or {}), media_type="application/json")


def envelope_response(
    http: int,
    message: str,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """
    An error answer.

    No table of codes is known: ``status`` is the HTTP status unless one has been seen.
    """
    body = {
        "status": status or http,
        "message": message,
        "result": None,
        "timestamp": time.time_ns() // 1_000_000,
    }
    return json_response(body, http, headers=headers)
