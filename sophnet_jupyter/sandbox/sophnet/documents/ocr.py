"""
``POST …/easyllms/image-ocr``: a picture in, its blocks and their Markdown out.

See docs/services/sophnet.md#ocr.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...engines.pictures import reading
from ...engines.pictures.layout import Block
from ...server.refusal import Refused
from ...server.replies import json_response
from ...switches.switches import Switches
from ..body import json_object

PATHS = ("/projects/{project}/easyllms/image-ocr", "/projects/easyllms/image-ocr")
PADDLE = ("PaddleOCR-VL-0.9B", "PaddleOCR-VL-1.5")
DEEPSEEK = "DeepSeek-OCR"
FIELDS = {"easyllm_id", "model", "type", "image_url", "prompt"}
# The table has the one spelling, the prose and a client the other (docs/services/sophnet.md#ocr,
# row S42).
SWITCHES = {
    "prettify_markdown": ("prettify_markdown", "prettifyMarkdown"),
    "show_formula_number": ("show_formula_number", "showFormulaNumber"),
}
# With this in its prompt DeepSeek-OCR says where things stand.
GROUNDING = "<|grounding|>"
LARGEST = 30_000_000


@dataclass(frozen=True, kw_only=True)
class OcrRequest:
    """A checked request."""

    model: str
    image: bytes
    prompt: str
    prettify: bool


def routes() -> list[Route]:
    return [Route(path, _read, methods=["POST"]) for path in PATHS]


async def _read(request: Request) -> Response:
    switches: Switches = request.scope["switches"]
    asked = parse(
        await request.body(), project="project" in request.path_params, quirks=switches.quirks
    )
    try:
        async with reading.turn:
            page = await asyncio.to_thread(reading.read, asked.image)
    except reading.Unreadable as error:
        raise Refused(400, f"image_url.url: {error}") from None
    return json_response(answer(asked, page, switches.quirks))


def parse(body: bytes, *, project: bool, quirks: frozenset[str]) -> OcrRequest:
    """Read a request. Raises Refused (400) naming the field that is wrong."""
    fields = json_object(body)
    if project and not fields.get("easyllm_id"):
        raise Refused(400, "easyllm_id is required on this path")
    spelt = {name for names in SWITCHES.values() for name in names}
    if "strict_params" in quirks and (unknown := sorted(fields.keys() - FIELDS - spelt)):
        raise Refused(400, f"unknown parameter {unknown[0]}")
    model, prompt = fields.get("model"), fields.get("prompt") or ""
    if model not in (*PADDLE, DEEPSEEK):
        raise Refused(400, f"model must be one of {', '.join((*PADDLE, DEEPSEEK))}")
    if not isinstance(prompt, str):
        raise Refused(400, "prompt must be a string")
    if prompt and model != DEEPSEEK and "strict_params" in quirks:
        raise Refused(400, f"only {DEEPSEEK} takes a prompt")
    if fields.get("type") != "image_url":
        raise Refused(400, 'type must be "image_url"')
    _switch(fields, "show_formula_number", default=False)
    return OcrRequest(
        model=model,
        image=_image(fields.get("image_url")),
        prompt=prompt,
        prettify=_switch(fields, "prettify_markdown", default=True),
    )


def answer(asked: OcrRequest, page: reading.Page, quirks: frozenset[str]) -> dict[str, Any]:
    """
    The answer in the shape of its model.

    PaddleOCR-VL gives each block; DeepSeek-OCR, unless its prompt asks where things stand, one
    block as large as the picture, as in the document's sample.
    """
    blocks = page.blocks
    text = "\n\n".join(_markdown(blocks, prettify=asked.prettify))
    if asked.model == DEEPSEEK and GROUNDING not in asked.prompt and blocks:
        blocks = [Block(label="text", text=text, box=(0, 0, page.width, page.height))]
    result = [
        {"label": one.label, "texts": one.text, "position": _position(one, quirks)}
        for one in blocks
    ]
    return {"status": 0, "message": "请求成功", "result": result, "markdown": {"text": text}}


def _markdown(blocks: Sequence[Block], *, prettify: bool) -> Iterator[str]:
    titled = False
    for block in blocks:
        match block.label:
            case "title":
                yield f"{'##' if titled else '#'} {block.text}"
                titled = True
            case "table" if prettify:
                yield f'<div style="text-align: center;">{block.text}</div>'
            case _:
                yield block.text


def _position(block: Block, quirks: frozenset[str]) -> object:
    if "position_array" in quirks:
        return list(block.box)
    return ",".join(map(str, block.box))


def _switch(fields: Mapping[str, Any], name: str, *, default: bool) -> bool:
    given = [fields[spelt] for spelt in SWITCHES[name] if fields.get(spelt) is not None]
    if not all(isinstance(value, bool) for value in given):
        raise Refused(400, f"{name} must be true or false")
    return given[0] if given else default


def _image(given: object) -> bytes:
    url = given.get("url") if isinstance(given, dict) else None
    if not isinstance(url, str) or not url:
        raise Refused(400, "image_url.url is required")
    if url.startswith(("http://", "https://")):
        raise Refused(400, "image_url.url: the sandbox fetches nothing, so send a data URI")
    head, comma, data = url.partition(",")
    if not (comma and head.startswith("data:image/") and head.endswith(";base64")):
        raise Refused(400, "image_url.url must be data:image/jpeg;base64,… or an address")
    try:
        image = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, "image_url.url is not base64") from None
    if len(image) > LARGEST:
        raise Refused(400, f"the picture has more than {LARGEST // 10**6} MB")
    return image
