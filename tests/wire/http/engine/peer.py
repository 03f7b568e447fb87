"""h11 as the other reader of the same bytes, and answers made by chance."""

from __future__ import annotations

import random
from collections.abc import Iterator

import h11

from sophnet_jupyter.wire.http.engine.failed import Failed
from sophnet_jupyter.wire.http.engine.parser import Parser

HEAD = b"HTTP/1.1 200 OK\r\nX-A:  b \r\nContent-Type: text/plain\r\n"


def ours(pieces: Iterator[bytes]) -> tuple[bytes, bool] | None:
    """The body and whether it is whole; None for what is refused."""
    parser, body = Parser(b"GET"), bytearray()
    try:
        for piece in pieces:
            parser.feed(piece)
            body += b"".join(parser.body)
            parser.body.clear()
    except Failed:
        return None
    return bytes(body), parser.end()


def h11s(pieces: Iterator[bytes]) -> tuple[bytes, bool] | None:
    """The same by h11."""
    reader, body = h11.Connection(h11.CLIENT), bytearray()
    reader.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    reader.send(h11.EndOfMessage())
    try:
        for piece in [*pieces, b""]:
            reader.receive_data(piece)
            while (event := reader.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
                if isinstance(event, h11.Data):
                    body += event.data
                if isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                    return bytes(body), isinstance(event, h11.EndOfMessage)
    except h11.RemoteProtocolError:
        return None
    return bytes(body), False


def cut(data: bytes, dice: random.Random) -> Iterator[bytes]:
    """The same bytes in pieces of any length."""
    while data:
        length = dice.choice((1, 2, 3, 7, 50, 999))
        yield data[:length]
        data = data[length:]


def answer(body: bytes, dice: random.Random) -> bytes:
    """A well-formed answer with this body, framed in one of the ways there are."""
    head = HEAD
    if dice.random() < 0.2:
        head = b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + head
    framing = dice.choice(("chunks", "length", "end"))
    if framing == "length":
        return head + b"content-length: %d\r\n\r\n" % len(body) + body
    if framing == "end":
        return head + b"\r\n" + body
    whole = bytearray(head + b"Transfer-Encoding: Chunked\r\n\r\n")
    while body:
        chunk, body = body[: (length := dice.randrange(1, 60))], body[length:]
        whole += dice.choice((b"%X", b"%04x")) % len(chunk)
        whole += dice.choice((b"", b"", b"", b";ext=1")) + b"\r\n" + chunk + b"\r\n"
    return bytes(whole) + b"0\r\n" + dice.choice((b"", b"t: 1\r\n")) + b"\r\n"


def mutated(data: bytes, dice: random.Random) -> bytes:
    """The same with one or two bytes that are others."""
    changed = bytearray(data)
    for _ in range(dice.randrange(1, 3)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)
