"""The vectors in an answer, as bytes of floats (docs/services/sophnet.md#embeddings). Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from struct import Struct, iter_unpack
from struct import error as StructError  # noqa: N812
from typing import Any, TypeVar

import msgspec

from ....errors import AnswerUnreadable
from ....language import tr
from ....values.base64_text import decoded
from ....wire.call import Reply
from ...service_json import BROKEN, lenient
from ..access import SERVICE, checked, is_sandbox

FLOAT = 4


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None


# Floats are the rule, and without an alternative to them decoded faster by a fifth.
class _Row(msgspec.Struct, gc=False):
    embedding: list[float]
    index: int | None = None


class _Coded(msgspec.Struct, gc=False):
    embedding: str
    index: int | None = None


class _Rows(msgspec.Struct):
    data: list[_Row]
    usage: _Usage | None = None
    id: str | None = None


class _CodedRows(msgspec.Struct):
    data: list[_Coded]
    usage: _Usage | None = None
    id: str | None = None


_AnyRows = TypeVar("_AnyRows", _Rows, _CodedRows)
_rows, _coded = msgspec.json.Decoder(_Rows), msgspec.json.Decoder(_CodedRows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``data`` holds the vectors of one answer in the order of its inputs, as 32-bit floats."""

    data: bytes
    dimensions: int
    prompt_tokens: int
    total_tokens: int
    request_id: str
    sandbox: bool


def decode(reply: Reply, count: int) -> Found:
    """
    The ``count`` vectors of an answer, in the order of its inputs whatever its own order is.

    Raises `ServiceError`, or `AnswerUnreadable` for an answer that does not hold them.
    """
    answer = _typed(reply) if reply.ok else None
    if answer is None or not answer.data:
        # What is an error says so here; all that passes has not the form of the document.
        checked(reply)
        raise _unreadable(reply, tr("JSON without vectors"))
    if len(answer.data) != count:
        said = tr("{count} vectors for {count2} inputs", count=len(answer.data), count2=count)
        raise _unreadable(reply, said)
    rows = _packed(_in_order(answer.data, reply), reply)
    usage = answer.usage or _Usage()
    tokens = usage.prompt_tokens or 0
    return Found(
        data=b"".join(rows),
        dimensions=len(rows[0]) // FLOAT,
        prompt_tokens=tokens,
        total_tokens=usage.total_tokens or tokens + (usage.completion_tokens or 0),
        request_id=reply.scrub(answer.id or reply.headers.get("x-request-id", "")),
        sandbox=is_sandbox(reply.headers),
    )


def _typed(reply: Reply) -> _Rows | _CodedRows | None:
    for decoder in (_rows, _coded):
        try:
            return decoder.decode(reply.body)
        except (msgspec.DecodeError, RecursionError):
            continue
    # Not as a strict reader wants it: a mark before it, NaN beside it, counts as floats.
    try:
        body = lenient(reply.body.decode("utf-8-sig", "replace"))
        found = _convert(body, _Rows) or _convert(body, _CodedRows)
    except BROKEN:
        return None
    # A strict reader lets none of these through, so that only here they are looked for.
    if isinstance(found, _Rows) and not all(
        all(map(math.isfinite, row.embedding)) for row in found.data
    ):
        raise _unfit(reply)
    return found


def _convert(body: Any, kind: type[_AnyRows]) -> _AnyRows | None:
    try:
        return msgspec.convert(body, kind, strict=False)
    except msgspec.ValidationError:
        return None


def _in_order(rows: Sequence[Any], reply: Reply) -> Sequence[Any]:
    """The rows in the order of the inputs, by their index where they have one."""
    places = [row.index for row in rows]
    if places == list(range(len(rows))) or places == [None] * len(rows):
        return rows
    if set(places) != set(range(len(rows))):
        raise _unreadable(reply, tr("vectors with the indexes {places}", places=places[:12]))
    return sorted(rows, key=lambda row: row.index)


def _packed(rows: Sequence[_Row | _Coded], reply: Reply) -> list[bytes]:
    if isinstance(rows[0], _Row):
        pack = _floats(len(rows[0].embedding)).pack
        vectors = [row.embedding for row in rows if isinstance(row, _Row)]
        try:
            found = [pack(*row) for row in vectors]
        except StructError:
            raise _unreadable(reply, tr("vectors of different lengths")) from None
        except OverflowError:
            raise _unfit(reply) from None
    else:
        found = [_from_base64(row, reply) for row in rows]
    if not found[0] or len({len(row) for row in found}) > 1:
        raise _unreadable(reply, tr("vectors of different lengths, or of none"))
    return found


def _from_base64(row: Any, reply: Reply) -> bytes:
    """The document names no form of ``encoding_type``: floats of 32 bits, lowest byte first."""
    try:
        data = decoded(row.embedding)
        values = [value for (value,) in iter_unpack("<f", data)]
    except (ValueError, StructError):
        raise _unreadable(reply, tr("vectors in an encoding that is not known here")) from None
    if not all(map(math.isfinite, values)):
        raise _unreadable(reply, tr("vectors in an encoding that is not known here"))
    return _floats(len(values)).pack(*values)


@cache
def _floats(count: int) -> Struct:
    # The mark has numbers refused of which 32 bits make infinity.
    return Struct(f"={count}f")


def _unfit(reply: Reply) -> AnswerUnreadable:
    return _unreadable(reply, tr("a vector with numbers that 32-bit floats do not hold"))


def _unreadable(reply: Reply, what: str) -> AnswerUnreadable:
    return AnswerUnreadable(
        service=SERVICE, what=what, quote=reply.text[:80], setting=reply.setting
    )
