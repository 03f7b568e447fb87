"""What the suite must know of a service: how it is asked, and how its answers are dressed.

A service joins the suite by one `Service` in `SERVICES`; every case then holds for it too.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sophnet_jupyter import Client, Dify, TeleAI
from sophnet_jupyter.events import Event, Finished, TextDelta
from sophnet_jupyter.response import Response, settle


@dataclass(frozen=True, kw_only=True)
class Service:
    """``text`` and ``finish`` make one event each; ``end`` is the end mark, empty if none."""

    name: str
    # Asks for events, for the answer settled from events, and for the answer in one piece.
    stream: Callable[[Client], AsyncGenerator[Event, Any]]
    settled: Callable[[Client], Awaitable[Response]]
    strict: Callable[[Client], Awaitable[Response]]
    whole: Callable[[Client], Awaitable[Response]]
    text: Callable[[str], bytes]
    finish: Callable[[str], bytes]
    end: bytes
    # The body of an answer in one piece, and bodies that are errors although they come with 200.
    body: Callable[[str], bytes]
    errors_with_200: dict[str, bytes]
    # Cases about signs that the service does not have.
    without: frozenset[str] = frozenset()

    @property
    def good(self) -> bytes:
        return self.text("你好 ") + self.text("world") + self.finish("stop") + self.end


def event(payload: object) -> bytes:
    return b"data:" + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"


def choice(delta: dict[str, Any], reason: str | None = None, **more: Any) -> bytes:
    return event({"choices": [{"index": 0, "delta": delta, "finish_reason": reason, **more}]})


def _completion(text: str) -> bytes:
    message = {"role": "assistant", "content": text}
    return json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()


SOPHNET_CHAT = Service(
    name="sophnet-chat",
    stream=lambda client: client.chat.stream("hi"),
    settled=lambda client: client.chat.create("hi", stream=True),
    strict=lambda client: client.chat.create("hi", stream=True, strict=True),
    whole=lambda client: client.chat.create("hi"),
    text=lambda text: choice({"role": None, "content": text}),
    finish=lambda reason: choice({"role": None, "content": None}, reason),
    end=b"data:[DONE]\n\n",
    body=_completion,
    errors_with_200={
        "envelope": '{"status":20109,"message":"余额不足","result":null,"timestamp":1}'.encode(),
        "status as text": b'{"status":"500","message":"oops"}',
        "image task": b'{"output":{"taskStatus":"FAILED","code":"Busy","message":"oops"}}',
        "code at the top": b'{"code":"Throttling","message":"oops"}',
        "error object": b'{"error":{"message":"oops","code":429}}',
        "error text": b'{"error":"oops"}',
    },
)


def _teleai(client: Client) -> TeleAI:
    """TeleAI at the byte server, with the client's limits; it ends with the client."""
    if "excel" not in vars(client):
        settings = client.settings
        client.excel = TeleAI(
            "conformance",
            settings.api_key,
            base_url=settings.base_url,
            timeouts=settings.timeouts,
        )
    return client.excel


_ASKED = {"question": "hi", "file_uuids": ["d12fd037-19df-4973-a246-290673b6407a"]}

TELEAI_EXCEL = Service(
    name="teleai-excel",
    stream=lambda client: _teleai(client).stream(**_ASKED),
    settled=lambda client: _teleai(client).analyse(**_ASKED),
    strict=lambda client: _teleai(client).analyse(**_ASKED, strict=True),
    whole=lambda client: _teleai(client).analyse(**_ASKED, stream=False),
    text=lambda text: choice({"role": None, "content": text}, type="report", file_size="small"),
    finish=lambda reason: choice({"role": None, "content": ""}, reason, type="report"),
    end=b"data: [DONE]\n\n",
    body=_completion,
    errors_with_200={
        "code as text": b'{"code":"10004","message":"oops"}',
        "code as number": b'{"code":10008,"msg":"oops"}',
        "unknown code": b'{"code":"99001","message":"oops"}',
        "printed by Python": b"{'code': '10013', 'message': 'oops', 'data': None}",
        "error object": b'{"error":{"message":"oops","code":429}}',
        "error text": b'{"error":"oops"}',
    },
)


def _dify_app(client: Client) -> Dify:
    """The client's app at the same server, with the same key and the same patience."""
    if "" not in client._dify_apps:
        settings = client.settings
        client._dify_apps[""] = Dify(
            settings.api_key, settings.base_url, user="u", timeouts=settings.timeouts
        )
    return client.dify


_DIFY_IDS = {"task_id": "t-1", "message_id": "m-1", "created_at": 1705398420}

DIFY = Service(
    name="dify",
    stream=lambda client: _dify_app(client).stream("hi"),
    settled=lambda client: _dify_app(client).complete("hi", stream=True),
    strict=lambda client: _dify_app(client).complete("hi", stream=True, strict=True),
    whole=lambda client: _dify_app(client).complete("hi"),
    text=lambda text: event({"event": "message", "id": "m-1", "answer": text, **_DIFY_IDS}),
    finish=lambda reason: event({"event": "message_end", "metadata": {}, **_DIFY_IDS}),
    end=b"",
    body=lambda text: json.dumps({"event": "message", "answer": text, **_DIFY_IDS}).encode(),
    errors_with_200={
        "error body": b'{"code":"invalid_param","message":"oops","status":400}',
        "error event": b'{"event":"error","code":"x","message":"oops","status":400}',
        "unknown code": b'{"code":"brand_new","message":"oops"}',
        "error object": b'{"error":{"message":"oops","code":429}}',
        "error text": b'{"error":"oops"}',
    },
    # It names no finish reason, and its only end mark is what it finishes with.
    without=frozenset({"cut at the token limit", "end mark, no finish", "end mark cut"}),
)


@dataclass(frozen=True, kw_only=True)
class WholeService:
    """One that answers in one piece only; the names mean what they mean of a `Service`."""

    name: str
    whole: Callable[[Client], Awaitable[Response]]
    body: Callable[[str], bytes]
    errors_with_200: dict[str, bytes]


async def _listed(client: Client) -> AsyncGenerator[Event, None]:
    """The models of the image tasks, as if they were an answer's text."""
    for task in await client.images.list():
        yield TextDelta(text=task.model)
    yield Finished(reason="listed")


SOPHNET_IMAGES = WholeService(
    name="sophnet-images",
    whole=lambda client: settle(_listed(client)),
    body=lambda text: json.dumps(
        [{"task_id": "a-task", "model": text, "status": "RUNNING"}]
    ).encode(),
    errors_with_200=SOPHNET_CHAT.errors_with_200,
)
SOPHNET_DOCUMENTS = WholeService(
    name="sophnet-documents",
    whole=lambda client: client.documents.parse(b"hi", filename="hi.txt"),
    body=lambda text: json.dumps({"data": text}).encode(),
    errors_with_200=SOPHNET_CHAT.errors_with_200,
)
# The smallest PNG there is: one white pixel.
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010100000000376ef9240000000a49444154789c63680000"
    "0082008177cd72b60000000049454e44ae426082"
)
SOPHNET_OCR = WholeService(
    name="sophnet-ocr",
    whole=lambda client: client.ocr.create(_PIXEL),
    body=lambda text: json.dumps({"status": 0, "result": [], "markdown": {"text": text}}).encode(),
    errors_with_200=SOPHNET_CHAT.errors_with_200,
)

SERVICES = [SOPHNET_CHAT, TELEAI_EXCEL, DIFY]
WHOLE_SERVICES = [*SERVICES, SOPHNET_IMAGES, SOPHNET_DOCUMENTS, SOPHNET_OCR]
