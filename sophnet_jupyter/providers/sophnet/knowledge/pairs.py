"""The Q&A table of a custom model."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from ....errors import SettingsError
from ....language import tr
from ....options.words import checks_keywords
from ....values.knowledge import Qa
from ....wire.call import Call, segment
from ....wire.retry import ANSWER, PAID_TASK
from ....wire.wire import Wire
from ... import arguments
from ..access import checked, is_sandbox
from .answer import named, read_qa
from .pages import rows

# "QA问题,最长为200个字符", "QA答案,最长为1000个字符"
QUESTION, ANSWER_LENGTH = 200, 1_000


@checks_keywords("knowledge.qa")
class QaTable:
    """Questions with their answers. A change counts at once."""

    def __init__(self, wire: Wire, *, path: str) -> None:
        self._wire = wire
        self._path = f"{path}/qa-records"

    async def list(self) -> AsyncGenerator[Qa, None]:
        """All rows, requested page by page as you iterate. Raises `SophNetError`."""
        async with aclosing(rows(self._wire, self._path)) as found:
            async for row, sandbox in found:
                yield read_qa(row, sandbox=sandbox)

    async def add(self, question: str, answer: str) -> Qa:
        """
        Add a row: a ``question`` of at most 200 characters, an ``answer`` of at most 1,000.

        Raises `SettingsError` before anything is sent, and `SophNetError`.
        """
        # What may have been carried out is not sent again: it would stand there twice.
        call = self._call(self._path, question, answer)
        reply = await self._wire.fetch(call, retry=PAID_TASK)
        return read_qa(named(reply), sandbox=is_sandbox(reply.headers))

    async def update(self, record: Qa | str, question: str, answer: str) -> Qa:
        """
        Replace both texts of a row: ``record`` is one or its id, ``question`` and ``answer`` are as
        in `add`. Raises as that does, and `NotFound`.
        """
        call = self._call(self._at(record), question, answer)
        reply = await self._wire.fetch(call, retry=ANSWER)
        return read_qa(named(reply), sandbox=is_sandbox(reply.headers))

    async def delete(self, record: Qa | str) -> None:
        """Remove a row, ``record`` or its id, for good. Raises `NotFound`, and `SophNetError`."""
        call = Call(method="DELETE", path=self._at(record))
        checked(await self._wire.fetch(call, retry=ANSWER))

    def _at(self, record: Qa | str) -> str:
        name = arguments.text("record", getattr(record, "id", record))
        if not name.strip():
            raise SettingsError(tr("Say which question: its id."))
        return f"{self._path}/{segment(name)}"

    def _call(self, path: str, question: str, answer: str) -> Call:
        check_pair(question, answer)
        body = arguments.encoded({"question": question, "answer": answer})
        return Call(method="POST", path=path, body=body)


def check_pair(question: str, answer: str) -> None:
    """Raise `SettingsError` for a question or an answer that the service does not take."""
    for name, text, longest in (
        ("question", question, QUESTION),
        ("answer", answer, ANSWER_LENGTH),
    ):
        if not arguments.text(name, text).strip():
            raise SettingsError(tr("The {name} is empty: the table holds pairs.", name=name))
        if len(text) > longest:
            raise SettingsError(
                tr(
                    "The {name} has {count:,} characters, and the service takes no more than "
                    "{longest:,}: shorten it",
                    name=name,
                    count=len(text),
                    longest=longest,
                )
                + (tr(", or upload a file.") if name == "answer" else ".")
            )
