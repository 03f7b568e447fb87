"""``%%sophchat``: parse, ask, show, store."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import magic_arguments

from ..errors import AnswerIncomplete, SophNetError, Stopped
from ..kernel.loop import run
from ..response import Arrival, Response
from ..settings import model_name
from ..views.answer import Context
from ..views.live import show
from .interpolate import interpolate
from .options import chat_options, extra_body, out_name, parse
from .session import Session


@magics_class
class ChatMagics(Magics):
    """Chat in a cell."""

    def __init__(self, shell: Any, session: Session) -> None:
        super().__init__(shell)
        self._session = session

    @no_var_expand
    @line_cell_magic
    @magic_arguments()
    @chat_options
    def sophchat(self, line: str, cell: str | None = None) -> Response:
        """
        Ask a SophNet model and watch the answer stream below the cell.

        {name}, {name.attribute} and {name[key]} in the prompt are replaced by values of the
        notebook, a DataFrame by a table; {In[3]}, {Out[3]} and {Err[3]} by what went in, came out
        or went wrong. Out[n], _ and the name after -o hold the response.

            %%sophchat -m DeepSeek-V3.2 -o answer -t 0.2
            Summarise {df} in three bullet points.

            %sophchat -c trip And in winter?
        """
        try:
            return self._chat(*parse(self.sophchat, line), cell)
        except KeyboardInterrupt:
            # Not while it waited for the answer, but on the way there.
            raise Stopped() from None

    def _chat(self, args: Namespace, words: str, cell: str | None) -> Response:
        if cell is not None and words:
            raise UsageError(f"The prompt belongs below the line, not on it: {words!r}.")
        prompt = words if cell is None else cell
        if not prompt.strip():
            raise UsageError("Nothing to send: write the prompt behind or below the options.")
        if args.think and args.no_think:
            raise UsageError("--think and --no-think exclude each other.")
        out = out_name(args.out)
        prompt, system, inserted = self._filled(prompt, args.system, raw=args.raw)
        history = self._history(args.conversation, new=args.new)
        messages = [*history, {"role": "user", "content": prompt}]
        if system and not history:
            messages.insert(0, {"role": "system", "content": system})
        options = {
            "model": args.model or model_name(),
            "temperature": args.temperature,
            "top_p": args.top_p,
            "max_tokens": args.max_tokens,
            "stop": args.stop,
            "thinking": True if args.think else False if args.no_think else None,
            "extra_body": extra_body(args.extra),
        }
        context = Context(inserted=inserted, conversation=args.conversation or "")
        response = self._ask(messages, options, context, out=out, strict=args.strict)
        if args.conversation:
            said = {"role": "assistant", "content": response.text}
            self._session.conversations[args.conversation] = [*messages, said]
        return response

    def _filled(
        self, prompt: str, system: str | None, *, raw: bool
    ) -> tuple[str, str | None, list[str]]:
        if raw:
            return prompt, system, []
        names, failures = self._session.shell.user_ns, self._session.failures
        prompt, inserted = interpolate(prompt, names, failures)
        if system:
            system, more = interpolate(system, names, failures)
            inserted += more
        return prompt, system, inserted

    def _history(self, name: str | None, *, new: bool) -> list[Any]:
        if name is None:
            if new:
                raise UsageError("--new begins a conversation anew: name it with -c.")
            return []
        return [] if new else self._session.conversations.get(name, [])

    def _ask(
        self,
        messages: list[Any],
        options: dict[str, Any],
        context: Context,
        *,
        out: str | None,
        strict: bool,
    ) -> Response:
        view = self._session.view(context)
        arrival = Arrival(on_event=view.on_event)
        events = self._session.client.chat.stream(messages, **options)
        try:
            response = run(show(events, view, arrival, model=options["model"]))
            if strict and response.ending == "incomplete":
                raise AnswerIncomplete(service=response.service)
        except KeyboardInterrupt:
            partial = arrival.end("stopped")
            self._session.keep(partial, out)
            raise Stopped(response=partial) from None
        except SophNetError as error:
            error.response = arrival.response
            self._session.keep(arrival.response, out)
            raise
        self._session.drew(response, context, out)
        return response
