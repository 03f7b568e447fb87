"""What the suite must know of a service: how it is asked, and how its answers are dressed.

A service joins the suite by one `Service` in `SERVICES`; every case then holds for it too.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sophnet_jupyter import Client
from sophnet_jupyter.events import Event
from sophnet_jupyter.response import Response


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

SERVICES = [SOPHNET_CHAT]
