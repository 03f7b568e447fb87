"""The options of an image request, besides the prompt, the model and the seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict


class ImageOptions(TypedDict, total=False):
    """
    Options, of which only those are sent that are given:

    * ``negative_prompt``: what is not to be seen
    * ``images``: one to three pictures, for a model that changes them: paths, addresses, bytes,
      arrays, figures, PIL images or responses; ``max_side`` in pixels shrinks them
    * ``size``: ``"1328*1328"`` or a pair of pixels, width first
    * ``steps``: at least 1, the service's own are 30
    * ``n``: so many pictures of one request, at least 1
    * ``prompt_extend``: whether the service may write the words out
    * ``watermark``: True for the service's mark
    * ``save_to_jpeg``: True for a JPEG
    * ``mask``: True replaces numbers of mobiles, identities, cards and plates and addresses of
      e-mail in words before anything is sent; names are not found
    * ``extra_body``: whatever else the service takes, merged in section by section
    """

    negative_prompt: str | None
    images: object
    max_side: int | None
    size: str | tuple[int, int] | None
    steps: int | None
    n: int | None
    prompt_extend: bool | None
    watermark: bool | None
    save_to_jpeg: bool | None
    mask: object
    extra_body: Mapping[str, Any] | None
