"""Speech that becomes text while it is spoken."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, Unpack

from traitlets import Bool, Unicode

from ... import time_limit
from ...errors import SophNetError
from ...events import Transcript
from ...kernel.loop import loop
from ...language import mark, tr
from ...options.live import LiveOptions
from ...options.words import shows_options
from ...views.media.shelf import fits
from ...views.safe.control_characters import plain
from ..hearing.hearers import OnFinal
from ..hearing.take import refuse_coded
from ..panel.frame import Height
from ..panel.panel import Buffers, Command
from . import spoken
from .listening import Listening
from .recognition import shown

_EMPTY = mark("A microphone. Run its cell, and press Start, to have speech written down.")


class SpeechClient(Protocol):
    """The part of a client that the panel uses."""

    @property
    def speech(self) -> Any: ...


class Microphone(Listening):
    """
    Press Start and speak: sentences appear while they are spoken, and stay.

    ``source``, a file, an array of samples, or bytes, is heard in place of a microphone, by the
    same way, at its own pace; ``pace=0`` is as fast as the service takes it. ``keep=True`` keeps
    the sound, to be played and saved. ``clean=True`` lets the browser take out noise and echo and
    level the loudness, which helps in a loud room, but spoils the first words while it learns.
    ``title`` stands above it; ``client`` is the one to ask, else the usual one.

    It works while a cell runs: sound and sentences travel beside the notebook's own messages.
    Raises `SettingsError` when no client is given and none can be made.
    """

    file = "microphone"

    title = Unicode("Microphone").tag(sync=True)
    clean = Bool(False, help="Whether the browser takes out noise and echo.").tag(sync=True)
    sourced = Bool(False, help="Whether a source is heard in place of a microphone.").tag(sync=True)

    @shows_options(LiveOptions, format="pcm", sample_rate=16_000, heartbeat=True, pace=1.0)
    def __init__(
        self,
        client: SpeechClient | None = None,
        source: Any = None,
        *,
        keep: bool = False,
        clean: bool = False,
        title: str = "Microphone",
        height: Height = "",
        layout: Any = None,
        **options: Unpack[LiveOptions],
    ) -> None:
        refuse_coded(tr("A microphone"), options.get("format", "pcm"))
        super().__init__(
            height=height,
            layout=layout,
            keeps=keep,
            clean=clean,
            title=title,
            sourced=source is not None,
        )
        self._client = self.client_for(client)
        self._source, self._options = source, {**options}

    @property
    def sentences(self) -> list[Transcript]:
        """The final sentences so far; times are in milliseconds of all that was heard."""
        return list(self._dictation.sentences)

    @property
    def text(self) -> str:
        """The final sentences so far, a line each."""
        return self._dictation.text

    @property
    def partial(self) -> str:
        """The sentence that is being spoken just now."""
        partial = self._dictation.partial
        return partial.text if partial else ""

    @property
    def audio(self) -> bytes:
        """The sound as a WAV file, if it is kept; empty if not."""
        return self._dictation.wav

    def to_srt(self) -> str:
        """The sentences as subtitles."""
        return self._dictation.to_srt()

    def save(self, path: str | Path) -> Path:
        """Write the sound to a WAV file, or the sentences to a .srt or .txt one."""
        return self._dictation.save(path)

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
        self._hearers.add(hear)

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
        async with time_limit.within(within):
            if not await self._waiting.until(met, over):
                raise SophNetError(tr("The microphone was stopped before that was said."))
        return self.text

    def _condition(
        self, what: str | int | Callable[[Microphone], bool] | None
    ) -> Callable[[], bool]:
        if isinstance(what, str):
            return lambda: what.casefold() in self.text.casefold()
        if isinstance(what, int):
            return lambda: len(self._dictation.sentences) >= what
        return lambda: bool(what and what(self))

    # Commands of the browser.

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
            "sentences": [shown(sentence) for sentence in self._dictation.sentences],
            "partial": plain(self.partial),
            "has_sound": bool(self._dictation.sound),
        }, []

    def still(self) -> tuple[str, str]:
        sentences, sound = self._dictation.sentences, self._dictation.sound
        if not sentences:
            return f"<i>{tr(_EMPTY)}</i>", tr(_EMPTY)
        # Its own title is a word of ours; any other stays.
        title = tr(self.title)
        title = tr("{title} · sandbox", title=title) if self.sandbox else title
        page = spoken.html(sentences, title)
        words = spoken.plain(sentences)
        if sound and fits(sound) and self._is_idle():
            source = f"data:audio/wav;base64,{b64encode(self.audio).decode()}"
            page += f'<audio controls preload="metadata" src="{source}"></audio>'
        return page, words

    def _clear(self) -> None:
        self._dictation.clear(listening=not self._is_idle())
        self.tell("cleared")
        self.settle()
