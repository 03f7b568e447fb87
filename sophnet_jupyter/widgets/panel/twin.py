"""
The static form of a panel: HTML in a separate output below the live one.

A saved notebook that is opened without its kernel says "model not found" in place of a widget.
JupyterLab cannot be given another bundle for the live output without drawing it anew, so the
still form is a display of its own, and style rules show exactly one of the two.
"""

from __future__ import annotations

from threading import RLock
from typing import Any

from ...kernel.output import Cell
from ...language import mark, tr

# Nothing depends on this rule: where JupyterLab does not trust a notebook, it takes the rule out,
# but does not draw the live output either.
_HIDE = (
    ".jp-OutputArea-child:has(+ .jp-OutputArea-child .{name}):not(:has(.sophnet-panel))"
    "{{display:none}}"
)
_MOVED = mark("This panel was shown again further down.")


class Twin:
    """The still form of one panel, wherever it was last displayed."""

    def __init__(self, key: str) -> None:
        self.name = f"sophnet-twin-{key}"
        self.revision = 0
        self._html = self._plain = ""
        self._cell: Cell | None = None
        self._display = ""
        # A cell shows a panel from the main thread, the panel changes on the loop's.
        self._lock = RLock()

    @property
    def size(self) -> int:
        """The characters of the form that was published last."""
        return len(self._html) + len(self._plain)

    def put(self, html: str, plain: str) -> bool:
        """Set a new content; False if it is unchanged."""
        with self._lock:
            if (html, plain) == (self._html, self._plain):
                return False
            self._html, self._plain = html, plain
            self.revision += 1
            if self._cell:
                self._cell.publish(self.bundle(), display_id=self._display, update=True)
            return True

    def show(self, cell: Cell) -> None:
        """Display it in this cell from now on: a notebook holds its text once."""
        with self._lock:
            if self._cell:
                moved = {"text/html": f"<i>{tr(_MOVED)}</i>", "text/plain": tr(_MOVED)}
                self._cell.publish(moved, display_id=self._display, update=True)
            self._cell = cell
            self._display = cell.publish(self.bundle())

    def bundle(self) -> dict[str, Any]:
        """Its mime bundle. The classes let the live panel find it and see how old it is."""
        revised = f"sophnet-twin {self.name} revision-{self.revision}"
        return {
            "text/html": hiding_dead_widget(self.name, self._html, revised),
            "text/plain": self._plain,
        }


def hiding_dead_widget(name: str, html: str, classes: str = "") -> str:
    """HTML that hides the output before it where that is a widget without its kernel."""
    style = f"<style>{_HIDE.format(name=name)}</style>"
    return f'<div class="{classes or name}">{style}{html}</div>'
