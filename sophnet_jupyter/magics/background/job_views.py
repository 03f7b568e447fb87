"""Views of background answers: in their own cell, or printed above a terminal's next prompt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import StringIO
from typing import Any, Protocol

from ...errors import Stopped
from ...kernel.output import Cell
from ...language import mark, tr
from ...response import Arrival
from ...settings.secret import scrub
from ...views.answer import Context
from ...views.live.answer import LiveAnswer, Surface, View
from ...views.live.terminal import TerminalAnswer
from ...views.safe.control_characters import plain
from ...views.safe.look import WRAP, one_line
from ...views.safe.maths import inert

HUNG_UP = mark("Cancel hangs up; what has come by then is kept.")

_NOTE = f"font-size:85%;opacity:.7;{WRAP}"
_FAILURE = (
    "background:rgba(198,40,40,.15);border-left:3px solid #c62828;font-family:monospace;"
    f"margin:6px 0;padding:4px 9px;white-space:pre-wrap;{WRAP}"
)


class JobView(Protocol):
    """Draws a background answer from start to end."""

    view: View

    def begin(self, number: int, cancel: Callable[[], object]) -> None:
        """Show that the job runs, before it starts; ``%sophnet cancel`` takes ``number``."""

    def end(self, arrival: Arrival, error: Exception | None) -> None:
        """Show how the job ended. Called on the loop's thread."""

    @property
    def text(self) -> str:
        """The text that a terminal prints before its next prompt."""


class CancelNote:
    """A Cancel button while the job runs, replaced by a note when it ends."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self._display = ""
        self._button: Any = None

    def begin(self, number: int, cancel: Callable[[], object], words: str) -> str:
        """Show the button. Returns its CSS class, for `panel.twin.hiding_dead_widget`."""
        from ...widgets.panel.cancel_button import CancelButton

        self._button = CancelButton(cancel, tr("in the background · {words}", words=tr(words)))
        # For a front end that draws no widgets.
        said = tr("in the background · %sophnet cancel {number} stops it", number=number)
        self._display = self._cell.publish({**self._button.bundle(), **note(said)})
        return f"sophnet-running-{self._button.key}"

    def end(self) -> None:
        said = note(tr("ran in the background"))
        self._cell.publish(said, display_id=self._display, update=True)
        button, self._button = self._button, None
        button.close()


class Below:
    """
    A surface below the button, which hides it when it is reopened without a kernel.

    Only the first display hides what stands before it: further ones follow text.
    """

    watched = True

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._name = ""
        self._first = ""
        self._drawn: Mapping[str, Any] = {}

    def hide(self, name: str) -> None:
        """Hide the button of that CSS class from now on, see `CancelNote.begin`."""
        self._name = name

    def show(self) -> None:
        """Hide nothing any more: the button has been replaced by a note."""
        self._name = ""
        if self._first:
            self._surface.publish(self._drawn, display_id=self._first, update=True)

    def publish(
        self, data: Mapping[str, Any], *, display_id: str | None = None, update: bool = False
    ) -> str:
        from ...widgets.panel.twin import hiding_dead_widget

        if display_id == (self._first or None):
            self._drawn = data
            if self._name:
                data = {**data, "text/html": hiding_dead_widget(self._name, data["text/html"])}
        display_id = self._surface.publish(data, display_id=display_id, update=update)
        self._first = self._first or display_id
        return display_id


class InCell:
    """Draws an answer below the cell that started it, also after that cell has ended."""

    text = ""

    def __init__(self, cell: Cell, context: Context) -> None:
        self._cell = cell
        self._note = CancelNote(cell)
        self._below = Below(cell)
        self.view: View = LiveAnswer(self._below, context, stop="Cancel")

    def begin(self, number: int, cancel: Callable[[], object]) -> None:
        self._below.hide(self._note.begin(number, cancel, HUNG_UP))

    def end(self, arrival: Arrival, error: Exception | None) -> None:
        fail(self._cell, error)
        self._below.show()
        # The last word: who has read it may go on.
        self._note.end()


class OnPaper:
    """Buffers an answer until the terminal's user is not typing."""

    def __init__(self, cell: Cell, context: Context) -> None:
        self._paper = StringIO()
        self.view: View = TerminalAnswer(context, self._paper)

    @property
    def text(self) -> str:
        return self._paper.getvalue()

    def begin(self, number: int, cancel: Callable[[], object]) -> None:
        """Does nothing: in a terminal the handle's repr says how to cancel."""

    def end(self, arrival: Arrival, error: Exception | None) -> None:
        if words := failure(error):
            self._paper.write(words + "\n")


class ForegroundView:
    """Draws as a normal cell does: here the cell waits for its answer."""

    text = ""

    def __init__(self, view: View) -> None:
        self.view = view

    def begin(self, number: int, cancel: Callable[[], object]) -> None:
        """Does nothing: a cell that waits is interrupted, not cancelled by a button."""

    def end(self, arrival: Arrival, error: Exception | None) -> None:
        """Does nothing: the cell itself raises the error."""


def fail(cell: Cell, error: Exception | None) -> None:
    """Show an error, if there is one, below the answer so far."""
    if words := failure(error):
        html = f'<div style="{_FAILURE}">{inert(words)}</div>'
        cell.publish({"text/html": html, "text/plain": words})


def failure(error: Exception | None) -> str:
    """
    An error in one line, as a foreground cell would end with.

    Nothing for one that somebody has asked for: who cancels knows, and the footer says stopped.
    """
    if error is None or isinstance(error, Stopped):
        return ""
    return plain(scrub(f"{type(error).__name__}: {error}"))


def note(said: str) -> dict[str, str]:
    """A line of small grey text, in which a file name may stand."""
    said = one_line(said)
    return {"text/html": f'<div style="{_NOTE}">{inert(said)}</div>', "text/plain": said}
