"""Prompts over frames of Dask: ``from sophnet_jupyter import batch; batch.map(ddf, "…")``."""

from __future__ import annotations

from .client.batch import map as map  # noqa: A004 - as the builtin does, over a frame

__all__ = ["map"]
