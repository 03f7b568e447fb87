"""The part of the site that nobody writes: what the code says of itself, as Markdown."""

from __future__ import annotations

from functools import cache

from . import client, errors, events, magics, names, panels, settings
from .writing import linked, page

_ORDER = (
    *("magics", "panels", "client", "names", "scores", "batch", "explore"),
    *("events", "errors", "variables", "commands", "sandbox"),
)


@cache
def places() -> dict[str, str]:
    """Where each name that docstrings speak of is told, below ``look-up/``."""
    found = {name: f"events.md#{name.lower()}" for name in events.kinds()}
    found |= {name: f"errors.md#{name.lower()}" for name in errors.kinds()}
    return found | names.places()


def pages() -> dict[str, str]:
    """All pages by their places below ``look-up/``, as Markdown."""
    found: dict[str, str] = {}
    for each in (magics, panels, client, names, events, errors, settings):
        found |= each.pages()
    found = {place: linked(text, places(), place) for place, text in found.items()}
    listed = "\n".join(_ORDER)
    found["index.md"] = page(
        "Look up",
        "Made from the code with each build: nothing here is written by hand.",
        f"```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```",
    )
    return found
