"""The head of a request into bytes, and that of an answer out of bytes (RFC 9112)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ....language import tr
from .failed import Failed

FIELDS = 128

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: ([^\x00-\x08\x0a-\x1f\x7f]*))?")
# Blanks around the value are stripped afterwards: a pattern for them would look at each run of
# blanks once for every blank in it.
_FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([^\x00-\x08\x0a-\x1f\x7f]*)")
_FOLD = re.compile(rb"\n[ \t]+")
_LENGTH = re.compile(rb"[0-9]{1,18}")

_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(rb"[\t\x20-\x7e]*")
_TARGET = re.compile(rb"[\x21-\x7e]+")

Fields = Iterable[tuple[bytes, bytes]]


class Head(NamedTuple):
    """
    The head of an answer.

    ``length`` is that of the body in bytes, None where chunks or the connection's end tell it.
    ``keep`` says whether the peer keeps the connection.
    """

    status: int
    reason: str
    fields: list[tuple[bytes, bytes]]
    length: int | None
    chunked: bool
    keep: bool


def request(method: bytes, target: bytes, fields: Fields) -> bytes:
    """
    The head of a request.

    Raises `Failed` for what cannot be sent, and does not quote it: it may be the key.
    """
    if not _NAME.fullmatch(method) or not _TARGET.fullmatch(target):
        raise Failed("unsendable", tr("an address that cannot be sent"))
    lines = [b"%b %b HTTP/1.1" % (method, target)]
    for name, value in fields:
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise Failed("unsendable", tr("a header that cannot be sent"))
        lines.append(b"%b: %b" % (name, value))
    return b"\r\n".join([*lines, b"", b""])


def read_head(raw: bytes, method: bytes) -> Head:
    """The head of an answer to ``method``, without the empty line at its end. Raises `Failed`."""
    first, _, rest = raw.replace(b"\r\n", b"\n").partition(b"\n")
    status = _STATUS.fullmatch(first)
    if not status:
        raise Failed("malformed", tr("the answer begins with no status of HTTP/1.1"))
    fields = _fields(rest)
    values = _values(fields)
    code = int(status[2])
    connection = {word.strip().lower() for word in values.get(b"connection", b"").split(b",")}
    keep = b"close" not in connection and (status[1] == b"1" or b"keep-alive" in connection)
    coding, said = values.get(b"transfer-encoding"), values.get(b"content-length")
    reason = (status[3] or b"").decode("latin-1").strip()
    if (
        code < 200
        or code in (204, 304)
        or method == b"HEAD"
        or (method == b"CONNECT" and code < 300)
    ):
        return Head(code, reason, fields, 0, False, keep)
    if coding:
        if coding.lower() != b"chunked":
            raise Failed("malformed", tr("the answer has a transfer coding that is not known"))
        # Who says both may mean either: the rest of such a connection is not to be believed.
        return Head(code, reason, fields, None, True, keep and not said)
    if said:
        return Head(code, reason, fields, _length(said), False, keep)
    return Head(code, reason, fields, None, False, False)


def _fields(raw: bytes) -> list[tuple[bytes, bytes]]:
    if raw[:1] in (b" ", b"\t"):
        raise Failed("malformed", tr("the answer has a header line that is none"))
    if b"\n " in raw or b"\n\t" in raw:
        raw = _FOLD.sub(b" ", raw)
    lines = raw.split(b"\n") if raw else []
    if len(lines) > FIELDS:
        raise Failed("malformed", tr("the answer has more than {most} header lines", most=FIELDS))
    fields = []
    for line in lines:
        match = _FIELD.fullmatch(line)
        if not match:
            raise Failed("malformed", tr("the answer has a header line that is none"))
        fields.append((match[1], match[2].strip(b" \t")))
    return fields


def _values(fields: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """What stands under each name in lower case, joined as one list."""
    found: dict[bytes, bytes] = {}
    for field, value in fields:
        name = field.lower()
        found[name] = b"%b,%b" % (found[name], value) if name in found else value
    return found


def _length(said: bytes) -> int:
    values = {value.strip(b" \t") for value in said.split(b",")}
    value = values.pop()
    if values or not _LENGTH.fullmatch(value):
        raise Failed("malformed", tr("the answer has a content length that is none"))
    return int(value)
