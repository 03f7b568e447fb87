"""The events of a stream, and their fields."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec

from sophnet_jupyter import events

from .writing import cell, documented, fields_of, page, table


def kinds() -> dict[str, Any]:
    """The events, and the values that stand in them, in the order of the source."""
    return {
        name: each
        for name, each in vars(events).items()
        if inspect.isclass(each)
        and each.__module__ == events.__name__
        and not name.startswith("_")
        and (issubclass(each, msgspec.Struct) or issubclass(each, tuple))
    }


def pages() -> dict[str, str]:
    """The page by its place below ``look-up/``."""
    parts = []
    for name, kind in kinds().items():
        parts += [f"## `{name}`", documented(kind)]
        rows = [
            (
                f"`{each}`",
                f"`{said}`".replace("|", "\\|"),
                f"`{usual}`" if usual else "",
                cell(words),
            )
            for each, (said, usual, words) in fields_of(kind).items()
        ]
        if rows:
            parts.append(table(("field", "type", "if not said", "what it is"), rows))
    return {
        "events.md": page(
            "Events",
            "What `stream` yields, in the order in which it happens. Each is a frozen value of "
            "`sophnet_jupyter.events`; a `match` on its class is how it is read.",
            *parts,
        )
    }
