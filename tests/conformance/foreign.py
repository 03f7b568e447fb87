"""Calls with whatever people pass, answered with whatever servers send: see the test beside it."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from byte_server import END, Act, Script, head, streamed, whole
from hypothesis import strategies as st
from services import _PIXEL, _dify_app, _teleai

from sophnet_jupyter import Client

# No test waits for a server that is silent, nor for the pause before a second look at a task.
PATIENCE = 2.0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A public call: ``method`` is found on a client, and ``good`` is what it is usually given."""

    method: Callable[[Client], Callable[..., Any]]
    good: Mapping[str, Any] = field(default_factory=dict)
    # JSON of a good answer; events where the call streams.
    body: Any = None
    events: tuple[Any, ...] = ()
    end: bytes = b"data:[DONE]\n\n"

    @property
    def parameters(self) -> list[str]:
        with_any_key = Client(api_key="k", base_url="http://127.0.0.1:9")
        return list(inspect.signature(self.method(with_any_key)).parameters)


_MESSAGE = {
    "role": "assistant",
    "content": "Hello.",
    "reasoning_content": "Hm.",
    "refs": [{"title": "a", "url": "https://a.example", "content": "c", "index": 1}],
    "tool_calls": [
        {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    ],
}
_USAGE = {
    "prompt_tokens": 1,
    "completion_tokens": 2,
    "total_tokens": 3,
    "prompt_tokens_details": {"cached_tokens": 1},
    "completion_tokens_details": {"reasoning_tokens": 1},
}
_LOGPROBS = {"content": [{"token": "a", "logprob": -1.0, "bytes": [97], "top_logprobs": []}]}
_CHAT = {
    "id": "x",
    "model": "m",
    "choices": [{"index": 0, "message": _MESSAGE, "finish_reason": "stop", "logprobs": _LOGPROBS}],
    "usage": _USAGE,
}


def _chunk(delta: Any, reason: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": "x", "choices": [{"index": 0, "delta": delta, "finish_reason": reason, **more}]}


_CHUNKS = (
    _chunk({k: v for k, v in _MESSAGE.items() if k != "role"}, logprobs=_LOGPROBS),
    {**_chunk({"content": ""}, "stop"), "usage": _USAGE},
)
_DIFY = {"task_id": "t", "message_id": "m", "id": "m", "created_at": 1705398420}
_DIFY_END = {
    "usage": {**_USAGE, "total_price": "0.1", "currency": "USD"},
    "retriever_resources": [{"position": 1, "document_name": "d", "content": "c", "score": 0.5}],
}
_TASK = {"output": {"taskId": "t", "taskStatus": "RUNNING", "results": [{"url": "https://a.b/c"}]}}
_REPORT = {"type": "report", "file_size": "small"}

CALLS = {
    "chat.create": Asked(method=lambda c: c.chat.create, good={"prompt": "hi"}, body=_CHAT),
    "chat.stream": Asked(method=lambda c: c.chat.stream, good={"prompt": "hi"}, events=_CHUNKS),
    "embeddings.create": Asked(
        method=lambda c: c.embeddings.create,
        good={"texts": ["hi"]},
        body={
            "data": [{"index": 0, "embedding": [0.5, 1.0]}],
            "model": "m",
            "usage": _USAGE,
            "request_id": "r",
        },
    ),
    "images.submit": Asked(method=lambda c: c.images.submit, good={"prompt": "a fox"}, body=_TASK),
    "images.get": Asked(method=lambda c: c.images.get, good={"task_id": "t"}, body=_TASK),
    "images.list": Asked(
        method=lambda c: c.images.list, body=[{"task_id": "t", "status": "RUNNING", "model": "m"}]
    ),
    "videos.submit": Asked(
        method=lambda c: c.videos.submit,
        good={"prompt": "a fox"},
        body={"status": 0, "result": {"taskId": "t", "status": "queued", "content": {"url": "u"}}},
    ),
    "documents.parse": Asked(
        method=lambda c: c.documents.parse,
        good={"document": b"hi", "filename": "hi.txt"},
        body={"data": "# Hi"},
    ),
    "ocr.create": Asked(
        method=lambda c: c.ocr.create,
        good={"image": _PIXEL},
        body={
            "status": 0,
            "result": [{"label": "text", "texts": ["a"], "position": "[1, 2, 3, 4]"}],
            "markdown": {"text": "a", "images": {}},
        },
    ),
    "speech.transcribe": Asked(
        method=lambda c: c.speech.transcribe,
        good={"given": "https://a.example/talk.wav", "sync": True},
        body={"status": 0, "result": {"result": "[0:0.1,0:0.2,0] hi", "duration": 1000}},
    ),
    "speech.get": Asked(
        method=lambda c: c.speech.get,
        good={"task_id": "t"},
        body={"taskId": "t", "status": "success", "result": "[0:0.1,0:0.2,0] hi", "duration": 1},
    ),
    "voice.speak": Asked(
        method=lambda c: c.voice.speak,
        good={"text": "hi"},
        body={"audioFrame": "AAAA", "status": "finish", "usage": {"characters": 2}},
    ),
    "voice.stream": Asked(
        method=lambda c: c.voice.stream,
        end=b"",
        good={"text": "hi"},
        events=(
            {"audioFrame": "AAAA", "status": "accepting"},
            {"audioFrame": "", "status": "finish", "usage": {"characters": 2}},
        ),
    ),
    "knowledge": Asked(method=lambda c: c.knowledge, good={"service_id": "s"}),
    "knowledge.add": Asked(
        method=lambda c: c.knowledge("s").qa.add,
        good={"question": "q", "answer": "a"},
        body={"status": 0, "result": {"id": "1", "question": "q", "answer": "a"}},
    ),
    "knowledge.upload": Asked(
        method=lambda c: c.knowledge("s").files.upload,
        good={"document": b"hi", "filename": "hi.txt"},
        body={
            "status": 0,
            "result": {
                "id": "1",
                "title": "hi.txt",
                "status": "ENABLED",
                "list": [{"id": "2", "title": "a"}],
                "pageNum": 1,
                "pages": 1,
                "total": 1,
            },
        },
    ),
    "models": Asked(
        method=lambda c: c.models,
        good={"refresh": True},
        body={"data": [{"id": "m", "object": "model", "created": 1}]},
    ),
    "dify.complete": Asked(
        method=lambda c: _dify_app(c).complete,
        good={"inputs": "hi"},
        body={"event": "message", "answer": "a", "metadata": _DIFY_END, **_DIFY},
    ),
    "dify.stream": Asked(
        method=lambda c: _dify_app(c).stream,
        good={"inputs": "hi"},
        events=(
            {"event": "message", "answer": "a", **_DIFY},
            {"event": "tts_message", "audio": "AAAA", **_DIFY},
            {"event": "message_replace", "answer": "b", **_DIFY},
            {"event": "message_end", "metadata": _DIFY_END, **_DIFY},
        ),
    ),
    "dify.parameters": Asked(
        method=lambda c: _dify_app(c).parameters,
        body={
            "user_input_form": [
                {"select": {"label": "l", "variable": "v", "required": True, "options": ["a"]}}
            ],
            "file_upload": {"image": {"enabled": True, "number_limits": 3}},
            "system_parameters": {"file_size_limit": 15},
            "text_to_speech": {"enabled": True, "voice": "v"},
        },
    ),
    "dify.upload": Asked(
        method=lambda c: _dify_app(c).upload,
        good={"content": b"hi", "name": "hi.txt"},
        body={
            "id": "i",
            "name": "hi.txt",
            "size": 2,
            "extension": "txt",
            "mime_type": "text/plain",
        },
    ),
    "dify.feedback": Asked(
        method=lambda c: _dify_app(c).feedback,
        good={"message": "m", "rating": "like"},
        body={"result": "success"},
    ),
    "dify.feedbacks": Asked(
        method=lambda c: _dify_app(c).feedbacks,
        body={"data": [{"id": "f", "rating": "like", "message_id": "m", "content": "c"}]},
    ),
    "dify.speak": Asked(method=lambda c: _dify_app(c).speak, good={"text": "hi"}, body={}),
    "excel.analyse": Asked(
        method=lambda c: _teleai(c).analyse,
        good={"question": "hi", "file_uuids": ["d12fd037-19df-4973-a246-290673b6407a"]},
        events=tuple(
            {**chunk, "choices": [{**chunk["choices"][0], **_REPORT}]} for chunk in _CHUNKS
        ),
    ),
}
# Settings; those that say where requests go are only read, as no test leaves this machine.
SETTINGS = [name for name in inspect.signature(Client).parameters if name != "self"]
PLACES = {"base_url", "dify_base_url", "proxy"}

TEXTS = st.text(max_size=12) | st.sampled_from(
    ["\ud800", "a\x00b", "", " ", "-1", "NaN", "é\udfff", "../..", ".", "~x", "\r\n", "𝕏" * 300]
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -(2**63), 2**64, -0.0])
OTHERS = st.sampled_from(
    [
        *(np.float32("nan"), np.int64(3), np.array([]), np.array([1.5, 2]), np.array("a")),
        *(np.array([None]), np.datetime64("NaT", "s"), np.zeros((0, 3)), np.str_("a")),
        *(object(), int, len, ..., 1j, range(3), {1, 2}, memoryview(b"a"), bytearray(b"a")),
    ]
)
SIMPLE = st.none() | st.booleans() | NUMBERS | TEXTS | st.binary(max_size=12) | OTHERS
KEYS = TEXTS | st.integers() | st.none() | st.binary(max_size=3)
ODD = st.recursive(
    SIMPLE,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "type", "text", "image_url", "url", "name"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(2**63), 1e308, 0, -1, 1, 0.5])
    | st.text(max_size=8)
    | st.sampled_from(["\ud800", "", "stop", "NaN", "1e999", "http://[", "RUNNING", "AAAA", "A"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


@st.composite
def changed(draw: st.DrawFn, good: Any) -> Any:
    """A good value with something else in one of its places."""
    if isinstance(good, dict) and good and draw(st.integers(0, 5)):
        key = draw(st.sampled_from(sorted(good)))
        if not draw(st.integers(0, 9)):
            return {name: value for name, value in good.items() if name != key}
        return {**good, key: draw(changed(good[key]))}
    if isinstance(good, list) and good and draw(st.integers(0, 5)):
        place = draw(st.integers(0, len(good) - 1))
        return [*good[:place], draw(changed(good[place])), *good[place + 1 :]]
    return draw(JSON)


@st.composite
def broken(draw: st.DrawFn, good: bytes) -> bytes:
    """Bytes that are cut, or have others in them."""
    place = draw(st.integers(0, len(good)))
    rest = draw(st.sampled_from([b"", good[place:], good[place + 1 :]]))
    return good[:place] + draw(st.binary(max_size=4)) + rest


def good_answer(asked: Asked) -> Script:
    """What a call is usually answered with."""
    if not asked.events:
        return whole(_json(asked.body))
    return [*streamed(_sent(asked, asked.events)), END]


def _sent(asked: Asked, events: Sequence[Any]) -> bytes:
    return b"".join(b"data:" + _json(event) + b"\n\n" for event in events) + asked.end


@st.composite
def answers(draw: st.DrawFn, asked: Asked) -> Script:
    """What a server sends in place of a good answer, but for what is waited for: 429 and 5xx."""
    status = draw(st.sampled_from([200, 200, 200, 200, 201, 400, 401, 402, 404, 422]))
    kind = draw(
        st.sampled_from(["application/json", "text/event-stream", "text/html", "", "audio/mpeg"])
    )
    if asked.events:
        place = draw(st.integers(0, len(asked.events) - 1))
        events = list(asked.events)
        events[place] = draw(changed(events[place]))
        good = _sent(asked, events)
        kind = draw(st.sampled_from(["text/event-stream", kind]))
    else:
        good = _json(draw(changed(asked.body)))
        kind = draw(st.sampled_from(["application/json", kind]))
    if not draw(st.integers(0, 3)):
        good = draw(broken(good) | st.binary(max_size=30))
    match draw(st.integers(0, 5)):
        case 0:
            return [head(status, kind, connection="close") + good, Act.CLOSE]
        case 1:
            return [head(status, kind, content_length=len(good) + 1) + good, Act.CLOSE]
        case 2:
            return [*streamed(good, content_type=kind), END]
    return whole(good, status, kind)


def _json(value: object) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


async def outcome(call: Callable[[], Any]) -> Exception | None:
    """What a call raises; None also for one that takes too long for a test."""
    try:
        async with asyncio.timeout(PATIENCE):
            found = call()
            if inspect.isasyncgen(found):
                await _read(found)
            elif inspect.isawaitable(found):
                repr(await found)
    except TimeoutError:
        return None
    except Exception as error:
        return error
    return None


async def _read(events: AsyncGenerator[Any, None]) -> None:
    try:
        async for event in events:
            repr(event)
    finally:
        await events.aclose()
