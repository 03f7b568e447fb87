"""A panel that turns texts into speech, with a choice of voices and samples of each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from ...errors import SettingsError
from ...events import AudioChunk, Event
from ...language import tr
from ...response import Arrival, Response, settle
from ...views.media import audio
from ...views.safe.control_characters import plain
from ...views.safe.look import FAINT, SMALL, clipped
from ...views.safe.maths import inert
from ..panel.frame import Height
from ..panel.panel import Buffers, Command, Panel, said
from ..uploads.uploads import Upload, Uploads

SAMPLE = "Hello, this is my voice. 你好，这是我的声音。"
EXCERPT = 160
NUMBERS = ("volume", "speech_rate", "pitch_rate")
# At most so many messages a second, however small the pieces of sound are.
RATE = 15
# What a voice is made of.
LARGEST = 50_000_000
TYPES = tuple(".wav .mp3 .m4a .flac .ogg .opus .aac .amr".split())


class VoiceClient(Protocol):
    """The part of a client that the panel uses."""

    @property
    def voice(self) -> Any: ...


@dataclass(kw_only=True, eq=False)
class QueuedText:
    """One text in the queue."""

    id: int
    text: str
    options: dict[str, Any]
    sample: bool = False
    phase: str = "waiting"
    error: str = ""
    heard: bytearray = field(default_factory=bytearray)
    sent: int = 0
    response: Response | None = None

    @property
    def sound(self) -> bytes:
        return self.response.audio if self.response else b""

    def facts(self) -> dict[str, Any]:
        """What a view shows of it, besides its sound."""
        return {
            "id": self.id,
            "text": clipped(self.text, EXCERPT),
            "voice": self.options.get("voice") or "",
            "format": self.options.get("format") or "mp3",
            "sample": self.sample,
            "phase": self.phase,
            "error": self.error,
        }


class VoiceStudio(Panel):
    """
    Write texts, choose a voice and how it sounds, hear them, and keep them as files.

    Texts wait for each other in a queue. A voice of your own is made of a recording that is dropped
    there, of somebody who has agreed to it. ``voices`` are names besides those that are known, such
    as one of your own; ``text`` stands there to begin with; ``client`` is the one to ask, else the
    usual one; ``mask`` is that of ``client.voice.stream``. What was said is in ``panel.responses``.

    Raises `SettingsError` when no client is given and none can be made.
    """

    file = "panel"

    def __init__(
        self,
        client: VoiceClient | None = None,
        *,
        text: str = "",
        voices: Iterable[str] = (),
        mask: object = None,
        height: Height = "",
        layout: Any = None,
    ) -> None:
        super().__init__(height=height, layout=layout)
        self._mask = mask
        self._voice = self.client_for(client).voice
        self._own = list(voices)
        self._recording: Upload | None = None
        # A client of one's own may have no voices made of recordings.
        self._makes = hasattr(self._voice, "clone")
        if self._makes:
            self.uploads = Uploads(self.tell, self._received, limit=LARGEST, accept=TYPES)
        self._text = text
        self._items: list[QueuedText] = []
        self._ids = count(1)

    @property
    def responses(self) -> list[Response]:
        """The finished responses, in order, without the samples."""
        return [item.response for item in self._items if item.response and not item.sample]

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "say", "text": str(text), "options": dict(options)}:
                self._add(text, options)
            case {"kind": "sample", "options": dict(options)}:
                self._add(SAMPLE, options, sample=True)
            case {"kind": "go"}:
                self._go()
            case {"kind": "make", "name": str(name), "text": str(text), "agreed": bool(agreed)}:
                self._make(name.strip(), text.strip(), agreed=agreed)
            case {"kind": "remove", "id": int(number)}:
                self._remove(number)

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        facts = {
            "voices": self._voices(),
            "makes": self._makes,
            "recording": self._recording.name if self._recording else "",
            "text": self._text,
            "items": [item.facts() for item in self._items],
        }
        return facts, [item.sound for item in self._items]

    def still(self) -> tuple[str, str]:
        done = [item for item in self._items if item.sound and not item.sample]
        if not done:
            return tr("<i>A voice studio. Run its cell to have texts said.</i>"), tr(
                "[voice studio]"
            )
        html = "".join(
            f'<div style="margin:8px 0"><div>{inert(plain(item.text))}</div>'
            f'<div style="{SMALL};{FAINT}">{inert(plain(self._by(item)))}</div>'
            f"{audio.player(item.sound)}</div>"
            for item in done
        )
        return html, "\n".join(f"{plain(item.text)}\n{audio.line(item.sound)}" for item in done)

    def _by(self, item: QueuedText) -> str:
        return " · ".join(filter(None, [item.options.get("voice"), "sandbox" * self.sandbox]))

    def _voices(self) -> list[dict[str, Any]]:
        """The voices that can be chosen, by model; those that were given by name come first."""
        known = [
            {"label": model, "model": model, "names": list(names)}
            for model, names in self._voice.voices.items()
        ]
        own = [{"label": tr("yours"), "model": None, "names": self._own}] if self._own else []
        return own + known

    def _received(self, upload: Upload) -> None:
        self._recording = upload
        self.tell("recording", name=upload.name)

    def _make(self, name: str, text: str, *, agreed: bool) -> None:
        if self._recording is None:
            raise SettingsError(tr("A voice is made of a recording: drop one first."))
        if not agreed:
            raise SettingsError(
                tr("Say that the speaker has agreed: a voice is made of nobody else.")
            )
        upload = self._recording
        self.start(lambda: self._clone(upload, name, text))

    async def _clone(self, upload: Upload, name: str, text: str) -> None:
        self.phase = "making"
        try:
            await self._voice.clone(upload.content, name, text=text, filename=upload.name)
        except asyncio.CancelledError:
            self.phase = "stopped"
            raise
        except Exception:
            self.phase = "ready"
            raise
        self._recording = None
        self.tell("voices", voices=self._voices(), chosen=name)
        # Texts that were added meanwhile have waited for it.
        await self._work()

    def _add(self, text: str, options: dict[str, Any], *, sample: bool = False) -> None:
        if sample and self.busy:
            raise SettingsError(tr("A voice is speaking: stop it first, then hear a sample."))
        if sample:
            self._items = [item for item in self._items if not item.sample]
        given = {name: options.get(name) for name in ("voice", "model", "format", *NUMBERS)}
        # What cannot be said is told now, and not when its turn comes.
        self._voice.check(text, **given)
        item = QueuedText(id=next(self._ids), text=text, options=given, sample=sample)
        self._items.append(item)
        self.tell("item", item=item.facts())
        self._go()

    def _go(self) -> None:
        if not self.busy and any(item.phase == "waiting" for item in self._items):
            self.start(self._work)

    def _remove(self, number: int) -> None:
        item = next((item for item in self._items if item.id == number), None)
        if item is None:
            return
        self._items.remove(item)
        self.tell("removed", id=number)
        if item.phase == "speaking":
            self._stop()
        elif item.response:
            self.settle()

    async def _work(self) -> None:
        try:
            while item := next((item for item in self._items if item.phase == "waiting"), None):
                self.phase = "speaking"
                await self._say(item)
            self.phase = "ready"
        except asyncio.CancelledError:
            self.phase = "stopped"
            raise

    async def _say(self, item: QueuedText) -> None:
        loop = asyncio.get_running_loop()
        passed_at = float("-inf")

        def on_event(response: Response, event: Event) -> None:
            nonlocal passed_at
            item.response = response
            self.sandbox = response.sandbox
            if not isinstance(event, AudioChunk):
                return
            item.heard += event.data
            if loop.time() - passed_at >= 1 / RATE:
                passed_at = loop.time()
                self._pass_on(item)

        arrival = Arrival(on_event=on_event)
        self._show(item, "speaking")
        phase, error = "ready", ""
        try:
            response = await settle(
                self._voice.stream(item.text, mask=self._mask, **item.options), arrival
            )
            if response.ending != "complete":
                phase, error = "cut", " ".join(response.notices)
        except asyncio.CancelledError:
            phase = "stopped"
            raise
        except Exception as problem:
            phase, error = "failed", said(problem)
        finally:
            item.response = arrival.response if arrival.response.audio else None
            self._pass_on(item)
            item.error = error
            self._show(item, phase)
            self.perform(self.settle)

    def _pass_on(self, item: QueuedText) -> None:
        if new := bytes(item.heard[item.sent :]):
            self.tell("sound", [new], id=item.id, at=item.sent)
            item.sent += len(new)

    def _show(self, item: QueuedText, phase: str) -> None:
        item.phase = phase
        # The whole file once more: a head may name its length only now.
        whole = [item.sound] if phase != "speaking" else []
        self.tell("item", whole, item=item.facts())
