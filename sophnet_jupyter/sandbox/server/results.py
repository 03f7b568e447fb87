"""Finished files, at addresses that need no key and expire: as an object store serves them."""

from __future__ import annotations

import asyncio
import io
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

KEPT = 200
LIFETIME = 24 * 3600
Trouble = Literal["", "expired", "empty", "page", "broken", "huge"]
PAGE = b"<!doctype html><title>Store</title><p>Your file could not be found.</p>"


@dataclass(kw_only=True)
class Result:
    """A file that is made when first requested; ``trouble`` is the fault its reader meets."""

    make: Callable[[], bytes]
    media_type: str
    trouble: Trouble
    expires: float
    signature: str

    @cached_property
    def data(self) -> bytes:
        return self.make()


class Results:
    """The files of one sandbox; the oldest go when there are too many."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Result] = OrderedDict()

    def add(
        self, name: str, make: Callable[[], bytes], media_type: str, *, trouble: Trouble = ""
    ) -> str:
        """Add a file; returns its path with a signature."""
        if (known := self._kept.get(name)) is None or known.trouble != trouble:
            known = self._kept[name] = Result(
                make=make,
                media_type=media_type,
                trouble=trouble,
                expires=time.time() + LIFETIME,
                signature=secrets.token_urlsafe(12),
            )
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return f"/sandbox/results/{name}?Expires={known.expires:.0f}&Signature={known.signature}"

    def route(self) -> Route:
        return Route("/sandbox/results/{name}", self._serve)

    async def _serve(self, request: Request) -> Response:
        # A store of somebody else's: a client that shows it a key has leaked the key.
        if "authorization" in request.headers:
            raise HTTPException(400, "a result must be fetched without the API key")
        result = self._kept.get(request.path_params["name"])
        if result is None:
            raise HTTPException(404, "there is no such result")
        signed = request.query_params.get("Signature", "") == result.signature
        if not signed or result.trouble == "expired" or time.time() > result.expires:
            raise HTTPException(403, "AccessDenied: Request has expired")
        if result.trouble == "page":
            return Response(PAGE, media_type=result.media_type)
        data = b"" if result.trouble == "empty" else await asyncio.to_thread(lambda: result.data)
        if result.trouble == "huge":
            return Response(await asyncio.to_thread(_bomb), media_type="image/png")
        if result.trouble == "broken":
            data = data[: len(data) // 2]
        return Response(data, media_type=result.media_type)


def _bomb() -> bytes:
    """An image of some kilobytes that takes half a gigabyte when it is decoded."""
    from PIL import Image

    file = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(file, "PNG")
    return file.getvalue()
