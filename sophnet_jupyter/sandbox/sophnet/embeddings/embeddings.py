"""
``POST …/easyllms/embeddings``: texts, and for CLIP images, to vectors.

See docs/services/sophnet.md#embeddings.
"""

from __future__ import annotations

import asyncio
import base64
from array import array
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...engines import Missing
from ...engines.pictures import reading
from ...engines.texts import meaning, vectors
from ...engines.texts.choice import LEXICAL, vectors_engine
from ...server.refusal import Refused
from ...server.replies import json_response
from ...switches.options import Options
from ...switches.switches import Switches
from .request import CLIP, EmbeddingRequest, parse

PATHS = ("/projects/{project}/easyllms/embeddings", "/projects/easyllms/embeddings")
# What the document's second sample was charged for each tile of its pictures.
TILE, PER_TILE = 512, 4000
# Pixels: in a smaller picture no letter can be read, in a larger one as well as in this.
SMALLEST_READ, READ = 100, 800


def routes(options: Options) -> list[Route]:
    engine = vectors_engine(options.vectors)

    async def embed(request: Request) -> Response:
        switches: Switches = request.scope["switches"]
        asked = parse(
            await request.body(), project="project" in request.path_params, quirks=switches.quirks
        )
        # A model that knows texts and images alike was not found in a package.
        used = LEXICAL if asked.model == CLIP else engine
        found = await asyncio.to_thread(answer, asked, switches.quirks, used)
        return json_response(found, headers={"x-sandbox": f"1; vectors={used}"})

    return [Route(path, embed, methods=["POST"]) for path in PATHS]


def answer(asked: EmbeddingRequest, quirks: frozenset[str], engine: str) -> dict[str, Any]:
    """The whole body of an answer. Raises Refused for an image that is none."""
    clip = asked.model == CLIP
    if engine == LEXICAL:
        found = [
            vectors.of_text(text, asked.dimensions, colours=clip, unit=asked.normalized)
            for text in asked.texts
        ]
    else:
        found = meaning.of_texts(asked.texts, asked.dimensions)
    count = asked.text_tokens
    for index, image in enumerate(asked.images):
        try:
            vector, tiles = _pictured(image, asked.dimensions, asked.normalized)
        except vectors.Unreadable as error:
            raise Refused(400, f"input_images[{index}] {error}") from None
        found.append(vector)
        count += tiles * PER_TILE
    data: list[dict[str, Any]] = [
        {"embedding": _encoded(vector, asked.encoding), "index": index, "object": "embedding"}
        for index, vector in enumerate(found)
    ]
    if "shuffled" in quirks:
        data.reverse()
    usage = {
        "prompt_tokens": count,
        "completion_tokens": None,
        "total_tokens": count,
        "prompt_tokens_details": None,
        "completion_tokens_details": None,
    }
    # As in the document's samples, where CLIP gives no id at all.
    named = {} if clip else {"id": ""}
    return {**named, "object": "list", "usage": usage, "data": data}


def _encoded(vector: vectors.Vector, encoding: str) -> vectors.Vector | str:
    if encoding == "float":
        return vector
    return base64.b64encode(array("f", vector).tobytes()).decode()


def _pictured(image: bytes | str, dimensions: int, unit: bool) -> tuple[vectors.Vector, int]:
    """The vector of a picture, and the tiles it is charged for."""
    if isinstance(image, str):
        # Nothing of the web is fetched here: what its address says must do.
        name = unquote(urlsplit(image).path.rpartition("/")[2]).rpartition(".")[0]
        return vectors.of_text(name or image, dimensions, colours=True, unit=unit), 1
    width, height = vectors.size(image)
    vector = vectors.of_image(image, dimensions, words=_words(image), unit=unit)
    return vector, -(-width // TILE) * -(-height // TILE)


@lru_cache(256)
def _words(image: bytes) -> str:
    """What is written in a picture, as far as the engine that reads is installed."""
    if min(vectors.size(image)) < SMALLEST_READ:
        return ""
    try:
        return " ".join(line.text for line in reading.read(vectors.shrunk(image, READ)).lines)
    except (Missing, reading.Unreadable):
        return ""
