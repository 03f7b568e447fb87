"""``%transcribe``: recordings as text."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError

from ..files.names import is_address
from ..language import tr
from ..response import Response
from .answers.follow import GOES_ON
from .answers.transcribing import Transcribing
from .background.handle import Background
from .background.job_views import HUNG_UP
from .line.interpolate import interpolate, value_of
from .line.named_files import named_files
from .line.options import out_name
from .line.suffixes import SOUNDS
from .line.trailing import parse_around
from .options.asks import asks
from .options.files import files
from .options.found import positional
from .options.option import option
from .options.variables import recordings
from .session.magics import SessionMagics


class TranscribeMagics(SessionMagics):
    """Recordings in a cell."""

    @asks(
        out=True,
        save="Write the text to this file, or a folder ending in /.",
        background=True,
        words=positional(files(*SOUNDS), recordings),
    )
    @option("--sync", action="store_true", help="One request, quick for a short wav file.")
    @option("-m", "--model", metavar="NAME", help="With --sync: the model that hears.")
    @option("--sample-rate", type=int, metavar="N", help="With --sync: samples a second.")
    @option(
        "--speakers", metavar="A,B", help="Names for the speakers, in the order they are heard."
    )
    @option(
        "--srt",
        metavar="PATH",
        completes=files(".srt"),
        help="Write subtitles to this .srt file.",
    )
    @option(
        "--vtt",
        metavar="PATH",
        completes=files(".vtt"),
        help="Write subtitles to this .vtt file.",
    )
    def transcribe(self, line: str) -> Response | Background:
        """
        Turn a recording into text, with times and speakers, and hear it beside its sentences.

        Takes a file, a pattern for several, an address or a variable (bytes, or a response with
        sound): up to 5 hours and 1 GB. The service keeps the result for 24 hours. Out[n], _ and
        the name after -o hold the response: .text, .sentences, .to_srt(), .to_vtt(), .to_frame().

            %transcribe talk.mp3 --speakers Ada,Bob --srt talk.srt
            %transcribe interviews/*.m4a -o interviews
        """
        return self._transcribe(*parse_around(self.transcribe, line))

    def _transcribe(self, args: Namespace, words: str) -> Response | Background:
        out = out_name(args.out)
        given, labels = self._recordings(words)
        if (args.srt or args.vtt) and len(given) > 1:
            raise UsageError(
                tr("Subtitles belong to one recording: name one, or use --save folder/.")
            )
        events = self._session.client.speech.stream(
            given if len(given) > 1 else given[0],
            sync=args.sync,
            model=args.model or "",
            sample_rate=args.sample_rate,
            speakers=[name.strip() for name in (args.speakers or "").split(",") if name.strip()],
        )
        targets = (_ending(args.srt, ".srt"), _ending(args.vtt, ".vtt"), args.save)
        return Transcribing(self._session, labels).follow(
            events,
            asked=words.strip(),
            background=args.background,
            out=out,
            save=[path for path in targets if path],
            on_cancel=HUNG_UP if args.sync else GOES_ON,
        )

    def _recordings(self, words: str) -> tuple[list[Any], list[str]]:
        names = self._session.shell.user_ns
        words = words.strip()
        if not words:
            raise UsageError(tr("Name a recording: %transcribe talk.mp3."))
        if not is_address(words):
            braced = words.startswith("{") and words.endswith("}")
            try:
                value = value_of(words[1:-1] if braced else words, names)
            except LookupError:
                words, _ = interpolate(words, names, {})
                value = words
        else:
            value = words
        if isinstance(value, str) and "://" not in value:
            paths: list[Any] = list(named_files(value, SOUNDS))
            return paths, [path.name for path in paths]
        if isinstance(value, list | tuple):
            if not value:
                raise UsageError(tr("{words} is empty.", words=words))
            return list(value), [_label(each, f"{words}[{n}]") for n, each in enumerate(value)]
        if not isinstance(value, str | Path | bytes | bytearray | Response) and not hasattr(
            value, "read"
        ):
            raise UsageError(
                tr("{words} is {name}, and no recording.", words=words, name=type(value).__name__)
            )
        return [value], [_label(value, words)]


def _label(given: object, otherwise: str) -> str:
    if isinstance(given, str | Path):
        name = str(given).partition("?")[0].rstrip("/").rpartition("/")[2]
        return name or otherwise
    return otherwise


def _ending(path: str | None, kind: str) -> str | None:
    return path if not path or path.lower().endswith(kind) else path + kind
