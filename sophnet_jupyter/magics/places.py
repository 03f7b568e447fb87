"""Where a background answer shows itself: in its own cell, or above a terminal's next prompt."""

from __future__ import annotations

from io import StringIO

from ..errors import Stopped
from ..kernel.output import Cell
from ..secret import scrub
from ..views.answer import Context
from ..views.control_characters import plain
from ..views.live import LiveAnswer
from ..views.maths import inert
from ..views.terminal import TerminalAnswer

_NOTE = "font-size:85%;opacity:.7"
_FAILURE = (
    "background:rgba(198,40,40,.15);border-left:3px solid #c62828;font-family:monospace;"
    "margin:6px 0;padding:4px 9px;white-space:pre-wrap"
)


class InCell:
    """Draws below the cell that asked, also after that has ended."""

    def __init__(self, cell: Cell, context: Context) -> None:
        self._cell = cell
        self._note = ""
        self.view = LiveAnswer(cell, context)

    def begin(self, number: int) -> None:
        """Say how to stop it. A button of an output cannot reach the kernel."""
        said = f"in the background · %sophnet cancel {number} stops it"
        self._note = self._cell.publish(_note(said))

    def end(self, error: Exception | None) -> None:
        self._cell.publish(_note("ran in the background"), display_id=self._note, update=True)
        # Who cancels knows, and the footer says stopped.
        if error and not isinstance(error, Stopped):
            words = sentence(error)
            html = f'<div style="{_FAILURE}">{inert(words)}</div>'
            self._cell.publish({"text/html": html, "text/plain": words})


class OnPaper:
    """Holds an answer back until the terminal's user is not typing."""

    def __init__(self, cell: Cell, context: Context) -> None:
        self._paper = StringIO()
        self.view = TerminalAnswer(context, self._paper)

    @property
    def text(self) -> str:
        return self._paper.getvalue()

    def end(self, error: Exception | None) -> None:
        if error and not isinstance(error, Stopped):
            self._paper.write(sentence(error) + "\n")


def sentence(error: Exception) -> str:
    """An error in one line, in the words that a cell which waits would end with."""
    return plain(scrub(f"{type(error).__name__}: {error}"))


def _note(said: str) -> dict[str, str]:
    return {"text/html": f'<div style="{_NOTE}">{said}</div>', "text/plain": said}
