"""Evaluations of a chat: who is asked for answers, for verdicts and for vectors."""

from __future__ import annotations

from array import array
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import SettingsError
from ..events import Event, VectorsReady
from ..history.prices import Prices
from ..language import tr
from ..response import Response
from ..runs.evaluation.asked import EvaluatedRows, columns
from ..runs.evaluation.evaluation import Evaluation
from ..runs.rows import NOTHING, Item
from ..runs.run import Run
from ..runs.scores import scores_of
from ..settings import data_folder
from ..wire.pace import patient
from .kept_runs import Retry, is_kept, keep
from .mapping import reviver, salt
from .site.masks import concealing, masker_of, restoring

if TYPE_CHECKING:
    from ..history.budget import Meter
    from ..providers.sophnet.embeddings.embeddings import Embeddings
    from .recording import Recorder


def evaluate(
    chat: Any,
    prompts: object,
    rows: Any,
    *,
    expect: str,
    scores: Iterable[Any],
    models: Iterable[str],
    judge: str = "",
    repeat: int = 1,
    first: int | None = None,
    concurrency: int = 32,
    patience: float = 600.0,
    budget: object = None,
    cache: bool = False,
    name: str | None = None,
    resume: bool = False,
    retry: Retry | None = None,
    anyway: bool = False,
    options: Mapping[str, Any],
    names: Mapping[str, Any] = NOTHING,
) -> Evaluation:
    """See `Chat.evaluate`; ``names`` are variables that a template may name beside columns."""
    default_model, vectors = str(chat._default_model()), chat._vectors
    asked = {name: value for name, value in options.items() if value is not None}
    model = str(asked.pop("model", "") or "")
    images = asked.pop("images", None)
    masker = masker_of(asked.pop("mask", None))
    masking = {} if masker is None else {"mask": masker}
    wanted = columns(prompts, list(models) or ([model] if model else []))
    # What cannot be sent is refused here, and not by every row.
    for column in wanted:
        chat.request("?", **{"model": column.model or default_model, **asked, **column.options})
    found = EvaluatedRows(
        rows, wanted, expect=expect, repeat=repeat, first=first, names=names, images=images
    )

    def ask(item: Item) -> AsyncGenerator[Event, None]:
        # A judge has the options of a request of its own: no schema, and no pictures.
        answers = item.columns is not NOTHING
        own: Mapping[str, Any] = asked if answers else {}
        if cache and answers:
            # Each repetition is a question of its own to what is kept.
            own = {**own, "cache": True, "repetition": found.place(item.number)[2]}
        events: AsyncGenerator[Event, None] = chat.stream(
            item.prompt, **{"model": default_model, **own, **item.options, **masking}
        )
        return events

    prices = Prices.read(data_folder())

    def price(response: Response) -> tuple[float, str] | None:
        cost = prices.cost(response, model=response.model or default_model)
        return (float(cost.amount), cost.currency) if cost else None

    meter = None
    if budget is not None:
        used = {column.model or default_model for column in wanted} | ({judge} if judge else set())
        meter = _meter(budget, prices, chat._wire.origin.service, used)

    def request(item: Item) -> object:
        return chat.request(
            item.prompt, stream=True, **{"model": default_model, **asked, **item.options, **masking}
        )

    made = Evaluation(
        found,
        scores_of(scores, expect),
        ask,
        embed=partial(_vectors, vectors, mask=masker) if vectors else None,
        judge=judge,
        concurrency=concurrency,
        patience=patience,
        settings=asked if all(one.model for one in wanted) else {"model": default_model, **asked},
        within=partial(patient, patience),
        price=price,
        meter=meter,
        longest=asked.get("max_tokens"),
        request=request,
        revive=reviver(asked),
    )
    if masker is not None:
        made.run.template = masker.masked(made.run.template, {})
        made.run.restore, made.run.conceal = restoring(masker), concealing(masker)
    recorder: Recorder | None = chat._recorder
    if name is not None or (recorder and recorder.on):
        called = found.tell(made.run, salt({"model": default_model, **asked}))
        name = called if name is None else name
    keep(recorder, made.run, name=name, resume=resume, retry=retry, anyway=anyway)
    if recorder and made.run.name:
        made.keep_verdicts(partial(_keep_verdicts, recorder, made.run.name, resume or bool(retry)))
    return made


def _keep_verdicts(recorder: Recorder, name: str, goes_on: bool, run: Run, score: str) -> None:
    """Have the verdicts of a score kept beside the answers, and those taken that are there."""
    run.name = f"{name} · {score}"
    goes_on = goes_on and is_kept(recorder, run)
    # Verdicts are known by their questions, of which there may be more than before.
    keep(recorder, run, name=run.name, resume=goes_on, retry=None, anyway=True)


def _meter(given: object, prices: Prices, service: str, models: set[str]) -> Meter:
    """One budget for answers and verdicts. Raises `SettingsError`."""
    from ..history import budget as budgets

    limit = budgets.budget(given, prices)
    if len(models) > 1 and not limit.in_tokens:
        raise SettingsError(
            tr(
                "A budget in money is for one model, and here are several: give it in "
                "tokens, as 2M-tokens."
            )
        )
    return budgets.Meter(limit, prices, service=service, model=sorted(models)[0])


async def _vectors(
    embeddings: Callable[[], Embeddings], texts: Sequence[str], *, mask: object = None
) -> list[Sequence[float] | None]:
    """A vector for each text, without numpy: plain numbers are all that is needed."""
    found: list[Sequence[float] | None] = [None] * len(texts)
    async for event in embeddings().stream(list(texts), mask=mask):
        if isinstance(event, VectorsReady):
            numbers = array("f", event.data)
            for place, where in enumerate(event.places):
                row = numbers[place * event.dimensions : (place + 1) * event.dimensions]
                for text in where:
                    found[text] = row
    return found
