from __future__ import annotations

import json
from typing import Any

import pytest

from sophnet_jupyter.errors import (
    AnswerUnreadable,
    BalanceExhausted,
    KeyRejected,
    NotFound,
    RateLimited,
    RequestRefused,
    ServiceDown,
    ServiceError,
)
from sophnet_jupyter.providers.sophnet.access import checked, started_task
from sophnet_jupyter.wire.call import Reply


def reply(body: object, status: int = 200, **more: Any) -> Reply:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json"} | more.pop("headers", {})
    return Reply(status=status, headers=headers, body=data, **more)


FINE = [
    {},
    {"status": 0, "message": "请求成功", "result": {}},
    {"status": "0", "result": {}},
    {"status": "success", "result": {}},
    {"status": True},
    {"error": None, "choices": []},
    {"output": {"taskStatus": "SUCCEEDED", "code": None}},
    {"code": 0, "message": "ok"},
    {"status": 200, "code": 200, "message": "ok", "choices": [{}]},
]


@pytest.mark.parametrize("body", FINE, ids=json.dumps)
def test_a_body_that_is_no_error_is_returned(body):
    assert checked(reply(body)) == body


# Body, then class, status, message and code of the error it is, all with HTTP 200.
HIDDEN: list[tuple[dict[str, Any], type[ServiceError], int, str, str]] = [
    ({"status": 20109, "message": "余额不足"}, BalanceExhausted, 402, "余额不足", "20109"),
    ({"status": 500, "message": "内部错误"}, ServiceDown, 500, "内部错误", "500"),
    ({"status": "429", "message": "slow"}, RateLimited, 429, "slow", "429"),
    ({"status": 400001, "message": "json"}, RequestRefused, 400, "json", "400001"),
    ({"status": 7, "message": "odd"}, ServiceError, 200, "odd", "7"),
    ({"output": {"code": "Busy", "message": "later"}}, ServiceError, 200, "later", "Busy"),
    ({"output": {"code": "Busy", "errorMessage": "x"}}, ServiceError, 200, "x", "Busy"),
    ({"code": "Throttling", "message": "slow"}, ServiceError, 200, "slow", "Throttling"),
    ({"error": {"message": "no", "code": "401"}}, KeyRejected, 401, "no", "401"),
    ({"error": {"code": "busy", "status": 503}}, ServiceDown, 503, "", "busy"),
    ({"error": "no"}, ServiceError, 200, "no", ""),
    ({"error": True, "msg": "no"}, ServiceError, 200, "no", ""),
    ({"choices": [{}], "error": {"message": "no"}}, ServiceError, 200, "no", ""),
]


@pytest.mark.parametrize(("body", "kind", "status", "message", "code"), HIDDEN, ids=lambda b: None)
def test_each_of_the_three_channels_is_recognised(body, kind, status, message, code):
    with pytest.raises(ServiceError) as raised:
        checked(reply(body))
    error = raised.value
    assert type(error) is kind
    assert (error.status, error.code) == (status, code)
    assert error.message == message if message else "busy" in str(error)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, RequestRefused), (401, KeyRejected), (402, BalanceExhausted), (403, KeyRejected),
     (404, NotFound), (409, RequestRefused), (413, RequestRefused), (418, RequestRefused),
     (422, RequestRefused), (429, RateLimited), (500, ServiceDown), (502, ServiceDown),
     (503, ServiceDown), (504, ServiceDown), (599, ServiceDown), (600, ServiceError),
     (199, ServiceError)],
)  # fmt: skip
def test_each_status_has_its_class(status, kind):
    with pytest.raises(ServiceError) as raised:
        checked(reply({"status": 500, "message": "no"}, status))
    assert type(raised.value) is kind
    assert raised.value.status == status, "that of the HTTP answer, not of the body"


def test_the_sentence_says_who_what_which_and_what_to_do():
    body = {"error": {"message": "no such model。", "code": "model_missing"}, "requestId": "r-7"}
    with pytest.raises(NotFound) as raised:
        checked(reply(body, 404))
    assert str(raised.value) == (
        "SophNet answered 404: no such model (code model_missing, request r-7). "
        "Check the model's name, the id, and SOPHNET_BASE_URL."
    )


def test_a_wait_that_is_asked_for_takes_the_place_of_the_advice():
    with pytest.raises(RateLimited, match=r"answered 429: slow\. The service asks to wait 45 s\.$"):
        checked(reply({"message": "slow"}, 429, retry_after=45.0))


@pytest.mark.parametrize(
    ("headers", "body", "found"),
    [({"x-request-id": "h"}, {}, "h"), ({"x-request-id": "h"}, {"requestId": "b"}, "b"),
     ({}, {"id": "chatcmpl-1"}, "chatcmpl-1"), ({}, {}, "")],
)  # fmt: skip
def test_the_request_id_is_found_in_body_or_header(headers, body, found):
    with pytest.raises(ServiceError) as raised:
        checked(reply(body | {"message": "no"}, 500, headers=headers))
    assert raised.value.request_id == found


def test_the_sandbox_says_that_it_is_one():
    with pytest.raises(KeyRejected, match="SophNet sandbox answered 401"):
        checked(reply({"message": "no"}, 401, headers={"x-sandbox": "1"}))


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"  \n", b"[]", b"null", b'"x"', b"{", b'{"a": 1,}', b"<html>", b"\xff\xfe"),
        b"[" * 100_000,
    ],
)
def test_what_is_not_an_object_is_unreadable_with_200_and_an_error_otherwise(body):
    with pytest.raises(AnswerUnreadable):
        checked(reply(body))
    with pytest.raises(ServiceDown):
        checked(reply(body, 500))


def test_a_page_is_not_quoted_as_a_message():
    with pytest.raises(ServiceDown, match=r"SophNet answered 502: no reason given\. "):
        checked(reply(b"\n<html>Bad Gateway", 502, headers={"content-type": "text/html"}))


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf{"a":"x"}', b'{"a":"x\xff"}'])
def test_a_byte_order_mark_or_a_broken_letter_costs_no_answer(body):
    assert checked(reply(body))["a"].startswith("x")


@pytest.mark.parametrize(
    ("body", "created", "request_id"),
    [
        (b'{"taskId": "1", "created": 1724652804}', 1724652804.0, "from the header"),
        (b'{"requestId": "r-1", "output": {"taskId": "1"}}', None, "r-1"),
        (b'{"id": "internal", "created_at": 1724652804}', 1724652804.0, "from the header"),
        (b'{"status": 0, "result": {"created_at": 1724652804}}', 1724652804.0, "from the header"),
        (b"plain-task-id", None, "from the header"),
    ],
)
def test_a_task_says_when_it_was_begun_and_which_request_that_was(
    body: bytes, created: float | None, request_id: str
) -> None:
    headers = {"x-request-id": "from the header"}
    told = started_task(Reply(status=200, headers=headers, body=body))
    assert (told.created, told.request_id) == (created, request_id)
