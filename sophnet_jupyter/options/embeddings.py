"""The options of an embeddings request, besides the texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict


class EmbeddingOptions(TypedDict, total=False):
    """
    Options:

    * ``images``: one or several paths, addresses, bytes, arrays, figures, PIL images or responses;
      ``max_side`` in pixels shrinks them
    * ``model``: ``text-embeddings`` if not given, with images ``clip-embeddings``
    * ``per_request``: so many inputs in one request, at least 1; else as many as the model takes
    * ``at_once``: so many requests at a time, at least 1; of all calls together 8
    * ``dimensions``: of a vector, such as 1024, 512 or 64, as the model has them
    * ``normalized``: True for vectors of length 1; ``encoding_type``: the service's word, for CLIP
    * ``cache``: True to take vectors that were paid for before, and keep new ones, on this machine
    * ``mask``: True replaces numbers of mobiles, identities, cards and plates and addresses of
      e-mail before anything is sent; names are not found
    * ``extra_body``: whatever else the service takes; it goes in last and wins
    """

    images: object
    model: str | None
    per_request: int | None
    at_once: int
    max_side: int | None
    dimensions: object
    normalized: bool | None
    encoding_type: str | None
    cache: bool
    mask: object
    extra_body: Mapping[str, Any] | None
