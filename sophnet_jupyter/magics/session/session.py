"""State shared by the magics of one kernel: the client, conversations, and the last output."""

from __future__ import annotations

import asyncio
import sys
import traceback
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from ...client import Client
from ...errors import SophNetError
from ...kernel.output import nobody_watches
from ...language import tr
from ...settings import data_folder, model_name, notebook_path, store
from .aliases import Aliases
from .conversations import Conversations
from .defaults import ChatDefaults, fill

# What draws and gathers answers is imported with the first of them.
if TYPE_CHECKING:
    from ...history.turns import Asker
    from ...response import Response
    from ...runs.compare.comparison import Comparison
    from ...runs.compare.grid import Column
    from ...views.answer import Context
    from ...views.live.answer import View
    from ..background.handle import Background
    from ..background.jobs import Jobs

# An error is put into a prompt whole, but a recursion's thousand frames are not.
LONGEST_FAILURE = 6_000


class KernelSession:
    """The state of the magics in one kernel."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        # What the next cell is to tell at its end.
        self.untold: list[str] = []
        self.conversations = Conversations(lambda: self.place()[0], self.untold.append)
        # What each failed cell said, for {Err[3]}.
        self.failures: dict[int, str] = {}
        # What this very cell has drawn, by its number, so that Out[n] does not draw it again.
        self._drawn: dict[int, tuple[object, Context]] = {}
        # What was compared last, for --keep.
        self.compared: Comparison | None = None
        # The column that a conversation goes on from, with its model and settings.
        self.kept: dict[str, Column] = {}
        self._client: Client | None = None
        path = store().path
        self.aliases = Aliases(path and path.parent)
        # `SophNetMagics` puts itself here, whose traits the user configures.
        self.defaults = ChatDefaults()
        # Models that have answered in this kernel.
        self.models_seen: set[str] = set()
        # Titles of files and ids of questions that were listed, by the id of their service.
        self.knowledge_files: dict[str, list[str]] = {}
        self.knowledge_pairs: dict[str, list[str]] = {}
        # What was listed of Dify apps, by their names, and the last switch of their annotations.
        self.dify_known: dict[str, dict[str, list[str]]] = {}
        # The kinds of tasks that a service has listed, by their ids.
        self.listed_tasks: dict[str, str] = {}
        # Gives values their looks; `extension.load` puts its own here.
        self.dress: Callable[[], None] = lambda: None

    @property
    def client(self) -> Client:
        """The client of all magics. Raises `SettingsError` when no key can be found."""
        if self._client is None:
            self._client = Client(history=True)
            self._client.record_for(self.place)
        return self._client

    def place(self) -> tuple[str, str]:
        """The notebook, where it is known, and the id of the running cell."""
        parent: dict[str, Any] = getattr(self.shell, "get_parent", dict)() or {}
        # VS Code names the notebook to the kernel alone.
        notebook = notebook_path() or str(self.shell.user_ns.get("__vsc_ipynb_file__") or "")
        return notebook, str((parent.get("metadata") or {}).get("cellId") or "")

    def asker(self) -> Asker:
        """The notebook, the cell, and this very run of it."""
        from ...history.turns import Asker

        parent: dict[str, Any] = getattr(self.shell, "get_parent", dict)() or {}
        return Asker(*self.place(), str((parent.get("header") or {}).get("msg_id") or ""))

    @cached_property
    def jobs(self) -> Jobs:
        """The background jobs."""
        from ..background.jobs import Jobs

        return Jobs(self.shell, self.view)

    def close(self) -> None:
        """Cancel the background jobs: the extension is unloaded."""
        if "jobs" in self.__dict__:
            self.jobs.close()
        if self._client:
            self._client.close_history()

    def renew(self) -> None:
        """Drop the client, so that the next magic reads the settings again."""
        self._client = None

    @property
    def known_models(self) -> list[str]:
        """The model names seen in lists and answers, without a request."""
        listed = (self._client and self._client.known_models) or ()
        return sorted({*listed, *self.models_seen}, key=str.lower)

    def fill(self, args: Namespace) -> None:
        """Fill open options with the user's defaults, and replace short names of models."""
        fill(args, self.defaults)
        # A chat may name several: the first one answers where only one is asked.
        named = args.model[0] if isinstance(args.model, list) and args.model else args.model
        args.model = self.aliases.real(named or model_name())

    async def look_back(self) -> None:
        """Note for the next cell what kernels before this one have left unsettled."""
        path = data_folder() / "tasks.sqlite"
        with suppress(SophNetError):
            if await asyncio.to_thread(path.exists):
                self.untold += await self.client.tasks.left()

    def view(self, context: Context) -> View:
        """A view that draws an answer in this cell's output."""
        from ...kernel.output import Cell
        from ...views.live.answer import LiveAnswer, WholeAnswer
        from ...views.live.terminal import TerminalAnswer

        cell = Cell(self.shell)
        if cell.place == "terminal":
            return TerminalAnswer(context)
        return LiveAnswer(cell, context) if cell.watched else WholeAnswer(cell, context)

    def remember_shown_value(self, value: object, context: Context) -> None:
        """Remember a value that is no response, which this cell shows itself."""
        self._drawn = {self.shell.execution_count: (value, context)}

    def remember_shown(self, response: Response, context: Context, out: str | None) -> None:
        """Remember the answer that this cell has shown, and store it as ``out``."""
        self._drawn = {self.shell.execution_count: (response, context)}
        if out:
            self.shell.user_ns[out] = response

    def keep(self, response: Response, out: str | None) -> None:
        """Store the partial answer of a cell that ends with an error."""
        media = response.images or response.videos or response.embeddings or response.audio
        if not (response.text or response.thinking or response.tool_calls or media):
            return
        self.shell.displayhook.update_user_ns(response)
        if out:
            self.shell.user_ns[out] = response

    def save(self, response: Response, path: str) -> str:
        """
        Write an answer to ``path``, and return a line that says where it is.

        Where that fails it is kept like one that came before an error, and `SophNetError` raised.
        """
        from ...views.safe.control_characters import plain

        try:
            saved = response.save(path)
        except SophNetError as error:
            error.response = response
            self.keep(response, None)
            raise
        return plain(tr("saved: {saved}", saved=", ".join(map(str, saved))))

    def quiet(self, response: object) -> None:
        """
        IPython's display of a response: nothing if this very cell has just drawn it.

        Raising NotImplementedError lets IPython go on with the ordinary mime bundle.
        """
        from ...kernel.output import Cell

        if self._just_drew(response) is None or Cell(self.shell).place != "notebook":
            raise NotImplementedError
        self._drawn.clear()

    def quiet_handle(self, handle: Background) -> None:
        """As `quiet`, for a background handle: its cell shows the answer itself."""
        from ...kernel.output import Cell

        if (
            handle.cell != self.shell.displayhook.prompt_count
            or Cell(self.shell).place != "notebook"
        ):
            raise NotImplementedError

    def mime_bundle(self, response: Any) -> dict[str, str]:
        """The bundle of a response; one line in a terminal that has printed its text."""
        from ...kernel.output import Cell
        from ...views.drawing import draw
        from ...views.safe.control_characters import plain

        context, place = self._just_drew(response), Cell(self.shell).place
        if context is None or place == "notebook":
            return draw(response)
        self._drawn.clear()
        if place == "terminal":
            return {"text/plain": plain(repr(response))}
        # A capture would note a quiet result as an empty output. So it notes the answer as the
        # result, and what it noted while the answer was drawn is taken back.
        data, noted = draw(response, context), self.shell.display_pub.outputs
        noted[:] = [output for output in noted if output["data"] != data]
        return data

    def show_exploration(self, exploration: Any) -> None:
        """IPython's display of an exploration: its panel, and nothing in the cell that drew it."""
        with suppress(NotImplementedError):
            self.quiet(exploration)
            return
        exploration._ipython_display_()

    def begun(self, exploration: Any) -> dict[str, str]:
        """The bundle of an exploration, whose work begins when it is shown."""
        with suppress(SophNetError):
            exploration.begin()
        return self.mime_bundle(exploration)

    def _just_drew(self, response: object) -> Context | None:
        drawn, context = self._drawn.get(self.shell.execution_count, (None, None))
        return context if response is drawn else None

    def after_cell(self, result: Any) -> None:
        """IPython's ``post_run_cell``: print what is due, remember an error."""
        self.conversations.settle()
        told = self._client.notices() if self._client else []
        # What a reader is told once would only stand in the output of a run that nobody watches.
        self.untold += [each for each in told if not (nobody_watches() and _is_first(each))]
        while self.untold:
            sys.stdout.write(f"! {self.untold.pop(0)}\n")
        if "jobs" in self.__dict__:
            self.jobs.print_answers()
        error = result.error_in_exec or result.error_before_exec
        if error is None or not result.execution_count:
            return
        if isinstance(error, SophNetError | UsageError):
            said = f"{type(error).__name__}: {error}"
        else:
            said = "".join(traceback.format_exception(error))
        self.failures[result.execution_count] = said[-LONGEST_FAILURE:]


def _is_first(notice: str) -> bool:
    # Imported on use, since this module is a part of %load_ext.
    from ...history.history import is_first

    return is_first(notice)
