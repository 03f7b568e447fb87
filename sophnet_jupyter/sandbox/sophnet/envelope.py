"""SophNet's error replies: a JSON envelope whose ``status`` is not 0."""

from __future__ import annotations

import time
from collections.abc import Mapping

from starlette.responses import Response

from ..server.replies import json_response


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
