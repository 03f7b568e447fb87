"""Evaluations of a chat: who is asked for answers, for verdicts and for vectors."""

from __future__ import annotations

from array import array
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ..events import Event, VectorsReady
from ..runs.evaluation.asked import EvaluatedRows, columns
from ..runs.evaluation.evaluation import Evaluation
from ..runs.rows import NOTHING, Item
from ..runs.scores import scores_of
from ..wire.pace import patient

if TYPE_CHECKING:
    from ..providers.sophnet.embeddings.embeddings import Embeddings


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
    options: Mapping[str, Any],
    names: Mapping[str, Any] = NOTHING,
) -> Evaluation:
    """See `Chat.evaluate`; ``names`` are variables that a template may name beside columns."""
    default_model, vectors = str(chat._default_model()), chat._vectors
    asked = {name: value for name, value in options.items() if value is not None}
    model = str(asked.pop("model", "") or "")
    images = asked.pop("images", None)
    wanted = columns(prompts, list(models) or ([model] if model else []))
    # What cannot be sent is refused here, and not by every row.
    for column in wanted:
        chat.request("?", **{"model": column.model or default_model, **asked, **column.options})
    found = EvaluatedRows(
        rows, wanted, expect=expect, repeat=repeat, first=first, names=names, images=images
    )

    def ask(item: Item) -> AsyncGenerator[Event, None]:
        # A judge has the options of a request of its own: no schema, and no pictures.
        own = asked if item.columns is not NOTHING else {}
        events: AsyncGenerator[Event, None] = chat.stream(
            item.prompt, **{"model": default_model, **own, **item.options}
        )
        return events

    def request(item: Item) -> object:
        return chat.request(
            item.prompt, stream=True, **{"model": default_model, **asked, **item.options}
        )

    return Evaluation(
        found,
        scores_of(scores, expect),
        ask,
        embed=partial(_vectors, vectors) if vectors else None,
        judge=judge,
        concurrency=concurrency,
        patience=patience,
        settings=asked if all(one.model for one in wanted) else {"model": default_model, **asked},
        within=partial(patient, patience),
        request=request,
    )


async def _vectors(
    embeddings: Callable[[], Embeddings], texts: Sequence[str]
) -> list[Sequence[float] | None]:
    """A vector for each text, without numpy: plain numbers are all that is needed."""
    found: list[Sequence[float] | None] = [None] * len(texts)
    async for event in embeddings().stream(list(texts)):
        if isinstance(event, VectorsReady):
            numbers = array("f", event.data)
            for place, where in enumerate(event.places):
                row = numbers[place * event.dimensions : (place + 1) * event.dimensions]
                for text in where:
                    found[text] = row
    return found
