"""What a request for embeddings may ask for: the document's fields, checked as it says."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...model.tokens import tokens
from ...server.refusal import Refused, is_one_of
from ..body import json_object

TEXT, CLIP, BGE = "text-embeddings", "clip-embeddings", "bge-m3"
MODELS = (TEXT, CLIP, BGE)
MOST_TEXTS = {TEXT: 10, BGE: 1}
MOST_TOKENS = 8192
DIMENSIONS = {TEXT: (1024, 768, 512, 256, 128, 64), CLIP: range(64, 1025), BGE: (1024,)}
SAID = {
    TEXT: "one of 1024, 768, 512, 256, 128, 64",
    CLIP: "an integer from 64 to 1024",
    BGE: "1024",
}
DEFAULT_DIMENSIONS = 1024
# The document names no values. These are the ones of the model whose parameters it repeats.
ENCODINGS = ("float", "base64")
FIELDS = {"easyllm_id", "model", "input_texts", "input_images", "dimensions"}
CLIP_FIELDS = {"normalized", "encoding_type"}
ADDRESSES = ("http://", "https://")


@dataclass(frozen=True, kw_only=True)
class EmbeddingRequest:
    """A checked request; an image is its bytes, or the address it is at."""

    model: str
    texts: Sequence[str]
    images: Sequence[bytes | str]
    dimensions: int
    normalized: bool
    encoding: str

    @property
    def text_tokens(self) -> int:
        return sum(len(tokens(text)) for text in self.texts)


def parse(body: bytes, *, project: bool, quirks: frozenset[str]) -> EmbeddingRequest:
    """
    Read a request. On the path with a ``project``, ``easyllm_id`` and ``dimensions`` are demanded.

    Raises Refused (400, or 404 for an unknown model) naming the field that is wrong.
    """
    fields = json_object(body)
    strict = "strict_params" in quirks
    if project and not (isinstance(fields.get("easyllm_id"), str) and fields["easyllm_id"]):
        raise Refused(400, "easyllm_id is required on this path")
    if strict and (unknown := sorted(fields.keys() - FIELDS - CLIP_FIELDS)):
        raise Refused(400, f"unknown parameter {unknown[0]}")
    model = fields.get("model", TEXT)
    if not is_one_of(model, MODELS):
        raise Refused(404, f"model {model} is not found: {', '.join(MODELS)}")
    if strict and model != CLIP and (given := sorted(fields.keys() & CLIP_FIELDS)):
        raise Refused(400, f"model {model} does not take {given[0]}")
    texts, images = _texts(fields, model), _images(fields, model)
    if not texts and not images:
        raise Refused(400, "input_texts must not be empty")
    return EmbeddingRequest(
        model=model,
        texts=texts,
        images=images,
        dimensions=_dimensions(fields, model, required=project or strict),
        normalized=_normalized(fields) if model == CLIP else True,
        encoding=_encoding(fields) if model == CLIP else "float",
    )


def _texts(fields: Mapping[str, Any], model: str) -> Sequence[str]:
    if "input_texts" not in fields:
        raise Refused(400, "input_texts is required")
    texts = fields["input_texts"]
    if not isinstance(texts, list):
        raise Refused(400, "input_texts must be an array of strings")
    most = MOST_TEXTS.get(model)
    if most is not None and len(texts) > most:
        raise Refused(400, f"model {model} takes at most {most} texts, not {len(texts)}")
    for index, text in enumerate(texts):
        if not isinstance(text, str) or not text:
            raise Refused(400, f"input_texts[{index}] must be a string that is not empty")
        if not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text):
            raise Refused(400, f"input_texts[{index}] holds half a character")
        if len(text) > MOST_TOKENS and (count := len(tokens(text))) > MOST_TOKENS:
            said = f"has {count} tokens, at most {MOST_TOKENS} are taken"
            raise Refused(400, f"input_texts[{index}] {said}")
    return texts


def _images(fields: Mapping[str, Any], model: str) -> Sequence[bytes | str]:
    images = fields.get("input_images") or []
    if not isinstance(images, list):
        raise Refused(400, "input_images must be an array of strings")
    if images and model != CLIP:
        raise Refused(400, f"input_images is only taken by {CLIP}, not by {model}")
    return [_image(index, image) for index, image in enumerate(images)]


def _image(index: int, image: Any) -> bytes | str:
    if isinstance(image, str) and image.startswith(ADDRESSES):
        return image
    try:
        return base64.b64decode(image, validate=True)
    except (binascii.Error, ValueError, TypeError):
        said = f"input_images[{index}] must be base64, or the URL of an image"
        raise Refused(400, said) from None


def _dimensions(fields: Mapping[str, Any], model: str, *, required: bool) -> int:
    if "dimensions" not in fields and not required:
        return DEFAULT_DIMENSIONS
    value = fields.get("dimensions")
    if isinstance(value, int) and not isinstance(value, bool) and value in DIMENSIONS[model]:
        return value
    raise Refused(400, f"dimensions of {model} must be {SAID[model]}")


def _normalized(fields: Mapping[str, Any]) -> bool:
    value = fields.get("normalized", True)
    if not isinstance(value, bool):
        raise Refused(400, "normalized must be true or false")
    return value


def _encoding(fields: Mapping[str, Any]) -> str:
    value = fields.get("encoding_type", "float")
    if value not in ENCODINGS:
        raise Refused(400, f"encoding_type must be one of {', '.join(ENCODINGS)}")
    return str(value)
