"""Speech that becomes text while it is spoken."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import io
import time
import wave
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Protocol

from traitlets import Bool, Unicode

from ..errors import SettingsError, SophNetError
from ..events import Event, Notice, Started, Transcript
from ..kernel.loop import loop
from . import spoken
from .panel import Buffers, Command, Panel, said
from .take import Take
from .uplink import Message, Uplink
from .waiting import Waiting

_EMPTY = "A microphone. Run its cell, and press Start, to have speech written down."
# Up to here a notebook carries the sound itself.
EMBEDDED = 2_000_000
# At most so many partial sentences a second are drawn.
RATE = 15
# Seconds that the browser may take to send its last frame.
LAST_FRAME = 1.0
# Milliseconds from which the lateness of sound is worth a word.
LATE = 1000

OnFinal = Callable[[Transcript], Any]


class Client(Protocol):
    """What the panel needs of a client."""

    @property
    def speech(self) -> Any: ...


class Microphone(Panel):
    """
    Press Start and speak: sentences appear while they are spoken, and stay.

    ``source``, a file, an array of samples, or bytes, is heard in place of a microphone, by the
    same way, at its own pace; ``pace=0`` is as fast as the service takes it. ``keep=True`` keeps
    the sound, to be played and saved. ``clean=True`` lets the browser take out noise and echo and
    level the loudness, which helps in a loud room, but spoils the first words while it learns.
    Further ``options`` are those of ``client.speech.live``.

    It works while a cell runs: sound and sentences travel beside the notebook's own messages.
    Raises `SettingsError` when no client is given and none can be made.
    """

    file = "microphone"
    # Where a panel without a client gets one from. The package puts its own `Client` here.
    make_client: ClassVar[Callable[[], Client] | None] = None

    title = Unicode("Microphone").tag(sync=True)
    keeps = Bool(False, help="Whether the sound is kept.").tag(sync=True)
    clean = Bool(False, help="Whether the browser takes out noise and echo.").tag(sync=True)
    sandbox = Bool(False, help="Whether the sandbox heard it, and no service.").tag(sync=True)
    sourced = Bool(False, help="Whether a source is heard in place of a microphone.").tag(sync=True)

    def __init__(
        self,
        client: Client | None = None,
        source: Any = None,
        *,
        keep: bool = False,
        clean: bool = False,
        title: str = "Microphone",
        **options: Any,
    ) -> None:
        super().__init__(keeps=keep, clean=clean, title=title, sourced=source is not None)
        self._client = client or self._made_client()
        self._source, self._options = source, options
        self._sentences: list[Transcript] = []
        self._partial: Transcript | None = None
        self._told = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._hearers: list[OnFinal] = []
        self._waiting = Waiting()
        self.error: Exception | None = None
        """What ended it the last time, if that was no proper end."""
        self._take: Take | None = None
        self._session: Any = None
        # Where the times of this take begin, in milliseconds of all takes together.
        self._base = 0
        self._sound = bytearray()
        self._sample_rate = 16_000
        self._uplink = Uplink(self.key, self._from_browser)

    @classmethod
    def _made_client(cls) -> Client:
        if cls.make_client is None:
            raise SettingsError(
                "A microphone needs a client: Microphone(sophnet_jupyter.Client())."
            )
        return cls.make_client()

    @property
    def sentences(self) -> list[Transcript]:
        """The final sentences so far; times are in milliseconds of all that was heard."""
        return list(self._sentences)

    @property
    def text(self) -> str:
        """The final sentences so far, a line each."""
        return "\n".join(sentence.text for sentence in self._sentences)

    @property
    def partial(self) -> str:
        """The sentence that is being spoken just now."""
        return self._partial.text if self._partial else ""

    @property
    def audio(self) -> bytes:
        """The sound as a WAV file, if it is kept; empty if not."""
        return _wav(bytes(self._sound), self._sample_rate) if self._sound else b""

    def to_srt(self) -> str:
        """The sentences as subtitles."""
        return spoken.srt(self._sentences)

    def save(self, path: str | Path) -> Path:
        """Write the sound to a WAV file, or the sentences to a .srt or .txt one."""
        path = Path(path).expanduser()
        if path.suffix == ".wav":
            if not self._sound:
                raise SettingsError("No sound was kept: make it with Microphone(keep=True).")
            path.write_bytes(self.audio)
        else:
            text = self.to_srt() if path.suffix == ".srt" else self.text
            path.write_text(text + "\n", encoding="utf-8")
        return path

    def start(self, work: Any = None) -> None:
        """
        Begin to listen; with a source at once, else as soon as the browser lets it.

        A browser may want a click on Start all the same.
        """
        if work is not None:
            super().start(work)
        elif self._source is not None:
            loop().call_soon_threadsafe(self.perform, self._begin, None)
        else:
            self.tell("listen")

    def clear(self) -> None:
        """Forget the sentences, and the sound."""
        loop().call_soon_threadsafe(self.perform, self._clear)

    def on_final(self, hear: OnFinal) -> None:
        """
        Call ``hear`` with each final sentence from now on; it may be a coroutine function.

        Called one after the other on a thread of their own, beside the running cell; what one
        raises is drawn in the panel.
        """
        self._hearers.append(hear)

    async def until(
        self,
        what: str | int | Callable[[Microphone], bool] | None = None,
        *,
        within: float | None = None,
    ) -> str:
        """
        Wait until words were said, until there are so many sentences, or until something holds.

        Without ``what`` until nothing is heard any more. Returns the text. Raises `TimeoutError`
        after ``within`` seconds, and `SophNetError` when it ends without that.
        """
        met, over = self._condition(what), self._is_idle
        if what is None:
            met, over = self._is_idle, lambda: False
        async with asyncio.timeout(within):
            if not await self._waiting.until(met, over):
                raise SophNetError("The microphone was stopped before that was said.")
        return self.text

    def _condition(
        self, what: str | int | Callable[[Microphone], bool] | None
    ) -> Callable[[], bool]:
        if isinstance(what, str):
            return lambda: what.casefold() in self.text.casefold()
        if isinstance(what, int):
            return lambda: len(self._sentences) >= what
        return lambda: bool(what and what(self))

    def _is_idle(self) -> bool:
        return self._job is None

    # Commands of the browser, and its sound.

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "start"} if self._source is not None:
                self._begin(None)
            case {"kind": "clear"}:
                self._clear()
            case {"kind": "audio", "view": str(view), "use": str(use)}:
                self.tell("audio", [self.audio], to=view, use=use)
            case {"kind": "srt", "view": str(view)}:
                self.tell("srt", to=view, text=self.to_srt())
            case {"kind": "sound", "facts": facts}:
                # A front end without a comm of its own for sound.
                self._uplink.take(facts, buffers)

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        return {
            "sentences": [_shown(sentence) for sentence in self._sentences],
            "partial": self.partial,
            "has_sound": bool(self._sound),
        }, []

    def still(self) -> tuple[str, str]:
        if not self._sentences:
            return f"<i>{_EMPTY}</i>", _EMPTY
        title = f"{self.title} · sandbox" if self.sandbox else self.title
        page = spoken.html(self._sentences, title)
        words = spoken.plain(self._sentences)
        if self._sound and len(self._sound) <= EMBEDDED and self._is_idle():
            source = f"data:audio/wav;base64,{b64encode(self.audio).decode()}"
            page += f'<audio controls preload="metadata" src="{source}"></audio>'
        return page, words

    def _from_browser(self, message: Message) -> None:
        loop().call_soon_threadsafe(self.perform, self._hear_sound, message, time.time() * 1000)

    def _hear_sound(self, message: Message, now: float) -> None:
        facts, take = message.facts, self._take
        ours = take is not None and facts.get("take") == take.number
        match message.kind:
            case "begin":
                self._begin(Take(int(facts["take"]), int(facts["sample_rate"])))
            case "frame" if take and ours:
                take.add(int(facts["seq"]), float(facts["t"]), now, message.data)
                if self.keeps:
                    self._sound += message.data
            case "end" if take and ours:
                take.missing += max(0, int(facts["frames"]) - take.frames)
                take.end(str(facts.get("why", "")))
            case "gone" if take:
                take.end("The page with the microphone was closed.")

    def _begin(self, take: Take | None) -> None:
        try:
            session = self._client.speech.live(
                self._source if take is None else None,
                **({} if take is None else {"sample_rate": take.sample_rate}),
                **self._options,
            )
        except SophNetError as error:
            self.error = error
            raise
        super().start(lambda: self._listen(session, take))
        # Set only once it is the one job: another view may have begun before.
        self._take, self._session = take, session
        self._waiting.look(over=False)

    def _stop(self) -> None:
        """The first stop lets the last words come, the second one hangs up."""
        if self._job is None:
            return
        if self.phase == "finishing":
            super()._stop()
            return
        self.phase = "finishing"
        self.tell("halt")
        if self._take is None:
            self._session.end()
        else:
            loop().call_later(LAST_FRAME, self._take.end)

    # The job.

    async def _listen(self, session: Any, take: Take | None) -> None:
        self.phase, self.error = "connecting", None
        finals: asyncio.Queue[Transcript | None] = asyncio.Queue()
        hearers = asyncio.create_task(self._call_hearers(finals))
        pump: asyncio.Task[None] | None = None
        try:
            async with session:
                if self.phase == "connecting":
                    self.phase = "listening"
                if take is not None:
                    pump = asyncio.create_task(self._pump(session, take))
                async for event in session:
                    self._heard(event, finals)
            self.phase = "ready"
        except asyncio.CancelledError:
            self.phase = "stopped"
            raise
        except Exception as error:
            self.phase, self.error = "failed", error
            raise
        finally:
            self._end(session, take, pump)
            finals.put_nowait(None)
            with contextlib.suppress(asyncio.CancelledError):
                await hearers

    async def _pump(self, session: Any, take: Take) -> None:
        told = 0
        try:
            while (frame := await take.next()) is not None:
                await session.send(frame)
                late = round(take.late / LATE)
                if late != told:
                    told = late
                    self.tell("late", seconds=late)
        except SophNetError:
            return  # which the one who reads the session is told
        if take.why:
            self.tell("notice", text=take.why)
        if self.phase == "listening":
            self.phase = "finishing"
        session.end()

    def _heard(self, event: Event, finals: asyncio.Queue[Transcript | None]) -> None:
        match event:
            case Transcript(final=True):
                sentence = self._placed(event)
                self._sentences.append(sentence)
                self._partial = None
                self.tell("final", index=len(self._sentences) - 1, **_shown(sentence))
                finals.put_nowait(sentence)
            case Transcript():
                self._partial = self._placed(event)
                self._tell_partial()
            case Notice(text=text):
                self.tell("notice", text=text)
            case Started():
                self.sandbox = event.sandbox
        self._waiting.look(over=False)

    def _end(self, session: Any, take: Take | None, pump: asyncio.Task[None] | None) -> None:
        if pump:
            pump.cancel()
        if self._partial is not None:
            # Begun, and never made final: what was understood is not thrown away.
            self._sentences.append(self._partial)
            self.tell("final", index=len(self._sentences) - 1, **_shown(self._partial))
            self._partial = None
        self._sample_rate = session.sample_rate
        if take is None and self.keeps and session.sound:
            self._sound += session.sound.pcm
        length = take.received if take else len(session.sound.pcm) if session.sound else 0
        self._base += length * 1000 // (2 * session.sample_rate)
        if take and take.missing + take.dropped:
            lost = (take.missing + take.dropped) / 10
            self.tell("notice", text=f"{lost:.1f} s of sound were lost on the way.")
        self._take = self._session = None
        self.tell("halt")
        self.tell("over", has_sound=bool(self._sound))

    def _ended(self, job: asyncio.Task[None]) -> None:
        super()._ended(job)
        self._waiting.look(over=True)

    def _placed(self, event: Transcript) -> Transcript:
        """With times that count from the first take."""
        if not self._base:
            return event
        return Transcript(
            text=event.text,
            final=event.final,
            begin=event.begin + self._base,
            end=None if event.end is None else event.end + self._base,
            words=event.words,
        )

    def _tell_partial(self) -> None:
        """Draw what is being said, but not too often: the next one repeats it."""
        wait = self._told + 1 / RATE - loop().time()
        if wait <= 0:
            self._told = loop().time()
            self.tell("partial", text=self.partial)
        elif self._timer is None:
            self._timer = loop().call_later(wait, self._tell_late)

    def _tell_late(self) -> None:
        self._timer = None
        if self._partial is not None:
            self._tell_partial()

    async def _call_hearers(self, finals: asyncio.Queue[Transcript | None]) -> None:
        while (sentence := await finals.get()) is not None:
            for hear in list(self._hearers):
                try:
                    answer = await asyncio.to_thread(hear, sentence)
                    if inspect.isawaitable(answer):
                        await answer
                except Exception as error:
                    self.tell("error", text=f"on_final: {said(error)}")

    def _clear(self) -> None:
        self._sentences.clear()
        self._sound.clear()
        if self._is_idle():
            self._base = 0
        self.tell("cleared")
        self.settle()


def _shown(sentence: Transcript) -> dict[str, Any]:
    return {"text": sentence.text, "time": spoken.clock(sentence)}


def _wav(samples: bytes, sample_rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(sample_rate)
        writer.writeframes(samples)
    return file.getvalue()
