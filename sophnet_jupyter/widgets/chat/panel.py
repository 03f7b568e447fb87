"""
A chat panel, in a cell's output or beside it.

One piece: its commands and its events are one protocol with the page. What each of them means is
in the files beside it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, Unpack

from traitlets import Unicode

from ...errors import SettingsError
from ...events import AudioChunk, Event, ReasoningDelta, TextDelta
from ...history.turns import ChatTurn
from ...kernel.loop import loop
from ...language import mark, tr
from ...options.chat import ChatOptions
from ...options.words import shows_options
from ...response import Arrival, Response
from ...views.answer import Context
from ...views.live.answer import LiveAnswer, show
from ..exchange.as_cell import chat_cell
from ..exchange.attachments import LARGEST, PastedImage, attachment
from ..exchange.exchange import Exchange, Pieces, to_html, to_markdown
from ..exchange.masked import is_masked
from ..panel.frame import Height
from ..panel.panel import Buffers, Command, Panel, said
from ..playing.track import Track
from ..uploads.uploads import Upload, Uploads
from . import asking, choices, files
from .approval import PATIENCE, Approvals
from .choices import refuse
from .files import from_path
from .kept import KeptConversations
from .spent import spent
from .talk import Talk

_EMPTY = mark("A chat panel. Run its cell to talk.")
# Questions that may wait while one is answered.
MOST_WAITING = 20


class ChatClient(Protocol):
    """The part of a client that the panel uses."""

    @property
    def chat(self) -> Any: ...


class ChatPanel(Panel):
    """
    A chat with a model: streamed answers, images and files by drop, stop, ask again, export.

    ``client`` is the one to ask, else the usual one; ``model``, ``system`` and ``voice`` are those
    of ``client.chat.stream``, and so are all other options, which its settings row changes.
    An answer with a ``voice`` is heard while it comes, as MP3, and again at a click.
    ``conversation`` opens the conversation of ``-c`` of that name, and keeps what is said in it;
    ``prompt`` is a prompt file, shown as a form. ``{name}`` in a question is a value of the
    notebook. With ``run_tools=True`` each call of a tool waits until it is allowed, unless
    ``approve=False``. A question that is edited begins a branch; one that comes while another is
    answered waits for its turn. Documents and recordings that are dropped are read by the service
    once their question is sent, and texts here; what is read of them stands behind the question.

    With ``cache=True`` a question that was asked before gets the answer that was kept, which
    ``repetition`` tells from others; asking again gets a new one. What was said is
    ``panel.messages``, ready for another request; the last answer is ``panel.response``. Works
    while a cell runs, and survives a reload of the page.

    Raises `SettingsError` when no client is given and none can be made, for a conversation or a
    prompt that cannot be read, and for an option that the panel has nothing to show of: pictures
    are given to a question, not to all of them.
    """

    file = "panel"

    model = Unicode("", help="Who answers; empty for the client's default.").tag(sync=True)
    conversation = Unicode("", help="The conversation it keeps; empty for none.").tag(sync=True)

    @shows_options(
        ChatOptions,
        thinking_key="enable_thinking",
        run_tools=False,
        max_rounds=8,
        tool_timeout=60.0,
        json_mode=False,
        repair=0,
    )
    def __init__(
        self,
        client: ChatClient | None = None,
        *,
        model: str | None = None,
        system: str | None = None,
        voice: object = None,
        conversation: str = "",
        prompt: object = None,
        approve: bool = True,
        cache: bool = False,
        repetition: int = 0,
        height: Height = "",
        layout: Any = None,
        **options: Unpack[ChatOptions],
    ) -> None:
        refuse(voice, options)
        super().__init__(height=height, layout=layout, model=model or "")
        self._client = self.client_for(client)
        self._options: dict[str, Any] = {**options, "system": system, "voice": voice}
        self._reuse = {"cache": cache, "repetition": repetition}
        as_json = options.get("json_mode") or options.get("response_format")
        self._context = Context(
            format="json" if as_json else None, tools_run=bool(options.get("run_tools"))
        )
        self._talk = Talk()
        self._approvals = Approvals(self.tell)
        if approve and options.get("run_tools") and options.get("tools"):
            limit = options.get("tool_timeout") or 60.0
            tools = self._approvals.guarded(options["tools"], limit)
            self._options |= {"tools": tools, "tool_timeout": PATIENCE}
        self._prompt = asking.prompt_of(prompt)
        self._kept = KeptConversations(self._client, self._changed_elsewhere)
        self._ends.append(self._kept.close)
        # What was taken for the next question, by the name the browser gave it.
        self._pending: dict[str, files.Attached] = {}
        self._waiting: list[Exchange] = []
        self._reading: set[asyncio.Task[None]] = set()
        self.uploads = Uploads(
            self.tell,
            self._received,
            limit=files.LARGEST_FILE,
            accept=files.ACCEPTED,
            in_memory=LARGEST,
        )
        if conversation:
            self._talk.open(self._kept.exchanges(conversation))
            self.conversation = conversation

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation as chat messages. A question that got no answer is left out."""
        said = [message for exchange in self._talk for message in exchange.messages]
        system = self._options.get("system")
        if not system or (said and said[0]["role"] == "system"):
            return said
        return [{"role": "system", "content": system}, *said]

    @property
    def response(self) -> Response | None:
        """The last answer, or as much of it as has come."""
        return self._talk.exchanges[-1].response if self._talk.exchanges else None

    def to_markdown(self) -> str:
        """The conversation as a Markdown document."""
        return to_markdown(self._talk)

    def ask(
        self,
        text: str,
        images: Sequence[bytes | str | Path] = (),
        files: Sequence[str | Path] = (),
    ) -> None:
        """
        Send a question from Python, as if typed; ``images`` are bytes or files, ``files`` are
        documents, recordings and texts.

        Returns at once; the answer appears in the panel, after those that were asked before.
        Raises `SettingsError` for an image or a file that cannot be sent.
        """
        taken = tuple(
            attachment(image)
            if isinstance(image, bytes)
            else attachment(Path(image).read_bytes(), Path(image).name)
            for image in images
        )
        read = tuple(map(from_path, files))
        loop().call_soon_threadsafe(self.perform, self._ask, text, (*taken, *read))

    def clear(self) -> None:
        """Start a new conversation; one that is kept stays as it is."""
        loop().call_soon_threadsafe(self.perform, self._clear)

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "ask", "text": str(text), "images": list(names)}:
                self._ask(text, self._taken(names))
                self._pending.clear()
            case {"kind": "edit", "exchange": str(old), "text": str(text)}:
                self._edit(old, text)
            case {"kind": "branch", "exchange": str(shown), "step": int(step)}:
                if self._idle() and self._talk.turn(shown, step):
                    self._renewed()
            case {"kind": "fill", "values": dict(values)}:
                self._keep_reading(self._fill(values))
            case {"kind": "prompt", "name": str(name)}:
                self._prompt = asking.prompt_of(name)
                self.tell("form", form=asking.form_of(self._prompt))
            case {"kind": "set", "name": str(name), "value": str(value)}:
                self._set(name, value)
            case {"kind": "models", "view": view}:
                self._keep_reading(self._models(view))
            case {"kind": "open", "name": str(name)}:
                self._converse(name.strip())
            case {"kind": "decide", "call": str(call), "answer": str(answer)}:
                self._approvals.decide(call, answer)
            case {"kind": "unqueue", "exchange": str(waiting)}:
                self._waiting = [one for one in self._waiting if one.id != waiting]
                self._tell_waiting()
            case {"kind": "undo", "view": view}:
                self._undo(view)
            case {"kind": "detach", "image": str(image)}:
                self._pending.pop(image, None)
            case {"kind": "again"}:
                self._ask_again()
            case {"kind": "clear"}:
                self._clear()
            case {"kind": "cells", "view": view}:
                self.tell("cells", to=view, texts=self._cells())
            case {"kind": "export", "view": view}:
                text = self._kept.exported(self.to_markdown(), self._talk)
                self.tell("markdown", to=view, text=text)

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        buffers: list[bytes] = []
        exchanges = [self._shown(exchange, buffers) for exchange in self._talk]
        return {
            "exchanges": exchanges,
            "conversations": self._kept.names(),
            "prompts": asking.names_of_prompts(),
            "form": asking.form_of(self._prompt),
            "settings": choices.shown(self._options),
            "approvals": self._approvals.waiting,
            "waiting": self._queue(),
            "spent": spent(self._talk, self._client, self.model),
            "undo": self._talk.can_undo,
        }, buffers

    def still(self) -> tuple[str, str]:
        if not self._talk.exchanges:
            return f"<i>{tr(_EMPTY)}</i>", tr(_EMPTY)
        return to_html(self._talk), self.to_markdown()

    def _shown(self, exchange: Exchange, buffers: list[bytes]) -> dict[str, Any]:
        """An exchange as JSON for a view; its images are buffers."""
        images = []
        for image in exchange.images:
            images.append({"label": image.label, "mime": image.mime, "buffer": len(buffers)})
            buffers.append(image.data)
        return {
            "id": exchange.id,
            "text": exchange.text,
            "images": images,
            "files": [one.label for one in exchange.files],
            "pieces": list(exchange.pieces.items()),
            "settled": exchange.settled,
            "branches": self._talk.branches(exchange),
            "editable": not exchange.asked or bool(exchange.files),
            **exchange.outcome,
            **self._sound(exchange, buffers),
        }

    def _sound(self, exchange: Exchange, buffers: list[bytes]) -> dict[str, Any]:
        """What a view needs to play what has come of an answer's sound; nothing without any."""
        if exchange.sound is None or not exchange.sound.data:
            return {}
        buffers.append(exchange.sound.data)
        return {"sound": {"buffer": len(buffers) - 1, "finished": exchange.sound.finished}}

    @property
    def _names(self) -> Mapping[str, Any]:
        """The variables of the notebook."""
        shell: Any = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        names: Mapping[str, Any] = getattr(shell, "user_ns", {})
        return names

    def _taken(self, names: list[str]) -> tuple[files.Attached, ...]:
        if not self._pending.keys() >= set(names):
            raise SettingsError(tr("An image or a file is no longer there: add it again."))
        return tuple(self._pending[name] for name in names)

    def _received(self, upload: Upload) -> None:
        one = files.attached(upload)
        files.check_waiting(self._pending.values(), one)
        self._pending[upload.id] = one

    def _ask(self, text: str, given: tuple[files.Attached, ...]) -> None:
        if text.strip() or given:
            images = tuple(one for one in given if isinstance(one, PastedImage))
            others = tuple(one for one in given if not isinstance(one, PastedImage))
            self._go(Exchange(text=text, images=images, files=others))

    def _go(self, exchange: Exchange) -> None:
        """Ask it now, or when what is asked now is answered."""
        if self._job:
            if len(self._waiting) >= MOST_WAITING:
                raise SettingsError(
                    tr(
                        "{most_waiting} questions wait already: let some be answered.",
                        most_waiting=MOST_WAITING,
                    )
                )
            self._waiting.append(exchange)
            self._tell_waiting()
            return
        self.start(lambda: self._answer(exchange, self._reuse))
        self._talk.add(exchange)
        self._tell_asked(exchange)

    def _edit(self, old: str, text: str) -> None:
        """Ask an edited question in the place of the old one."""
        if not text.strip() or not self._idle():
            return
        before = next((one for one in self._talk if one.id == old), None)
        exchange = Exchange(
            text=text,
            images=before.images if before else (),
            files=before.files if before else (),
        )
        if self._talk.branch(old, exchange):
            self.start(lambda: self._answer(exchange, self._reuse))
            self._renewed()

    async def _fill(self, values: dict[str, Any]) -> None:
        if self._prompt is None:
            return
        prompt = self._prompt
        text, asked = await asyncio.to_thread(asking.filled_form, prompt, values, self._names)
        exchange = Exchange(text=text, asked=tuple(asked), options=prompt.options)
        self.perform(self._go, exchange)

    def _tell_asked(self, exchange: Exchange) -> None:
        buffers: list[bytes] = []
        shown = self._shown(exchange, buffers)
        self.tell("asked", exchange=shown, buffers=buffers, undo=True)

    def _ask_again(self) -> None:
        if self._talk.exchanges:
            exchange = self._talk.exchanges[-1]
            # Who asks again has seen the answer that is kept.
            self.start(lambda: self._answer(exchange, self._reuse | {"cache": False}))
            exchange.restart()
            self.tell("again", exchange=exchange.id)

    def _clear(self) -> None:
        self._waiting.clear()
        self._stop()
        self._talk.clear()
        self._pending.clear()
        self.conversation = ""
        self.phase = "ready"
        self.tell("cleared", undo=self._talk.can_undo)
        self._tell_waiting()
        self.settle()

    def _undo(self, view: str) -> None:
        if not self._idle():
            return
        back = self._talk.undo()
        if back:
            self.tell("recall", to=view, text=back.text if not back.asked else "")
        self.phase = "ready"
        self._save()
        self._renewed()
        self.settle()

    def _converse(self, name: str) -> None:
        """Show a conversation and go on with it, or keep what is shown under a new name."""
        if not self._idle():
            return
        if not name:
            self.conversation = ""
            return
        found = self._kept.exchanges(name)
        if found or self.conversation:
            self._talk.open(found)
        self.conversation = name
        self.phase = "ready"
        self._save()
        self._renewed()
        self.settle()

    def _idle(self) -> bool:
        if self._job:
            raise SettingsError(tr("An answer is coming: stop it first, or wait for its end."))
        return True

    def _set(self, name: str, text: str) -> None:
        if name == "model":
            self.model = text.strip()
        elif name in choices.SETTINGS:
            self._options[name] = choices.setting(name, text, self._names)
        self.tell("settings", settings=choices.shown(self._options))

    async def _models(self, view: str) -> None:
        found = getattr(self._client, "models", None)
        listed = await found() if found else None
        self.tell("models", to=view, names=list(listed or ()))

    def _cells(self) -> list[str]:
        """Each question as a cell, the first one first."""
        return [
            chat_cell(self.model, self._options, exchange.sent, conversation=self.conversation)
            for exchange in self._talk
        ]

    def _changed_elsewhere(self, name: str, turns: Sequence[ChatTurn]) -> None:
        """A cell has gone on with the conversation that is shown."""
        loop().call_soon_threadsafe(self.perform, self._follow, name, turns)

    def _follow(self, name: str, turns: Sequence[ChatTurn]) -> None:
        own = [exchange.turn.id for exchange in self._talk if exchange.turn]
        if name == self.conversation and not self._job and [one.id for one in turns] != own:
            self._talk.open(self._kept.shown(turns))
            self._renewed()
            self.settle()

    def _save(self) -> None:
        if self.conversation:
            self._kept.put(self.conversation, self._talk)

    def _renewed(self) -> None:
        """Tell all views everything anew."""
        facts, buffers = self.state()
        self.tell("state", buffers, **facts)

    def _queue(self) -> list[dict[str, str]]:
        return [{"exchange": one.id, "text": one.text} for one in self._waiting]

    def _tell_waiting(self) -> None:
        self.tell("waiting", waiting=self._queue())

    def _keep_reading(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside the answers, and hold it until it is done."""
        task = loop().create_task(self._guard(lambda: work))
        task.add_done_callback(self._reading.discard)
        self._reading.add(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        super()._ended(task)
        if self._waiting and not task.cancelled() and self.phase == "ready":
            exchange = self._waiting.pop(0)
            self._tell_waiting()
            self.perform(self._go, exchange)

    async def _answer(self, exchange: Exchange, reuse: dict[str, Any]) -> None:
        before = self._before(exchange)
        self.phase = "waiting"
        arrival = Arrival()
        try:
            context = await self._prepared(exchange)
            view = LiveAnswer(Pieces(exchange, self.tell), context)
            if self._options["voice"]:
                exchange.sound = Track(exchange.id, self.tell)
            arrival = Arrival(on_event=self._watching(exchange, view))
            options = self._asked_with(exchange) | reuse
            exchange.masked = is_masked(options.get("mask"))
            asked = [one for one in exchange.sent if not before or one["role"] != "system"]
            events = self._client.chat.stream([*before, *asked], **options)
            await show(events, view, arrival, model=options.get("model") or tr("the model"))
            self.phase = "ready"
        except asyncio.CancelledError:
            self.phase = "stopped" if exchange in self._talk.exchanges else "ready"
            raise
        except Exception as error:
            exchange.error = said(error)
            self.phase = "failed"
        finally:
            exchange.response, exchange.settled = arrival.response, True
            if exchange.sound:
                exchange.sound.finish()
            self.tell("settled", exchange=exchange.id, outcome=exchange.outcome)
            self.tell("spent", spent=spent(self._talk, self._client, self.model))
            self._save()

    def _before(self, exchange: Exchange) -> list[dict[str, Any]]:
        """What was said before a question."""
        said: list[dict[str, Any]] = []
        for one in self._talk:
            if one is exchange:
                break
            said += one.messages
        return said

    async def _prepared(self, exchange: Exchange) -> Context:
        """Put values of the notebook into a question, once; returns what the reader is told."""
        if exchange.asked or not (exchange.files or "{" in exchange.text):
            return replace(self._context, inserted=list(exchange.put_in))
        found = await asyncio.to_thread(asking.notebook_fill, exchange.text, self._names)
        if exchange.files:
            self.phase = "reading"
            await files.read(self._client, exchange.files)
            self.phase = "waiting"
            behind = files.behind(found.text, exchange.files)
            found.text, found.inserted = behind.text, [*found.inserted, *behind.inserted]
        if found.inserted:
            exchange.asked = (_with_text(exchange.question, found.text),)
            exchange.put_in = tuple(found.inserted)
        return replace(self._context, inserted=found.inserted, left=found.left)

    def _asked_with(self, exchange: Exchange) -> dict[str, Any]:
        given = {name: value for name, value in self._options.items() if value is not None}
        # A prompt file that was chosen is meant with its own model.
        return given | ({"model": self.model} if self.model else {}) | dict(exchange.options)

    def _watching(self, exchange: Exchange, view: LiveAnswer) -> Callable[[Response, Event], None]:
        def on_event(response: Response, event: Event) -> None:
            exchange.response = response
            if exchange.sound and isinstance(event, AudioChunk):
                exchange.sound.feed(event.data)
            if isinstance(event, ReasoningDelta | TextDelta):
                self.phase = "thinking" if isinstance(event, ReasoningDelta) else "answering"
            view.on_event(response, event)

        return on_event


def _with_text(question: Mapping[str, Any], text: str) -> dict[str, Any]:
    """A question with another text, and its pictures."""
    content = question["content"]
    if isinstance(content, str):
        return {**question, "content": text}
    others = [part for part in content if part.get("type") != "text"]
    return {**question, "content": [*others, {"type": "text", "text": text}]}
