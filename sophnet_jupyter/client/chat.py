"""The chat of a client: one answer, as the provider gives it, or many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Unpack

from ..options.chat import ChatOptions
from ..options.words import checks_keywords, shows_options
from ..providers.sophnet import chat as provider
from ..providers.sophnet.chat.question import ChatQuestion, question
from ..providers.sophnet.chat.request import Prompt, request
from .site.permitted import check_tools

if TYPE_CHECKING:
    from ..providers.sophnet.embeddings.embeddings import Embeddings
    from ..runs.compare.comparison import Comparison
    from ..runs.evaluation.evaluation import Evaluation
    from ..runs.run import Run
    from .recording import Recorder


@checks_keywords("chat")
class Chat(provider.Chat):
    """Chat completions: `create` and `stream` for one answer, `map` for every row of a table."""

    _recorder: Recorder | None = None
    """What keeps the calls and runs of its client."""
    _vectors: Callable[[], Embeddings] | None = None
    """Vectors for scores that compare by meaning."""

    def _question(self, prompt: Prompt, options: Mapping[str, Any]) -> ChatQuestion:
        check_tools(options)
        return super()._question(prompt, options)

    @shows_options(ChatOptions, request, question)
    def map(
        self,
        template: Any,
        rows: Any,
        *,
        model: str | None = None,
        system: str | None = None,
        name: str | None = None,
        resume: bool = False,
        retry: Literal["failed"] | None = None,
        anyway: bool = False,
        first: int | None = None,
        budget: float | str | None = None,
        cache: bool = False,
        concurrency: int = 32,
        patience: float = 600.0,
        **options: Unpack[ChatOptions],
    ) -> Run:
        """
        Ask once for each row of a table, many at once; nothing is sent before somebody waits.

        ``template`` is the prompt, ``{review}`` in it a column and ``{row[Unit price]}`` any
        column, or a prompt file, `sophnet_jupyter.Prompt`, whose variables are columns; ``rows`` a
        DataFrame, a list of dicts, or whatever gives one dict after the other, which is read as it
        is needed. ``async for row in run`` gives each `Row` as it comes,
        ``await run`` the run with all of them, ``run.to_frame()`` the table with its answers.

        ``model`` is the one to ask, else that of the client; ``system`` what it is told first;
        ``images`` is a column of pictures, or pictures for every row. ``first`` asks for so many
        rows only; ``budget`` ends it before it takes more: ``200_000`` are tokens, ``"2.00 CNY"``
        is money by the prices of docs/history.md; ``cache=True`` takes answers to equal questions
        that were kept.

        With a ``name``, or in a client with ``history=True``, it is kept row by row.
        ``resume=True`` goes on with the run of that name, notebook, prompt and table, and asks only
        what has no answer; ``retry="failed"`` asks what failed once more, too. ``anyway=True`` goes
        on where prompt or table have changed, and keeps the rows whose prompt is equal.

        ``concurrency``, up to 32, is how many are under way at once; ``patience`` is
        what a row may take, in seconds.

        A row that fails has an ``error``, and the others go on; a rejected key, an empty balance
        or a refused schema ends the run, and is raised by whoever waits for it. Raises
        `SettingsError` where the prompt names no column, or an option cannot be right.
        """
        from .kept_runs import keep
        from .mapping import map_chat

        asked: dict[str, Any] = {
            "model": model or self._default_model(),
            "system": system,
            **options,
        }
        if getattr(type(template), "brings_words", False) and not model:
            # The file may name its own.
            asked["model"] = template.options.get("model") or asked["model"]
        run = map_chat(
            self,
            template,
            rows,
            asked,
            first=first,
            budget=budget,
            cache=cache,
            concurrency=concurrency,
            patience=patience,
        )
        return keep(self._recorder, run, name=name, resume=resume, retry=retry, anyway=anyway)

    @shows_options(ChatOptions, request, question)
    def compare(
        self,
        prompt: Prompt | Mapping[str, Prompt],
        *,
        models: str | Iterable[str] = (),
        model: str | None = None,
        grid: Mapping[str, object] | None = None,
        repeat: int = 1,
        budget: object = None,
        cache: bool = False,
        system: str | None = None,
        **options: Unpack[ChatOptions],
    ) -> Comparison:
        """
        Ask several models, prompts or settings the same, side by side; nothing is sent before
        somebody waits: ``c = await client.chat.compare("…", models=["A", "B"])``.

        ``prompt`` is what `create` takes, or a dict of several by their names; ``models`` are who
        is asked, or ``model`` where that is one; ``grid`` are lists of values by the names of
        options, as ``{"temperature": [0, 0.7]}``; ``repeat`` is how often each is asked; ``system``
        what all are told first. ``budget``, in tokens or money, is what all of it may cost as far
        as that can be told before: more is refused, and so are more than 24 answers.
        ``cache`` takes answers that were kept of the same questions.
        ``async for column, turn, event in comparison`` gives the events of all answers as they
        come. One that fails is a value: see `Comparison`.

        Raises `SettingsError` where there are too many, or one of them cannot be sent.
        """
        from .comparing import compare, compare_chat

        asked: dict[str, Any] = {"system": system, **options}
        stream, check = compare_chat(self, asked)
        several = prompt.values() if isinstance(prompt, Mapping) else [prompt]
        own = any("model" in getattr(each, "options", {}) for each in several)
        named = "model" in (grid or {})
        return compare(
            stream,
            prompt,
            # A prompt file may name its model itself.
            models=models or model or (() if own or named else [self._default_model()]),
            settings=grid,
            repeat=repeat,
            options=asked,
            known=["model", "system", *ChatOptions.__annotations__],
            check_one=check,
            budget=budget,
            # Each repetition is a question of its own to what is kept.
            turn=lambda turn: {"cache": cache, "repetition": turn},
        )

    @shows_options(ChatOptions, request, question)
    def evaluate(
        self,
        prompts: object,
        rows: Any,
        *,
        expect: str | None = None,
        scores: Iterable[Any] = (),
        model: str | None = None,
        models: str | Iterable[str] = (),
        judge_model: str | None = None,
        repeat: int = 1,
        system: str | None = None,
        name: str | None = None,
        resume: bool = False,
        retry: Literal["failed"] | None = None,
        anyway: bool = False,
        cache: bool = False,
        first: int | None = None,
        budget: float | str | None = None,
        concurrency: int = 32,
        patience: float = 600.0,
        **options: Unpack[ChatOptions],
    ) -> Evaluation:
        """
        Which prompt or model is better on the same rows, and whether that can be chance:
        ``e = await client.chat.evaluate({"v1": "…{review}…", "v2": "…"}, df, expect="label")``.

        ``prompts`` are templates by name, as `map` takes them, or prompt files; ``rows`` the table;
        ``models`` are asked each, or one ``model``; ``system`` is what they are told first.
        ``expect`` is the column of what is expected, ``scores`` are of `sophnet_jupyter.scores`, or
        functions ``f(row, answer)``; without any it is `exact`. ``repeat`` asks each row so often,
        ``judge_model`` gives verdicts unless a judge names its own, ``first`` takes so many rows;
        ``budget``, verdicts counted in, ``concurrency`` and ``patience`` as in `map`, and so are
        ``name``, ``resume``, ``retry``, ``anyway`` and ``cache``: with a name answers and verdicts
        are kept one by one, and who resumes pays for none of them again.

        Nothing is sent before somebody waits. A row that fails counts as wrong; what would fail for
        every row ends it, and is raised. Raises `SettingsError` where a prompt or ``expect`` names
        no column, or an option cannot be right.
        """
        from .evaluating import evaluate

        return evaluate(
            self,
            prompts,
            rows,
            expect=expect or "",
            scores=scores,
            models=[models] if isinstance(models, str) and models else list(models),
            judge=judge_model or "",
            repeat=repeat,
            first=first,
            budget=budget,
            concurrency=concurrency,
            patience=patience,
            cache=cache,
            name=name,
            resume=resume,
            retry=retry,
            anyway=anyway,
            options={"model": model, "system": system, **options},
        )
