from __future__ import annotations

import base64
import io

import httpx2
import pytest
from PIL import Image

SHORT = "/projects/easyllms/imagegenerator/task"
LONG = "/projects/p/easyllms/texttoimage/task"


def create(sandbox, prompt="a fox", *, path=SHORT, quirks="", **parameters):
    body = {"model": "qwen-image", "input": {"prompt": prompt}, "parameters": parameters}
    if path == LONG:
        body["easyllm_id"] = "e"
    return sandbox.http.post(path, json=body, headers={"X-Sandbox-Quirks": quirks})


def looked(sandbox, task_id, *, path=SHORT, **switches):
    return sandbox.look(f"{path}/{task_id}", **switches)


def drawn(sandbox, prompt="a fox", **parameters):
    task_id = create(sandbox, prompt, **parameters).json()["output"]["taskId"]
    [result] = looked(sandbox, task_id)["output"]["results"]
    return httpx2.get(result["url"], timeout=60, trust_env=False).content


@pytest.mark.parametrize("path", [SHORT, LONG])
def test_a_task_is_pending_then_running_then_succeeded(started, eventually, path):
    # Of three seconds the queue is less than one, which a late look does not see.
    with started("--task-seconds", "600") as slow:
        begun = create(slow, path=path).json()["output"]
        assert looked(slow, begun["taskId"], path=path)["output"]["taskStatus"] == "PENDING"
    with started("--task-seconds", "3") as sandbox:
        begun = create(sandbox, path=path).json()["output"]
        words = [begun["taskStatus"]]

        def done():
            words.append(looked(sandbox, begun["taskId"], path=path)["output"]["taskStatus"])
            return words[-1] == "SUCCEEDED"

        eventually(done)
        assert sorted(set(words)) == ["PENDING", "RUNNING", "SUCCEEDED"]
        assert words == sorted(words)


def test_the_same_words_and_seed_make_the_same_picture_and_no_others_do(quick):
    one = drawn(quick, seed=7)
    assert drawn(quick, seed=7) == one
    assert drawn(quick, seed=8) != one
    assert drawn(quick, "a hen", seed=7) != one
    assert Image.open(io.BytesIO(drawn(quick, seed=7, size="1664*928"))).size == (1664, 928)


def test_words_without_a_font_are_drawn_all_the_same(quick):
    one, other = (Image.open(io.BytesIO(drawn(quick, text, seed=1))) for text in ("雪狐", "雪虎"))
    assert one.tobytes() != other.tobytes()


def test_several_results_are_different_pictures(quick):
    task_id = create(quick, n=2, seed=5).json()["output"]["taskId"]
    answer = looked(quick, task_id)
    first, second = (
        httpx2.get(result["url"], timeout=60, trust_env=False).content
        for result in answer["output"]["results"]
    )
    assert first != second
    assert answer["usage"] == {"imageCount": 2}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "model is required"),
        ({"model": "m"}, "input.prompt is required"),
        ({"model": "no-such-model", "input": {"prompt": "x"}}, "not found"),
        ({"model": "m", "input": {"prompt": "x"}, "parameters": {"size": "7*7"}}, "size"),
        ({"model": "m", "input": {"prompt": "x"}, "parameters": {"seed": "7"}}, "seed"),
        ({"model": "m", "input": {"prompt": "x", "images": []}}, "one to 16"),
        ({"model": "m", "input": {"prompt": "x", "images": ["cat.png"]}}, "data URI"),
    ],
    ids=str,
)
def test_what_the_document_forbids_is_refused_by_name(quick, body, says):
    answer = quick.http.post(SHORT, json=body)
    assert answer.status_code in (400, 404)
    assert says in answer.json()["message"]


@pytest.mark.parametrize("size", ["1024*1024", "1472*1140", "1472*1104", "1328*1328"])
def test_sizes_of_the_list_and_of_the_sample_are_taken(quick, size):
    assert create(quick, size=size).status_code == 200


def test_steps_have_a_limit_where_small_limits_are_asked_for_and_else_none(quick):
    body = {"model": "m", "input": {"prompt": "a fox"}, "parameters": {"steps": 101}}
    assert quick.http.post(SHORT, json=body).status_code == 200
    small = quick.http.post(SHORT, json=body, headers={"X-Sandbox-Quirks": "small_limits"})
    assert "steps must be an integer from 1 to 100" in small.json()["message"]


def test_the_path_with_a_project_demands_an_easyllm_id_and_the_short_one_ignores_it(quick):
    body = {"model": "m", "input": {"prompt": "x"}}
    assert quick.http.post(LONG, json=body).status_code == 400
    assert quick.http.post(SHORT, json={**body, "easyllm_id": "e"}).status_code == 200


def test_a_picture_that_came_along_is_changed(quick):
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "PNG")
    uri = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    body = {"model": "edit", "input": {"prompt": "x", "images": [uri]}, "parameters": {"seed": 1}}
    task_id = quick.http.post(SHORT, json=body).json()["output"]["taskId"]
    [result] = looked(quick, task_id)["output"]["results"]
    changed = httpx2.get(result["url"], timeout=60, trust_env=False).content
    assert changed != drawn(quick, "x", seed=1)
    # Where its words stand, those of the picture that came along cannot be seen any more.
    with Image.open(io.BytesIO(changed)) as image:
        assert image.getpixel((image.width - 5, image.height - 5)) == (12, 14, 18)
    body["input"]["images"] = ["data:image/png;base64,AAAA"]
    assert "no picture" in quick.http.post(SHORT, json=body).json()["message"]


def test_a_result_needs_its_signature_and_no_key(quick):
    task_id = create(quick).json()["output"]["taskId"]
    url = looked(quick, task_id)["output"]["results"][0]["url"]
    assert httpx2.get(url, trust_env=False).headers["content-type"] == "image/png"
    assert httpx2.get(url.partition("?")[0], trust_env=False).status_code == 403
    assert quick.http.get(url).status_code == 400


@pytest.mark.parametrize(
    ("fault", "status", "starts"),
    [
        ("result_expired", 403, b"{"),
        ("result_empty", 200, None),
        ("result_page", 200, b"<!doctype"),
    ],
)
def test_a_result_can_be_in_trouble(quick, fault, status, starts):
    task_id = create(quick).json()["output"]["taskId"]
    url = looked(quick, task_id, faults=fault)["output"]["results"][0]["url"]
    answer = httpx2.get(url, trust_env=False)
    assert answer.status_code == status
    assert answer.content.startswith(starts) if starts else answer.content == b""


@pytest.mark.parametrize(
    ("switches", "word"),
    [
        ({"faults": "task_fails"}, "FAILED"),
        ({"faults": "task_canceled"}, "CANCELED"),
        ({"faults": "task_never_ends"}, "RUNNING"),
        ({"quirks": "successed"}, "SUCCESSED"),
    ],
)
def test_a_task_can_end_otherwise(quick, switches, word):
    task_id = create(quick).json()["output"]["taskId"]
    output = looked(quick, task_id, **switches)["output"]
    assert output["taskStatus"] == word
    assert ("code" in output) == (word == "FAILED")
    assert ("results" in output) == (word == "SUCCESSED")


def test_the_list_has_rows_of_two_forms(quick):
    task_id = create(quick).json()["output"]["taskId"]
    [row, *_] = quick.look(SHORT)
    assert row == {"task_id": task_id, "model": "qwen-image", "status": "SUCCEEDED"}
    [row, *_] = quick.look(LONG, quirks="list_output")
    assert row == {"output": {"taskId": task_id, "taskStatus": "SUCCEEDED"}}


def test_a_refusal_can_come_with_200_and_no_output(quick):
    answer = create(quick, "", quirks="image_error_200")
    assert answer.status_code == 200
    assert answer.json() == {"code": "InvalidParameter", "message": "input.prompt is required"}


def test_a_task_that_is_not_there_is_not_found(quick):
    assert quick.http.get(f"{SHORT}/nowhere").status_code == 404
