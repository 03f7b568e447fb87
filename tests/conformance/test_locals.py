"""Tools that print the variables of a traceback print no key, whatever has failed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from types import TracebackType

import pytest
import rich.console
import rich.traceback
import stackprinter
from byte_server import END, Act, ByteServer, Script, head, streamed, whole
from IPython.core.ultratb import VerboseTB

from sophnet_jupyter import Client
from sophnet_jupyter.client.dify import Dify
from sophnet_jupyter.errors import SophNetError
from sophnet_jupyter.settings import Timeouts

pytestmark = pytest.mark.anyio

KEY = "sk-canary-4f1d9a7b-locals"
ECHO = KEY.encode()
REFUSED: dict[str, Script] = {
    "401": whole(b'{"message":"bad ' + ECHO + b'"}', 401),
    "500": whole(b'{"message":"bad ' + ECHO + b'"}', 500),
    "200 with an error": whole(b'{"status":1,"message":"bad ' + ECHO + b'"}'),
    "a page": whole(b"<html>" + ECHO, content_type="text/html"),
    "no JSON": whole(b"{" + ECHO),
    "cut": [head(content_length=100), b"{" + ECHO, Act.CLOSE],
    "closed": [Act.CLOSE],
    "no HTTP": [ECHO, Act.CLOSE],
    "a redirect": whole(b"", 302, location=f"https://{KEY}.test/"),
    "an error in the stream": [*streamed(b'data:{"error":{"message":"' + ECHO + b'"}}\n\n'), END],
}
CALLS: dict[str, Callable[[Client], object]] = {
    "chat": lambda client: client.chat.create("hi"),
    "embeddings": lambda client: client.embeddings.create(["a"]),
    "images": lambda client: client.images.create("a fox"),
    "upload": lambda client: client.speech.transcribe(b"RIFF" + bytes(4) + b"WAVE" + bytes(60)),
    "models": lambda client: client.models(refresh=True),
    "reading": lambda client: client.documents.parse(b"%PDF-1.4 x"),
}


def frames(error: BaseException | None, seen: set[int] | None = None) -> Iterator[TracebackType]:
    """All that a debugger can go to: of the error, of its causes and of its contexts."""
    seen = seen if seen is not None else set()
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    place = error.__traceback__
    while place:
        yield place
        place = place.tb_next
    yield from frames(error.__cause__, seen)
    yield from frames(error.__context__, seen)


def printed(error: BaseException) -> Iterator[tuple[str, str]]:
    """What each tool prints of an error, by its name."""
    out = io.StringIO()
    kind, trace = type(error), error.__traceback__
    console = rich.console.Console(file=out, width=4000)
    options = {"show_locals": True, "locals_max_length": 1000, "locals_max_string": 10_000}
    console.print(rich.traceback.Traceback.from_exception(kind, error, trace, **options))
    yield "rich", out.getvalue()
    yield "stackprinter", stackprinter.format(error, show_vals="all", truncate_vals=10_000)
    verbose = VerboseTB()
    yield "%xmode Verbose", verbose.text(kind, error, trace)
    ours = [
        place.tb_frame for place in frames(error) if "sophnet" in place.tb_frame.f_code.co_filename
    ]
    yield "%debug", "\n".join(repr(value) for frame in ours for value in frame.f_locals.values())


def demand_no_key(error: BaseException) -> None:
    # What the test itself holds is of no interest.
    place = error.__traceback__
    while place and place.tb_frame.f_code.co_filename == __file__:
        place = place.tb_next
    for tool, shown in printed(error.with_traceback(place)):
        assert len(shown) > 100, tool
        assert KEY not in shown, tool
        assert KEY[:14] not in shown, tool


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("script", REFUSED.values(), ids=REFUSED)
async def test_no_tool_that_prints_variables_finds_the_key(script, call, server: ByteServer):
    server.play(*[script] * 4)
    quick = Timeouts(connect=5, between=5, total=20)
    async with Client(KEY, server.url, "p", easyllm_id="e", timeouts=quick) as client:
        client._sophnet._chance = lambda: 0.0
        with pytest.raises(SophNetError) as raised:
            await call(client)
    demand_no_key(raised.value)


@pytest.mark.parametrize("script", REFUSED.values(), ids=REFUSED)
async def test_nor_that_of_another_service(script, server: ByteServer):
    server.play(*[script] * 4)
    async with Dify(KEY, f"{server.url}/v1", user="me") as dify:
        dify._wire._chance = lambda: 0.0
        with pytest.raises(SophNetError) as raised:
            await dify.complete("hi")
    demand_no_key(raised.value)
