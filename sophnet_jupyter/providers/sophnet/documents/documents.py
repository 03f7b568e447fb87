"""SophNet's document parser: a file in, Markdown out (docs/services/sophnet.md#documents)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import msgspec

from ....errors import AnswerUnreadable, SettingsError
from ....events import Event, Finished, Notice, PageRead, Progress
from ....language import mark, tr
from ....options.words import checks_keywords
from ....response import Response, settle
from ....values.page import Page
from ....wire.call import Call, Reply
from ....wire.files.multipart import Multipart, field, file
from ....wire.files.upload import Content, sending
from ....wire.retry import ANSWER
from ....wire.wire import Wire
from ...keeping import Keeping, Wanted
from ..access import SERVICE, checked, started
from ..paths import ResourceIds
from ..several import several

# "支持pdf,docx,doc,xlsx,txt,pptx格式,大小<50MB"
TYPES = ("pdf", "docx", "doc", "xlsx", "pptx", "txt")
LIMIT = 50_000_000 - 1
MACROS = ("docm", "xlsm", "pptm")
# What `Ocr` reads and this does not.
PICTURES = ("bmp", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp")
EMPTY = mark("its pages may be empty, or pictures, which client.ocr.create reads one by one.")


@checks_keywords("documents")
class Documents(Keeping):
    """Documents as Markdown. A file is read from disk while it is sent, never as a whole."""

    def __init__(self, wire: Wire, *, place: ResourceIds) -> None:
        self._wire = wire
        self._path = place.path("doc-parse")
        self._fields = place.fields

    async def parse(
        self, document: str | Content | Sequence[str | Content], *, filename: str = ""
    ) -> Response:
        """
        Return a document as Markdown, in `Response.text`; its headings are in `Response.outline`,
        its tables as DataFrames in `Response.tables`.

        ``document`` is a path, bytes or a file that is open in binary mode, under 50 MB; the last
        two need a ``filename``, whose ending tells the type. A list of paths is read side by side,
        and each is one of `Response.pages`. Raises `SettingsError` for what the service does not
        take, before anything is sent, and `SophNetError`.
        """
        return await settle(self.stream(document, filename=filename))

    def stream(
        self, document: str | Content | Sequence[str | Content], *, filename: str = ""
    ) -> AsyncGenerator[Event, None]:
        """
        Like `parse`, but yields `Progress` while a file is sent, and `PageRead`.

        ``document`` and ``filename`` are those of `parse`.
        """
        if isinstance(document, list | tuple):
            forms = [self._form(each, filename) for each in document]
        else:
            assert not isinstance(document, Sequence) or isinstance(document, str | bytes)
            forms = [self._form(document, filename)]
        names = [name for _, name in forms]
        request = {"document": document, "filename": filename}
        wanted = Wanted(resource="documents", request=request, question=", ".join(names))
        return self._keep(wanted, lambda: self._all(forms, isinstance(document, list | tuple)))

    def _all(
        self, forms: Sequence[tuple[Multipart, str]], many: bool
    ) -> AsyncGenerator[Event, None]:
        if not many:
            return self._one(*forms[0])
        answers = [self._one(*form, index) for index, form in enumerate(forms)]
        return several(answers, [name for _, name in forms])

    async def _one(self, body: Multipart, name: str, index: int = 0) -> AsyncGenerator[Event, None]:
        call = Call(method="POST", path=self._path, upload=body, lane="documents")
        reply: Reply | None = None
        async with aclosing(sending(body, self._wire.fetch(call, retry=ANSWER))) as said:
            async for item in said:
                if isinstance(item, Progress):
                    yield msgspec.structs.replace(item, index=index)
                else:
                    reply = item
        assert reply
        answer = checked(reply)
        yield started(reply, body=answer)
        text = decode(answer, reply)
        yield PageRead(page=Page(name=name, text=text))
        if not text.strip():
            yield Notice(
                text=tr("No text was found in {name}: {empty}", name=name, empty=tr(EMPTY))
            )
        yield Finished(reason="stop")

    def _form(self, document: str | Content, filename: str) -> tuple[Multipart, str]:
        content = Path(document) if isinstance(document, str) else document
        part = file("file", content, filename=filename, limit=LIMIT)
        check_type(part.filename)
        fields = (field(name, value) for name, value in self._fields.items())
        return Multipart(part, *fields), part.filename


def check_type(name: str) -> None:
    """Raise `SettingsError` for a file that the service does not take, by the name's ending."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in MACROS:
        raise SettingsError(
            tr(
                "{name} may hold macros, and the service does not take such files: save it as "
                ".{ending}x and send that.",
                name=name,
                ending=ending[:-1],
            )
        )
    if ending in PICTURES:
        raise SettingsError(
            tr(
                "{name} is a picture and no document: client.ocr.create reads it, or %ocr.",
                name=name,
            )
        )
    if ending not in TYPES:
        raise SettingsError(
            tr(
                "{name} is no document that the service takes: {types}, told by the ending of "
                "its name.",
                name=name,
                types=", ".join(TYPES),
            )
        )


def decode(answer: Mapping[str, Any], reply: Reply) -> str:
    """The Markdown in an answer. Raises `AnswerUnreadable` where there is none."""
    found = answer.get("data", answer.get("result"))
    if isinstance(found, dict):
        found = found.get("data", found.get("markdown"))
    if not isinstance(found, str):
        what = tr("JSON without a text")
        raise AnswerUnreadable(
            service=SERVICE, what=what, quote=reply.text[:80], setting=reply.setting
        )
    return found
