"""JSON as the sandbox sends it, and the page of a gateway that is busy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

BUSY_PAGE = "<!doctype html><title>Gateway</title><h1>The page you asked for is busy</h1>"


def encoded(value: Any) -> bytes:
    """Compact JSON in UTF-8; half a surrogate pair, which has no bytes, becomes ``?``."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def json_response(
    value: Any, http: int = 200, *, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(encoded(value), http, dict(headers or {}), media_type="application/json")
