"""
The document's curl lines, replayed: what they send, and what the real service says to it.

A number such as D12 is that row of docs/services/dify.md.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

JSON = "application/json; charset=utf-8"
KEYS = {
    "blocking": "event task_id id message_id mode answer metadata created_at",
    "upload": "id name size extension mime_type created_by created_at",
    "feedback": "id app_id message_id rating content from_source created_at updated_at",
    "annotation": "id question answer hit_count created_at",
    "page": "data has_more limit total page",
    "job": "job_id job_status",
    "status": "job_id job_status error_msg",
    "info": "name description tags mode author_name",
    "site": "title chat_color_theme icon_type icon icon_url description default_language",
    "parameters": "opening_statement user_input_form file_upload system_parameters",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A request as the document has it. ``{name}`` is replaced by what an earlier one returned."""

    method: str
    path: str
    body: Any = None
    files: Any = None
    typed: bool = False
    status: int = 200
    kind: str = JSON
    keys: str = ""
    says: dict[str, Any] = field(default_factory=dict)


PICTURE = {"file": ("example.png", b"\x89PNG\r\n\x1a\n....", "image/png")}
ASK = {"query": "Hello, world!"}
EMBEDDING = {
    "score_threshold": 0.9,
    "embedding_provider_name": "zhipu",
    "embedding_model_name": "embedding_3",
}
QA = {"question": "What is your name?", "answer": "I am Dify."}
SPOKEN = {"text": "你好Dify", "user": "abc-123", "streaming": False}
LINES = {
    # D1, D2, D4: completion, the full set, both ids.
    "completion, blocking": Line(
        method="POST",
        path="/completion-messages",
        body={"inputs": ASK, "response_mode": "blocking", "user": "abc-123"},
        keys=KEYS["blocking"],
        says={"mode": "completion", "event": "message"},
    ),
    "completion, streaming": Line(
        method="POST",
        path="/completion-messages",
        body={"inputs": ASK, "response_mode": "streaming", "user": "abc-123"},
        kind="text/event-stream",
    ),
    # The source takes the query beside the inputs too, and blocks unless told otherwise
    # (docs/services/dify.md#completion, row D6).
    "query beside empty inputs": Line(
        method="POST",
        path="/completion-messages",
        body={"inputs": {}, "query": "Hello", "user": "abc-123", "response_mode": None},
        keys=KEYS["blocking"],
    ),
    # D12: the document's upload has no user; D13: created_by is text, the JSON is valid.
    "upload": Line(
        method="POST", path="/files/upload", files=PICTURE, status=201, keys=KEYS["upload"]
    ),
    # D16: the upload alone does not open the preview.
    "preview": Line(
        method="GET",
        path="/files/{upload}/preview",
        status=404,
        says={"code": "file_not_found", "status": 404},
    ),
    "stop": Line(
        method="POST",
        path="/completion-messages/:task_id/stop",
        body={"user": "abc-123"},
        says={"result": "success"},
    ),
    "feedback": Line(
        method="POST",
        path="/messages/{message}/feedbacks",
        body={"rating": "like", "user": "abc-123", "content": "message feedback information"},
        says={"result": "success"},
    ),
    "feedbacks": Line(method="GET", path="/app/feedbacks?page=1&limit=20", typed=True),
    # D18: null takes it back.
    "feedback, taken back": Line(
        method="POST",
        path="/messages/{message}/feedbacks",
        body={"rating": None, "user": "abc-123"},
        says={"result": "success"},
    ),
    # D21: MP3 by its header, whatever the document's header says; streaming is passed over.
    "text to audio": Line(
        method="POST",
        path="/text-to-audio",
        body=SPOKEN,
        kind="audio/mpeg",
    ),
    "text to audio, unknown message": Line(
        method="POST",
        path="/text-to-audio",
        body={**SPOKEN, "message_id": "5ad4cb98-f0c7-4085-b384-88c403be6290"},
    ),
    "info": Line(method="GET", path="/info", keys=KEYS["info"], says={"mode": "completion"}),
    "parameters": Line(method="GET", path="/parameters", keys=KEYS["parameters"]),
    # D22: the page labels it POST /meta.
    "site": Line(method="GET", path="/site", keys=KEYS["site"]),
    "annotation, created": Line(
        method="POST", path="/apps/annotations", body=QA, status=201, keys=KEYS["annotation"]
    ),
    "annotations": Line(
        method="GET",
        path="/apps/annotations?page=1&limit=20",
        keys=KEYS["page"],
        says={"has_more": False, "limit": 20, "page": 1},
    ),
    "annotation, updated": Line(
        method="PUT",
        path="/apps/annotations/{annotation}",
        body=QA,
        keys=KEYS["annotation"],
    ),
    # D24: what the page lists as query parameters belongs in the body.
    "annotation, in the query": Line(
        method="POST", path="/apps/annotations?question=a&answer=b", body={}, status=422
    ),
    # D25: 204 and no body, with or without a Content-Type.
    "annotation, deleted": Line(
        method="DELETE", path="/apps/annotations/{annotation}", typed=True, status=204, kind=""
    ),
    "reply, enabled": Line(
        method="POST",
        path="/apps/annotation-reply/enable",
        body=EMBEDDING,
        keys=KEYS["job"],
        says={"job_status": "waiting"},
    ),
    "reply, status": Line(
        method="GET",
        path="/apps/annotation-reply/enable/status/{job}",
        keys=KEYS["status"],
    ),
    # D28: the status of another action.
    "reply, status of the other action": Line(
        method="GET", path="/apps/annotation-reply/disable/status/{job}", status=400
    ),
    "reply, no action": Line(
        method="POST", path="/apps/annotation-reply/{{action}}", body=EMBEDDING, status=400
    ),
    # D29: the list of embedding models wants the key of a knowledge base.
    "embedding models": Line(
        method="GET", path="/workspaces/current/models/model-types/text-embedding", status=401
    ),
    # D9: only a conversation, which this kind of app has not, is not found.
    "completion, in a conversation": Line(
        method="POST",
        path="/completion-messages",
        body={"inputs": ASK, "user": "abc-123", "conversation_id": str(uuid.uuid4())},
        status=404,
    ),
}
NAMES = {
    "completion, blocking": ("message", "message_id"),
    "upload": ("upload", "id"),
    "annotation, created": ("annotation", "id"),
    "reply, enabled": ("job", "job_id"),
}


@pytest.fixture(scope="module")
def replayed(
    started: Callable[..., Any],
) -> dict[str, httpx2.Response]:
    """The answers to all lines, in the order of the document."""
    answers: dict[str, httpx2.Response] = {}
    known: dict[str, str] = {}
    with started("--task-seconds", "60") as sandbox:
        for name, line in LINES.items():
            headers = {"Content-Type": "application/json"} if line.typed else {}
            answers[name] = sandbox.http.request(
                line.method,
                f"{sandbox.root}/v1{line.path.format(**known)}",
                json=line.body,
                files=line.files,
                headers=headers,
            )
            if name in NAMES:
                kept, key = NAMES[name]
                known[kept] = answers[name].json()[key]
    return answers


@pytest.mark.parametrize("name", LINES)
def test_a_line_of_the_document_gets_what_the_service_gives(
    name: str, replayed: dict[str, httpx2.Response]
) -> None:
    line, answer = LINES[name], replayed[name]
    assert answer.status_code == line.status, answer.text
    assert answer.headers.get("content-type", "").startswith(line.kind)
    assert answer.headers["x-sandbox"] == "1"
    if line.keys or line.says:
        told = answer.json()
        assert set(line.keys.split()) <= set(told)
        assert {key: told[key] for key in line.says} == line.says
    if line.status >= 400:
        told = answer.json()
        assert told["status"] == line.status
        assert told["code"]
        assert told["message"]


# docs/services/dify.md#completion, rows D3, D5 and D30.
def test_the_stream_has_a_space_no_done_and_both_ids_in_each_message(
    replayed: dict[str, httpx2.Response],
) -> None:
    frames = replayed["completion, streaming"].text.removesuffix("\n\n").split("\n\n")
    assert all(frame.startswith("data: {") for frame in frames)
    events = [json.loads(frame.removeprefix("data: ")) for frame in frames]
    *messages, last = events
    assert {event["event"] for event in messages} == {"message"}
    assert all(event["id"] == event["message_id"] for event in messages)
    assert {event["task_id"] for event in events} == {last["task_id"]}
    assert last["event"] == "message_end"
    assert "conversation_id" not in json.dumps(events)


def test_prices_are_decimal_text_and_tokens_are_numbers(
    replayed: dict[str, httpx2.Response],
) -> None:
    usage = replayed["completion, blocking"].json()["metadata"]["usage"]
    assert isinstance(usage["total_price"], str)
    assert float(usage["prompt_price"]) == pytest.approx(usage["prompt_tokens"] * 0.002 * 0.001)
    assert isinstance(usage["total_tokens"], int)
    assert isinstance(usage["latency"], float)


# docs/services/dify.md#feedback, row D20.
def test_feedbacks_have_no_count_and_times_without_a_zone(
    replayed: dict[str, httpx2.Response],
) -> None:
    told = replayed["feedbacks"].json()
    assert set(told) == {"data"}
    (row,) = told["data"]
    assert set(KEYS["feedback"].split()) <= set(row)
    assert row["created_at"][10] == "T"
    assert len(row["created_at"]) == 19


# docs/services/dify.md#about-the-app, rows D23 and D31.
def test_the_form_is_the_services_and_not_the_samples(
    replayed: dict[str, httpx2.Response],
) -> None:
    told = replayed["parameters"].json()
    assert "introduction" not in told
    assert all(len(item) == 1 for item in told["user_input_form"])
    assert isinstance(told["file_upload"]["image"]["transfer_methods"], list)


# docs/services/dify.md#files, row D13.
def test_who_made_an_upload_is_text_and_when_is_a_number(
    replayed: dict[str, httpx2.Response],
) -> None:
    told = replayed["upload"].json()
    assert isinstance(told["created_by"], str)
    assert isinstance(told["created_at"], int)


def test_no_words_to_read_aloud_are_null_with_200(replayed: dict[str, httpx2.Response]) -> None:
    assert replayed["text to audio, unknown message"].json() is None


def test_a_deleted_annotation_leaves_no_body(replayed: dict[str, httpx2.Response]) -> None:
    assert replayed["annotation, deleted"].content == b""
