"""The options of a video request, besides the prompt and the first image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict


class VideoOptions(TypedDict, total=False):
    """
    Options, of which only those are sent that are given; no model takes all of them:

    * ``model``: ``Wan2.2-T2V-A14B`` if not given, with an image ``Wan2.2-I2V-A14B``
    * ``last_image``: the picture it ends with; ``references``: one or several that it is to be like
    * ``draft_task``: the id of a draft that is to be made in full
    * ``negative_prompt``: what is not to be seen
    * ``resolution``: ``"480p"`` or ``"720p"``
    * ``size``: ``"832*480"`` or a pair of pixels, width first
    * ``ratio``: ``"16:9"`` or ``"9:16"``
    * ``duration``: in seconds, a whole number
    * ``seed``: 0 to 4294967295
    * ``watermark``: True for the service's mark
    * ``fps``: pictures a second, at least 1
    * ``generate_audio``: True for sound
    * ``draft``: True for a cheap one to look at
    * ``return_last_frame``: True for its last picture as well
    * ``service_tier``, ``callback_url``, ``subjects``: as the service has them
    * ``mask``: True replaces numbers of mobiles, identities, cards and plates and addresses of
      e-mail in words before anything is sent; names are not found
    * ``extra_body``: whatever else the service takes, merged in section by section
    """

    model: str | None
    last_image: object
    references: object
    draft_task: str | None
    negative_prompt: str | None
    resolution: str | None
    size: str | tuple[int, int] | None
    ratio: str | None
    duration: int | None
    seed: int | str | None
    watermark: bool | None
    fps: int | None
    generate_audio: bool | None
    draft: bool | None
    return_last_frame: bool | None
    service_tier: str | None
    callback_url: str | None
    subjects: Sequence[Mapping[str, Any]] | None
    mask: object
    extra_body: Mapping[str, Any] | None
