"""``%sophnet stage``: what is shown to a room is a third larger, and without hints."""

from __future__ import annotations

from typing import Any

from IPython.core.error import UsageError

from ...kernel.output import Cell
from ...language import mark, tr

# A notebook in which the line of this magic stands; elsewhere the page is the notebook.
_ROOTS = ".jp-Notebook:has(.sophnet-stage), body:not(:has(.jp-Notebook)):has(.sophnet-stage)"
_LARGER = "font-size:calc(var(--jp-content-font-size1,1em)*4/3)"
_STYLE = (
    f":is({_ROOTS}) :is(.sophnet-panel,.jp-OutputArea-output.jp-RenderedHTMLCommon){{{_LARGER}}}"
    f":is({_ROOTS}) .jp-OutputArea-output :is(audio,video){{zoom:1.333}}"
    f':is({_ROOTS}) .sophnet-panel :is(.sophnet-state[data-state="empty"],.sophnet-chooser>'
    ".sophnet-faint,.sophnet-of-question){display:none}"
)
_SAID = mark(
    "On stage: panels, answers and players are a third larger. %sophnet stage off ends it."
)
_OVER = {"text/html": "", "text/plain": ""}
# The lines that stand in notebooks of this kernel, by their display ids.
_shown: list[tuple[Cell, str]] = []


def stage(shell: Any, rest: str) -> None:
    """Enlarge what is shown in this notebook, or take that back. Raises `UsageError`."""
    if rest not in ("", "on", "off"):
        raise UsageError(tr("%sophnet stage enlarges, %sophnet stage off takes it back."))
    for cell, display in _shown:
        cell.publish(_OVER, display_id=display, update=True)
    _shown.clear()
    if rest != "off":
        cell = Cell(shell)
        html = f'<div class="sophnet-stage"><i>{tr(_SAID)}</i><style>{_STYLE}</style></div>'
        _shown.append((cell, cell.publish({"text/html": html, "text/plain": tr(_SAID)})))
