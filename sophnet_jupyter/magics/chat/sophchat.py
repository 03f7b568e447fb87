"""``%%sophchat``: parse, ask, show, store."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import line_cell_magic, magics_class, no_var_expand

from ...errors import AnswerIncomplete
from ...prompt.images.attach import with_images
from ...response import Arrival, Response
from ...views.answer import Context
from ...views.answer.formats import next_cell
from ...views.live.answer import View, show
from .. import sheet
from ..answers.settle import settle
from ..background.handle import Background
from ..line.attachments import Attachments
from ..line.interpolate import Filled, fill, say_left
from ..line.options import out_name, parse
from ..line.prompt import prompt_of
from ..options.asks import asks
from ..session.magics import SessionMagics
from .options import chat_options
from .reading import read
from .request import closed, form_of, request_options


@magics_class
class ChatMagics(SessionMagics):
    """Chat in a cell."""

    @no_var_expand
    @line_cell_magic
    @asks(
        out=True,
        image=True,
        background=True,
        raw=True,
        strict=True,
        extra="Anything else for the request, as n=3; the value is JSON or text, a.b=1 nests.",
        options_first=True,
    )
    @chat_options
    def sophchat(self, line: str, cell: str | None = None) -> Response | Background | None:
        """
        Ask a SophNet model and watch the answer stream below the cell.

        {name}, {name.attribute} and {name[key]} in the prompt are replaced by values of the
        notebook, a DataFrame by a table; {In[3]}, {Out[3]} and {Err[3]} by what went in, came out
        or went wrong; a picture is attached. Out[n], _ and the name after -o hold the response.

            %%sophchat -m DeepSeek-V3.2 -o answer -t 0.2
            Summarise {df} in three bullet points.

            %sophchat -c trip And in winter?
            %sophchat --tools weather --run-tools Is it warm in Paris?
            %sophchat --schema list[City] Name three cities.
        """
        return self._chat(*parse(self.sophchat, line), cell)

    def _chat(self, args: Namespace, words: str, cell: str | None) -> Response | Background | None:
        prompt = prompt_of(words, cell, to="send")
        if args.think and args.no_think:
            raise UsageError("--think and --no-think exclude each other.")
        out = out_name(args.out)
        self._session.fill(args)
        names = self._session.shell.user_ns
        options = request_options(args, names)
        pictures = Attachments(detail=args.detail, max_side=args.max_side)
        pictures.add(args.image or [], names)
        filled = self._filled(prompt, pictures, raw=args.raw)
        system = self._filled(args.system or "", None, raw=args.raw)
        history = self._history(args.conversation, new=args.new)
        messages = with_images([*history, {"role": "user", "content": filled.text}], pictures.items)
        if system.text and not history:
            messages.insert(0, {"role": "system", "content": system.text})
        form = form_of(args)
        context = Context(
            inserted=[*filled.inserted, *system.inserted],
            left=[*filled.left, *system.left],
            conversation=args.conversation or "",
            pictures=pictures.shown,
            format=form,
            tools_run=args.run_tools,
        )
        chat = self._session.client.chat
        # What cannot be sent is refused here, before anything is drawn.
        body = chat.request(messages, stream=True, **options)
        if args.background and args.voice:
            raise UsageError("--voice is heard where it runs: leave out -b, or %speak the answer.")
        if args.show_request:
            sheet.code(self._session.shell, repr(body), "json")
            say_left(context.left)
            return None

        async def ask(view: View, arrival: Arrival) -> Response:
            events = read(chat.stream(messages, **options), form)
            response = await show(events, view, arrival, model=args.model)
            self._note(response, messages, args)
            return response

        if args.background:
            return self._session.jobs.start(ask, context, prompt=prompt, out=out)
        view = self._session.view(context)
        if args.voice:
            from ..answers.loudspeaker import heard

            view = heard(self._session.shell, view, form=None, title="Answer")
        response = settle(self._session, ask, context, view, out=out)
        if form == "code" and (code := next_cell(response.text)):
            # Offered to be read and run by the user: nothing of an answer runs by itself.
            self._session.shell.set_next_input(code, replace=False)
        return response

    def _filled(self, words: str, pictures: Attachments | None, *, raw: bool) -> Filled:
        if raw:
            return Filled(words)
        names, failures = self._session.shell.user_ns, self._session.failures
        return fill(words, names, failures, pictures.field if pictures else None)

    def _history(self, name: str | None, *, new: bool) -> list[Any]:
        if name is None:
            if new:
                raise UsageError("--new begins a conversation anew: name it with -c.")
            return []
        if job := self._session.jobs.in_conversation(name):
            raise UsageError(
                f"Conversation {name} waits for the answer of cell [{job.cell}], "
                "which runs in the background."
            )
        return [] if new else self._session.conversations.get(name, [])

    def _note(self, response: Response, messages: list[Any], args: Namespace) -> None:
        """Remember the answer for later cells."""
        if args.strict and response.ending == "incomplete":
            raise AnswerIncomplete(service=response.service)
        self._session.models_seen.add(args.model)
        if args.conversation and (turns := closed(response.messages)):
            self._session.conversations[args.conversation] = [*messages, *turns]
