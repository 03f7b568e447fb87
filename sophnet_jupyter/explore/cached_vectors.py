"""The cache as one service and model see it: inputs in, vectors out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .cache import VectorCache, vector_key
from .kernels.arrays import Floats

# Its kind, ``text`` or ``image``, and the text, or the image as it is sent.
Input = tuple[str, str]


@dataclass(frozen=True, slots=True)
class KeptVectors:
    """
    Vectors of one model of one service. ``origin`` tells the service, or the sandbox's engine: the
    vectors of the one are nothing to the other. Blocking, some microseconds a row.
    """

    cache: VectorCache
    origin: Callable[[], str]

    def find(self, inputs: Sequence[Input], facts: Mapping[str, object]) -> dict[Input, Floats]:
        """What is there; ``facts`` are the fields of the request."""
        keys = {self._key(each, facts): each for each in dict.fromkeys(inputs)}
        wanted = facts.get("dimensions")
        return {
            keys[key]: vector
            for key, vector in self.cache.find(list(keys)).items()
            if len(vector) == wanted
        }

    def keep(
        self, inputs: Sequence[Input], data: bytes, dimensions: int, facts: Mapping[str, object]
    ) -> None:
        """Keep the vectors of one answer: ``data`` are rows of 32-bit floats."""
        rows = np.frombuffer(data, np.float32).reshape(len(inputs), dimensions)
        if dimensions == facts.get("dimensions"):
            self.cache.keep(
                {self._key(each, facts): row for each, row in zip(inputs, rows, strict=True)}
            )

    def _key(self, given: Input, facts: Mapping[str, object]) -> bytes:
        kind, content = given
        others = {name: facts[name] for name in facts if name not in ("model", "dimensions")}
        return vector_key(
            origin=self.origin(),
            model=str(facts.get("model")),
            dimensions=int(str(facts.get("dimensions"))),
            others=repr(sorted(others.items())),
            kind=kind,
            content=content,
        )
