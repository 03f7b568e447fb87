"""``%talk``: a conversation by voice with a model."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.display import display

from ..errors import Stopped
from ..kernel.loop import run
from ..language import tr
from ..response import Response
from .line.named_files import named_sound
from .line.options import extra_body, out_name
from .line.suffixes import SOUNDS
from .line.trailing import parse_around
from .options.asks import asks
from .options.files import files
from .options.found import positional
from .options.manner import manner, with_manner
from .options.option import option
from .options.services import models, voices
from .options.variables import recordings, variables
from .session.magics import SessionMagics

if TYPE_CHECKING:
    from ..widgets.voicechat.panel import VoiceChat


class TalkMagics(SessionMagics):
    """A conversation by voice in a cell."""

    @asks(
        words=positional(files(*SOUNDS), recordings),
        extra="Anything else for the model: temperature=0.2.",
    )
    @option("-m", "--model", default="", completes=models, help="The model that answers.")
    @option("--system", metavar="TEXT", default="", help="What it is told before you speak.")
    @option(
        "--voice",
        metavar="NAME",
        default="",
        completes=voices,
        help="The voice that it speaks with.",
    )
    @option(
        "-o",
        "--out",
        metavar="NAME",
        default="talk",
        completes=variables,
        help="Name of the panel: talk.",
    )
    @with_manner
    @option("--push", action="store_true", help="Push-to-talk: hold a button while you speak.")
    @option("--silence", type=float, metavar="SECONDS", help="Of silence that end your turn: 0.7.")
    @option("--half-duplex", action="store_true", help="Be deaf while it speaks: no headphones.")
    @option("--keep", action="store_true", help="Keep the sound of both sides.")
    @option(
        "--pace", type=float, metavar="N", help="Of a file: 1 as it was spoken, 0 at full speed."
    )
    @option("--no-heartbeat", action="store_true", help="Let the line close after silence.")
    def talk(self, line: str) -> None:
        """
        Talk to a model, and hear it answer. Speak, or press Interrupt, to break it off.

        Press Start in the panel. It goes on while cells run: talk.turns and talk.to_frame() are
        what was said by now. A file, or a variable with samples or a list of files, is heard in
        place of the microphone, one turn each, and waited for.

            %talk --voice longwan --system "Be brief."
            %talk question.wav --keep
        """
        self._talk(*parse_around(self.talk, line))

    def _talk(self, args: Namespace, words: str) -> None:
        name = out_name(args.out)
        source = named_sound(words, self._session.shell.user_ns)
        if source is None and args.pace is not None:
            raise UsageError(tr("--pace is for a file: %talk question.wav --pace 0."))
        talk = self._panel(args, source)
        self._session.shell.user_ns[name] = talk
        display(talk)
        if source is not None:
            self._converse(talk)

    def _panel(self, args: Namespace, source: Any) -> VoiceChat:
        # Widgets take a tenth of a second to import.
        from ..widgets.voicechat.panel import VoiceChat

        given = {
            "silence": args.silence,
            "pace": args.pace,
            "chat": extra_body(args.extra) or None,
            "heartbeat": False if args.no_heartbeat else None,
        }
        voice = {"voice": args.voice} if args.voice else {}
        return VoiceChat(
            self._session.client,
            source,
            model=args.model,
            system=args.system,
            voice={**voice, **manner(args)},
            mode="push-to-talk" if args.push else "hands-free",
            half_duplex=args.half_duplex,
            keep=args.keep,
            **{option: value for option, value in given.items() if value is not None},
        )

    def _converse(self, talk: VoiceChat) -> None:
        """Run until the conversation ends; an interrupt closes it, and keeps its turns."""
        talk.start()
        try:
            run(talk.until())
        except KeyboardInterrupt:
            talk.stop()
            partial = Response(text="\n".join(turn.answer for turn in talk.turns), ending="stopped")
            self._session.keep(partial, None)
            raise Stopped(response=partial) from None
        if talk.error:
            raise talk.error
