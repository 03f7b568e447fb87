"""The state of one embeddings call: which vectors have come, and which events to yield."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....errors import AnswerUnreadable, RequestRefused, ServiceError, SophNetError
from ....events import Event, Finished, Notice, Progress, Started, Usage, VectorsReady
from ....language import tr
from ..access import SERVICE
from .answer import Found
from .batches import BatchOutcome
from .request import Batch, EmbeddingRequest

# Of many inputs that have come to nothing, so many are named.
NAMED = 5


class Gathered:
    """Give it each outcome, then call `end`."""

    def __init__(self, asked: EmbeddingRequest) -> None:
        self._asked = asked
        self._count = sum(map(len, asked.batches))
        self._done = self._dimensions = 0
        self._used = Usage()
        self._failed: list[BatchOutcome] = []
        self._came: set[int] = set()

    def events(self, outcome: BatchOutcome) -> list[Event]:
        """The vectors of one batch, none if it failed, and the progress."""
        batch, found = outcome.batch, outcome.came
        if isinstance(found, Found) and found.dimensions != (self._dimensions or found.dimensions):
            found = _other(found.dimensions, self._dimensions)
        events: list[Event] = []
        if isinstance(found, SophNetError):
            self._failed.append(BatchOutcome(batch, found))
        else:
            events = self._vectors(batch, found)
        self._done += len(batch)
        if self._done < self._count:
            events.append(Progress(state="embedding", fraction=self._done / self._count))
        return events

    def end(self) -> Iterator[Event]:
        """The last events; then raises the first error, if there was one."""
        if not self._failed:
            yield Finished(reason="stop")
            return
        yield from _notices(
            self._failed,
            self._asked.texts,
            alone=not self._dimensions,
            not_asked=self._count - self._done,
        )
        # What is no fault of one input is told before what is: who asks again has to know of it.
        outages = [one for one in self._failed if not isinstance(one.came, RequestRefused)]
        first = (outages or self._failed)[0]
        assert isinstance(first.came, SophNetError)
        first.came.without = self._without()
        if self._dimensions and isinstance(first.came, ServiceError):
            # The service counts the inputs of one request.
            first.came.about = _named(first.batch, self._asked.texts)
        raise first.came

    def _without(self) -> dict[int, str]:
        """Each input that has no vector, and why."""
        said = {
            place: str(outcome.came)
            for outcome in self._failed
            for places in outcome.batch.places
            for place in places
        }
        rest = tr("not sent any more, after: {came}", came=self._failed[0].came)
        asked = {p for batch in self._asked.batches for places in batch.places for p in places}
        return said | dict.fromkeys(asked - said.keys() - self._came, rest)

    def _vectors(self, batch: Batch, found: Found) -> list[Event]:
        events: list[Event] = []
        if not self._dimensions:
            self._dimensions = found.dimensions
            started = Started(
                service=SERVICE,
                model=self._asked.model,
                request_id=found.request_id,
                sandbox=found.sandbox,
            )
            events.append(started)
        self._used = _sum(self._used, found)
        places = tuple(batch.places)
        self._came.update(place for each in places for place in each)
        ready = VectorsReady(places=places, dimensions=self._dimensions, data=found.data)
        return [*events, ready, self._used]


def _sum(used: Usage, found: Found) -> Usage:
    return Usage(
        prompt_tokens=used.prompt_tokens + found.prompt_tokens,
        total_tokens=used.total_tokens + found.total_tokens,
    )


def _other(found: int, expected: int) -> AnswerUnreadable:
    return AnswerUnreadable(
        service=SERVICE,
        what=tr(
            "vectors of {found} dimensions behind others of {expected}",
            found=found,
            expected=expected,
        ),
    )


def _notices(
    failed: list[BatchOutcome], texts: Sequence[str], *, alone: bool, not_asked: int
) -> list[Notice]:
    """Notices on the inputs without a vector, with reasons, in the order of the inputs."""
    failed.sort(key=lambda outcome: outcome.batch.places[0])
    # What is raised says it of one that failed for all.
    named = [] if len(failed) == 1 and alone else failed[:NAMED]
    said = [f"{_named(one.batch, texts)}: {one.came}" for one in named]
    if (more := sum(len(one.batch) for one in failed[NAMED:])) > 0:
        said.append(tr("{more} more inputs have no vector either.", more=more))
    if not_asked:
        said.append(tr("{not_asked} more inputs were not sent any more.", not_asked=not_asked))
    return [Notice(text=text) for text in said]


def _named(batch: Batch, texts: Sequence[str]) -> str:
    """The inputs of a batch by the caller's numbering."""
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
    return tr("{count} {name} from {place}", count=len(places), name=name, place=f"{name}[{begin}]")
