"""SophNet's vectors of texts, and of images beside them (docs/services/sophnet.md#embeddings)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from ....errors import AnswerUnreadable, ServiceError, SettingsError, SophNetError
from ....events import Event, Finished, Notice, Progress, Started, Usage, VectorsAsked, VectorsReady
from ....response import Response, settle
from ....wire.call import Call
from ....wire.held import held
from ....wire.retry import ANSWER
from ....wire.wire import Wire
from ... import arguments
from ..access import SERVICE
from ..paths import ResourceIds
from .answer import Found, decode
from .batches import BatchOutcome, BatchRun
from .request import Batch, ImageInputs, batches, fields, images_of, model_for, most_of, texts_of

# Requests of all calls that are under way together. The cost of each grows with the number of
# connections, which the pool looks through, and beyond this the service is the slower one anyway.
AT_ONCE = 8
# Of many inputs that have come to nothing, so many are named.
NAMED = 5


class Embeddings:
    """Texts and images as vectors."""

    def __init__(self, wire: Wire, *, place: ResourceIds) -> None:
        self._wire = wire
        self._path = place.path("embeddings")
        self._fields = place.fields
        self._limits: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            WeakKeyDictionary()
        )

    async def create(self, texts: object = None, **options: Any) -> Response:
        """
        Return the vectors of texts, or of images, or both: `Response.vectors`, `similarity`.

        The options are those of `stream`. Raises `SettingsError` before anything is sent, or
        `SophNetError`; the vectors that had come by then are in its ``response``.
        """
        return await settle(self.stream(texts, **options))

    async def stream(
        self,
        texts: object = None,
        *,
        images: object = None,
        model: str | None = None,
        per_request: int | None = None,
        at_once: int = AT_ONCE,
        max_side: int | None = None,
        **options: Any,
    ) -> AsyncGenerator[Event, None]:
        """
        Like `create`, but yields `VectorsReady` and `Progress` as the batches come.

        ``texts`` is one text or any number, also a column of a DataFrame; ``images`` is whatever
        `pictures.attach.attach` takes, shrunk to ``max_side`` pixels if given. The model is
        ``clip-embeddings`` where there are images, else ``text-embeddings``. Further options are
        those of `embeddings.request.fields`: ``dimensions`` (1024), ``normalized``,
        ``encoding_type``, ``extra_body``.

        Equal inputs are sent once. The others go in requests of as many as the model takes (8 for
        CLIP, of which the document says nothing) or ``per_request``, ``at_once`` at a time, and 8
        of all calls together. One batch that fails leaves the others alone, and its error is raised
        when they are through.
        """
        written, pictures = texts_of(texts), ImageInputs()
        if images is not None:
            # Pictures are read and encoded, which takes its time.
            pictures = await asyncio.to_thread(images_of, images, max_side=max_side)
        if not written and not pictures.sent:
            raise SettingsError("There is nothing to embed: give texts=[…] or images=[…].")
        at_once = arguments.whole("at_once", at_once, least=1) or AT_ONCE
        model = model_for(model, pictures)
        said = {**fields(model=model, **options), **self._fields}
        waiting = batches(written, pictures.sent, most_of(model, per_request))

        limit = self._limits.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))

        async def ask(batch: Batch) -> Found:
            body: dict[str, Any] = {**said, "input_texts": batch.texts}
            if batch.images:
                body["input_images"] = batch.images
            call = Call(method="POST", path=self._path, body=arguments.encoded(body))
            async with limit:
                reply = await self._wire.fetch(call, retry=ANSWER)
            return decode(reply, len(batch))

        yield VectorsAsked(
            texts=written, images=tuple(pictures.labels), thumbnails=tuple(pictures.thumbnails)
        )
        failed: list[BatchOutcome] = []
        used, dimensions, done, count = Usage(), 0, 0, sum(map(len, waiting))
        async with held(BatchRun(ask, waiting, at_once=at_once).outcomes()) as outcomes:
            async for outcome in outcomes:
                batch, found = outcome.batch, outcome.came
                if isinstance(found, Found) and found.dimensions != (
                    dimensions or found.dimensions
                ):
                    found = _other(found.dimensions, dimensions)
                if isinstance(found, SophNetError):
                    failed.append(BatchOutcome(batch, found))
                else:
                    if not dimensions:
                        dimensions = found.dimensions
                        yield Started(
                            service=SERVICE,
                            model=model,
                            request_id=found.request_id,
                            sandbox=found.sandbox,
                        )
                    used = _sum(used, found)
                    yield VectorsReady(
                        places=tuple(batch.places), dimensions=dimensions, data=found.data
                    )
                    yield used
                done += len(batch)
                if done < count:
                    yield Progress(state="embedding", fraction=done / count)
        if failed:
            for notice in _notices(failed, written, alone=not dimensions, not_asked=count - done):
                yield notice
            first = failed[0]
            if dimensions and isinstance(first.came, ServiceError):
                # The service counts the inputs of one request.
                first.came.about = _named(first.batch, written)
            raise first.came  # type: ignore[misc]
        yield Finished(reason="stop")


def _sum(used: Usage, found: Found) -> Usage:
    return Usage(
        prompt_tokens=used.prompt_tokens + found.prompt_tokens,
        total_tokens=used.total_tokens + found.total_tokens,
    )


def _other(found: int, expected: int) -> AnswerUnreadable:
    return AnswerUnreadable(
        service=SERVICE, what=f"vectors of {found} dimensions behind others of {expected}"
    )


def _notices(
    failed: list[BatchOutcome], texts: Sequence[str], *, alone: bool, not_asked: int
) -> list[Notice]:
    """Which inputs have no vector, and why, in the order of the inputs."""
    failed.sort(key=lambda outcome: outcome.batch.places[0])
    # What is raised says it of one that failed for all.
    named = [] if len(failed) == 1 and alone else failed[:NAMED]
    said = [f"{_named(one.batch, texts)}: {one.came}" for one in named]
    if (more := sum(len(one.batch) for one in failed[NAMED:])) > 0:
        said.append(f"{more} more inputs have no vector either.")
    if not_asked:
        said.append(f"{not_asked} more inputs were not sent any more.")
    return [Notice(text=text) for text in said]


def _named(batch: Batch, texts: Sequence[str]) -> str:
    """The inputs of a batch as their owner counts them."""
    places = sorted(place for several in batch.places for place in several)
    first, last = places[0], places[-1]
    if first >= len(texts):
        begin, end, name = first - len(texts), last - len(texts), "images"
    elif last < len(texts):
        begin, end, name = first, last, "texts"
    else:
        begin, end, name = first, last, "inputs"
    if len(places) == 1:
        return f"{name}[{begin}]"
    if end - begin + 1 == len(places):
        return f"{name}[{begin}:{end + 1}]"
    return f"{len(places)} {name} from {name}[{begin}]"
