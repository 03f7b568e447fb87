"""Prompts over frames of Dask, and their vectors: ``from sophnet_jupyter import batch``."""

from __future__ import annotations

from .client.batch import map as map  # noqa: A004 - as the builtin does, over a frame
from .client.batch_vectors import embed as embed

__all__ = ["embed", "map"]
