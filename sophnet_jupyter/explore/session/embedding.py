"""Rows to vectors: equal ones once, those that are kept from before never."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any

import numpy as np

from ...errors import SettingsError, SophNetError
from ...events import Notice, Placed, Progress, Usage, VectorsAsked, VectorsReady
from ...language import tr
from ..kernels.projection import pca
from .base import ExplorationBase
from .cost import TOLD_FROM, affordable, cost
from .service import Input, SentImage

# The first picture comes with so many rows, and anew whenever there are twice as many.
_FIRST = 32
# Above, it would hold up the answers that arrive.
_LAST = 20_000
# Seconds without an answer, after which it is told why.
_QUIET = 3.0


class Embedding(ExplorationBase):
    """The first part of the work."""

    async def _embed(self) -> None:
        inputs = self._inputs
        pictures = await asyncio.to_thread(self._pictures)
        rows: dict[Input, list[int]] = {}
        for row, kind in enumerate(inputs.kinds):
            if row in self._missing or not kind:
                continue
            content = pictures[row].content if kind == "image" else inputs.texts[row]
            rows.setdefault((kind, content), []).append(row)
        if not rows:
            raise SettingsError(tr("There is nothing to explore: no row has a text or an image."))
        facts = self._service.facts(images=any(kind == "image" for kind, _ in rows))
        self._model = str(facts.get("model"))
        labels = tuple(sent.label for sent in pictures.values())
        self._emit(VectorsAsked(texts=tuple(inputs.texts), images=labels))
        found = await asyncio.to_thread(self._service.find, list(rows), facts)
        asked = [each for each in rows if each not in found]
        self._tell_cost(rows, asked, str(facts.get("model")))
        # Who hears of it and stops is to pay nothing: until here that was not looked at.
        await asyncio.sleep(0)
        for start in range(0, len(found), 2048):
            part = list(found)[start : start + 2048]
            self._take([rows[each] for each in part], np.stack([found[each] for each in part]))
        within = affordable(asked, self.options.budget)
        for each in asked[within:]:
            self._leave_out(
                rows[each],
                tr("not asked: the budget is {budget:,} tokens", budget=self.options.budget),
            )
        if within < len(asked):
            self._notice(
                tr(
                    "{left:,} of {count:,} inputs are not asked, since the budget is {budget:,} "
                    "tokens.",
                    left=len(asked) - within,
                    count=len(asked),
                    budget=self.options.budget,
                )
            )
        if within:
            await self._ask(asked[:within], rows, pictures, facts)

    def _pictures(self) -> dict[int, SentImage]:
        """The images of all rows, read. Those that cannot be are missing, with the reason."""
        found: dict[int, SentImage] = {}
        for row, kind in enumerate(self._inputs.kinds):
            if kind != "image":
                continue
            try:
                found[row] = self._service.image(self._inputs.images[row])
            except SettingsError as error:
                self._leave_out([row], str(error))
        self._thumbnails.update({row: sent.thumbnail for row, sent in found.items()})
        return found

    def _tell_cost(
        self, rows: Mapping[Input, list[int]], asked: Sequence[Input], model: str
    ) -> None:
        self._cost = cost(
            rows=sum(map(len, rows.values())),
            inputs=len(rows),
            asked=asked,
            per_request=self._service.per_request(model),
        )
        if len(asked) > TOLD_FROM:
            self._notice(tr("{cost}.", cost=self._cost))

    async def _ask(
        self,
        asked: Sequence[Input],
        rows: Mapping[Input, list[int]],
        pictures: Mapping[int, SentImage],
        facts: Mapping[str, object],
    ) -> None:
        # Texts come first in a request, so that a vector's place is that in this list.
        ordered = sorted(asked, key=lambda each: each[0] == "image")
        texts = [content for kind, content in ordered if kind == "text"]
        images = [pictures[rows[each][0]].item for each in ordered if each[0] == "image"]
        waiting = asyncio.create_task(self._tell_waits(len(ordered)))
        try:
            async with aclosing(self._service.embed(texts, images, facts)) as events:
                async for event in events:
                    if isinstance(event, VectorsReady):
                        self._came(event, ordered, rows, facts)
                    elif isinstance(event, Usage) and self._is_spent(event):
                        self._stop_asking(ordered, rows)
                        return
                    elif isinstance(event, Progress | Notice):
                        self._emit(event)
        except asyncio.CancelledError:
            self._tell_stopped(asked, rows)
            raise
        except SophNetError as error:
            for place, reason in error.without.items():
                self._leave_out(rows[ordered[place]], reason)
            if not self._good.any():
                raise
            self._notice(str(error))
        finally:
            waiting.cancel()

    async def _tell_waits(self, asked: int) -> None:
        """Say why nothing comes: a service that refuses may do so for minutes."""
        before = self._done
        while True:
            done = self._done
            await asyncio.sleep(_QUIET)
            why = self._service.waits(self._model)
            if done == self._done and why:
                fraction = min(1.0, (done - before) / asked)
                self._emit(
                    Progress(state=tr("waiting for the service: {why}", why=why), fraction=fraction)
                )

    def _tell_stopped(self, asked: Sequence[Input], rows: Mapping[Input, list[int]]) -> None:
        good = self._good
        left = sum(not good[rows[each][0]] for each in asked)
        paid = min(left, self._service.under_way(self._model))
        if left:
            self._notice(
                tr(
                    "Stopped: {kept:,} of {count:,} inputs are kept, and {left:,} are asked for "
                    "next time. Of these at most {paid:,} were under way, which the service may "
                    "count.",
                    kept=len(asked) - left,
                    count=len(asked),
                    left=left,
                    paid=paid,
                )
            )

    def _came(
        self,
        event: VectorsReady,
        ordered: Sequence[Input],
        rows: Mapping[Input, list[int]],
        facts: Mapping[str, object],
    ) -> None:
        came = [ordered[places[0]] for places in event.places]
        self._service.keep(came, event.data, event.dimensions, facts)
        vectors = np.frombuffer(event.data, np.float32).reshape(len(came), event.dimensions)
        self._take([rows[each] for each in came], vectors)

    def _is_spent(self, used: Usage) -> bool:
        return self.options.budget is not None and used.total_tokens >= self.options.budget

    def _stop_asking(self, ordered: Sequence[Input], rows: Mapping[Input, list[int]]) -> None:
        good = self._good
        left = [row for each in ordered for row in rows[each] if not good[row]]
        self._leave_out(
            left, tr("not asked: the budget is {budget:,} tokens", budget=self.options.budget)
        )
        if left:
            self._notice(tr("The budget is spent: {count:,} rows have no vector.", count=len(left)))

    def _take(self, rows: Sequence[Sequence[int]], vectors: Any) -> None:
        """Set the vectors of rows; several rows where they are equal."""
        with self._lock:
            if self._vectors.shape[1] != vectors.shape[1]:
                shape = (len(self._vectors), vectors.shape[1])
                self._vectors = np.full(shape, np.nan, np.float32)
            for places, vector in zip(rows, vectors, strict=True):
                self._vectors[list(places)] = vector
            self._done = self._done + sum(map(len, rows))
        ready = VectorsReady(
            places=tuple(tuple(places) for places in rows),
            dimensions=vectors.shape[1],
            data=np.ascontiguousarray(vectors, np.float32).tobytes(),
        )
        self._emit(ready)
        if self._drawn_at <= self._done <= _LAST:
            self._drawn_at = 2 * self._done
            self._first_picture()

    _model = ""
    _done = 0
    _drawn_at = _FIRST

    def _first_picture(self) -> None:
        """The main directions of what has come, at most some thousand rows a time."""
        good = np.flatnonzero(self._good)
        points = np.full((len(self._vectors), 2), np.nan, np.float32)
        points[good] = pca(self._vectors[good], 2)
        self._points = points
        self._emit(Placed(points=points.tobytes(), epoch=0, of=0))

    def _leave_out(self, rows: Sequence[int], reason: str) -> None:
        with self._lock:
            self._missing.update(dict.fromkeys(rows, reason))

    def _notice(self, text: str) -> None:
        self._notices.append(text)
        self._emit(Notice(text=text))
