"""``%%sophchat``: parse, ask, show, store."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from ...client.site.masks import mask_of
from ...errors import AnswerIncomplete
from ...language import mark, tr
from ...prompt.file.filled import FilledPrompt
from ...prompt.file.prompt import Prompt
from ...prompt.images.attach import with_images
from ...response import Arrival, Response
from ...runs.compare.comparison import Comparison
from ...views.answer import Context
from ...views.answer.formats import next_cell
from ...views.live.answer import View, show
from ...views.safe.control_characters import plain
from .. import sheet
from ..answers.compared import show_comparison
from ..answers.settle import settle
from ..background.handle import Background
from ..each.each import check
from ..each.options import each_options
from ..line.attachments import Attachments
from ..line.interpolate import Filled, fill, say_left
from ..line.options import out_name, parse
from ..line.prompt import prompt_of
from ..options.asks import asks
from ..session.magics import SessionMagics
from .axes import grid_of, models_of, prompts_of
from .compare import asks_several, go_on, keep, requests
from .conversation import in_order, said_before
from .file_values import turns_of_file, with_values
from .last import refuse_last, show_last
from .measuring import evaluates
from .options import chat_options
from .reading import read
from .request import form_of, request_options
from .see import seen

if TYPE_CHECKING:
    from ...runs.evaluation.evaluation import Evaluation


class ChatMagics(SessionMagics):
    """Chat in a cell."""

    @asks(
        out=True,
        image=True,
        background=True,
        raw=True,
        strict=True,
        mask=True,
        extra="Anything else for the request, as n=3; the value is JSON or text, a.b=1 nests.",
        options_first=True,
    )
    @chat_options
    @each_options(concurrency=32)
    def sophchat(
        self, line: str, cell: str | None = None
    ) -> Response | Background | Comparison | Evaluation | None:
        """
        Ask a SophNet model and watch the answer stream below the cell.

        {name}, {name.attribute} and {name[key]} in the prompt are replaced by values of the
        notebook, a DataFrame by a table; {In[3]}, {Out[3]} and {Err[3]} by what went in, came out
        or went wrong; a picture is attached. Out[n], _ and the name after -o hold the response.

            %%sophchat -m DeepSeek-V3.2 -o answer -t 0.2
            Summarise {df} in three bullet points.

            %%sophchat -m DeepSeek-V3.2,GLM-5 --grid temperature=0,0.7 -o c
            Where does the sea begin?

            %%sophchat --each df --schema Review -o out
            What does this say of the price? {review}

            %%sophchat --each df --expect label --prompt v1,v2

            %sophchat -p reviews review="It broke on the second day."
            %sophchat --see cell:12 What went wrong here?
            %sophchat --last Say that in one sentence.
            %sophchat --keep 1 -c trip And in winter?
            %sophchat -c trip And at night?
            %sophchat --tools weather --run-tools Is it warm in Paris?
            %sophchat --schema list[City] Name three cities.
        """
        return self._chat(*parse(self.sophchat, line), cell)

    def _chat(
        self, args: Namespace, words: str, cell: str | None
    ) -> Response | Background | Comparison | Evaluation | None:
        if args.keep is not None:
            said = keep(self._session, args)
            if not words and not (cell or "").strip():
                sys.stdout.write(plain(said) + "\n")
                return None
        if args.last and not words and not (cell or "").strip() and not args.prompt:
            return show_last(self._session, args)
        go_on(self._session, args)
        names = self._session.shell.user_ns
        models, prompts = models_of(args, self._session), prompts_of(args, names)
        prompts, words = with_values(self._session, prompts, words, raw=args.raw)
        args.model = models[0] if models else None
        alone = bool(prompts) and not words and not (cell or "").strip()
        prompt = "" if alone else prompt_of(words, cell, to=mark("send"))
        if args.think and args.no_think:
            raise UsageError(tr("--think and --no-think exclude each other."))
        out = out_name(args.out)
        evaluation = evaluates(args)
        refuse_last(args)
        # An evaluation is a value, as a response is: it is `_` where it has no name.
        # A comparison has a budget of its own.
        side_by_side = not args.each and asks_several(args, models, prompts)
        budget, args.budget = args.budget, None if side_by_side else args.budget
        if args.see and (args.each or evaluation):
            raise UsageError(tr("--see is for one question: leave out --each."))
        check(args, out or ("_" if evaluation else None))
        args.budget = budget
        self._session.fill(args)
        if evaluation:
            from .evaluate import ChatEvaluation

            return ChatEvaluation(
                self._session, args, words=prompt, prompts=prompts, models=models, out=out
            ).run()
        if args.each and out:
            from .each import ChatRows, template_of

            template = template_of(prompt, prompts, models)
            ChatRows(self._session, args, template, out).run()
            return None
        options = request_options(args, names)
        pictures = Attachments(detail=args.detail, max_side=args.max_side)
        pictures.add(args.image or [], names)
        filled = self._filled(prompt, pictures, raw=args.raw)
        if args.see:
            behind = seen(self._session, args.see, pictures)
            filled.text = f"{filled.text.rstrip()}\n\n{behind.text}".lstrip()
            filled.inserted += behind.inserted
        system = self._filled(args.system or "", None, raw=args.raw)
        before = said_before(self._session, args)
        if before.is_masked:
            # What was masked once in a conversation is masked in all that follows.
            args.mask = options["mask"] = True
        history = before.messages
        form = form_of(args)
        context = Context(
            inserted=[*filled.inserted, *system.inserted],
            left=[*filled.left, *system.left],
            conversation=args.conversation or "",
            pictures=pictures.shown,
            format=form,
            tools_run=args.run_tools,
        )

        def conversation(asked: object) -> FilledPrompt:
            own = in_order(history, self._own(asked, filled.text, raw=args.raw))
            messages = with_images([*history, *own], pictures.items)
            if system.text and not history:
                messages.insert(0, {"role": "system", "content": system.text})
            return FilledPrompt(messages, own.options)

        asked = {name: conversation(one) for name, one in prompts.items()} or conversation(None)
        chat = self._session.client.chat
        if isinstance(asked, dict) and len(asked) == 1 and not asks_several(args, models, prompts):
            (asked,) = asked.values()
            own = {**asked.options, **({"model": models[0]} if models else {})}
            options |= {name: value for name, value in own.items() if options.get(name) is None}
            args.model = options["model"] = own.get("model", args.model)
        if isinstance(asked, dict) or asks_several(args, models, prompts):
            given = {name: value for name, value in options.items() if value is not None}
            comparison = self._comparison(asked, models, given, args)
            if args.show_request:
                found = requests(self._session, comparison, given)
                sheet.code(self._session.shell, "\n".join(found), "json")
                say_left(context.left)
                return None
            return self._compare(comparison, context, args, out)
        messages = asked
        # What cannot be sent is refused here, before anything is drawn.
        body = chat.request(messages, stream=True, **options)
        if args.background and args.voice:
            raise UsageError(
                tr("--voice is heard where it runs: leave out -b, or %speak the answer.")
            )
        if args.show_request:
            sheet.code(self._session.shell, repr(body), "json")
            say_left(context.left)
            return None

        before.masked = mask_of(args.mask) is not None
        before.tell()

        async def ask(view: View, arrival: Arrival) -> Response:
            events = read(chat.stream(messages, cache=args.cache, **options), form)
            response = await show(events, view, arrival, model=args.model)
            self._note(response, args)
            before.add(messages, response)
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

    def _comparison(
        self, asked: Any, models: list[str], options: dict[str, Any], args: Namespace
    ) -> Comparison:
        """What the line compares. Raises `SettingsError` for what cannot be sent."""
        if args.voice:
            raise UsageError(tr("--voice says one answer: leave it out, or %speak one of them."))
        given = dict(options)
        usual = given.pop("model", None)
        found: Comparison = self._session.client.chat.compare(
            asked,
            models=models or ([] if self._names_model(asked) else [usual]),
            grid=grid_of(args),
            repeat=1 if args.repeat is None else args.repeat,
            budget=args.budget,
            cache=args.cache,
            **given,
        )
        return found

    def _compare(
        self, comparison: Comparison, context: Context, args: Namespace, out: str | None
    ) -> Comparison:
        form = context.format or "markdown"
        comparison.through(lambda events: read(events, form))
        self._session.compared = comparison
        show_comparison(
            self._session,
            comparison,
            context,
            out=out,
            background=args.background,
            strict=args.strict,
        )
        self._session.models_seen |= {one.model for one in comparison.columns if one.model}
        return comparison

    def _own(self, asked: object, words: str, *, raw: bool) -> FilledPrompt:
        """The turns of one prompt: that of the line, of a variable, or of a file."""
        match asked:
            case None:
                return FilledPrompt([{"role": "user", "content": words}])
            case str():
                text = "\n\n".join(filter(None, [self._filled(asked, None, raw=raw).text, words]))
                return FilledPrompt([{"role": "user", "content": text}])
            case Prompt():
                return turns_of_file(asked, words)
            case _:
                own = FilledPrompt(asked)  # type: ignore[arg-type]
        if words:
            own.append({"role": "user", "content": words})
        return own

    def _names_model(self, asked: Any) -> bool:
        several = asked.values() if isinstance(asked, dict) else [asked]
        return any("model" in one.options for one in several)

    def _filled(self, words: str, pictures: Attachments | None, *, raw: bool) -> Filled:
        if raw:
            return Filled(words)
        names, failures = self._session.shell.user_ns, self._session.failures
        return fill(words, names, failures, pictures.field if pictures else None)

    def _note(self, response: Response, args: Namespace) -> None:
        """Remember who has answered."""
        if args.strict and response.ending == "incomplete":
            raise AnswerIncomplete(service=response.service)
        self._session.models_seen.add(args.model)
