"""``%%dify``: run a Dify app on a cell, or on every row of a table."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from IPython.core.error import UsageError

from ...client import Dify
from ...errors import SophNetError
from ...events import AudioChunk, Event, Finished, Notice, Started
from ...kernel.loop import run
from ...kernel.output import Cell
from ...language import tr
from ...views.answer import Context
from ...views.media import audio
from ..answers.settle import follow, settle
from ..each.each import check
from ..each.options import each_options
from ..line.options import out_name, parse
from ..line.trailing import parse_around
from ..options.asks import asks
from ..options.files import files
from ..options.option import option
from ..options.services import app_inputs, apps
from ..session.magics import SessionMagics
from .about import Desk
from .inputs import DifyQuestion, form_of
from .rows import DifyRows
from .words import words as known_words

OWN = "default"


class DifyMagics(SessionMagics):
    """Dify apps in a cell."""

    @asks(
        out="Also store the result under this name.",
        raw="Send the text as written, braces and all.",
        strict=True,
        words=known_words,
        mask=True,
    )
    @option(
        "-a",
        "--app",
        default="",
        completes=apps,
        help="App to run: its key is in DIFY_<APP>_API_KEY.",
    )
    @option(
        "-i",
        "--inputs",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        completes=app_inputs,
        help="An input of the app; {name} in the value is replaced. Repeatable.",
    )
    @option(
        "-f",
        "--file",
        action="append",
        default=[],
        metavar="FILE",
        completes=files(),
        help="A path, an address, or {name} of a picture in the notebook. Repeatable.",
    )
    @option(
        "--voice",
        metavar="NAME",
        help="Hear the answer too, in this voice of the app's; default for the app's own.",
    )
    @each_options(concurrency=4)
    def dify(self, line: str, cell: str | None = None) -> Any:
        """
        Run a Dify app on the cell, which is its input query, and watch the answer stream.

        {name} in the cell and in --inputs is replaced by values of the notebook. Out[n], _ and the
        name after -o hold the response. With --each, -o holds a table with an answer for each row;
        an interrupt keeps what is done, and --resume does the rest.

            %%dify writer --inputs language=French --file photo.png -o answer
            Write a caption for the photo.

            %%dify --each df -o answers
            Translate into Chinese: {text}

            %dify info
            %dify parameters
            %dify site
            %dify preview FILE_ID
            %dify annotations refund
            %dify annotations add "May I send it back?" "Within 14 days."
            %dify annotations change ID "May I send it back?" "Within a month."
            %dify annotations remove ID
            %dify annotation-reply on openai text-embedding-3-small 0.9
            %dify annotation-reply off
            %dify annotation-reply status
            %dify feedback answer like Just right.
            %dify feedbacks all
            %dify speak answer --voice alloy
        """
        if cell is None:
            args, words = parse_around(self.dify, line)
            out = out_name(args.out)
            voice = "" if args.voice in (None, OWN) else args.voice
            found = Desk(self._session, self._app(args.app), voice=voice).answer(words)
            if out:
                self._session.shell.user_ns[out] = found
            return None
        args, words = parse(self.dify, _app_first(line))
        if words:
            raise UsageError(
                tr("Name one app, and put the text below the line: {words!r}.", words=words)
            )
        return self._run(args, cell)

    def _app(self, name: str) -> Dify:
        return self._session.client.dify_app(name)

    def _run(self, args: Namespace, cell: str) -> Any:
        out, app = out_name(args.out), self._app(args.app)
        question = DifyQuestion(args, cell, self._session)
        form = run(form_of(app))
        check(args, out)
        if args.each and args.voice:
            raise UsageError(tr("--voice reads one answer aloud: leave out --each."))
        if args.each and out:
            return DifyRows(self._session, app, question, form).run(args, out)
        asked = question.ask(form)
        context = Context(inserted=asked.inserted, left=asked.left)
        label = args.app or tr("the Dify app")
        events = app.stream(
            asked.inputs, files=asked.files or None, cache=args.cache, mask=args.mask
        )
        if args.voice:
            events = _aloud(app, events, "" if args.voice == OWN else args.voice)
        ask = follow(events, model=label, strict=args.strict)
        response = settle(self._session, ask, context, self._session.view(context), out=out)
        if response.audio:
            html, said = audio.player(response.audio), audio.line(response.audio)
            Cell(self._session.shell).publish({"text/html": html, "text/plain": said})
        return response


async def _aloud(
    app: Dify, events: AsyncGenerator[Event, None], voice: str
) -> AsyncGenerator[Event, None]:
    """The events of an answer, with its sound before the last of them if none came by itself."""
    message, spoken = "", False
    async with aclosing(events):
        async for event in events:
            match event:
                case Started(request_id=request_id):
                    message = request_id or message
                case AudioChunk():
                    spoken = True
                case Finished(ending="complete") if message and not spoken:
                    try:
                        yield AudioChunk(data=await app.speak(message_id=message, voice=voice))
                    except SophNetError as error:
                        # The answer itself is whole.
                        yield Notice(text=tr("It was not read aloud. {error}", error=error))
            yield event


def _app_first(line: str) -> str:
    """``writer -o x`` as ``--app writer -o x``: the app is named where one looks for it."""
    word, _, rest = line.strip().partition(" ")
    return line if not word or word.startswith("-") else f"--app {word} {rest}"
