"""The part of an embeddings call that a cache has already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from ....events import VectorsReady
from .answer import FLOAT
from .request import Batch, EmbeddingRequest

# Its kind, ``text`` or ``image``, and the text, or the image as it is sent.
Input = tuple[str, str]


class Kept(Protocol):
    """A cache of vectors. Its calls may block for a moment: on a thread."""

    def find(self, inputs: Sequence[Input], facts: Mapping[str, object]) -> Mapping[Input, Any]:
        """The vectors that are there, as arrays of 32-bit floats."""

    def keep(
        self, inputs: Sequence[Input], data: bytes, dimensions: int, facts: Mapping[str, object]
    ) -> None:
        """Keep the vectors of one request: ``data`` are rows of 32-bit floats."""


def inputs_of(batch: Batch) -> list[Input]:
    """The inputs of a batch in the order of its vectors."""
    texts = [("text", text) for text in batch.texts]
    return texts + [("image", image) for image in batch.images]


def divided(asked: EmbeddingRequest, kept: Kept) -> tuple[VectorsReady | None, EmbeddingRequest]:
    """The vectors that are there already, and the request for the others. Blocking."""
    inputs = [each for batch in asked.batches for each in inputs_of(batch)]
    places = dict(
        zip(inputs, (each for batch in asked.batches for each in batch.places), strict=True)
    )
    found = kept.find(inputs, asked.said)
    if not found:
        return None, asked
    data = b"".join(found[each].tobytes() for each in found)
    ready = VectorsReady(
        places=tuple(places[each] for each in found),
        dimensions=len(data) // FLOAT // len(found),
        data=data,
    )
    most = max(len(batch) for batch in asked.batches)
    left = [each for each in inputs if each not in found]
    rest = [_batch(left[start : start + most], places) for start in range(0, len(left), most)]
    return ready, replace(asked, batches=rest)


def _batch(inputs: Sequence[Input], places: Mapping[Input, tuple[int, ...]]) -> Batch:
    return Batch(
        texts=[content for kind, content in inputs if kind == "text"],
        images=[content for kind, content in inputs if kind == "image"],
        places=[places[each] for each in inputs],
    )
