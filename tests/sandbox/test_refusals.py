from __future__ import annotations

import time

import pytest

USER = {"role": "user", "content": "hi"}
TOOL = {"type": "function", "function": {"name": "f"}}


def assert_envelope(answer, http, status=None):
    assert answer.status_code == http
    body = answer.json()
    assert body.keys() == {"status", "message", "result", "timestamp"}
    assert body["status"] == (status or http)
    assert body["message"]
    assert body["result"] is None
    assert abs(body["timestamp"] / 1000 - time.time()) < 60


@pytest.mark.parametrize(
    "authorization", ["", "sandbox", "Bearersandbox", "Bearer", "Basic sandbox"]
)
def test_anything_but_bearer_and_the_key_is_refused(sandbox, authorization):
    answer = sandbox.http.get("/v1/models", headers={"Authorization": authorization})
    assert_envelope(answer, 401)


def test_a_wrong_key_is_refused_with_the_envelope(sandbox):
    answer = sandbox.http.get("/v1/models", headers={"Authorization": "Bearer other"})
    assert_envelope(answer, 401)
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("authorization", ["bearer sandbox", "BEARER   sandbox"])
def test_the_scheme_may_be_written_any_way(sandbox, authorization):
    headers = {"Authorization": authorization}
    assert sandbox.http.get("/v1/models", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": None},
        {"messages": []},
        {"messages": "hi"},
        {"messages": ["hi"]},
        {"messages": [{"role": "developer", "content": "hi"}]},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": []}]},
        {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}]},
        {"messages": [{"role": "tool", "content": "20"}]},
        {"messages": [{"role": "assistant", "content": None}]},
        {"model": None},
        {"model": ""},
        {"model": 3},
        {"stream": "true"},
        {"temperature": 2.1},
        {"temperature": -0.1},
        {"temperature": "1"},
        {"temperature": True},
        {"top_p": 0},
        {"top_p": 1.01},
        {"presence_penalty": 2.5},
        {"frequency_penalty": -2.5},
        {"max_tokens": 0},
        {"max_tokens": 1.5},
        {"max_tokens": True},
        {"n": 0},
        {"n": 129},
        {"n": "2"},
        {"n": True},
        {"max_tokens": 5, "max_completion_tokens": 5},
        {"stop": "END"},
        {"stop": ["a", "b", "c", "d", "e"]},
        {"stop": [""]},
        {"stop": [1]},
        {"top_logprobs": 3},
        {"top_logprobs": 21, "logprobs": True},
        {"logprobs": 1},
        {"response_format": {"type": "json_schema"}},
        {"response_format": "json"},
        {"stream_options": {"include_usage": True}},
        {"stream": True, "stream_options": {"include_usage": 1}},
        {"enable_thinking": "yes"},
        {"chat_template_kwargs": {"enable_thinking": 1}},
        {"thinking": True},
        {"thinking": {"type": "on"}},
        {"thinking": {"type": "enabled", "budget_tokens": 0}},
        {"reasoning_effort": "extreme"},
        {"model": "gpt-5.4", "enable_thinking": False},
        {"tool_choice": "always"},
        {"tool_choice": "required"},
        {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}},
        {"tools": {}},
        {"tools": [{"type": "web_search"}]},
        {"tools": [{"type": "function", "function": {}}]},
    ],
    ids=str,
)
def test_a_bad_field_is_refused(sandbox, fields):
    body = {"model": "m", "messages": [USER], **fields}
    assert_envelope(sandbox.http.post("/v1/chat/completions", json=body), 400)


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": 0},
        {"temperature": 2},
        {"temperature": None},
        {"top_p": 1},
        {"stop": ["a", "b", "c", "d"]},
        {"stop": None},
        {"n": 30},
        {"n": None},
        {"logprobs": True, "top_logprobs": 20},
        {"tools": [TOOL]},
        {"tools": [TOOL], "tool_choice": "auto", "parallel_tool_calls": False},
        {"response_format": {"type": "text"}},
        {"some_other_field": 1},
        {"model": "DeepSeek-R1", "temperature": 1},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]},
    ],
    ids=str,
)
def test_a_good_field_is_not_refused(sandbox, fields):
    body = {"model": "m", "messages": [USER], **fields}
    assert sandbox.http.post("/v1/chat/completions", json=body).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"hi"', b'{"model": NaN}', b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(sandbox, body):
    assert_envelope(sandbox.http.post("/v1/chat/completions", content=body), 400)


def test_json_mode_without_the_word_json_is_refused_with_its_own_code(sandbox):
    answer = sandbox.ask("hi", response_format={"type": "json_object"})
    assert_envelope(answer, 400, 400001)


def test_a_model_that_is_not_enabled_is_not_found(sandbox):
    assert_envelope(sandbox.ask("hi", model="no-such-model"), 404)


@pytest.mark.parametrize("path", ["/projects/v1/chat/completions", "/v1/chat", "/"])
def test_a_path_that_does_not_exist_is_not_found(sandbox, path):
    assert_envelope(sandbox.http.post(path, json={}), 404)


def test_a_path_outside_every_service_is_not_found(sandbox):
    assert_envelope(sandbox.http.get(f"{sandbox.root}/nowhere"), 404)


def test_a_get_of_the_chat_path_is_the_wrong_method(sandbox):
    assert_envelope(sandbox.http.get("/v1/chat/completions"), 405)


@pytest.mark.parametrize("header", ["X-Sandbox-Quirks", "X-Sandbox-Faults"])
def test_an_unknown_switch_in_a_header_is_refused(sandbox, header):
    answer = sandbox.http.get("/v1/models", headers={header: "cut_the_mustard"})
    assert_envelope(answer, 400)
    assert "known:" in answer.json()["message"]


def test_the_first_page_needs_no_key_and_names_the_services(sandbox):
    answer = sandbox.http.get(sandbox.root, headers={"Authorization": ""})
    assert answer.json()["services"]["sophnet"] == "/api/open-apis"


def test_the_models_have_the_names_of_the_year(sandbox):
    names = [model["id"] for model in sandbox.http.get("/v1/models").json()["data"]]
    assert "DeepSeek-V3.2" in names
    assert len(names) == len(set(names))
