"""
SophNet's OCR: blocks with their boxes, and their Markdown.

See docs/services/sophnet.md#ocr.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Unpack

from ....errors import SettingsError
from ....events import Event, Finished, Notice, PageRead, Progress, Started
from ....language import tr
from ....options.ocr import OcrOptions
from ....options.words import checks_keywords, shows_options
from ....response import Response, settle
from ....values.page import Page
from ....wire.call import Call
from ....wire.files.download import Downloader
from ....wire.retry import ANSWER
from ....wire.wire import Wire
from ... import arguments
from ...arguments import fields, text
from ...keeping import Keeping, Wanted
from ..access import checked, started
from ..paths import ResourceIds
from ..several import several
from .ocr_answer import decode
from .ocr_source import Scan, scans

MODEL = "PaddleOCR-VL-0.9B"
MODELS = (MODEL, "DeepSeek-OCR", "PaddleOCR-VL-1.5")


def request(
    *,
    model: str = MODEL,
    prompt: str | None = None,
    prettify_markdown: bool | None = None,
    show_formula_number: bool | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The fields beside an image; only what was given. Raises `SettingsError`."""
    model = text("model", MODEL if model is None else model) or MODEL
    if prompt is not None and "deepseek" not in model.lower():
        raise SettingsError(
            tr("Only DeepSeek-OCR takes a prompt, and {model} does not.", model=model)
        )
    given = {
        "model": model,
        "prompt": prompt,
        "prettify_markdown": prettify_markdown,
        "show_formula_number": show_formula_number,
    }
    said = {name: value for name, value in given.items() if value is not None}
    return said | dict(fields("extra_body", extra_body))


@checks_keywords("ocr")
class Ocr(Keeping):
    """Text in images. URLs are fetched with ``downloads``, without the key."""

    def __init__(self, wire: Wire, downloads: Downloader, *, place: ResourceIds) -> None:
        self._wire = wire
        self._downloads = downloads
        self._path = place.path("image-ocr")
        self._fields = place.fields

    @shows_options(OcrOptions, request)
    async def create(
        self, image: object, *, names: Sequence[str] = (), **options: Unpack[OcrOptions]
    ) -> Response:
        """
        Read an image, and return its Markdown as `Response.text`, its blocks as `Response.blocks`.

        ``image`` and ``names`` are those of `stream`. Tables are in `Response.tables`, as
        DataFrames; each picture is one of `Response.pages`, which has the bytes that the boxes
        refer to. Raises `SophNetError`.
        """
        return await settle(self.stream(image, names=names, **options))

    @shows_options(OcrOptions, request)
    def stream(
        self, image: object, *, names: Sequence[str] = (), **options: Unpack[OcrOptions]
    ) -> AsyncGenerator[Event, None]:
        """
        Read an image, and yield `Progress`, `PageRead` and `Finished`.

        ``image`` is a path, an address, bytes, an array, a figure, a Pillow image, or a `Response`
        with pictures; a list of them is read side by side. Of a TIFF each page is read. Pictures
        are turned upright first.
        ``names`` are for those that bring none of their own, such as arrays.

        Raises `SettingsError` for what is no picture before it is sent, and `SophNetError`.
        """
        body = {**self._fields, **request(**options)}
        if not isinstance(names, list | tuple):
            raise SettingsError(
                tr('names is a list such as ["page 1"], not {names!r:.80}.', names=names)
            )
        names = [arguments.text("names", each) for each in names]
        images = image if isinstance(image, list | tuple) else [image]
        called = [_name(each, n) for n, each in enumerate(images, 1)]
        called[: len(names)] = names[: len(called)]
        wanted = Wanted(
            resource="ocr",
            request={"image": image, "names": names, **body},
            question=", ".join(called),
            lane=str(body["model"]),
        )
        if isinstance(image, list | tuple):
            return self._keep(wanted, lambda: self._all(image, body, called))
        return self._keep(wanted, lambda: self._one(image, body, names[0] if names else ""))

    def _all(
        self, images: Sequence[object], body: dict[str, Any], called: Sequence[str]
    ) -> AsyncGenerator[Event, None]:
        answers = [self._one(each, body, called[n], n) for n, each in enumerate(images)]
        return several(answers, called)

    async def _one(
        self, image: object, body: dict[str, Any], name: str, index: int = 0
    ) -> AsyncGenerator[Event, None]:
        yield Progress(state="opening", index=index)
        async with aclosing(scans(image, self._downloads, name)) as found:
            async for scan in found:
                yield Progress(state="reading", index=index)
                first, page = await self._read(scan, body)
                yield first
                yield PageRead(page=page)
                if scan.note:
                    yield Notice(text=f"{scan.name}: {scan.note}.")
                if not page.text.strip():
                    yield Notice(text=tr("No text was found in {name}.", name=scan.name))
        yield Finished(reason="stop")

    async def _read(self, scan: Scan, body: dict[str, Any]) -> tuple[Started, Page]:
        body = {**body, "type": "image_url", "image_url": {"url": scan.uri}}
        lane = str(body["model"])
        call = Call(method="POST", path=self._path, body=arguments.encoded(body), lane=lane)
        reply = await self._wire.fetch(call, retry=ANSWER)
        answer = checked(reply)
        words, blocks = decode(answer, reply)
        picture = scan.picture
        return started(reply, str(body["model"]), answer), Page(
            name=scan.name,
            text=words,
            blocks=blocks,
            image=picture.data,
            mime=picture.mime,
            size=(picture.width, picture.height),
        )


def _name(image: object, number: int) -> str:
    """The name of an image where there are several."""
    if isinstance(image, str | os.PathLike):
        return os.fspath(image).rpartition("/")[2][:80]
    return tr("picture {number}", number=number)
