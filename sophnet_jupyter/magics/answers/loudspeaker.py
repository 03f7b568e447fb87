"""Play the sound of an answer while it arrives, with a player above the text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...events import AudioChunk, Event
from ...files import wav
from ...files.wrapped import unwrapped
from ...kernel import running
from ...kernel.loop import loop
from ...kernel.output import Cell
from ...kernel.running import Running
from ...providers.sophnet.voice.request import GRAMMAR, SHORT
from ...response import Response
from ...views.answer import Context
from ...views.answer.answer import closing, closing_words
from ...views.live.answer import View
from ...views.media import audio

if TYPE_CHECKING:
    from ...widgets.playing.audio_player import AudioPlayer

STEREO = 2
# Seconds without a word from the page until its sound counts as over.
SILENT = 5.0


def heard(
    shell: Any,
    view: View,
    *,
    form: str | None,
    title: str,
    on_stop: Callable[[], object] | None = None,
) -> View:
    """
    A view that also plays the sound of an answer, if the cell is shown to somebody.

    ``form`` is the format that was asked for. To be called on the kernel's main thread: widgets
    are made there. ``on_stop`` is called on the loop's thread if the listener has heard enough.
    """
    cell = Cell(shell)
    if not cell.watched:
        return view
    player = _player(form, title, on_stop)
    if player is not None:
        from IPython.display import display

        display(player)
    return PlayingView(view, cell, player, player and Sounding(running.cell_id(shell), player))


class Sounding:
    """
    Marks a cell as busy while its sound is heard, which may be long after all of it has come.

    ``model`` is who speaks.
    """

    def __init__(self, cell: str, player: AudioPlayer) -> None:
        self.model = ""
        self._cell = cell
        self._player = player
        self._one: Running | None = None
        self._timer: asyncio.TimerHandle | None = None
        player.on_heard = self._heard

    def _heard(self, sounds: bool) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if not sounds:
            self._end()
            return
        if self._one is None:
            self._one = running.begin_for(
                self._cell, background=True, stop=self._player.stop, model=self.model
            )
        # A page that was closed says nothing any more.
        self._timer = loop().call_later(SILENT, self._end)

    def _end(self) -> None:
        one, self._one = self._one, None
        if one:
            running.end(one, "stopped" if one.stopped else "complete")


class Figures:
    """A view that draws only the footer of a sound, once it is finished."""

    def __init__(self, cell: Cell, context: Context) -> None:
        self._cell = cell
        self._context = context

    def start(self, model: str) -> None:
        pass

    def on_event(self, response: Response, event: Event) -> None:
        pass

    def finish(self, response: Response) -> None:
        data = {
            "text/html": closing(response, self._context),
            "text/plain": closing_words(response, self._context),
        }
        self._cell.publish(data)


class PlayingView:
    """A view that feeds a player, and leaves all other events to another view."""

    def __init__(
        self, view: View, cell: Cell, player: AudioPlayer | None, sounding: Sounding | None
    ) -> None:
        self._view = view
        self._cell = cell
        self._player = player
        self._sounding = sounding
        # What has come of a WAV, until its head is whole.
        self._head: bytes | None = b""

    def start(self, model: str) -> None:
        if self._sounding:
            self._sounding.model = model
        self._view.start(model)

    def on_event(self, response: Response, event: Event) -> None:
        if isinstance(event, AudioChunk) and self._player:
            self._feed(self._player, event.data)
        self._view.on_event(response, event)

    def finish(self, response: Response) -> None:
        if self._player:
            # An interrupt is meant for the loudspeaker too.
            (self._player.stop if response.ending == "stopped" else self._player.finish)()
        elif response.audio:
            data = {
                "text/html": audio.player(response.audio),
                "text/plain": audio.line(response.audio),
            }
            self._cell.publish(data)
        self._view.finish(response)

    def _feed(self, player: AudioPlayer, data: bytes) -> None:
        if self._head is None:
            player.feed(data)
            return
        self._head += data
        if self._head[:4] != b"RIFF"[: len(self._head)]:
            self._begin(player, 0, fits=True)
        elif found := wav.layout(self._head):
            asked = (player.format, player.sample_rate, player.channels, 16)
            fits = asked == ("pcm", found.sample_rate, found.channels, found.bits)
            fits = fits and found.coding == wav.PCM and unwrapped(self._head) == self._head
            self._begin(player, found.start, fits=fits)

    def _begin(self, player: AudioPlayer, start: int, *, fits: bool) -> None:
        head, self._head = self._head or b"", None
        if fits:
            player.feed(head[start:])
        else:
            # Not what was asked for: it is played by the browser, when all of it has come.
            player.close()
            self._player = None


def _player(
    form: str | None, title: str, on_stop: Callable[[], object] | None
) -> AudioPlayer | None:
    """A player for a format; None for one that cannot be played while it arrives."""
    from ...widgets.playing.audio_player import AudioPlayer

    written = SHORT.get((form or "mp3").lower(), form or "")
    found = GRAMMAR.fullmatch(written)
    match found and found[1].upper():
        case "MP3":
            return AudioPlayer("mp3", title=title, on_stop=on_stop)
        case "WAV" | "PCM":
            assert found
            return AudioPlayer(
                "pcm",
                sample_rate=int(found[2]),
                channels=STEREO if found[3].upper() == "STEREO" else 1,
                title=title,
                on_stop=on_stop,
            )
    return None
