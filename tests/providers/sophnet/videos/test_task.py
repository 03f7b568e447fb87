"""Recorded and twisted answers about a video, in both generations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sophnet_jupyter.errors import (
    AnswerUnreadable,
    BalanceExhausted,
    NotFound,
    ServiceError,
    TaskFailed,
)
from sophnet_jupyter.providers.sophnet.videos.task import (
    decode_begun,
    decode_list,
    decode_task,
    look,
)
from sophnet_jupyter.wire.call import Reply


def reply(body: Any, status: int = 200) -> Reply:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status=status, headers={"content-type": "application/json"}, body=data)


@pytest.mark.parametrize(
    "body",
    [
        b"abc-1",
        b" abc-1\n",
        b'"abc-1"\n',
        b"'abc-1'",
        {"taskId": "abc-1"},
        {"task_id": "abc-1"},
        {"id": "abc-1"},
        {"status": 0, "message": "ok", "result": {"task_id": "abc-1"}, "timestamp": 1},
        {"status": 0, "result": "abc-1"},
        {"code": 0, "data": {"task_id": "abc-1"}},
        {"output": {"taskId": "abc-1", "taskStatus": "PENDING"}},
    ],
    ids=str,
)
def test_the_id_is_found_in_every_form_that_was_seen(body: Any) -> None:
    assert decode_begun(reply(body)) == "abc-1"


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"", 200, AnswerUnreadable),
        (b"<html>busy</html>", 200, AnswerUnreadable),
        (b"the model is busy now", 200, AnswerUnreadable),
        (b"[]", 200, AnswerUnreadable),
        (b"null", 200, AnswerUnreadable),
        (b"{}", 200, AnswerUnreadable),
        (b"x" * 500, 200, AnswerUnreadable),
        ({"status": 20109, "message": "余额不足", "result": None}, 200, BalanceExhausted),
        ({"code": "InvalidParameter", "message": "no"}, 200, ServiceError),
        ({"error": {"message": "no"}}, 200, ServiceError),
        ({"message": "EASYLLM_VIDEOGENERATOR_CREATE_ERROR"}, 400, ServiceError),
        (b"Bad gateway", 502, ServiceError),
    ],
    ids=str,
)
def test_no_id_is_an_error_that_says_why(body: Any, status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        decode_begun(reply(body, status))


def flat(status: str, **fields: Any) -> dict[str, Any]:
    return {"id": "internal", "model": "Wan2.1-T2V-14B", "status": status, **fields}


URL = "https://files.example.com/a.mp4"
DONE = flat("succeeded", content={"video_url": URL}, usage={"fps": 16}, created_at=1700000000)


@pytest.mark.parametrize(
    "body",
    [
        DONE,
        {"status": 0, "message": "ok", "result": DONE, "timestamp": 1},
        {"code": 0, "data": DONE},
        {"status": 0, "result": {**DONE, "content": {"file_url": URL}}},
        {**DONE, "status": "SUCCESSED", "created_at": 1700000000000},
    ],
    ids=str,
)
def test_a_video_is_found_in_both_generations_under_the_id_we_asked_with(body: Any) -> None:
    task = decode_task(reply(body), "mine")
    assert (task.id, task.state, task.url, task.usage) == ("mine", "succeeded", URL, {"fps": 16})
    assert task.created == 1700000000
    _, state = look(reply(body), "mine")
    assert state.done
    assert URL not in repr(task)


def test_a_running_task_has_no_video_whatever_address_it_names() -> None:
    body = flat("running", content={"video_url": "https://files.example.com/None"})
    task, state = look(reply(body), "mine")
    assert (task.url, state.done, state.word) == ("", False, "running")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (flat("failed"), "no reason given"),
        (flat("failed", error={"code": "Risk", "message": "not allowed"}), r"not allowed.*Risk"),
        (flat("failed", code="Risk", message="not allowed"), "not allowed"),
        (
            {"output": {"taskStatus": "FAILED", "code": "Risk", "errorMessage": "not allowed"}},
            r"FAILED: not allowed.*Risk",
        ),
        ({"status": 0, "result": flat("failed", error="not allowed")}, "not allowed"),
        (flat("cancelled"), "cancelled"),
        (flat("canceled"), "canceled"),
        (flat("succeeded"), "without any video"),
        (flat("succeeded", content={"video_url": "https://x.org/None"}), "without any video"),
    ],
    ids=str,
)
def test_a_task_that_came_to_nothing_says_so_in_one_sentence(body: Any, says: str) -> None:
    with pytest.raises(TaskFailed, match=says):
        look(reply(body), "mine")


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"", 200, AnswerUnreadable),
        (b"<html>", 200, AnswerUnreadable),
        ({"id": "x"}, 200, AnswerUnreadable),
        ({"status": 20109, "message": "余额不足", "result": None}, 200, BalanceExhausted),
        ({"status": 500, "message": "内部错误", "result": None}, 200, ServiceError),
        ({"output": {"code": "Throttling", "message": "slow down"}}, 200, ServiceError),
        ({"status": 404, "message": "no such task"}, 404, NotFound),
        (flat("unknown"), 200, NotFound),
    ],
    ids=str,
)
def test_an_answer_without_a_task_is_no_task(
    body: Any, status: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        look(reply(body, status), "mine")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda rows: rows,
        lambda rows: {"status": 0, "result": rows},
        lambda rows: [{"output": row} for row in rows],
    ],
)
def test_the_list_is_read_in_every_shape(wrap: Any) -> None:
    rows = [{"task_id": "a", "model": "m", "status": "running", "created_at": 1700000000}]
    [task] = decode_list(reply(wrap(rows)))
    assert (task.id, task.state, task.model) == ("a", "running", "m")
    assert (task.created, task.updated) == (1700000000, 0)
    assert decode_list(reply([])) == ()


def test_a_list_of_something_else_is_unreadable() -> None:
    for body in ([1, 2], {"status": 0, "result": None}, b"<html>"):
        with pytest.raises(AnswerUnreadable):
            decode_list(reply(body))
