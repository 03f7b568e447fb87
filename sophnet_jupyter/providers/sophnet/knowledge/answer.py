"""
Decode replies on the knowledge of a custom model.

See docs/services/sophnet.md#knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ....errors import AnswerUnreadable
from ....language import tr
from ....values.knowledge import KnowledgeContent, KnowledgeFile, Qa
from ....wire.call import Reply
from ..access import SERVICE, checked, is_sandbox


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list; ``total`` counts all rows, None where the service does not say."""

    number: int
    rows: Sequence[Mapping[str, Any]]
    pages: int | None
    total: int | None
    sandbox: bool


def read_file(row: Mapping[str, Any], *, sandbox: bool = False) -> KnowledgeFile:
    return KnowledgeFile(
        id=_word(row, "id"),
        title=_word(row, "title"),
        state=_word(row, "status").upper(),
        snippet=_word(row, "snippet"),
        created=_word(row, "createdAt"),
        sandbox=sandbox,
    )


def read_content(row: Mapping[str, Any], *, sandbox: bool = False) -> KnowledgeContent:
    return KnowledgeContent(
        id=_word(row, "id"),
        title=_word(row, "title"),
        content=_word(row, "content"),
        download_url=_word(row, "downloadUrl"),
        created=_word(row, "createdAt"),
        sandbox=sandbox,
    )


def read_qa(row: Mapping[str, Any], *, sandbox: bool = False) -> Qa:
    return Qa(
        id=_word(row, "id"),
        question=_word(row, "question"),
        answer=_word(row, "answer"),
        created=_word(row, "createdAt"),
        sandbox=sandbox,
    )


def result(reply: Reply) -> dict[str, Any]:
    """The ``result`` of an envelope. Raises `ServiceError`, or `AnswerUnreadable` without one."""
    found = checked(reply).get("result")
    if not isinstance(found, dict):
        raise _unreadable(tr("an envelope without a result"), reply)
    return found


def named(reply: Reply) -> dict[str, Any]:
    """The ``result`` as one row. Raises `AnswerUnreadable` for a row without an id."""
    found = result(reply)
    if not _word(found, "id"):
        raise _unreadable(tr("a row without an id"), reply)
    return found


def page(reply: Reply) -> ListPage:
    """One page of a list."""
    found = result(reply)
    rows = found.get("list")
    if not isinstance(rows, list):
        raise _unreadable(tr("a page without its list"), reply)
    return ListPage(
        number=_count(found, "pageNum") or 0,
        rows=[row for row in rows if isinstance(row, dict) and _word(row, "id")],
        pages=_count(found, "pages"),
        total=_count(found, "total"),
        sandbox=is_sandbox(reply.headers),
    )


def _unreadable(what: str, reply: Reply) -> AnswerUnreadable:
    return AnswerUnreadable(
        service=SERVICE, what=what, quote=reply.text[:80], setting=reply.setting
    )


def _word(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)


def _count(row: Mapping[str, Any], name: str) -> int | None:
    value = row.get(name)
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
