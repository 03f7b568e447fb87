"""What an image task may ask for: the document's fields, checked as it says."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...server.refusal import Refused, is_one_of
from ..body import json_object
from ..models import require_model

# The document's list; 1024*1024, which only its sample sends; 1472*1104, which its 1472*1140 likely
# means (docs/services/sophnet.md#images, rows S29 and S30).
SIZES = {
    *("1664*928", "1472*1140", "1472*1104", "1328*1328", "1140*1472", "1104*1472", "928*1664"),
    "1024*1024",
}
DEFAULT_SIZE = "1328*1328"
# Nothing says how many a service takes; `small_limits` has what one was seen to.
MOST_IMAGES, FEW_IMAGES = 16, 4
MOST_SOURCES, FEW_SOURCES = 16, 3
FEW_STEPS = 100
# What fits a whole number of the document, an int.
LARGEST_SEED = 2**31 - 1
FIELDS = {"easyllm_id", "model", "input", "parameters"}
INPUT = {"prompt", "negative_prompt", "images"}
PARAMETERS = {"size", "n", "seed", "steps", "prompt_extend", "watermark", "save_to_jpeg"}


@dataclass(frozen=True, kw_only=True)
class ImageRequest:
    """A checked request; ``seed`` is None where the service is to choose."""

    model: str
    prompt: str
    size: tuple[int, int]
    seed: int | None
    count: int
    jpeg: bool
    source: bytes = b""


def parse(body: bytes, *, project: bool, quirks: frozenset[str]) -> ImageRequest:
    """
    Read a request. On the path with a ``project`` an ``easyllm_id`` is demanded.

    Raises Refused (400) naming the field that is wrong.
    """
    fields = json_object(body)
    given = _section(fields, "input")
    parameters = _section(fields, "parameters")
    if project and not _text(fields, "easyllm_id"):
        raise Refused(400, "easyllm_id is required on this path")
    if "strict_params" in quirks:
        _check_known(fields, FIELDS)
        _check_known(given, INPUT)
        _check_known(parameters, PARAMETERS)
    model, prompt = _text(fields, "model"), _text(given, "prompt")
    if not model:
        raise Refused(400, "model is required")
    if not prompt.strip():
        raise Refused(400, "input.prompt is required")
    require_model(model)
    _text(given, "negative_prompt")
    small = "small_limits" in quirks
    _number(parameters, "steps", 1, FEW_STEPS if small else LARGEST_SEED)
    _switch(parameters, "prompt_extend")
    _switch(parameters, "watermark")
    return ImageRequest(
        model=model,
        prompt=prompt,
        size=_size(parameters),
        seed=_number(parameters, "seed", 0, LARGEST_SEED),
        count=_number(parameters, "n", 1, FEW_IMAGES if small else MOST_IMAGES) or 1,
        jpeg=_switch(parameters, "save_to_jpeg"),
        source=_source(given.get("images"), FEW_SOURCES if small else MOST_SOURCES),
    )


def _section(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = fields.get(name, {})
    if not isinstance(value, dict):
        raise Refused(400, f"{name} must be an object")
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise Refused(400, f"{name} must be a string")
    return value


def _number(fields: Mapping[str, Any], name: str, low: int, high: int) -> int | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Refused(400, f"parameters.{name} must be an integer from {low} to {high}")
    return value


def _switch(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise Refused(400, f"parameters.{name} must be true or false")
    return value


def _size(parameters: Mapping[str, Any]) -> tuple[int, int]:
    size = parameters.get("size", DEFAULT_SIZE)
    if not is_one_of(size, SIZES):
        raise Refused(400, f"parameters.size must be one of {', '.join(sorted(SIZES))}")
    width, _, height = size.partition("*")
    return int(width), int(height)


def _source(images: Any, most: int) -> bytes:
    """The first of the pictures that are to be changed; one at an address is not fetched."""
    if images is None:
        return b""
    if not isinstance(images, list) or not 1 <= len(images) <= most:
        raise Refused(400, f"input.images must hold one to {most} images")
    for index, image in enumerate(images):
        if not isinstance(image, str) or not image.startswith(
            ("data:image/", "https://", "http://")
        ):
            raise Refused(400, f"input.images[{index}] must be a data URI of an image, or a URL")
    head, _, data = images[0].partition(",")
    if not head.startswith("data:"):
        return b""
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, "input.images[0] is not base64") from None


def _check_known(fields: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted(fields.keys() - known):
        raise Refused(400, f"unknown parameter {unknown[0]}")
