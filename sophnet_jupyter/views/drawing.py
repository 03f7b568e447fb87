"""The bundle of any value of ours: responses, runs, comparisons, differences."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .answer.context import Context

# The module whose `bundle` draws a class, by the class's name: imported when one is shown.
VIEWS = {
    "Response": "answer.choice",
    "Run": "runs.still",
    "BatchEmbedding": "runs.embedding",
    "Comparison": "compare.grid",
    "Exploration": "explore.still",
    "MapComparison": "explore.compared",
    "Similarities": "explore.similarities",
    "TextDifference": "compare.marked",
    "Evaluation": "evaluation.whole",
    "Turned": "evaluation.changed",
}


def draw(value: Any, context: Context | None = None) -> dict[str, str]:
    """The value as HTML and plain text; the context is that of its answers."""
    module = import_module(f".{VIEWS[type(value).__name__]}", __package__)
    drawn: dict[str, str] = module.bundle(value, *([context] if context else []))
    return drawn


def show(value: Any) -> None:
    """Display it where IPython displays now; in plain Python its text is printed."""
    from .answer.showing import put

    put(draw(value))
