"""The bodies of requests."""

from __future__ import annotations

import json
from typing import Any

from ..server.refusal import Refused


def json_object(body: bytes) -> dict[str, Any]:
    """The object in a body. Raises Refused (400)."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not JSON") from None
    if not isinstance(fields, dict):
        raise Refused(400, "the body must be an object")
    return fields
