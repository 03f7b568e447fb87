"""The bundle of any value that is no response: comparisons, differences."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# The module whose `bundle` draws a class, by the class's name: imported when one is shown.
VIEWS = {"Comparison": "compare.grid", "TextDifference": "compare.marked"}


def draw(value: Any) -> dict[str, str]:
    """The value as HTML and plain text."""
    module = import_module(f".{VIEWS[type(value).__name__]}", __package__)
    drawn: dict[str, str] = module.bundle(value)
    return drawn
