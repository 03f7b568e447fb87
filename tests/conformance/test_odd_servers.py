"""What a server may do, and what must come of it: never a silent short answer."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from byte_server import END, Act, ByteServer, Script, Slowly, eventually, head, streamed, whole
from services import SERVICES, WHOLE_SERVICES, Service, WholeService

from sophnet_jupyter import Client
from sophnet_jupyter.errors import (
    AnswerIncomplete,
    AnswerUnreadable,
    BalanceExhausted,
    ConnectionLost,
    KeyRejected,
    NotFound,
    RateLimited,
    RequestRefused,
    ServiceDown,
    ServiceError,
    SophNetError,
    TimedOut,
)
from sophnet_jupyter.events import Ending, Finished
from sophnet_jupyter.response import Response, settle
from sophnet_jupyter.settings import Timeouts
from sophnet_jupyter.wire import opened, wire
from sophnet_jupyter.wire.stream import stream

pytestmark = pytest.mark.anyio

HTML = b"<!doctype html>\n<html><body>502 Bad Gateway</body></html>"
SOME = "你好 "
ALL = "你好 world"
PATIENT = Timeouts(connect=5, between=5, total=20)


@dataclass(frozen=True, kw_only=True)
class Case:
    """``says`` must stand in the error or, where there is none, in a notice."""

    play: Callable[[Service], Script]
    ending: Ending
    text: str = ""
    error: type[SophNetError] | None = None
    says: str = ""
    limits: Timeouts = PATIENT


def complete(play: Callable[[Service], Script], text: str = ALL, says: str = "") -> Case:
    return Case(play=play, ending="complete", text=text, says=says)


def incomplete(play: Callable[[Service], Script], text: str = SOME) -> Case:
    return Case(play=play, ending="incomplete", text=text, says="the answer may be cut")


def failed(
    error: type[SophNetError], play: Callable[[Service], Script], text: str = "", says: str = ""
) -> Case:
    return Case(play=play, ending="failed", text=text, error=error, says=says)


def late(play: Callable[[Service], Script], text: str = "", **limit: float) -> Case:
    """Runs into one time limit, which is named in the error."""
    ((name, seconds),) = limit.items()
    said = f"the {'between-chunks' if name == 'between' else name} limit of {seconds:g} s"
    limits = replace(Timeouts(), **limit)
    return Case(play=play, ending="failed", text=text, error=TimedOut, says=said, limits=limits)


def body(data: bytes, **headers: object) -> Script:
    """A stream that ends where the connection does."""
    return [head(connection="close", **headers) + data, Act.CLOSE]


def framed(change: Callable[[bytes], bytes]) -> Callable[[Service], Script]:
    return lambda s: [*streamed(change(s.good)), END]


def in_the_middle(*lines: bytes) -> Callable[[Service], Script]:
    return lambda s: [
        *streamed(s.text(SOME), *lines, s.text("world"), s.finish("stop"), s.end),
        END,
    ]


def untyped(data: bytes, kind: str = "") -> Script:
    return [*streamed(data, content_type=kind), END]


FINE = {
    "one chunk": complete(framed(lambda data: data)),
    "byte by byte": complete(lambda s: [Slowly(b"".join(streamed(s.good)) + END)]),
    "slow head": complete(
        lambda s: [head()[:20], 0.05, head()[20:-2], 0.05, b"\r\n" + s.good, Act.CLOSE]
    ),
    "CRLF": complete(framed(lambda data: data.replace(b"\n", b"\r\n"))),
    "CR": complete(framed(lambda data: data.replace(b"\n", b"\r"))),
    "space after data:": complete(framed(lambda data: data.replace(b"data:", b"data: "))),
    "no blank lines": complete(framed(lambda data: data.replace(b"\n\n", b"\n"))),
    "no blank line at the end": complete(framed(lambda data: data.removesuffix(b"\n\n"))),
    "BOM": complete(framed(lambda data: b"\xef\xbb\xbf" + data)),
    "invalid UTF-8": complete(
        framed(lambda data: data.replace("好".encode(), b"\xff")), "你\ufffd world"
    ),
    "line separators in a string": complete(
        framed(lambda data: data.replace(b"world", "a\u2028b\u2029c\x85d".encode())),
        "你好 a\u2028b\u2029c\x85d",
    ),
    "ping without data": complete(in_the_middle(b"event: ping\n\n")),
    "empty data": complete(in_the_middle(b"data:\n\n")),
    "retry alone": complete(in_the_middle(b"retry: 3000\n\n")),
    "id and comment": complete(in_the_middle(b"id: 7\n\n: ping\n\n")),
    "comments before anything": complete(
        lambda s: [*streamed(b": wait\n\n", 0.02, b": wait\n\n", s.good), END]
    ),
    "gzip unasked": complete(
        lambda s: [*streamed(gzip.compress(s.good), content_encoding="gzip"), END]
    ),
    "100 and 103 first": complete(
        lambda s: [
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
            *streamed(s.good),
            END,
        ]
    ),
    "chunk extension and trailers": complete(
        lambda s: [
            head(transfer_encoding="chunked"),
            b"%x;a=b\r\n%b\r\n0\r\nx-t: 1\r\n\r\n" % (len(s.good), s.good),
        ]
    ),
    "ends with the connection": complete(lambda s: body(s.good)),
    "half closed": complete(lambda s: [head(connection="close") + s.good, Act.HALF_CLOSE]),
    "no content type": complete(lambda s: untyped(s.good)),
    "text/plain": complete(lambda s: untyped(s.good, "text/plain")),
    "a stream called JSON": complete(lambda s: untyped(s.good, "application/json")),
    "finish, no end mark": complete(lambda s: body(s.text(ALL) + s.finish("stop"))),
    "finish, then silence": complete(
        lambda s: [*streamed(s.text(ALL), s.finish("stop")), Act.SILENCE]
    ),
    "finish, then comments for ever": complete(
        lambda s: [*streamed(s.text(ALL), s.finish("stop"), *[b":\n\n", 0.02] * 200)]
    ),
    "finish, then reset": complete(
        lambda s: [*streamed(s.text(ALL), s.finish("stop")), 0.05, Act.RESET]
    ),
    "end mark, no finish": complete(lambda s: [*streamed(s.text(ALL), s.end), END]),
    "end mark, then reset": complete(lambda s: [*streamed(s.good), 0.02, Act.RESET]),
    "end mark, then more": complete(lambda s: [*streamed(s.good + s.text("again")), END]),
    "end mark cut": complete(lambda s: body(s.good[:-6])),
    "cut at the token limit": complete(
        lambda s: [*streamed(s.text(ALL), s.finish("length"), s.end), END], says="max_tokens"
    ),
    "no words": complete(
        lambda s: [*streamed(s.finish("stop"), s.end), END], text="", says="without a word"
    ),
    "a megabyte in one event": complete(
        lambda s: [*streamed(s.text("x" * (1 << 20)), s.finish("stop"), s.end), END],
        "x" * (1 << 20),
    ),
    "whole answer, called JSON": complete(lambda s: whole(s.body(ALL))),
    "whole answer, called a stream": complete(
        lambda s: whole(s.body(ALL), content_type="text/event-stream")
    ),
    "whole answer, not called anything": complete(lambda s: whole(s.body(ALL), content_type="")),
    "whole answer with BOM": complete(lambda s: whole(b"\xef\xbb\xbf" + s.body(ALL))),
}
STOPPED = {
    "clean end": incomplete(lambda s: [*streamed(s.text(SOME)), END]),
    "connection closed": incomplete(lambda s: body(s.text(SOME))),
    "cut in an event": incomplete(lambda s: body(s.text(SOME) + s.text("world")[:-9])),
    "cut in a letter": incomplete(lambda s: body(s.text(SOME) + s.text("你")[:-20])),
    "cut in the first event": incomplete(lambda s: body(s.text(SOME)[:20]), ""),
    "cut in the finish": incomplete(lambda s: body(s.text(SOME) + s.finish("stop")[:-8])),
    "content-length too small": incomplete(
        lambda s: [head(content_length=len(s.text(SOME))) + s.good, Act.CLOSE]
    ),
}
BROKEN = {
    "chunked body cut": failed(
        ConnectionLost, lambda s: [*streamed(s.text(SOME)), Act.CLOSE], SOME
    ),
    "reset in the middle": failed(
        ConnectionLost, lambda s: [*streamed(s.text(SOME)), 0.05, Act.RESET], SOME
    ),
    "content-length too large": failed(
        ConnectionLost, lambda s: [head(content_length=9999) + s.text(SOME), Act.CLOSE], SOME
    ),
    "bad chunk size": failed(
        ConnectionLost, lambda s: [*streamed(s.text(SOME)), 0.02, b"zz\r\n", Act.CLOSE], SOME
    ),
    "closed before the head": failed(ConnectionLost, lambda s: [Act.CLOSE]),
    "reset before the head": failed(ConnectionLost, lambda s: [Act.RESET]),
    "half closed before the head": failed(ConnectionLost, lambda s: [Act.HALF_CLOSE]),
    "no HTTP": failed(ConnectionLost, lambda s: [b"SSH-2.0-OpenSSH_9.7\r\n", Act.CLOSE]),
    "stall": late(lambda s: [*streamed(s.text(SOME)), Act.SILENCE], SOME, between=1.0),
    "no head": late(lambda s: [Act.SILENCE], between=0.3),
    "dripping for ever": late(
        lambda s: [*streamed(s.text(SOME), *[b":\n\n", 0.05] * 99)], SOME, total=1.5
    ),
    "dripping head": late(lambda s: [b"HTTP/1.1 200 OK\r\n", *[b"a: b\r\n", 0.05] * 99], total=0.6),
    "dripping error": late(
        lambda s: [head(500, content_length=999), *[b"x", 0.05] * 99], total=0.6
    ),
}
FOREIGN = {
    "web page": failed(
        AnswerUnreadable, lambda s: whole(HTML, content_type="text/html"), says="text/html"
    ),
    "web page, called a stream": failed(AnswerUnreadable, lambda s: whole(HTML)),
    "web page, not called anything": failed(
        AnswerUnreadable, lambda s: whole(HTML, content_type=""), says="no content type"
    ),
    "plain words": failed(
        AnswerUnreadable, lambda s: whole(b"upstream busy"), says="upstream busy"
    ),
    "empty body": failed(AnswerUnreadable, lambda s: whole(b""), says="an empty body"),
    "empty stream": failed(AnswerUnreadable, lambda s: [*streamed(), END], says="an empty body"),
    "only comments": failed(AnswerUnreadable, lambda s: [*streamed(b": hi\n\n"), END]),
    "no content": failed(
        AnswerUnreadable, lambda s: [b"HTTP/1.1 204 No Content\r\n\r\n"], says="an empty body"
    ),
    "list": failed(AnswerUnreadable, lambda s: whole(b"[1]")),
    "list in the stream": failed(AnswerUnreadable, lambda s: [*streamed(b"data:[1]\n\n"), END]),
    "half a JSON body": failed(AnswerUnreadable, lambda s: whole(s.body(ALL)[:-9])),
    "deep JSON": failed(AnswerUnreadable, lambda s: whole(b"[" * 100_000)),
    "deep JSON in the stream": failed(
        AnswerUnreadable, lambda s: [*streamed(b"data:" + b"[" * 100_000 + b"\n\n"), END]
    ),
    "no JSON in an event": failed(
        AnswerUnreadable, lambda s: [*streamed(s.text(SOME), b"data: busy\n\n"), END], SOME, "busy"
    ),
    "an event over the cap": failed(
        AnswerUnreadable,
        lambda s: [*streamed(s.text(SOME), b"data:" + b"x" * (17 << 20))],
        SOME,
        "longer than 16,777,216 bytes",
    ),
    "a body over the cap": failed(
        AnswerUnreadable, lambda s: whole((b"x" * 999 + b"\n") * 3000), says="more than 2 MB"
    ),
    "broken gzip": failed(
        AnswerUnreadable, lambda s: [*streamed(b"no gzip", content_encoding="gzip"), END]
    ),
    "redirect": failed(
        AnswerUnreadable,
        lambda s: whole(b"", 307, location="https://login.test/?next=secret"),
        says="to login.test",
    ),
}
REFUSED = {
    "401": failed(KeyRejected, lambda s: whole(b'{"message":"bad key"}', 401), says="bad key"),
    "402": failed(BalanceExhausted, lambda s: whole(b"", 402), says="402"),
    "403 with a page": failed(KeyRejected, lambda s: whole(HTML, 403, "text/html"), says="403"),
    "404": failed(NotFound, lambda s: whole(b'{"detail":"Not Found"}', 404), says="Not Found"),
    "422": failed(RequestRefused, lambda s: whole(b'{"msg":"top_p"}', 422), says="top_p"),
    "429": failed(RateLimited, lambda s: whole(b'{"error":"slow"}', 429), says="slow"),
    "429, wait an hour": failed(
        RateLimited, lambda s: whole(b"", 429, retry_after=7200), says="wait 2 h"
    ),
    "empty 500": failed(ServiceDown, lambda s: whole(b"", 500), says="500"),
    "502 with a page": failed(ServiceDown, lambda s: whole(HTML, 502, "text/html"), says="502"),
    "503 as plain text": failed(
        ServiceDown, lambda s: whole(b"no healthy upstream", 503, "text/plain"), says="upstream"
    ),
    "error status, called a stream": failed(
        ServiceDown, lambda s: whole(b'{"message":"oops"}', 500, "text/event-stream"), says="oops"
    ),
    "error body cut": failed(
        ConnectionLost, lambda s: [head(500, content_length=99) + b"{", Act.CLOSE]
    ),
    "error in the stream": failed(
        ServiceError,
        lambda s: [*streamed(s.text(SOME), b'data:{"error":{"message":"oops"}}\n\n'), END],
        SOME,
        "oops",
    ),
    "error event": failed(
        RateLimited,
        lambda s: [
            *streamed(s.text(SOME), b'event: error\ndata: {"code":429,"message":"oops"}\n\n'),
            END,
        ],
        SOME,
        "oops",
    ),
    "error event in plain words": failed(
        ServiceError,
        lambda s: [*streamed(s.text(SOME), b"event: error\ndata: overloaded\n\n"), END],
        SOME,
        "overloaded",
    ),
}
CASES = FINE | STOPPED | BROKEN | FOREIGN | REFUSED


def each(cases: dict[str, Case]) -> list[Any]:
    """Every service with every case that it can meet."""
    return [
        pytest.param(service, case, id=f"{name}-{service.name}")
        for name, case in cases.items()
        for service in SERVICES
        if name not in service.without
    ]


@pytest.fixture(autouse=True)
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "ATTEMPTS", 1)
    monkeypatch.setattr(stream, "END_WAIT", 0.2)
    monkeypatch.setattr(opened, "MAX_BODY", 2 << 20)


def check(case: Case, response: Response, error: SophNetError | None, key: str) -> None:
    assert type(error) is case.error if case.error else error is None, error
    assert (response.ending, response.text) == (case.ending, case.text)
    told = str(error) if error else "\n".join(response.notices)
    assert case.says in told
    assert key not in told
    if error:
        assert told.isprintable(), "one line, nothing unprintable"
        assert len(told) <= 600
        assert (error.__cause__, error.__context__) == (None, None), "they hold the request"


@pytest.mark.parametrize(("service", "case"), each(CASES))
async def test_an_answer_ends_as_what_it_is(
    case: Case, service: Service, server: ByteServer, client: Callable[..., Client], key: str
) -> None:
    ours = client(timeouts=case.limits)
    server.play(case.play(service))
    error = None
    try:
        response = await service.settled(ours)
    except SophNetError as raised:
        error, response = raised, raised.response
    check(case, response, error, key)
    await ours.aclose()
    eventually(lambda: server.open == 0)


@pytest.mark.parametrize(("service", "case"), each(STOPPED))
async def test_strict_raises_for_an_answer_that_just_stopped(
    case: Case, service: Service, server: ByteServer, client: Callable[..., Client]
) -> None:
    ours = client(timeouts=case.limits)
    server.play(case.play(service))
    with pytest.raises(AnswerIncomplete) as raised:
        await service.strict(ours)
    assert (raised.value.response.ending, raised.value.response.text) == ("incomplete", case.text)
    await ours.aclose()


@pytest.mark.parametrize(("service", "case"), each(FINE | STOPPED))
async def test_the_last_event_says_how_it_ended(
    case: Case, service: Service, server: ByteServer, client: Callable[..., Client]
) -> None:
    ours = client(timeouts=case.limits)
    server.play(case.play(service))
    events = [event async for event in service.stream(ours)]
    assert [event.ending for event in events if isinstance(event, Finished)] == [case.ending]
    assert isinstance(events[-1], Finished)
    assert (events[-1].reason == "incomplete") is (case.ending == "incomplete")
    await ours.aclose()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
@pytest.mark.parametrize("streaming", [True, False], ids=["stream", "whole"])
async def test_an_error_with_200_is_an_error(
    streaming: bool, service: Service, server: ByteServer, client: Callable[..., Client]
) -> None:
    ours = client()
    for kind in ("application/json", "text/event-stream", ""):
        for name, data in service.errors_with_200.items():
            server.play(whole(data, content_type=kind))
            with pytest.raises(ServiceError, match=r"oops|余额不足") as raised:
                await (service.settled if streaming else service.whole)(ours)
            assert raised.value.response.ending == "failed", (name, kind)
    await ours.aclose()


@pytest.mark.parametrize(
    "service", WHOLE_SERVICES[len(SERVICES) :], ids=lambda service: service.name
)
async def test_an_error_with_200_is_one_where_there_is_no_stream_either(
    service: WholeService, server: ByteServer, client: Callable[..., Client]
) -> None:
    ours = client()
    for name, data in service.errors_with_200.items():
        server.play(whole(data))
        with pytest.raises(ServiceError, match=r"oops|余额不足") as raised:
            await service.whole(ours)
        assert raised.value.response.ending == "failed", name
    await ours.aclose()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_an_error_that_would_have_200_in_a_stream_keeps_the_text(
    service: Service, server: ByteServer, client: Callable[..., Client]
) -> None:
    ours = client()
    for name, data in service.errors_with_200.items():
        server.play([*streamed(service.text(SOME), b"data:" + data + b"\n\n", service.end), END])
        with pytest.raises(ServiceError, match=r"oops|余额不足") as raised:
            await settle(service.stream(ours))
        assert raised.value.response.text == SOME, name
    await ours.aclose()


WHOLE = {
    "good": complete(lambda s: whole(s.body(ALL))),
    "not called JSON": complete(lambda s: whole(s.body(ALL), content_type="text/plain")),
    "gzip": complete(lambda s: whole(gzip.compress(s.body(ALL)), content_encoding="gzip")),
    "byte by byte": complete(lambda s: [Slowly(b"".join(whole(s.body(ALL))))]),
    "cut": failed(ConnectionLost, lambda s: [head(content_length=999) + b"{", Act.CLOSE]),
    "ends with the connection, cut": failed(
        AnswerUnreadable, lambda s: [head() + s.body(ALL)[:-9], Act.CLOSE]
    ),
    "stall": late(lambda s: [head(content_length=999) + b"{", Act.SILENCE], between=0.3),
    "empty": failed(AnswerUnreadable, lambda s: whole(b""), says="an empty body"),
    "without its parts": failed(AnswerUnreadable, lambda s: whole(b'{"id":"x"}')),
} | {name: case for name, case in (FOREIGN | REFUSED).items() if "stream" not in name}
ONLY_STREAMED = {"only comments", "no JSON in an event", "an event over the cap", "error event"}


@pytest.mark.parametrize("service", WHOLE_SERVICES, ids=lambda service: service.name)
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=name)
        for name, case in WHOLE.items()
        if not any(name.startswith(other) for other in ONLY_STREAMED)
    ],
)
async def test_a_whole_answer_ends_as_what_it_is(
    case: Case,
    service: Service | WholeService,
    server: ByteServer,
    client: Callable[..., Client],
    key: str,
) -> None:
    ours = client(timeouts=case.limits)
    server.play(case.play(service))
    error = None
    try:
        response = await service.whole(ours)
    except SophNetError as raised:
        error, response = raised, raised.response
    check(case, response, error, key)
    await ours.aclose()
