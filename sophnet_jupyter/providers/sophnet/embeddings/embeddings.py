"""SophNet's vectors of texts, and of images beside them (docs/services/sophnet.md#embeddings)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from functools import partial
from typing import Any, Unpack
from weakref import WeakKeyDictionary

import msgspec

from ....events import Event, Notice, VectorsAsked, VectorsReady
from ....language import tr
from ....options.embeddings import EmbeddingOptions
from ....options.words import checks_keywords, shows_options
from ....response import Arrival, Response, settle
from ....wire.call import Call
from ....wire.held import held
from ....wire.retry import ANSWER
from ....wire.wire import Wire
from ... import arguments
from ...keeping import Keeping, Wanted
from ..paths import ResourceIds
from .answer import Found, decode
from .batches import BatchRun
from .gathered import Gathered
from .kept import Kept, divided, inputs_of
from .request import AT_ONCE, Batch, EmbeddingRequest, request, texts_of

# So many notes on pictures can be read in one line.
_MOST_NOTES = 3


@checks_keywords("embeddings")
class Embeddings(Keeping):
    """Texts and images as vectors."""

    def __init__(self, wire: Wire, *, place: ResourceIds, kept: Kept | None = None) -> None:
        self._wire = wire
        self._kept = kept
        self._path = place.path("embeddings")
        self._fields = place.fields
        self.interrupted: Response | None = None
        """What had come of the last `create` that was interrupted: its vectors were paid for."""
        self._limits: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            WeakKeyDictionary()
        )

    @shows_options(EmbeddingOptions, request)
    async def create(self, texts: object = None, **options: Unpack[EmbeddingOptions]) -> Response:
        """
        Return the vectors of texts, or of images, or both: `Response.vectors`, `similarity`.

        ``texts`` is one text or any number, also a column of a DataFrame. Raises `SettingsError`
        before anything is sent, or `SophNetError`; the vectors that had come by then are in its
        ``response``. Those of a call that was interrupted are in `interrupted`.
        """
        arrival = Arrival()
        try:
            return await settle(self.stream(texts, **options), arrival)
        except asyncio.CancelledError:
            self.interrupted = arrival.response
            raise

    @shows_options(EmbeddingOptions, request)
    def stream(
        self, texts: object = None, **options: Unpack[EmbeddingOptions]
    ) -> AsyncGenerator[Event, None]:
        """
        Like `create`, but yields `VectorsReady` and `Progress` as the batches come.

        ``texts`` is one text or any number, also a column of a DataFrame. Equal inputs are sent
        once. The others go in requests of as many as the model takes (8 for CLIP, of which the
        document says nothing), and 8 of all calls together. One batch that fails leaves the others
        alone, and its error is raised when they are through.
        """
        if texts is not None and not isinstance(texts, str | list | tuple):
            # An iterator can be read once only.
            texts = list(texts) if isinstance(texts, Iterator) else texts
        index = getattr(texts, "index", None)
        if (mask := self._mask(options.get("mask"))) is not None:
            texts = mask.sent(texts if texts is None or isinstance(texts, str) else texts_of(texts))
        options = {**options}
        options.pop("mask", None)
        if mask is not None and options.get("extra_body"):
            options["extra_body"] = mask.sent(options["extra_body"])
        wanted = Wanted(
            resource="embeddings",
            request={"texts": texts, **options},
            question=texts if isinstance(texts, str) else "",
            lane=str(options.get("model") or ""),
        )
        events = self._keep(wanted, lambda: self._events(texts, options))
        if mask is not None:
            events = mask.answer(events)
        # That of a list is a method.
        return events if index is None or callable(index) else _labelled(events, index)

    async def _events(
        self, texts: object, options: EmbeddingOptions
    ) -> AsyncGenerator[Event, None]:
        asking = partial(request, texts, **options)
        # Pictures are read and encoded, which takes its time.
        read = options.get("images") is not None
        asked = await asyncio.to_thread(asking) if read else asking()
        yield VectorsAsked(
            texts=tuple(asked.texts),
            images=tuple(asked.images.labels),
            thumbnails=tuple(asked.images.thumbnails),
        )
        if notes := asked.images.notes:
            more = (
                tr("; and {count:,} more", count=len(notes) - _MOST_NOTES)
                if len(notes) > _MOST_NOTES
                else ""
            )
            yield Notice(text=f"{'; '.join(notes[:_MOST_NOTES])}{more}.")
        if asked.cache and self._kept:
            ready, asked = await asyncio.to_thread(divided, asked, self._kept)
            if ready:
                yield ready
                yield Notice(text=_from_cache(ready, asked))
        gathered = Gathered(asked)
        run = BatchRun(partial(self._ask, asked), asked.batches, at_once=asked.at_once)
        async with held(run.outcomes()) as outcomes:
            async for outcome in outcomes:
                for event in gathered.events(outcome):
                    yield event
        for event in gathered.end():
            yield event

    async def _ask(self, asked: EmbeddingRequest, batch: Batch) -> Found:
        body: dict[str, Any] = {**asked.said, **self._fields, "input_texts": batch.texts}
        if batch.images:
            body["input_images"] = batch.images
        lane = str(body.get("model", ""))
        call = Call(method="POST", path=self._path, body=arguments.encoded(body), lane=lane)
        loop = asyncio.get_running_loop()
        if (limit := self._limits.get(loop)) is None:
            limit = self._limits[loop] = asyncio.Semaphore(AT_ONCE)
        async with limit:
            reply = await self._wire.fetch(call, retry=ANSWER)
        found = decode(reply, len(batch))
        if asked.cache and self._kept:
            self._kept.keep(inputs_of(batch), found.data, found.dimensions, asked.said)
        return found


async def _labelled(
    events: AsyncGenerator[Event, None], index: object
) -> AsyncGenerator[Event, None]:
    """The events of a column's texts, whose index is for the caller alone and kept nowhere."""
    async with held(events) as came:
        async for event in came:
            known = isinstance(event, VectorsAsked)
            yield msgspec.structs.replace(event, index=index) if known else event


def _from_cache(ready: VectorsReady, left: EmbeddingRequest) -> str:
    more = sum(len(batch) for batch in left.batches)
    count = len(ready.places)
    return tr(
        "{count:,} of {count2:,} vectors were kept from before, and cost nothing.",
        count=count,
        count2=count + more,
    )
