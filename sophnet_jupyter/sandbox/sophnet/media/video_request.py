"""What a video task may ask for: the document's fields, checked as it says."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...engines import engine
from ...server.refusal import Refused, is_one_of
from ..body import json_object
from ..models import require_model

RESOLUTIONS = {"480p": (832, 480), "720p": (1280, 720)}
SIZES = {
    *("832*480", "480*832", "624*624"),
    *("1280*720", "720*1280", "960*960", "1088*832", "832*1088"),
    *("1920*1080", "1080*1920", "1440*1440", "1632*1248", "1248*1632"),
}
RATIOS = ("16:9", "9:16")
LARGEST_SEED = 2**32 - 1
LARGEST_IMAGE = 30_000_000
SIDES = (300, 6000)
RATIO = (0.4, 2.5)
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
FIELDS = {"easyllm_id", "model", "content", "parameters"}
OLD = {"resolution", "size", "ratio", "duration", "watermark", "seed"}
NEW = {
    *("generate_audio", "draft", "callback_url", "return_last_frame", "service_tier"),
    *("subjects", "fps"),
}


@dataclass(frozen=True, kw_only=True)
class VideoRequest:
    """A checked request; ``seed`` is None where the service is to choose."""

    model: str
    prompt: str
    size: tuple[int, int]
    resolution: str
    ratio: str
    seconds: int
    seed: int | None
    last_frame: bool
    image: bytes = b""


def parse(body: bytes, *, project: bool, quirks: frozenset[str]) -> VideoRequest:
    """
    Read a request. On the path with a ``project`` an ``easyllm_id`` is demanded.

    Raises Refused (400) naming the field that is wrong.
    """
    fields = json_object(body)
    parameters = fields.get("parameters", {})
    if not isinstance(parameters, dict):
        raise Refused(400, "parameters must be an object")
    model = fields.get("model")
    if not isinstance(model, str) or not model:
        raise Refused(400, "model is required")
    if project and not fields.get("easyllm_id"):
        raise Refused(400, "easyllm_id is required on this path")
    require_model(model)
    prompt, negative, image = _content(fields.get("content"))
    strict = "strict_params" in quirks
    if strict and (unknown := sorted((parameters.keys() - OLD - NEW) | (fields.keys() - FIELDS))):
        raise Refused(400, f"unknown parameter {unknown[0]}")
    _check_model(model, parameters, prompt=prompt, negative=negative, image=image, strict=strict)
    return VideoRequest(
        model=model,
        prompt=prompt,
        size=_size(parameters, image),
        resolution=str(parameters.get("size") or parameters.get("resolution") or "480p"),
        ratio=str(parameters.get("ratio") or ""),
        seconds=_duration(parameters),
        seed=_seed(parameters),
        last_frame=parameters.get("return_last_frame") is True,
        image=image or b"",
    )


def _check_model(
    model: str,
    parameters: Mapping[str, Any],
    *,
    prompt: str,
    negative: str,
    image: bytes | None,
    strict: bool,
) -> None:
    """What the document's four models take. Of others nothing is known."""
    found = re.fullmatch(r"Wan2\.([12])-(T2V|I2V)-A?14B", model)
    if not found:
        if not prompt and image is None:
            raise Refused(400, "content must have a text or an image")
        return
    old, from_image = found[1] == "1", found[2] == "I2V"
    if not prompt:
        raise Refused(400, "content[0].text is required")
    if from_image and image is None:
        raise Refused(400, f"{model} needs an image_url")
    if image is not None and not from_image:
        raise Refused(400, f"{model} takes no image_url")
    refused = {"size"} if old else {"resolution", "watermark", "ratio"}
    if strict and not from_image:
        refused |= {"ratio", "fps"}
    for name in sorted(refused & parameters.keys()):
        raise Refused(400, f"{model} does not support parameters.{name}")
    if negative and old:
        raise Refused(400, f"{model} does not support negative_prompt")
    if "duration" in parameters and parameters["duration"] not in ((5,) if old else (1, 5)):
        raise Refused(400, f"parameters.duration of {model} must be {'5' if old else '1 or 5'}")
    if not is_one_of(parameters.get("resolution", "480p"), RESOLUTIONS):
        raise Refused(400, "parameters.resolution must be 480p or 720p")
    if not is_one_of(parameters.get("ratio", "16:9"), RATIOS):
        raise Refused(400, "parameters.ratio must be 16:9 or 9:16")
    if "size" in parameters and not is_one_of(parameters["size"], SIZES):
        raise Refused(400, f"parameters.size must be one of {', '.join(sorted(SIZES))}")
    if not isinstance(parameters.get("watermark", False), bool):
        raise Refused(400, "parameters.watermark must be true or false")


def _content(content: Any) -> tuple[str, str, bytes | None]:
    """The words, what is not to be seen, and the first picture: empty if it is at an address."""
    if not isinstance(content, list) or not content:
        raise Refused(400, "content must be a list of text and image_url")
    prompt, negative, image = "", "", None
    for index, item in enumerate(content):
        place = f"content[{index}]"
        kind = item.get("type") if isinstance(item, dict) else None
        if kind == "text":
            if not isinstance(item.get("text", ""), str):
                raise Refused(400, f"{place}.text must be a string")
            prompt = prompt or item.get("text", "").strip()
            negative = negative or str(item.get("negative_prompt") or "")
        elif kind == "image_url":
            url = item.get("image_url", {}).get("url") if isinstance(item["image_url"], dict) else 0
            data = _image(url, f"{place}.image_url.url")
            image = data if image is None else image
        elif kind != "draft_task":
            raise Refused(400, f"{place}.type must be text or image_url")
    return prompt, negative, image


def _image(url: Any, place: str) -> bytes:
    if not isinstance(url, str) or not url.startswith(("data:image/", "https://", "http://")):
        raise Refused(400, f"{place} must be a data URI of an image, or a URL")
    head, _, data = url.partition(",")
    if not head.startswith("data:"):
        # The service would fetch it; we do not.
        return b""
    try:
        image = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, f"{place} is not base64") from None
    if len(image) >= LARGEST_IMAGE:
        raise Refused(400, f"{place} must be smaller than 30 MB")
    try:
        with engine("PIL.Image", "Pillow").open(io.BytesIO(image), formats=FORMATS) as opened:
            width, height = opened.size
    except OSError:
        raise Refused(400, f"{place} is no image of a kind that is taken") from None
    if not (SIDES[0] < min(width, height) and max(width, height) < SIDES[1]):
        raise Refused(400, f"{place}: the sides must be in (300, 6000), not {width}x{height}")
    if not RATIO[0] < width / height < RATIO[1]:
        raise Refused(400, f"{place}: width by height must be in (0.4, 2.5)")
    return image


def _size(parameters: Mapping[str, Any], image: bytes | None) -> tuple[int, int]:
    size = parameters.get("size")
    if size is not None:
        found = re.fullmatch(r"(\d{2,4})\*(\d{2,4})", str(size))
        if not found:
            raise Refused(400, "parameters.size must be WIDTH*HEIGHT")
        return int(found[1]), int(found[2])
    width, height = RESOLUTIONS.get(str(parameters.get("resolution", "480p")), (832, 480))
    upright = parameters.get("ratio") == "9:16"
    if image and "ratio" not in parameters:
        with engine("PIL.Image", "Pillow").open(io.BytesIO(image)) as opened:
            upright = opened.height > opened.width
    return (height, width) if upright else (width, height)


def _duration(parameters: Mapping[str, Any]) -> int:
    seconds = parameters.get("duration", 5)
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 1 <= seconds <= 15:
        raise Refused(400, "parameters.duration must be a number of seconds")
    return seconds


def _seed(parameters: Mapping[str, Any]) -> int | None:
    """
    A string of digits, as the document has it, or a number.

    See docs/services/sophnet.md#videos, row S38.
    """
    seed = parameters.get("seed")
    if seed is None:
        return None
    digits = str(seed) if isinstance(seed, int | str) and not isinstance(seed, bool) else ""
    if not re.fullmatch("[0-9]+", digits) or int(digits) > LARGEST_SEED:
        raise Refused(400, f"parameters.seed must be an integer from 0 to {LARGEST_SEED}")
    return int(digits)
