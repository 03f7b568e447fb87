"""``%listen``: live speech to text."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.display import display

from ..errors import Stopped
from ..kernel.loop import run
from ..language import tr
from ..response import Response
from ..views.safe.control_characters import plain
from .line.named_files import named_sound
from .line.options import out_name
from .line.suffixes import SOUNDS
from .line.trailing import parse_around
from .options.asks import asks
from .options.files import files
from .options.found import positional
from .options.option import option
from .options.variables import recordings, variables
from .session.magics import SessionMagics

if TYPE_CHECKING:
    from ..widgets.microphone.microphone import Microphone


class ListenMagics(SessionMagics):
    """The microphone in a cell."""

    @asks(
        save="Write a file's sentences to a .txt or .srt file.",
        words=positional(files(*SOUNDS), recordings),
    )
    @option(
        "-o",
        "--out",
        metavar="NAME",
        default="mic",
        completes=variables,
        help="Name of the panel: mic.",
    )
    @option("--keep", action="store_true", help="Keep the sound, to be played and saved.")
    @option("--clean", action="store_true", help="Let the browser take out noise and echo.")
    @option(
        "--pace", type=float, metavar="N", help="Of a file: 1 as it was spoken, 0 at full speed."
    )
    @option("--sample-rate", type=int, metavar="N", help="Of bare samples, in a second: 16000.")
    @option("--no-heartbeat", action="store_true", help="Let the line close after silence.")
    def listen(self, line: str) -> None:
        """
        Write down what is said into the microphone, while it is said.

        Press Start in the panel. It goes on while cells run: mic.text, mic.sentences and
        mic.to_srt() are what was said by now, await mic.until("stop") waits for a word. A file,
        or a variable with samples, is heard in place of the microphone, and waited for.

            %listen --keep
            %listen talk.wav --pace 0 -o talk
        """
        self._listen(*parse_around(self.listen, line))

    def _listen(self, args: Namespace, words: str) -> None:
        name = out_name(args.out)
        source = named_sound(words, self._session.shell.user_ns)
        if source is None and (args.pace is not None or args.save):
            raise UsageError(tr("--pace and --save are for a file: %listen talk.wav --pace 0."))
        mic = self._microphone(args, source)
        self._session.shell.user_ns[name] = mic
        display(mic)
        if source is None:
            return
        self._hear(mic)
        if args.save:
            sys.stdout.write(tr("saved: {save}\n", save=plain(str(mic.save(args.save)))))

    def _microphone(self, args: Namespace, source: Any) -> Microphone:
        # Widgets take a tenth of a second to import.
        from ..widgets.microphone.microphone import Microphone

        given = {
            "pace": args.pace,
            "sample_rate": args.sample_rate,
            "heartbeat": False if args.no_heartbeat else None,
        }
        options = {name: value for name, value in given.items() if value is not None}
        title = source.name if isinstance(source, Path) else "Microphone"
        return Microphone(
            self._session.client,
            source,
            keep=args.keep,
            clean=args.clean,
            title=title,
            **options,
        )

    def _hear(self, mic: Microphone) -> None:
        """Run until the source ends; an interrupt closes the session, and keeps the text."""
        mic.start()
        try:
            run(mic.until())
        except KeyboardInterrupt:
            mic.stop()
            mic.stop()
            partial = Response(text=mic.text, ending="stopped")
            self._session.keep(partial, None)
            raise Stopped(response=partial) from None
        if mic.error:
            raise mic.error
