"""Show a value of a run here and now: in its panel where it has one."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..views import drawing

# The panel of a class by the class's name, imported when one is shown.
PANELS = {
    "Run": ("run.panel", "RunPanel"),
    "Evaluation": ("evaluation.panel", "EvaluationPanel"),
}


def show(value: Any) -> None:
    """Display the value's panel, else what the value itself looks like."""
    if type(value).__name__ in PANELS:
        module, name = PANELS[type(value).__name__]
        panel = getattr(import_module(f".{module}", __package__), name)(value)
        try:
            panel._ipython_display_()
        except NotImplementedError:  # no kernel, no browser
            panel.close()
        else:
            return
    drawing.show(value)
