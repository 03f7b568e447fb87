"""What a cell of a rehearsed notebook has recorded, as facts for who presents it."""

from __future__ import annotations

import json
from typing import Any

from ...errors import SettingsError
from ...history.prices import Prices
from ...language import tr
from ...response import Response, fold
from ...settings import data_folder
from . import tapes

# Characters of an answer that say which one it is.
SHOWN = 80


def taken() -> str:
    """The calls that were recorded since this was asked last, as a JSON list."""
    tape = tapes.shared()
    calls, found = (tape.recorded, []) if tape else ([], [])
    while calls:
        asked, events = calls.pop(0)
        response = Response()
        for event in events:
            response = fold(response, event)
        found.append(_facts(asked.resource, response))
    return json.dumps(found)


def _facts(resource: str, response: Response) -> dict[str, Any]:
    media = [image.data for image in response.images] + [one.data for one in response.videos]
    media = [data for data in media if data]
    facts = {
        "resource": resource,
        "model": response.model,
        "tokens": response.usage.total_tokens if response.usage else None,
        "size": sum(map(len, media)),
        "sound": len(response.audio),
        "cost": _cost(response),
        "shows": " ".join(response.text.split())[:SHOWN],
    }
    if not facts["shows"] and media:
        facts["shows"] = tr("[{count} of {resource}]", count=len(media), resource=resource)
    return facts


def _cost(response: Response) -> str:
    try:
        found = Prices.read(data_folder()).cost(response)
    except (SettingsError, OSError):
        found = None
    return f"{found.amount:f} {found.currency}" if found else ""
