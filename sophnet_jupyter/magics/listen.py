"""``%listen``: speech that becomes text while it is spoken."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from ..errors import Stopped
from ..kernel.loop import run
from ..response import Response
from ..views.safe.control_characters import plain
from .line.interpolate import interpolate
from .line.options import out_name
from .line.trailing import parse_around
from .session.session import KernelSession

if TYPE_CHECKING:
    from ..widgets.microphone.microphone import Microphone


@magics_class
class ListenMagics(Magics):
    """The microphone in a cell."""

    def __init__(self, shell: Any, session: KernelSession) -> None:
        super().__init__(shell)
        self._session = session

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("-o", "--out", metavar="NAME", default="mic", help="Name of the panel: mic.")
    @argument("--keep", action="store_true", help="Keep the sound, to be played and saved.")
    @argument("--clean", action="store_true", help="Let the browser take out noise and echo.")
    @argument(
        "--pace", type=float, metavar="N", help="Of a file: 1 as it was spoken, 0 at full speed."
    )
    @argument("--save", metavar="PATH", help="Write a file's sentences to a .txt or .srt file.")
    def listen(self, line: str) -> None:
        """
        Write down what is said into the microphone, while it is said.

        Press Start in the panel. It goes on while cells run: mic.text, mic.sentences and
        mic.to_srt() are what was said by now, await mic.until("stop") waits for a word. A file,
        or a variable with samples, is heard in place of the microphone, and waited for.

            %listen --keep
            %listen talk.wav --pace 0 -o talk
        """
        try:
            self._listen(*parse_around(self.listen, line))
        except KeyboardInterrupt:
            # Not while it listened, but on the way there.
            raise Stopped() from None

    def _listen(self, args: Namespace, words: str) -> None:
        name = out_name(args.out)
        source = self._source(words)
        if source is None and (args.pace is not None or args.save):
            raise UsageError("--pace and --save are for a file: %listen talk.wav --pace 0.")
        mic = self._microphone(args, source)
        self._session.shell.user_ns[name] = mic
        display(mic)
        if source is None:
            return
        self._hear(mic)
        if args.save:
            sys.stdout.write(f"saved: {plain(str(mic.save(args.save)))}\n")

    def _microphone(self, args: Namespace, source: Any) -> Microphone:
        # Widgets take a tenth of a second to import.
        from ..widgets.microphone.microphone import Microphone

        options = {} if args.pace is None else {"pace": args.pace}
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
        """Let it hear its source to the end; an interrupt hangs up, and keeps what was said."""
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

    def _source(self, words: str) -> Any:
        names = self._session.shell.user_ns
        if words.isidentifier() and words in names:
            return names[words]
        filled, _ = interpolate(words, names, {})
        if len(filled) > 1 and filled[0] == filled[-1] and filled[0] in "\"'":
            filled = filled[1:-1]
        if filled.startswith(("http://", "https://")):
            return filled
        return Path(filled).expanduser() if filled else None
