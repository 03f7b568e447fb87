"""One page that has opened the line: its commands, and what it is told."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import comm

from ..kernel import running
from ..kernel.running import Running
from ..kernel.subshells import heard_by_its_words
from ..views.output import output
from ..widgets.panel.line import left, said
from . import messages
from .messages import (
    CancelJob,
    CellState,
    Choose,
    Command,
    Event,
    Look,
    StopCell,
    Unheard,
    Unloaded,
    Welcome,
)

if TYPE_CHECKING:
    from ..magics.session.session import KernelSession
    from .dictation import PageDictation

EVENTS = "sophnet.lab.events"


class LabPage:
    """The kernel's side of one page. ``gone`` is called when it has left."""

    def __init__(
        self,
        uplink: Any,
        opening: dict[str, Any],
        session: KernelSession,
        gone: Callable[[LabPage], None],
    ) -> None:
        self._uplink = uplink
        self._id = str(said(opening).get("page", ""))
        # JupyterLab then has one subshell for both comms. An older page waits on the other target.
        self._events = uplink.target_name if said(opening).get("shared") is True else EVENTS
        self.subshell: str | None = opening["header"].get("subshell_id")
        """By which the kernel hears of it while a cell runs, if it has one."""
        self.answers = said(opening).get("answers") is True
        """Whether it answers a roll; a page of an older version does not."""
        self.heard = time.monotonic()
        """When it was heard last."""
        self._session = session
        self._gone = gone
        self._down: Any = None
        self._dictation: PageDictation | None = None
        # In place of the comm's own callbacks, around which IPython would run its hooks.
        uplink.handle_msg = self._receive
        uplink.handle_close = lambda message: self.leave()

    def welcome(self) -> None:
        """Open the way down, and tell what runs already."""
        # Imported here: a first page has asked, and nobody else needs it.
        from .dictation import PageDictation

        self._dictation = PageDictation(self._id, self._session, self.tell)
        hello = Welcome(self._id, messages.PROTOCOL, version("sophnet-jupyter"))
        self._down = comm.create_comm(target_name=self._events, data=messages.sent(hello))
        heard_by_its_words(self._down)
        # A page that goes closes both, and the subshell of the other may be gone before that is
        # read: this one comes by the main shell.
        self._down.handle_close = lambda message: self.leave()
        for one in running.now():
            self.tell_cell(one)

    def tell(self, event: Event) -> None:
        """Tell this page. May be called on any thread."""
        # Looked at once: it may leave meanwhile on another thread.
        down = self._down
        if down is not None:
            down.send(messages.sent(event))

    def tell_cell(self, one: Running) -> None:
        """Tell it what runs for a cell, or how that ended."""
        if one.cell:
            self.tell(CellState(one.cell, one.number, one.state, one.model, one.has_button))

    def close(self, word: Unloaded | Unheard) -> None:
        """End the line from this side, with a word."""
        self.tell(word)
        self.leave()

    def leave(self) -> None:
        """
        Forget the page.

        Without a message that a comm is closed: other pages on this kernel, which may not know that
        comm, would complain of it in their consoles.
        """
        down, self._down = self._down, None
        if down is None:
            return
        if self._dictation:
            self._dictation.close()
        known = comm.get_comm_manager().comms
        for one in (self._uplink, down):
            one._closed = True
            known.pop(one.comm_id, None)
        self._gone(self)

    def _receive(self, message: dict[str, Any]) -> None:
        self.heard = time.monotonic()
        if left(message):
            self.leave()
        elif command := messages.read(said(message)):
            self._obey(command)

    def _obey(self, command: Command) -> None:
        match command:
            case StopCell(cell=cell):
                for one in running.now():
                    if cell and one.cell == cell:
                        one.stop()
            case CancelJob(number=number):
                for job in self._session.jobs.running:
                    if job.cell == number:
                        job.cancel()
            case Choose(autoplay=autoplay, folds=folds, speech=speech):
                output.autoplay, output.unfolded = autoplay, folds == "open"
                if self._dictation:
                    self._dictation.resource = speech
            case Look(what=what, words=words):
                from .looking import look

                look(self._session, what, words, self.tell)
