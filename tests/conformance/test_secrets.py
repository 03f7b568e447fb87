"""The key goes to the service and nowhere else: no error, no event and no redirect carries it."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable

import pytest
from byte_server import END, Act, ByteServer, Script, head, serving, streamed, whole
from services import SOPHNET_CHAT

from sophnet_jupyter import Client
from sophnet_jupyter.errors import AnswerUnreadable, SettingsError, SophNetError
from sophnet_jupyter.events import Started
from sophnet_jupyter.settings import Secret

pytestmark = pytest.mark.anyio

KEY = "sk-canary-4f1d9a7b"


def spelt(text: str) -> bytes:
    r"""As JSON that spells each letter \uXXXX, which is the same text."""
    return "".join(f"\\u{ord(letter):04x}" for letter in text).encode()


def error(key: bytes) -> bytes:
    said = {"message": f"bad {{}} {'x' * 280} {{}}", "code": "c {}", "requestId": "r {}"}
    return json.dumps(said).replace("{}", "KEY").encode().replace(b"KEY", key)


ECHO = KEY.encode()
# Each in front of the place where a quotation is cut, so that a part of the key could remain.
PADDED = [b"x" * fill + ECHO for fill in (60, 70, 75, 79, 285, 295, 299)]
ECHOES: dict[str, Script] = {
    "error body": whole(error(ECHO), 400),
    "error body with escapes": whole(error(spelt(KEY)), 400),
    "error with 200": whole(b'{"status":1,' + error(ECHO)[1:]),
    "error text": whole(ECHO + b" is no good", 400, "text/plain"),
    "headers": whole(b'{"message":"no"}', 400, x_request_id=KEY),
    "web page": whole(b"<html>" + ECHO, content_type="text/html"),
    "error in the stream": [*streamed(b'data:{"error":' + error(ECHO) + b"}\n\n"), END],
    "escapes in the stream": [*streamed(b'data:{"error":' + error(spelt(KEY)) + b"}\n\n"), END],
    "error event": [*streamed(b"event: error\ndata: bad " + ECHO + b"\n\n"), END],
    "no JSON in the stream": [*streamed(b"data: <" + ECHO + b">\n\n"), END],
    "status line": [b"HTTP/9 " + ECHO + b"\r\n\r\n", Act.CLOSE],
    "redirect": whole(b"", 302, location=f"https://{KEY}.test/{KEY}?key={KEY}"),
    **{f"cut text {n}": whole(text, 400, "text/plain") for n, text in enumerate(PADDED)},
    **{f"cut page {n}": whole(text) for n, text in enumerate(PADDED)},
    **{f"cut event {n}": [*streamed(b"data:" + t + b"\n\n"), END] for n, t in enumerate(PADDED)},
}


@pytest.mark.parametrize("streaming", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("script", ECHOES.values(), ids=ECHOES)
async def test_a_key_that_the_server_sends_back_is_not_shown(
    script: Script,
    streaming: bool,
    server: ByteServer,
    client: Callable[..., Client],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "sophnet_jupyter")
    server.play(script)
    async with client() as ours:
        with pytest.raises(SophNetError) as raised:
            await ours.chat.create("hi", stream=streaming)
    error = raised.value
    facts = {name: value for name, value in vars(error).items() if name != "response"}
    shown = "\n".join(traceback.format_exception(error))
    for place in (str(error), repr(error), repr(facts), repr(error.response), shown, caplog.text):
        assert KEY not in place
        assert KEY[:9] not in place, "not a part of it either"


async def test_an_id_that_holds_the_key_is_not_kept(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    server.play([*streamed(SOPHNET_CHAT.good, x_request_id=f"r-{KEY}"), END])
    async with client() as ours:
        (started,) = [e async for e in ours.chat.stream("hi") if isinstance(e, Started)]
    assert started.request_id == "r-‹key›"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("streaming", [True, False], ids=["stream", "whole"])
async def test_a_redirect_is_not_followed_and_the_error_names_only_its_host(
    status: int, streaming: bool, server: ByteServer, client: Callable[..., Client]
) -> None:
    with serving(whole(SOPHNET_CHAT.body("stolen"))) as other:
        server.play(whole(b"", status, location=f"{other.url}/grab?q=1"))
        async with client() as ours:
            with pytest.raises(
                AnswerUnreadable, match=rf"redirect \({status}\) to 127.0.0.1\."
            ) as e:
                await ours.chat.create("hi", stream=streaming)
        assert other.requests == []
    assert "grab" not in str(e.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize("location", ["", "/login", "http://[::1", "::::"])
async def test_a_redirect_to_no_host_is_told_apart(
    location: str, server: ByteServer, client: Callable[..., Client]
) -> None:
    server.play(whole(b"", 302, location=location))
    async with client() as ours:
        with pytest.raises(AnswerUnreadable, match=r"same host|unreadable address"):
            await ours.chat.create("hi")


async def test_the_key_is_sent_once_and_in_its_header_alone(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    server.play(whole(SOPHNET_CHAT.body("hello")))
    async with client() as ours:
        await ours.chat.create("hi")
    (request,) = server.requests
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.raw.count(KEY.encode()) == 1


@pytest.mark.parametrize("key", ["sk-\ncanary", "sk-cänary", "sk-canary\r\nx: y", "sk-\0canary"])
async def test_a_key_that_no_header_can_hold_is_not_quoted(key: str, server: ByteServer) -> None:
    async with Client(api_key=Secret(key), base_url=server.url) as ours:
        with pytest.raises(SettingsError, match="check the key") as raised:
            await ours.chat.create("hi")
    assert "canary" not in str(raised.value)
    assert raised.value.__context__ is None


async def test_words_of_a_server_cannot_break_out_of_their_line(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    escapes = "\x1b]52;c;ZXZpbA==\x07\x9b2J\r\n\u202e\u2028 oops" + "长" * 2000
    said = {"message": escapes, "code": escapes, "requestId": escapes}
    server.play(whole(json.dumps(said).encode(), 400), [head(418) + b"\x1b[2J" * 999, Act.CLOSE])
    async with client() as ours:
        for _ in range(2):
            with pytest.raises(SophNetError) as raised:
                await ours.chat.create("hi")
            assert str(raised.value).isprintable()
            assert len(str(raised.value)) <= 600
