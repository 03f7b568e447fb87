"""The base class of panels: commands, events, errors, and static HTML for saved notebooks."""

from __future__ import annotations

import asyncio
import inspect
import sys
import uuid
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import anywidget
from traitlets import Bool, Float, Unicode, default

from ...errors import SettingsError, SophNetError
from ...kernel.loop import loop
from ...kernel.output import Cell
from ...kernel.subshells import heard_by_its_words
from ...language import ENGLISH, LANGUAGES, current, listen, tr, translations
from ...options.words import check_keywords
from ...settings.secret import scrub
from ...views.output import output
from ..uploads.uploads import Uploads
from .frame import WORDS, Height, from_sandbox, height_of, layout_of
from .gate import QUESTION, Gate, is_spending
from .line import PanelComm
from .modules import FOLDER, spoken, style
from .twin import Twin
from .unseen import after_cell, with_sentence

Command = dict[str, Any]
Buffers = Sequence[Any]
ClientOf = TypeVar("ClientOf")

# A still form of more characters is published once the panel has rested for so many seconds: whole
# after each of 2,000 answers, it would cost the page more than the answers do.
LARGE, REST = 200_000, 3.0


class Panel(anywidget.AnyWidget):
    """
    A widget that works while a cell runs.

    Everything that changes it happens on the loop's thread, one thing at a time: commands of the
    browser arrive there, and methods called from a cell go there too. Traits hold what is small
    and settled; what grows travels as messages, and a view that is new asks for all of it.
    """

    file: ClassVar[str] = ""
    """The name of its .js and .css, without the suffix; they lie beside the class."""

    key = Unicode(help="Names the panel on its line and in its still form.").tag(sync=True)
    phase = Unicode("ready", help="What it is doing, in one word.").tag(sync=True)
    sandbox = Bool(False, help="Whether the sandbox answers, and no service.").tag(sync=True)
    height = Unicode("", help="As a length of CSS; empty for its own.").tag(sync=True)
    language = Unicode(help="In which its words are drawn.").tag(sync=True)
    progress = Float(None, allow_none=True, help="How far, from 0 to 1, if known.").tag(sync=True)
    _esm = Unicode().tag(sync=True)
    _css = Unicode().tag(sync=True)
    # Where a panel without a client gets one from. The package puts its own `Client` here.
    make_client: ClassVar[Callable[[], Any] | None] = None
    uploads: Uploads | None = None
    """The files that it takes from the browser, if any."""
    # A widget closes itself when it is collected, also one whose making has failed.
    _open = False

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        check_keywords(cls, cls.__name__)
        if "height" in inspect.signature(cls).parameters:
            cls.__doc__ = f"{inspect.cleandoc(cls.__doc__ or '')}\n\n{WORDS}"

    def __init__(self, *, height: Height = "", layout: Any = None, **traits: Any) -> None:
        given = {**layout_of(layout), "height": height_of(height), "language": current()}
        super().__init__(key=uuid.uuid4().hex, **given, **traits)
        self._job: asyncio.Task[None] | None = None
        self._resting: asyncio.TimerHandle | None = None
        self._gate = Gate()
        self._line = PanelComm(self.key, self._hear, self.call_roll)
        # Close what a browser finds the panel by.
        self._ends: list[Callable[[], None]] = [self._line.close]
        self._twin = Twin(self.key)
        # Whether a page has drawn it, and whether that was given up.
        self._is_drawn = self._unseen = False
        # Front ends without a kernel to open a comm on (VS Code, Colab) use the widget's own.
        self.on_msg(lambda _, command, buffers: self._hear(command, buffers))
        self._open = True
        listen(self)

    def open(self) -> None:
        super().open()
        heard_by_its_words(self.comm)

    @default("_esm")
    def _default_esm(self) -> str:
        words = {each: translations(each) for each in LANGUAGES if each != ENGLISH}
        return spoken(self.source(".js"), words)

    @default("_css")
    def _default_css(self) -> str:
        return style(self.source(".css"))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @classmethod
    def source(cls, suffix: str) -> str:
        """The panel's script or style sheet, as a path below `FOLDER`."""
        named = next(each for each in cls.__mro__ if "file" in vars(each))
        beside = Path(inspect.getfile(named)).with_name(cls.file + suffix)
        return beside.relative_to(FOLDER).as_posix()

    def client_for(self, given: ClientOf | None) -> ClientOf:
        """
        The client that was handed in, else the usual one; and the badge of the sandbox with it.

        Raises `SettingsError`.
        """
        client: Any = given
        if client is None and (make := type(self).make_client):
            client = make()
        if client is None:
            kind = type(self)
            # Of its `__init__`: the class itself has others by now, of which inspect may take one.
            _, first, *_ = inspect.signature(kind.__init__).parameters
            before = "" if first == "client" else "…, client="
            raise SettingsError(
                tr(
                    "A panel needs a client: {call}.",
                    call=f"{kind.__name__}({before}sophnet_jupyter.Client())",
                )
            )
        self.sandbox = from_sandbox(client)
        made: ClientOf = client
        return made

    def language_changed(self) -> None:
        """Be drawn in the language of this moment, once it is not at work."""
        if self._open:
            self.language = current()

    @property
    def busy(self) -> bool:
        """Whether it is working on something."""
        return self._job is not None

    def stop(self) -> None:
        """End what it is working on; the connection is closed, what had arrived is kept."""
        loop().call_soon_threadsafe(self._stop)

    def close(self) -> None:
        """Stop, and take the panel out of the page."""
        if self._open and not sys.is_finalizing():
            self._open = False
            for end in self._ends:
                end()
            self.stop()
            loop().call_soon_threadsafe(self.perform, self._leave_still_form)
            if self.uploads:
                loop().call_soon_threadsafe(self.uploads.close)
        super().close()

    # What a kind of panel says of itself.

    def obey(self, command: Command, buffers: Buffers) -> None:
        """Handle a command of the browser. Called on the loop's thread; an error is shown."""

    def spends(self, command: Command) -> int:
        """How many answers, images or sounds a command asks for that spends."""
        return 1

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        """All data that a new view needs, as one message with its buffers."""
        return {}, []

    def still(self) -> tuple[str, str]:
        """The static form, as HTML for untrusted notebooks and as plain text."""
        return "", repr(self)

    def call_roll(self) -> None:
        """Ask all pages whether they are there: another one has come."""
        self.tell("who")

    # What it can do.

    def tell(self, kind: str, buffers: Sequence[bytes] = (), **facts: Any) -> None:
        """Send an event to all views; ``to`` names a single one."""
        self.send({"kind": kind, **facts}, list(buffers))

    def start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start a job, on the loop's thread; one at a time. An error that it raises is shown."""
        if self._job:
            raise SophNetError(tr("It is still busy with what was asked before: stop that first."))
        self._job = loop().create_task(self._guard(work))
        # Not in the job itself, which never runs if it is cancelled at once.
        self._job.add_done_callback(self._ended)

    def settle(self) -> None:
        """Update the static form, a large one soon. To be called when a job has ended."""
        if self._resting:
            self._resting.cancel()
            self._resting = None
        if self._twin.size > LARGE and self._open:
            self._resting = loop().call_later(REST, self.perform, self._rested)
        else:
            self._publish()

    def _leave_still_form(self) -> None:
        if self._resting:
            self._resting.cancel()
            self._rested()

    def _rested(self) -> None:
        self._resting = None
        # At the end of what it does now it will rest again.
        if not self._job:
            self._publish()

    def _publish(self) -> None:
        if self._twin.put(*self._still_form()):
            # A page that was loaded anew has lost the display's id, so that only the panel's own
            # view can find it there.
            self.tell("twin", revision=self._twin.revision)

    def _still_form(self) -> tuple[str, str]:
        html, plain = self.still()
        return with_sentence(html, plain) if self._unseen else (html, plain)

    def _look_for_page(self) -> None:
        if self._open and not self._is_drawn:
            self._unseen = True
            self.perform(self._publish)

    def _welcome(self) -> None:
        """A page has drawn it."""
        self._is_drawn = True
        if self._unseen:
            self._unseen = False
            self._publish()

    def perform(self, action: Callable[..., object], *arguments: Any) -> None:
        """Run it now on the loop's thread, which the caller is on; an error is shown."""
        try:
            action(*arguments)
        except Exception as error:
            self.tell("error", text=said(error))

    def _hear(self, command: Command, buffers: Buffers) -> None:
        if isinstance(command, dict):
            loop().call_soon_threadsafe(self.perform, self._obey, command, buffers)

    def _obey(self, command: Command, buffers: Buffers) -> None:
        if command.get("kind") == "confirmed":
            held = self._gate.confirmed(str(command.get("word")))
            if held:
                self._carry_out(*held)
            return
        self._gate.check(command)
        if is_spending(command) and (
            word := self._gate.hold((command, buffers), self.spends(command))
        ):
            self.tell("confirm", to=str(command.get("view")), text=tr(QUESTION), word=word)
        else:
            self._carry_out(command, buffers)

    def _carry_out(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "hello", "view": str(view)}:
                self._welcome()
                facts, blobs = self.state()
                if self.uploads:
                    facts = {**facts, "uploads": self.uploads.rules}
                self.tell("state", blobs, to=view, **facts)
            case {"kind": "twin", "view": str(view)}:
                self.tell("twin", to=view, bundle=self._twin.bundle())
            case {"kind": "stop"}:
                self._stop()
            case {"kind": "upload" | "upload-piece" | "upload-cancel"} if self.uploads:
                self.uploads.obey(command, buffers)
            case _:
                self.obey(command, buffers)

    def _stop(self) -> None:
        if self._job:
            self._job.cancel()

    async def _guard(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await work()
        except Exception as error:
            self.tell("error", text=said(error))

    def _ended(self, _: asyncio.Task[None]) -> None:
        self._job = None
        self.perform(self.settle)

    def _ipython_display_(self, **_: Any) -> None:
        shell = getattr(getattr(self.comm, "kernel", None), "shell", None)
        if shell is None:
            # No kernel, no browser: IPython goes on with the plain form.
            raise NotImplementedError
        data, metadata = self._repr_mimebundle_() or ({}, {})
        shell.display_pub.publish(data=data | {"text/html": ""}, metadata=metadata)
        self._twin.put(*self._still_form())
        cell = Cell(shell)
        self._twin.show(cell)
        if cell.watched and not self._is_drawn and not output.stable:
            after_cell(shell, self._look_for_page)


def said(error: BaseException) -> str:
    """An error as text, without keys: ours are sentences, others need their class name."""
    if isinstance(error, SophNetError):
        return str(error)
    return scrub(f"{type(error).__name__}: {error}")
