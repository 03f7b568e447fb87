"""What the magics of one kernel share: the client, conversations, and what was just drawn."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from ..client import Client
from ..errors import SophNetError
from ..kernel.output import Cell
from ..response import Response
from ..views.answer import Context, bundle
from ..views.live import LiveAnswer, View, WholeAnswer
from ..views.terminal import TerminalAnswer

# An error is put into a prompt whole, but a recursion's thousand frames are not.
LONGEST_FAILURE = 6_000


class Session:
    """One kernel's side of the magics."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.conversations: dict[str, list[Mapping[str, Any]]] = {}
        # What each failed cell said, for {Err[3]}.
        self.failures: dict[int, str] = {}
        # The response that this very cell has drawn, so that Out[n] does not draw it again.
        self._drawn: dict[int, Response] = {}
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The client of all magics. Raises `SettingsError` when there is no key to be had."""
        if self._client is None:
            self._client = Client()
        return self._client

    def renew(self) -> None:
        """Let the next magic read the settings again."""
        self._client = None

    def view(self, context: Context) -> View:
        """What draws an answer where this cell's output goes."""
        cell = Cell(self.shell)
        if cell.place == "terminal":
            return TerminalAnswer(context)
        return LiveAnswer(cell, context) if cell.watched else WholeAnswer(cell, context)

    def drew(self, response: Response) -> None:
        self._drawn = {self.shell.execution_count: response}

    def keep(self, response: Response) -> None:
        """Store a part of an answer as ``_`` and ``Out[n]``, where an error leaves no result."""
        self.shell.displayhook.update_user_ns(response)

    def quiet(self, response: Response) -> None:
        """
        The display of a response in IPython: nothing, if this very cell has just drawn it.

        Raising NotImplementedError lets IPython go on with the ordinary mime bundle.
        """
        if self._terminal() or response is not self._drawn.get(self.shell.execution_count):
            raise NotImplementedError
        self._drawn.clear()

    def mime_bundle(self, response: Response) -> dict[str, str]:
        """The bundle of a response; one line in a terminal that has just printed it all."""
        if self._terminal() and response is self._drawn.pop(self.shell.execution_count, None):
            return {"text/plain": repr(response)}
        return bundle(response)

    def note_failure(self, result: Any) -> None:
        """IPython's ``post_run_cell``: remember what went wrong in which cell."""
        error = result.error_in_exec or result.error_before_exec
        if error is None or not result.execution_count:
            return
        if isinstance(error, SophNetError):
            said = f"{type(error).__name__}: {error}"
        else:
            said = "".join(traceback.format_exception(error))
        self.failures[result.execution_count] = said[-LONGEST_FAILURE:]

    def _terminal(self) -> bool:
        return Cell(self.shell).place == "terminal"
