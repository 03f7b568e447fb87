"""Read fields of a reply tolerantly: nothing here raises."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def table(value: object) -> dict[str, Any]:
    """A JSON object, empty where it is none."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[dict[str, Any]]:
    """The objects in a JSON list, empty where it is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def number(value: object) -> int:
    """A count, which may have come as text."""
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return 0


def moment(value: object) -> datetime | None:
    """
    A time in UTC: seconds since the epoch, or of feedbacks ISO without a zone.

    See docs/services/dify.md#feedback, row D20.
    """
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    return found.replace(tzinfo=found.tzinfo or UTC)
