"""What a reader is told where no page has drawn a panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...kernel.loop import loop
from ...language import mark, tr

# Seconds that a page has for that, after the cell.
PATIENCE = 3.0
SENTENCE = mark(
    "Its cell has run, but no page has drawn it. JupyterLab draws panels where anywidget and "
    "ipywidgets are installed in the environment of JupyterLab itself, which need not be the "
    "kernel's: install them there and reload the page. %sophnet doctor says what the page can do."
)


def with_sentence(html: str, plain: str) -> tuple[str, str]:
    """The still form of a panel that nobody draws."""
    return f"<p>{tr(SENTENCE)}</p>{html}", f"{tr(SENTENCE)}\n{plain}".rstrip()


def after_cell(shell: Any, look: Callable[[], None]) -> None:
    """Call ``look`` on the loop's thread when the running cell has been over for a while."""

    def wait() -> None:
        loop().call_later(PATIENCE, look)

    def ended(*_: Any) -> None:
        # Not before its end: most front ends hear and are heard only then.
        shell.events.unregister("post_run_cell", ended)
        loop().call_soon_threadsafe(wait)

    shell.events.register("post_run_cell", ended)
