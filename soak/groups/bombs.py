"""Answers, heads, pictures and messages without end: each is ended, and what came is kept."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import zlib
from collections.abc import Callable
from typing import Any

import psutil
from byte_server import ByteServer, Script, chunk, head, serving, streamed, whole
from PIL import Image
from services import SERVICES, SOPHNET_CHAT, WHOLE_SERVICES

from sophnet_jupyter import Client
from sophnet_jupyter.errors import SophNetError
from sophnet_jupyter.prompt.forms import json_text
from sophnet_jupyter.prompt.images.attach import attach
from sophnet_jupyter.settings import Timeouts

from ..tally import Tally

MB = 1_000_000
# So much more may be held while one bomb is defused: the package keeps 4 million letters of an
# answer, and 64 MB of a body.
MEMORY = 400
SECONDS = 60


def run(tally: Tally, *, small: bool) -> None:
    with serving() as server:
        asyncio.run(_answers(tally, server, small=small))
    _texts(tally, small=small)
    _pictures(tally, small=small)


def _zipped(data: bytes, times: int) -> bytes:
    """A gzip file of so many repetitions, of which the whole is never in memory here."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(data) for _ in range(times)), packer.flush()])


def _plain(body: bytes, status: int = 200, **headers: object) -> Script:
    length = headers.pop("content_length", len(body))
    return [head(status, "application/json", content_length=length, **headers) + body]


def _scripts(service: Any, size: int) -> dict[str, Script]:
    word = service.text("x" * 1000)
    bomb, words = _zipped(bytes(MB), size), _zipped(word * 1000, size)
    one, begun = b'{"a": "x"}', head(transfer_encoding="chunked")
    many = json.dumps({str(n): n for n in range(300_000)}).encode()
    hint, status = b"HTTP/1.1 103 Early\r\n\r\n", b"HTTP/1.1 200 OK\r\n"
    part = size // 20 + 1
    return {
        "a body of zeros, zipped": _plain(bomb, content_encoding="gzip"),
        "an error of zeros, zipped": _plain(bomb, 500, content_encoding="gzip"),
        "a stream of words, zipped": [
            head(content_encoding="gzip", content_length=len(words)) + words
        ],
        "one line without end": streamed(b"data: ", *[b"x" * MB] * size),
        "lines without end": streamed(*[b": \n" * 300_000] * (size // 2)),
        "a head without end": [status + b"x: y\r\n" * 200_000 * part],
        "one header without end": [status + b"x: " + b"y" * 2 * MB * part],
        "early hints without end": [hint * 50_000 * part],
        "a chunk that says it is huge": [begun + b"ffffffffff\r\n" + word],
        "a chunk's size without end": [begun + b"0" * 2 * MB * part],
        "a length that is huge": _plain(one, content_length=10**15),
        "JSON a million deep": whole(b"[" * MB),
        "JSON with a number of a million digits": whole(b'{"choices":' + b"9" * MB + b"}"),
        "an object with 300,000 names": whole(many),
        "HTML in place of an answer": whole(b"<html>" + b"<p>" * MB, content_type="text/html"),
        "zipped twice": _plain(gzip.compress(bomb), content_encoding="gzip, gzip"),
        "what is said to be zipped": _plain(one, content_encoding="gzip"),
        "br, which nobody asked for": _plain(one, content_encoding="br"),
        "a redirect to itself": [head(307, location="/", content_length=0)],
        "words without end": [*streamed(), *[chunk(word * 500)] * (size * 3)],
    }


async def _answers(tally: Tally, server: ByteServer, *, small: bool) -> None:
    size = 20 if small else 60
    process = psutil.Process()
    # A service's text is not told by those that answer in one piece.
    for service in [*SERVICES, *WHOLE_SERVICES] if not small else SERVICES[:1]:
        streams = service in SERVICES
        scripts = _scripts(service if streams else SOPHNET_CHAT, size)
        # What answers in one piece reads it by the same code: fewer of its own.
        for name, script in list(scripts.items())[:: 4 if small or not streams else 1]:
            server.play(script)
            limits = Timeouts(connect=5, between=1 if small else 3, total=SECONDS)
            before = process.memory_info().rss
            async with Client(
                "sk-canary-4f1d9a7b", server.url, model="m", timeouts=limits
            ) as client:
                ask: Callable[[Client], Any] = service.settled if streams else service.whole
                said = await _outcome(ask(client))
            grown = (process.memory_info().rss - before) / MB
            held = not said.startswith("!") and grown < MEMORY
            tally.count(f"{service.name}: {name}", held, f"{said}, {grown:.0f} MB")
    tally.figures["services"] = len(SERVICES) + len(WHOLE_SERVICES)


async def _outcome(asked: Any) -> str:
    try:
        async with asyncio.timeout(SECONDS + 30):
            answer = await asked
    except SophNetError as error:
        return type(error).__name__
    except TimeoutError:
        return "! it did not end"
    except Exception as error:
        return f"! {error!r:.200}"
    return f"{answer.ending}, {len(answer.text)} letters"


def _texts(tally: Tally, *, small: bool) -> None:
    for depth in (100, 10_000, 1_000_000)[: 2 if small else 3]:
        for opening, closing in (("[", "]"), ('{"a":', "}"), ("[{", "}]")):
            for text in (opening * depth + "1" + closing * depth, opening * depth):
                try:
                    json_text.first_value(text)
                    said = ""
                except ValueError:
                    said = ""
                except Exception as error:
                    said = repr(error)[:200]
                tally.count(f"JSON {opening} {depth:,} deep", not said, said)


def _pictures(tally: Tally, *, small: bool) -> None:
    for side in (2_000, 30_000, 60_000)[: 1 if small else 3]:
        for mode in ("1", "L"):
            for kind in ("PNG", "TIFF", "GIF")[: 1 if side > 2000 else 3]:
                file = io.BytesIO()
                Image.MAX_IMAGE_PIXELS = None
                if side > 30_000:
                    mode = "1"
                Image.new(mode, (side, side)).save(file, kind)
                Image.MAX_IMAGE_PIXELS = 89_478_485
                try:
                    attach(file.getvalue())
                    said = ""
                except SophNetError:
                    said = ""
                except Exception as error:
                    said = repr(error)[:200]
                tally.count(f"a {kind} of {side:,} by {side:,} in {mode}", not said, said)
