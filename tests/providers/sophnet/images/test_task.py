"""
What the service says of an image task, in all the forms that were seen.

See docs/services/sophnet.md#images.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from sophnet_jupyter.errors import (
    AnswerUnreadable,
    NotFound,
    RateLimited,
    ServiceError,
    SettingsError,
    TaskFailed,
)
from sophnet_jupyter.providers.sophnet.images.request import request
from sophnet_jupyter.providers.sophnet.images.task import decode_list, decode_task, look
from sophnet_jupyter.providers.sophnet.paths import ResourceIds
from sophnet_jupyter.wire.call import Reply

URL = "https://store.example/1.png?Signature=x"


def reply(body: Any, status: int = 200) -> Reply:
    return Reply(
        status=status,
        headers={"content-type": "application/json"},
        body=json.dumps(body).encode(),
        scrub=lambda text: text.replace("sk-key", "***"),
    )


def output(word: str, **more: Any) -> dict[str, Any]:
    return {"output": {"taskId": "t", "taskStatus": word, **more}}


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("PENDING", "pending"),
        ("RUNNING", "running"),
        ("SUSPENDED", "suspended"),
        ("SUCCEEDED", "succeeded"),
        ("SUCCESSED", "succeeded"),
        ("CANCELED", "cancelled"),
        ("cancelled", "cancelled"),
        ("", "unknown"),
    ],
)
def test_each_spelling_of_a_status_is_one_state(word: str, state: str) -> None:
    task = decode_task(reply(output(word)))
    assert (task.state, task.word) == (state, word)


@pytest.mark.parametrize("name", ["taskId", "task_id", "id"])
def test_the_id_has_three_names(name: str) -> None:
    assert decode_task(reply({"output": {name: "t", "taskStatus": "PENDING"}})).id == "t"


@pytest.mark.parametrize("word", ["SUCCEEDED", "SUCCESSED"])
def test_a_task_is_done_with_its_addresses(word: str) -> None:
    state = look(reply(output(word, results=[{"url": URL}, {"url": ""}, {}])), "t")
    assert (state.done, state.urls, state.word) == (True, (URL,), word)


@pytest.mark.parametrize("word", ["PENDING", "RUNNING", "SUSPENDED", "SOMETHING_NEW"])
def test_a_task_that_goes_on_is_not_done(word: str) -> None:
    state = look(reply(output(word)), "t")
    assert (state.done, state.word) == (False, word)


@pytest.mark.parametrize("name", ["message", "errorMessage"])
def test_a_task_that_failed_says_why_without_the_key(name: str) -> None:
    said = {"code": "DataInspectionFailed", name: "not with sk-key"}
    with pytest.raises(TaskFailed) as caught:
        look(reply(output("FAILED", **said)), "t")
    assert (caught.value.state, caught.value.code) == ("FAILED", "DataInspectionFailed")
    assert "not with ***" in str(caught.value)


def test_a_cancelled_task_is_an_error() -> None:
    with pytest.raises(TaskFailed, match="CANCELED"):
        look(reply(output("CANCELED")), "t")


def test_a_task_that_is_done_without_any_picture_has_failed() -> None:
    with pytest.raises(TaskFailed, match="without any image"):
        look(reply(output("SUCCEEDED", results=[])), "t")


def test_a_task_of_unknown_state_is_not_found() -> None:
    with pytest.raises(NotFound):
        look(reply(output("UNKNOWN")), "t")


@pytest.mark.parametrize(
    "body",
    [
        {"code": "Throttling", "message": "oops"},
        {"output": {"code": "Throttling", "message": "oops"}},
        {"output": {"taskId": "t", "taskStatus": "PENDING", "code": "Busy", "message": "oops"}},
        {"status": 20109, "message": "oops", "result": None},
    ],
    ids=str,
)
def test_an_error_that_comes_with_200_is_raised(body: Any) -> None:
    with pytest.raises(ServiceError, match="oops"):
        decode_task(reply(body))


def test_an_error_status_is_raised_whatever_the_body_says() -> None:
    with pytest.raises(RateLimited):
        decode_task(reply(output("SUCCEEDED"), status=429))


@pytest.mark.parametrize("body", [{}, [], "t", {"output": None}, {"output": {}}], ids=str)
def test_an_answer_without_a_task_is_unreadable(body: Any) -> None:
    with pytest.raises(AnswerUnreadable):
        decode_task(reply(body))


@pytest.mark.parametrize(
    "body",
    [
        [{"task_id": "t", "model": "m", "status": "CANCELED"}],
        [{"output": {"taskId": "t", "taskStatus": "CANCELED"}, "model": "m"}],
        {"status": 0, "result": [{"taskId": "t", "model": "m", "taskStatus": "CANCELED"}]},
        {"data": [{"id": "t", "model": "m", "status": "CANCELED"}, "nonsense", {}]},
    ],
    ids=str,
)
def test_a_list_is_read_in_each_of_its_forms(body: Any) -> None:
    [task] = decode_list(reply(body))
    assert (task.id, task.state, task.model) == ("t", "cancelled", "m")


def test_a_list_that_is_none_is_an_error() -> None:
    with pytest.raises(ServiceError, match="oops"):
        decode_list(reply({"status": 500, "message": "oops"}))
    with pytest.raises(AnswerUnreadable):
        decode_list(reply({"status": 0}))


def test_an_address_is_not_in_the_repr() -> None:
    assert "Signature" not in repr(decode_task(reply(output("SUCCEEDED", results=[{"url": URL}]))))


def test_only_what_is_given_is_sent() -> None:
    assert request("a fox") == {"model": "qwen-image", "input": {"prompt": "a fox"}}
    body = request(
        "a fox",
        model="m",
        negative_prompt="blur",
        size="1664x928",
        seed=0,
        steps=4,
        n=2,
        prompt_extend=False,
        watermark=True,
        extra_body={"parameters": {"save_to_jpeg": True}, "callback": 1},
    )
    assert body["input"] == {"prompt": "a fox", "negative_prompt": "blur"}
    assert body["parameters"] == {
        "size": "1664*928",
        "n": 2,
        "seed": 0,
        "steps": 4,
        "prompt_extend": False,
        "watermark": True,
        "save_to_jpeg": True,
    }
    assert body["callback"] == 1


@pytest.mark.parametrize(
    "options", [{"size": "large"}, {"seed": -1}, {"steps": 0}, {"n": 0}, {"images": []}], ids=str
)
def test_what_cannot_be_right_is_refused_before_it_is_sent(options: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        request("a fox", **options)
    with pytest.raises(SettingsError, match="empty"):
        request("  ")


@pytest.mark.parametrize("size", ["1024*1024", "1472*1140", "1472*1104", "1000*1000"])
def test_no_list_of_sizes_is_checked(size: str) -> None:
    assert request("a fox", size=size)["parameters"] == {"size": size}


def test_the_path_has_the_project_only_where_the_resource_is_known_too() -> None:
    full = ResourceIds(project_id="p/1", easyllm_id="e")
    assert full.path("texttoimage") == "/projects/p%2F1/easyllms/texttoimage"
    assert full.fields == {"easyllm_id": "e"}
    for half in (ResourceIds(project_id="p"), ResourceIds(easyllm_id="e"), ResourceIds()):
        assert half.path("texttoimage", short="imagegenerator") == (
            "/projects/easyllms/imagegenerator"
        )
        assert half.fields == {}
