"""SophNet's document parser: a file in, Markdown out (WIRE 1.11)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

from ...errors import AnswerUnreadable, SettingsError
from ...events import Event, Finished, Progress, Started, TextDelta
from ...response import Response, settle
from ...wire.call import Call, Reply
from ...wire.multipart import Multipart, field, file
from ...wire.retry import ANSWER
from ...wire.upload import Content, sending
from ...wire.wire import Wire
from .access import SERVICE, checked, is_sandbox, request_id
from .place import Place

# "支持pdf,docx,doc,xlsx,txt,pptx格式,大小<50MB"
TYPES = ("pdf", "docx", "doc", "xlsx", "pptx", "txt")
LIMIT = 50_000_000 - 1


class Documents:
    """Documents as Markdown. A file is read from disk while it is sent, never as a whole."""

    def __init__(self, wire: Wire, *, place: Place) -> None:
        self._wire = wire
        self._path = place.path("doc-parse")
        self._fields = place.fields

    async def parse(self, document: str | Content, *, filename: str = "") -> Response:
        """
        Return a document as Markdown, in `Response.text`.

        Takes a path, bytes or a file that is open in binary mode; the last two need a ``filename``,
        whose ending tells the type. Raises `SettingsError` for what the service does not take,
        before anything is sent, and `SophNetError`.
        """
        return await settle(self.stream(document, filename=filename))

    async def stream(
        self, document: str | Content, *, filename: str = ""
    ) -> AsyncGenerator[Event, None]:
        """Like `parse`, but yields `Progress` while the file is sent, and then the text."""
        body = self._form(Path(document) if isinstance(document, str) else document, filename)
        call = Call(method="POST", path=self._path, upload=body)
        reply: Reply | None = None
        async with aclosing(sending(body, self._wire.fetch(call, retry=ANSWER))) as said:
            async for item in said:
                if isinstance(item, Progress):
                    yield item
                else:
                    reply = item
        assert reply
        answer = checked(reply)
        yield Started(
            service=SERVICE,
            request_id=reply.scrub(request_id(reply.headers, answer)),
            sandbox=is_sandbox(reply.headers),
        )
        yield TextDelta(text=decode(answer, reply))
        yield Finished(reason="stop")

    def _form(self, document: Content, filename: str) -> Multipart:
        part = file("file", document, filename=filename, limit=LIMIT)
        check_type(part.filename)
        return Multipart(part, *(field(name, value) for name, value in self._fields.items()))


def check_type(name: str) -> None:
    """Raise `SettingsError` for a file that the service does not take, by the name's ending."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in TYPES:
        raise SettingsError(
            f"{name} is no document that the service takes: {', '.join(TYPES)}, "
            "told by the ending of its name."
        )


def decode(answer: Mapping[str, Any], reply: Reply) -> str:
    """The Markdown in an answer. Raises `AnswerUnreadable` where there is none."""
    found = answer.get("data", answer.get("result"))
    if isinstance(found, dict):
        found = found.get("data", found.get("markdown"))
    if not isinstance(found, str):
        what = "JSON without a text"
        raise AnswerUnreadable(service=SERVICE, what=what, quote=reply.text[:80])
    return found
