"""A stream of sound in the forms that services of this kind send."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest

from sophnet_jupyter import Client, Response
from sophnet_jupyter.files import wav

pytestmark = pytest.mark.anyio

SOUND = wav.written(bytes(range(200)) * 20, 16_000)


async def spoken(body: str) -> Response:
    """What a service's stream is read as."""
    answer = (
        f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {len(body)}\r\n\r\n"
    )

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write((answer + body).encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = Client(api_key="sandbox", base_url=url)
        try:
            return await client.voice.speak("one", stream=True)
        finally:
            await client.aclose()


def frame(sound: bytes | None, status: str = "accepting", coded: Any = base64.b64encode) -> str:
    return json.dumps({"status": status, "audioFrame": coded(sound).decode() if sound else None})


FINISH = frame(None, "finish")


@pytest.mark.parametrize("end", ["", "data:[DONE]\n\n", "data: [DONE]\n", "[DONE]\n", "\n\n"])
async def test_a_sound_is_complete_with_finish_whatever_comes_behind_it(end: str) -> None:
    response = await spoken(f"data:{frame(SOUND)}\n\ndata:{FINISH}\n\n{end}")
    assert (response.audio, response.ending) == (SOUND, "complete")


@pytest.mark.parametrize("end", ["data:[DONE]\n\n", ""])
async def test_a_sound_without_finish_is_incomplete(end: str) -> None:
    response = await spoken(f"data:{frame(SOUND)}\n\n{end}")
    assert (response.audio, response.ending) == (SOUND, "incomplete")


@pytest.mark.parametrize(
    "coded",
    [base64.b64encode, base64.encodebytes, base64.urlsafe_b64encode],
    ids=lambda f: f.__name__,
)
async def test_sound_may_be_in_base64_of_any_kind(coded: Any) -> None:
    response = await spoken(f"data:{frame(SOUND, coded=coded)}\n\ndata:{FINISH}\n\n")
    assert (response.audio, response.ending) == (SOUND, "complete")
