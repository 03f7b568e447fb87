"""Sound that is heard while it still arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from typing import Any, Literal

from traitlets import Bool, Float, Int, Unicode

from ...errors import SettingsError
from ...events import AudioChunk, Event, Finished
from ...files import wav
from ...kernel.loop import loop
from ...language import tr
from ...response import Arrival, Response, settle
from ...views.media import audio
from ...views.output import output
from ...views.safe.control_characters import plain as plain_text
from ...views.safe.maths import inert
from ..panel.frame import Height
from ..panel.panel import Buffers, Command, Panel

PlayableFormat = Literal["mp3", "pcm"]
# At most so many messages a second, however small the pieces of sound are.
RATE = 15


class AudioPlayer(Panel):
    """
    Plays a stream of sound from its first bytes on, and keeps it to be heard again.

    ``format`` is ``mp3``, or ``pcm`` for 16-bit little-endian samples, which need a
    ``sample_rate`` and ``channels``. ``await player.play(client.voice.stream("…"))`` gives it all
    that comes; `feed` takes bytes from any thread, cut anywhere. ``title`` is what it is called;
    ``autoplay=False`` waits for a click. ``on_stop`` is called on the loop's thread when the
    listener stops the sound before its end: the place to close the stream that feeds it.

    Raises `SettingsError` for a format it does not know.
    """

    file = "audio_player"

    format = Unicode("mp3").tag(sync=True)
    sample_rate = Int(24_000).tag(sync=True)
    channels = Int(1).tag(sync=True)
    finished = Bool(False, help="Whether all of it has come.").tag(sync=True)
    title = Unicode("Audio").tag(sync=True)
    played = Float(0.0, help="The position that was last heard, in seconds.")
    underruns = Int(0, help="How often the sound had to wait for more to come.")

    def __init__(
        self,
        format: PlayableFormat = "mp3",  # noqa: A002 - the word of Client.voice
        *,
        sample_rate: int = 24_000,
        channels: int = 1,
        title: str = "Audio",
        autoplay: bool = True,
        on_stop: Callable[[], object] | None = None,
        height: Height = "",
        layout: Any = None,
    ) -> None:
        if format not in ("mp3", "pcm"):
            raise SettingsError(tr("A player plays mp3 or pcm, not {format}.", format=format))
        super().__init__(
            height=height,
            layout=layout,
            format=format,
            sample_rate=sample_rate,
            channels=channels,
            title=title,
        )
        self._data = bytearray()
        self._sent = 0
        self._timer: asyncio.TimerHandle | None = None
        # Only the view of a cell that was just run may begin by itself, not one that is restored.
        self._autoplay = autoplay
        self._on_stop = on_stop
        self._end_stream: Callable[[], object] | None = None
        self._stopped = False
        self.on_heard: Callable[[bool], object] = lambda sounds: None
        """Called on the loop's thread whether it sounds: each second, and when that turns."""

    @property
    def data(self) -> bytes:
        """All that has come so far, as a file: for PCM with the head of a WAV."""
        raw = bytes(self._data)
        return raw if self.format == "mp3" else wav.written(raw, self.sample_rate, self.channels)

    def feed(self, data: bytes) -> None:
        """Append sound. After `finish` or `stop` it is dropped."""
        loop().call_soon_threadsafe(self._feed, bytes(data))

    async def play(self, stream: AsyncIterable[Event | bytes]) -> Response:
        """
        Play what comes: the events of ``client.voice.stream(…)`` or of an answer with a voice, or
        bytes of sound. Returns the response once all has come.

        The listener's Stop, or `stop`, closes the stream: the response is then ``stopped``, and
        has the sound up to there. An error of the stream leaves as it is; what had come stays to
        be heard. Raises `SettingsError` for a player that has played: one sound, one player.
        """
        if self.finished or self._data:
            raise SettingsError(
                tr("This player has its sound already: AudioPlayer() makes another.")
            )

        def on_event(response: Response, event: Event) -> None:
            if isinstance(event, AudioChunk):
                self.feed(event.data)

        arrival = Arrival(on_event=on_event)
        here, work = (
            asyncio.get_running_loop(),
            asyncio.ensure_future(settle(_as_events(stream), arrival)),
        )
        self._end_stream = lambda: here.call_soon_threadsafe(work.cancel)
        try:
            return await work
        except asyncio.CancelledError:
            # The listener has stopped it, and not who waits for it.
            if self._stopped:
                return arrival.response
            raise
        finally:
            self._end_stream = None
            work.cancel()
            self.finish()

    def finish(self) -> None:
        """Mark the end of the sound."""
        loop().call_soon_threadsafe(self._finish)

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "position", "seconds": int() | float() as seconds, "underruns": int(u)}:
                self.played, self.underruns = float(seconds), u
                self.on_heard(command.get("sounds") is True)

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        autoplay, self._autoplay = self._autoplay, False
        # What waits for its turn is in here too; views know by its place that they have it.
        return {"autoplay": autoplay and output.autoplay, "at": 0}, [bytes(self._data)]

    def still(self) -> tuple[str, str]:
        name = plain_text(self.title)
        if not (self.finished and self._data):
            word = tr("no sound came") if self.finished else tr("sound is arriving")
            return f"<i>{inert(name)}: {word}.</i>", f"[{name}: {word}]"
        data = self.data
        return audio.player(data), f"{name} {audio.line(data)}"

    def _feed(self, data: bytes) -> None:
        if self.finished or not data:
            return
        self._data += data
        if self._timer is None:
            self._pass_on()

    def _pass_on(self) -> None:
        """Send the buffered sound, and buffer again for a while."""
        self._timer = None
        new = bytes(self._data[self._sent :])
        if not new:
            return
        self.tell("sound", [new], at=self._sent)
        self._sent = len(self._data)
        self._timer = loop().call_later(1 / RATE, self._pass_on)

    def _finish(self) -> None:
        if self.finished:
            return
        if self._timer:
            self._timer.cancel()
        self._pass_on()
        self.finished = True
        self.perform(self.settle)

    def _stop(self) -> None:
        early = self._stopped = not self.finished
        self._finish()
        self.tell("stop")
        if early and self._end_stream:
            self._end_stream()
        if early and self._on_stop:
            self.perform(self._on_stop)


async def _as_events(stream: AsyncIterable[Event | bytes]) -> AsyncGenerator[Event, None]:
    """The events of a stream; bytes become events, and their end a complete one."""
    plain = False
    try:
        async for each in stream:
            plain = isinstance(each, bytes)
            yield AudioChunk(data=each) if isinstance(each, bytes) else each
        if plain:
            yield Finished(reason="")
    finally:
        if close := getattr(stream, "aclose", None):
            await close()
