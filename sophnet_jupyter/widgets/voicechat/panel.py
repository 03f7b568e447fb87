"""A conversation by voice: talk, see both sides as text, hear the answer, interrupt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, Unpack

from traitlets import Bool, Unicode

from ... import time_limit
from ...errors import SettingsError, SophNetError
from ...kernel.loop import loop
from ...language import tr
from ...options.voicechat import TalkOptions
from ...options.words import shows_options
from ..hearing.take import refuse_coded
from ..panel.frame import Height
from ..panel.panel import Buffers, Command
from . import look
from . import turn as voice_turn
from .conversation import Conversation
from .turn import Turn

if TYPE_CHECKING:
    from pandas import DataFrame

Mode = Literal["hands-free", "push-to-talk"]
MODES = ("hands-free", "push-to-talk")
# What the protocol freezes with the first sound.
FROZEN = ("chat_model", "system", "voice", "mode")


class VoiceChatClient(Protocol):
    """The part of a client that the panel uses."""

    @property
    def voicechat(self) -> Any: ...


class VoiceChat(Conversation):
    """
    Press Start and talk to a model: both sides appear as text, and the answer is heard.

    With ``mode="hands-free"`` a turn ends ``silence`` seconds after a sentence; with
    ``"push-to-talk"`` when the button or the space bar is let go. Speak, or press Interrupt, to
    break an answer off: it is silent at once, and its text is cut where the sound was.
    ``half_duplex=True`` does not listen while the answer is heard: for loudspeakers, from which
    the microphone would hear it. ``source``, or a list of sources, one for each turn, is heard in
    place of a microphone. ``keep=True`` keeps the sound of both sides. ``clean`` lets the browser
    take out echo and noise. ``pace`` is how many times as fast as it would be spoken a source is
    played, 0 for at once. ``model`` answers, ``system`` is what it is told first, ``voice`` a name,
    or a dict such as ``{"voice": "longwan", "speech_rate": 1.2}``;
    ``title`` stands above; ``client`` is the one to ask, else the usual one.

    Raises `SettingsError` when no client is given and none can be made.
    """

    file = "panel"

    title = Unicode("Voice chat").tag(sync=True)
    half_duplex = Bool(False, help="Whether it is deaf while it speaks.").tag(sync=True)
    clean = Bool(True, help="Whether the browser takes out echo and noise.").tag(sync=True)
    sourced = Bool(False, help="Whether a source is heard in place of a microphone.").tag(sync=True)

    @shows_options(
        TalkOptions,
        asr_easyllm_id="",
        tts_easyllm_id="",
        messages=(),
        asr_mode="online",
        format="pcm",
        heartbeat=True,
    )
    def __init__(
        self,
        client: VoiceChatClient | None = None,
        source: Any = None,
        *,
        model: str = "",
        system: str = "",
        voice: str | Mapping[str, Any] = "",
        mode: Mode = "hands-free",
        silence: float = 0.7,
        half_duplex: bool = False,
        keep: bool = False,
        clean: bool = True,
        pace: float = 1.0,
        title: str = "Voice chat",
        height: Height = "",
        layout: Any = None,
        **options: Unpack[TalkOptions],
    ) -> None:
        if mode not in MODES:
            raise SettingsError(
                tr("A voice chat is {names}, not {mode}.", names=" or ".join(MODES), mode=mode)
            )
        refuse_coded(tr("A voice chat's microphone"), options.get("format", "pcm"))
        manner = {"voice": voice} if isinstance(voice, str) else {**voice}
        super().__init__(
            height=height,
            layout=layout,
            title=title,
            chat_model=model,
            system=system,
            voice=str(manner.pop("voice", "")),
            mode=mode,
            silence=silence,
            half_duplex=half_duplex,
            keeps=keep,
            clean=clean,
            sourced=source is not None,
        )
        self._client = self.client_for(client)
        self._sources = list(source) if isinstance(source, list | tuple) else [source]
        self._pace, self._options, self._manner = pace, {**options}, manner

    @property
    def turns(self) -> list[Turn]:
        """The turns so far, oldest first."""
        return list(self._turns.all)

    @property
    def partial(self) -> str:
        """The sentence that is being spoken just now."""
        return self._speech.partial

    def to_frame(self) -> DataFrame:
        """A DataFrame with a row for each turn: both texts, the ending, and the times."""
        return voice_turn.frame(self._turns.all)

    def start(self, work: Any = None) -> None:
        """
        Begin to talk; with a source at once, else as soon as the browser lets it.

        A browser may want a click on Start all the same.
        """
        if work is not None:
            super().start(work)
        elif self.sourced:
            loop().call_soon_threadsafe(self.perform, self._begin, None)
        else:
            self.tell("listen")

    def interrupt(self) -> None:
        """Interrupt the answer, as the button does."""
        loop().call_soon_threadsafe(self.perform, self._stop_playback)

    def clear(self) -> None:
        """Delete the turns; the model forgets them too."""
        loop().call_soon_threadsafe(self.perform, self._clear)

    async def until(
        self,
        what: int | Callable[[VoiceChat], bool] | None = None,
        *,
        within: float | None = None,
    ) -> list[Turn]:
        """
        Wait until so many turns are over, or until something holds; without ``what`` until it ends.

        Raises `TimeoutError` after ``within`` seconds, and `SophNetError` when it ends before.
        """
        if isinstance(what, int):
            count = what
            what = lambda talk: talk._turns.over >= count  # noqa: E731
        met = (lambda: what(self)) if what else (lambda: self._job is None)
        over = (lambda: self._job is None) if what else (lambda: False)
        async with time_limit.within(within):
            if not await self._waiting.until(met, over):
                raise SophNetError(tr("The voice chat was stopped before that."))
        return self.turns

    # Commands of the browser.

    def obey(self, command: Command, buffers: Buffers) -> None:
        turn = self._turns.at(command["turn"]) if isinstance(command.get("turn"), int) else None
        match command:
            case {"kind": "start", "view": str(view), "sound": str(sound)}:
                self._played_by(view, sound)
                if self.sourced:
                    self._begin(None)
            case {"kind": "setup", "setup": dict(setup)}:
                self._set_up(setup)
            case {"kind": "interrupt"} if turn:
                self._interrupt(turn, command)
            case {"kind": "playing"} if turn:
                self._answers.hear_of(turn, command)
            case {"kind": "clear"}:
                self._clear()
            case {"kind": "lists", "view": str(view)}:
                self._later(self._lists(view))
            case {"kind": "audio", "view": str(view), "turn": number} if turn:
                self.tell("audio", [turn.audio], to=view, turn=number, type=turn.sound_kind)
            case {"kind": "sound", "facts": facts}:
                # A front end without a comm of its own for sound.
                self._uplink.take(facts, buffers)

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        self._answers.viewed = True
        return {"turns": self._turns.shown(), "partial": self._so_far}, []

    def still(self) -> tuple[str, str]:
        # Its own title is a word of ours; any other stays.
        title = tr(self.title)
        title = tr("{title} · sandbox", title=title) if self.sandbox else title
        return look.html(self._turns.all, title), look.plain(self._turns.all)

    def _stop_playback(self) -> None:
        if turn := self._answers.stop_playback():
            self._interrupt(turn, {})

    def _set_up(self, setup: Mapping[str, Any]) -> None:
        before = [getattr(self, name) for name in FROZEN]
        for name in ("chat_model", "system", "voice"):
            if isinstance(setup.get(name), str):
                setattr(self, name, setup[name].strip())
        if setup.get("mode") in MODES:
            self.mode = setup["mode"]
        if isinstance(seconds := setup.get("silence"), int | float):
            self.silence = min(5.0, max(0.2, float(seconds)))
        if isinstance(deaf := setup.get("half_duplex"), bool):
            self.half_duplex = deaf
        if self._session and before != [getattr(self, name) for name in FROZEN]:
            # At once: until the old line is closed, nobody listens on it any more.
            self.phase = "reconnecting"
            self._tell_notice(
                tr(
                    "The service takes a new setup on a new line only: connecting again. The "
                    "conversation goes on."
                )
            )
            self._give_up("stopped")
            self._calls.renew()

    async def _lists(self, view: str) -> None:
        """The models and voices that can be chosen, as far as the client knows them."""
        known = getattr(getattr(self._client, "voice", None), "voices", {})
        voices = [[name, model] for model, names in known.items() for name in names]
        asked = getattr(self._client, "models", None)
        try:
            models = list(await asked() or ()) if asked else []
        except SophNetError:
            # A name can be written without a list of them.
            models = []
        self.tell("lists", to=view, models=models, voices=voices)

    def _clear(self) -> None:
        if self._answers.comes:
            raise SophNetError(tr("An answer is still coming: interrupt it first."))
        self._turns.all.clear()
        self._answers.heard = None
        self.tell("state", **self.state()[0])
        if self._session and self._session.state == "listening":
            self._later(self._session.forget())
        self.settle()
