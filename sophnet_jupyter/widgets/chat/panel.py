"""A chat panel, in a cell's output or beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Unpack

from traitlets import Unicode

from ...errors import SettingsError
from ...events import AudioChunk, Event, ReasoningDelta, TextDelta
from ...kernel.loop import loop
from ...options.chat import ChatOptions
from ...options.words import shows_options
from ...response import Arrival, Response
from ...views.answer import Context
from ...views.live.answer import LiveAnswer, show
from ..exchange.attachments import LARGEST, TYPES, PastedImage, attachment, check_room
from ..exchange.exchange import Exchange, Pieces, to_html, to_markdown
from ..panel.panel import Buffers, Command, Panel, said
from ..playing.track import Track
from ..uploads.uploads import Upload, Uploads

_EMPTY = "A chat panel. Run its cell to talk."


class ChatClient(Protocol):
    """The part of a client that the panel uses."""

    @property
    def chat(self) -> Any: ...


class ChatPanel(Panel):
    """
    A chat with a model: streamed answers, images by paste and drop, stop, ask again, export.

    ``client`` is the one to ask, else the usual one; ``model``, ``system`` and ``voice`` are those
    of ``client.chat.stream``, and so are all other options. An answer with a ``voice`` is heard
    while it comes, as MP3, and again at a click. With ``cache=True`` a question that was asked
    before gets the answer that was kept, which ``repetition`` tells from others; asking again
    gets a new one. What was said is ``panel.messages``, ready for another request; the last answer
    is ``panel.response``. Works while a cell runs, and survives a reload of the page.

    Raises `SettingsError` when no client is given and none can be made, and for an option that the
    panel has nothing to show of: pictures are given to a question, not to all of them.
    """

    file = "panel"

    model = Unicode("", help="Who answers; empty for the client's default.").tag(sync=True)

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
        cache: bool = False,
        repetition: int = 0,
        **options: Unpack[ChatOptions],
    ) -> None:
        _check(voice, options)
        super().__init__(model=model or "")
        self._client = self.client_for(client)
        self._options: dict[str, Any] = {**options, "system": system, "voice": voice}
        self._reuse = {"cache": cache, "repetition": repetition}
        as_json = options.get("json_mode") or options.get("response_format")
        self._context = Context(
            format="json" if as_json else None, tools_run=bool(options.get("run_tools"))
        )
        self._exchanges: list[Exchange] = []
        # Images that were taken for the next question, by the name the browser gave them.
        self._pending: dict[str, PastedImage] = {}
        self.uploads = Uploads(
            self.tell, self._received, limit=LARGEST, accept=TYPES, in_memory=LARGEST
        )

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation as chat messages. A question that got no answer is left out."""
        system = self._options.get("system")
        start = [{"role": "system", "content": system}] if system else []
        said = [message for exchange in self._exchanges for message in exchange.messages]
        return [*start, *said]

    @property
    def response(self) -> Response | None:
        """The last answer, or as much of it as has come."""
        return self._exchanges[-1].response if self._exchanges else None

    def to_markdown(self) -> str:
        """The conversation as a Markdown document."""
        return to_markdown(self._exchanges)

    def ask(self, text: str, images: Sequence[bytes | str | Path] = ()) -> None:
        """
        Send a question from Python, as if typed; ``images`` are bytes or files.

        Returns at once; the answer appears in the panel. Raises `SettingsError` for an image that
        cannot be sent.
        """
        taken = tuple(
            attachment(image)
            if isinstance(image, bytes)
            else attachment(Path(image).read_bytes(), Path(image).name)
            for image in images
        )
        loop().call_soon_threadsafe(self.perform, self._ask, text, taken)

    def clear(self) -> None:
        """Start a new conversation."""
        loop().call_soon_threadsafe(self.perform, self._clear)

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "ask", "text": str(text), "images": list(names)}:
                self._ask(text, self._taken(names))
                self._pending.clear()
            case {"kind": "detach", "image": str(image)}:
                self._pending.pop(image, None)
            case {"kind": "again"}:
                self._ask_again()
            case {"kind": "clear"}:
                self._clear()
            case {"kind": "export", "view": view}:
                self.tell("markdown", to=view, text=self.to_markdown())

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        buffers: list[bytes] = []
        exchanges = [self._shown(exchange, buffers) for exchange in self._exchanges]
        return {"exchanges": exchanges}, buffers

    def still(self) -> tuple[str, str]:
        if not self._exchanges:
            return f"<i>{_EMPTY}</i>", _EMPTY
        return to_html(self._exchanges), self.to_markdown()

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
            "pieces": list(exchange.pieces.items()),
            "settled": exchange.settled,
            **exchange.outcome,
            **self._sound(exchange, buffers),
        }

    def _sound(self, exchange: Exchange, buffers: list[bytes]) -> dict[str, Any]:
        """What a view needs to play what has come of an answer's sound; nothing without any."""
        if exchange.sound is None or not exchange.sound.data:
            return {}
        buffers.append(exchange.sound.data)
        return {"sound": {"buffer": len(buffers) - 1, "finished": exchange.sound.finished}}

    def _taken(self, names: list[str]) -> tuple[PastedImage, ...]:
        if not self._pending.keys() >= set(names):
            raise SettingsError("An image is no longer there: add it again.")
        return tuple(self._pending[name] for name in names)

    def _received(self, upload: Upload) -> None:
        image = attachment(upload.read(), upload.name)
        check_room(self._pending.values(), image)
        self._pending[upload.id] = image

    def _ask(self, text: str, images: tuple[PastedImage, ...]) -> None:
        if not (text.strip() or images):
            return
        exchange = Exchange(text=text, images=images)
        self.start(lambda: self._answer(exchange, self._reuse))
        self._exchanges.append(exchange)
        buffers: list[bytes] = []
        self.tell("asked", exchange=self._shown(exchange, buffers), buffers=buffers)

    def _ask_again(self) -> None:
        if self._exchanges:
            exchange = self._exchanges[-1]
            # Who asks again has seen the answer that is kept.
            self.start(lambda: self._answer(exchange, self._reuse | {"cache": False}))
            exchange.restart()
            self.tell("again", exchange=exchange.id)

    def _clear(self) -> None:
        self._stop()
        self._exchanges.clear()
        self._pending.clear()
        self.phase = "ready"
        self.tell("cleared")
        self.settle()

    async def _answer(self, exchange: Exchange, reuse: dict[str, Any]) -> None:
        view = LiveAnswer(Pieces(exchange, self.tell), self._context)
        sound = exchange.sound = Track(exchange.id, self.tell) if self._options["voice"] else None

        def on_event(response: Response, event: Event) -> None:
            exchange.response = response
            if sound and isinstance(event, AudioChunk):
                sound.feed(event.data)
            if isinstance(event, ReasoningDelta | TextDelta):
                self.phase = "thinking" if isinstance(event, ReasoningDelta) else "answering"
            view.on_event(response, event)

        self.phase = "waiting"
        arrival = Arrival(on_event=on_event)
        options = self._options | reuse | ({"model": self.model} if self.model else {})
        try:
            events = self._client.chat.stream([*self.messages, exchange.question], **options)
            await show(events, view, arrival, model=self.model or "the model")
            self.phase = "ready"
        except asyncio.CancelledError:
            self.phase = "stopped" if exchange in self._exchanges else "ready"
            raise
        except Exception as error:
            exchange.error = said(error)
            self.phase = "failed"
        finally:
            exchange.response, exchange.settled = arrival.response, True
            if sound:
                sound.finish()
            self.tell("settled", exchange=exchange.id, outcome=exchange.outcome)


# Of one question: the panel takes pictures by paste and drop, and by `ChatPanel.ask`.
_OF_A_QUESTION = ("images", "detail", "max_side")


def _check(voice: object, options: Mapping[str, Any]) -> None:
    """Raise `SettingsError` for what the panel cannot show, before anything is paid for it."""
    for name in _OF_A_QUESTION:
        if options.get(name) is not None:
            raise SettingsError(
                f"{name} belongs to one question: paste or drop pictures into the panel, or give "
                "them to panel.ask(text, images)."
            )
    form = voice.get("format") if isinstance(voice, Mapping) else None
    if form and not str(form).lower().startswith("mp3"):
        raise SettingsError(
            f"The panel plays an answer while it comes, and that is mp3, not {str(form)!r:.40}: "
            "leave format out, or use %%sophchat --voice."
        )
