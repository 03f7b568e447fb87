"""``%speak``: text to speech."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import AsyncGenerator
from typing import Any

from IPython.core.error import UsageError

from ..events import AudioChunk, Event
from ..files import wav
from ..kernel.loop import run
from ..kernel.output import Cell
from ..language import mark, tr
from ..providers.sophnet.voice.request import SHORT, samples, sounding
from ..providers.sophnet.voice.text import texts
from ..providers.sophnet.voice.voices import V2
from ..response import Arrival, Response
from ..runs.compare.comparison import Comparison
from ..views.answer import Context
from ..views.live.answer import View, show
from ..views.safe.control_characters import plain
from .answers.loudspeaker import Figures, heard
from .answers.settle import settle
from .line.interpolate import Filled, fill
from .line.named_files import named_sound
from .line.options import out_name, several
from .line.prompt import prompt_of
from .line.suffixes import SOUNDS
from .line.trailing import parse_around
from .options.asks import asks
from .options.files import files
from .options.found import positional
from .options.manner import manner, with_manner
from .options.option import option
from .options.services import sound_formats, voice_models, voices
from .options.variables import sayable
from .session.magics import SessionMagics

TITLE = 60


class SpeakMagics(SessionMagics):
    """Speech in a cell."""

    @asks(
        out=True,
        save="Write the sound to this file.",
        raw="Say the words as written, braces and all.",
        mask="Replace mobile, identity, card and plate numbers and e-mail addresses before "
        "anything is sent. Names are not found.",
        words=positional(sayable),
    )
    @option(
        "-v",
        "--voice",
        metavar="NAME",
        completes=voices,
        between=",",
        help="Whose voice; Tab lists those that are known. Several, A,B, share one player.",
    )
    @option(
        "-m",
        "--model",
        completes=voice_models,
        help="cosyvoice-v1 or -v2; if not said, the one that has the voice.",
    )
    @option(
        "--format",
        metavar="F",
        completes=sound_formats,
        help="mp3, wav, pcm, or in full as MP3_16000HZ_MONO_128KBPS.",
    )
    @option(
        "--clone",
        metavar="FILE",
        completes=files(*SOUNDS),
        help="First make --voice NAME of this recording, of somebody who has agreed to it. A file, "
        "or the name of a response with sound.",
    )
    @option("--clone-text", metavar="WORDS", help="What is said in that recording, in quotes.")
    @with_manner
    def speak(self, line: str, cell: str | None = None) -> Response | Comparison | None:
        """
        Say a text aloud; it is heard while it is still being made.

        The words are what is said, or the name of a text, a list of texts or an answer; {name} in
        them is replaced by a value of the notebook. Out[n], _ and the name after -o hold the
        response: .audio, .save(path).

            %speak Hello, world --voice longwan --rate 1.2
            %speak Hello, world --voice longwan,longcheng
            %speak answer --save answer.mp3
            %speak --clone ada.wav --voice ada Hello, this is Ada.
            %speak --clone ada.wav --voice ada

        Without words, --clone makes the voice and says nothing.
        """
        return self._speak(*parse_around(self.speak, line), cell)

    def _speak(self, args: Namespace, words: str, cell: str | None) -> Response | Comparison | None:
        if args.clone_text and not args.clone:
            raise UsageError(
                tr("--clone-text is what is said in a recording: name that by --clone.")
            )
        if args.clone and not words.strip() and not (cell or "").strip():
            self._clone(args, several("--voice", args.voice))
            return None
        words = prompt_of(words, cell, to=mark("say"), thing=mark("text")).strip()
        out = out_name(args.out)
        options = {
            "model": args.model,
            "voice": args.voice,
            "format": args.format,
            "mask": args.mask,
            **manner(args),
        }
        # What cannot be sent is refused here, before anything is drawn.
        subject, left = self._subject(words, raw=args.raw)
        said = texts(subject)
        names = several("--voice", args.voice)
        if args.clone:
            options["model"] = self._clone(args, names)
        if len(names) > 1:
            return self._compare(said, names, options, args, Context(left=left))
        model = sounding(**options)["model"]
        events = _headed(self._session.client.voice.stream(said, **options), args.format)
        speech = SpokenText(events, model)
        context = Context(left=left)
        view = heard(
            self._session.shell,
            self._view(context),
            form=args.format,
            title=_title(said[0]),
            on_stop=speech.stop,
        )
        response = settle(self._session, speech.hear, context, view, out=out)
        if args.save:
            sys.stdout.write(self._session.save(response, args.save) + "\n")
        return response

    def _clone(self, args: Namespace, names: list[str]) -> str:
        """Make the voice that is named, and return the model that has it."""
        if len(names) != 1:
            raise UsageError(tr("--clone makes one voice: name it by --voice."))
        model, text = args.model or V2, args.clone_text or ""
        recording = named_sound(args.clone, self._session.shell.user_ns)
        voice = self._session.client.voice
        made = run(voice.clone(recording, names[0], model=model, text=text))
        sys.stdout.write(
            tr("The voice {made} of {model} is made.\n", made=plain(made), model=plain(model))
        )
        return str(model)

    def _compare(
        self,
        said: list[str],
        names: list[str],
        options: dict[str, Any],
        args: Namespace,
        context: Context,
    ) -> Comparison:
        """Several voices that say the same, in one player."""
        from .answers.compared import show_comparison

        if args.save:
            raise UsageError(
                tr("--save writes one voice: store them with -o c, then c[0].save(…).")
            )
        given = {name: value for name, value in options.items() if name != "voice"}
        found = self._session.client.voice.compare(said, voices=names, **given)
        out = out_name(args.out)
        return show_comparison(self._session, found, context, out=out, shown="voices")

    def _view(self, context: Context) -> View:
        cell = Cell(self._session.shell)
        return Figures(cell, context) if cell.watched else self._session.view(context)

    def _subject(self, words: str, *, raw: bool) -> tuple[Any, list[str]]:
        """
        A value of the notebook where the words are its name, else the words; what is left in them.
        """
        names = self._session.shell.user_ns
        value = names.get(words) if words.isidentifier() else None
        if isinstance(value, str | Response | list | tuple):
            return value, []
        filled = Filled(words) if raw else fill(words, names, self._session.failures)
        return filled.text, filled.left


class SpokenText:
    """A text being spoken, which the listener may stop early."""

    def __init__(self, events: AsyncGenerator[Event, None], model: str) -> None:
        self._events = events
        self._model = model
        self._work: asyncio.Future[Response] | None = None
        self._enough = False

    async def hear(self, view: View, arrival: Arrival) -> Response:
        """Read the sound to its end, or until the listener stops it."""
        work = asyncio.ensure_future(show(self._events, view, arrival, model=self._model))
        self._work = work
        try:
            return await work
        except asyncio.CancelledError:
            if self._enough:
                return arrival.response
            raise

    def stop(self) -> None:
        """Stop early. To be called on the loop's thread."""
        if self._work and not self._work.done():
            self._enough = True
            self._work.cancel()


async def _headed(
    events: AsyncGenerator[Event, None], form: str | None
) -> AsyncGenerator[Event, None]:
    """Raw samples as a WAV file, so that they can be played again."""
    raw = samples(SHORT.get((form or "").lower(), form or ""))
    try:
        async for event in events:
            if raw and isinstance(event, AudioChunk):
                event, raw = AudioChunk(data=wav.head(0, *raw) + event.data), None
            yield event
    finally:
        await events.aclose()


def _title(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= TITLE else words[: TITLE - 1] + "…"
