from __future__ import annotations

import json

import pytest

NUMBER = {"type": "number"}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Current temperature at a place.",
        "parameters": {
            "type": "object",
            "properties": {"latitude": NUMBER, "longitude": NUMBER},
            "required": ["latitude", "longitude"],
        },
    },
}


def test_an_answer_at_once_is_a_completion_with_usage(sandbox):
    answer = sandbox.ask("what is 17*23?").json()
    assert answer["object"] == "chat.completion"
    assert answer["id"].startswith("chatcmpl-")
    choice = answer["choices"][0]
    assert choice["message"] == {"role": "assistant", "content": "`17*23` = **391**"}
    assert choice["finish_reason"] == "stop"
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


@pytest.mark.parametrize("prompt", ["hi", "你好", "show me Euler's formula", "count to 9"])
def test_as_many_answers_come_as_are_asked_for_and_no_two_are_the_same(sandbox, prompt):
    one, four = sandbox.ask(prompt).json(), sandbox.ask(prompt, n=4).json()
    assert [choice["index"] for choice in four["choices"]] == [0, 1, 2, 3]
    texts = [choice["message"]["content"] for choice in four["choices"]]
    assert texts[0] == one["choices"][0]["message"]["content"]
    assert len(set(texts)) == 4
    tokens, of_one = four["usage"], one["usage"]
    assert tokens["prompt_tokens"] == of_one["prompt_tokens"]
    assert tokens["completion_tokens"] > 4 * of_one["completion_tokens"]


def test_several_answers_in_json_mode_are_all_json(sandbox):
    form = {"type": "json_object"}
    answer = sandbox.ask("json with the key name", response_format=form, n=2).json()
    for choice in answer["choices"]:
        assert json.loads(choice["message"]["content"]).keys() == {"name"}


def test_max_tokens_cuts_the_answer_and_says_so(sandbox):
    answer = sandbox.ask("count to 100", max_tokens=7).json()
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["usage"]["completion_tokens"] == 7


def test_thinking_counts_against_max_tokens(sandbox):
    answer = sandbox.ask("hi", max_tokens=7, enable_thinking=True).json()
    message = answer["choices"][0]["message"]
    assert message["content"] == ""
    assert message["reasoning_content"]
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] == 7


def test_a_stop_string_ends_the_answer_before_it_is_said(sandbox):
    answer = sandbox.ask("count to 100", stop=["9", "7,"]).json()
    assert answer["choices"][0]["message"]["content"] == "1, 2, 3, 4, 5, 6, "
    assert answer["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    "switch",
    [
        {"enable_thinking": True},
        {"chat_template_kwargs": {"enable_thinking": True}},
        {"thinking": {"type": "enabled"}},
        {"model": "DeepSeek-R1"},
        {"model": "Kimi-K2-thinking"},
    ],
)
def test_each_spelling_of_the_switch_makes_it_think(sandbox, switch):
    assert "reasoning_content" in sandbox.ask("hi", **switch).json()["choices"][0]["message"]


def test_a_model_that_is_told_not_to_think_does_not(sandbox):
    answer = sandbox.ask("hi", model="Kimi-K2-thinking", thinking={"type": "disabled"}).json()
    assert "reasoning_content" not in answer["choices"][0]["message"]


def test_json_mode_answers_with_nothing_but_json(sandbox):
    text = sandbox.text(
        "json with the keys name, age and city", response_format={"type": "json_object"}
    )
    assert json.loads(text).keys() == {"name", "age", "city"}


def test_json_mode_fills_a_schema_that_the_prompt_holds(sandbox):
    schema = {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "stars": {"type": "integer", "minimum": 3},
            "kind": {"enum": ["a", "b"]},
            "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}},
        },
        "$defs": {"part": {"type": "object", "properties": {"ok": {"type": "boolean"}}}},
    }
    prompt = f"Answer as JSON by this schema: {json.dumps(schema)}"
    filled = json.loads(sandbox.text(prompt, response_format={"type": "json_object"}))
    assert filled["stars"] == 3
    assert filled["kind"] == "a"
    assert filled["parts"] == [{"ok": True}]


def test_references_stand_beside_the_message(sandbox):
    choice = sandbox.ask("hi", model="custom:handbook").json()["choices"][0]
    assert [ref["type"] for ref in choice["refs"]] == ["file", "qa", "web"]
    assert "refs" not in choice["message"]


def test_files_need_the_key_and_web_pages_must_not_see_it(sandbox):
    choice = sandbox.ask("hi", model="custom:handbook").json()["choices"][0]
    file, qa, web = (ref["url"] for ref in choice["refs"])
    no_key = {"Authorization": ""}
    assert sandbox.http.get(file).status_code == 200
    assert sandbox.http.get(qa).status_code == 200
    assert sandbox.http.get(file, headers=no_key).status_code == 401
    assert sandbox.http.get(web).status_code == 400
    del sandbox.http.headers["authorization"]
    try:
        assert sandbox.http.get(web).status_code == 200
    finally:
        sandbox.http.headers["Authorization"] = "Bearer sandbox"


def test_half_a_surrogate_pair_does_not_break_the_answer(sandbox):
    body = b'{"model":"m","messages":[{"role":"user","content":"a \\ud83d b"}]}'
    assert sandbox.http.post("/v1/chat/completions", content=body).status_code == 200
    assert sandbox.seen()["requests"]


def test_tools_that_do_not_fit_are_not_called(sandbox):
    choice = sandbox.ask("hi", tools=[WEATHER]).json()["choices"][0]
    assert choice["finish_reason"] == "stop"
    assert "tool_calls" not in choice["message"]


@pytest.mark.parametrize(
    ("prompt", "latitude"),
    [("今日上海天气如何？", 31.2304), ("how is the weather in Paris?", 48.8566)],
)
def test_a_tool_that_fits_is_called_with_arguments_of_the_prompt(sandbox, prompt, latitude):
    choice = sandbox.ask(prompt, tools=[WEATHER]).json()["choices"][0]
    (call,) = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] == ""
    assert call["function"]["name"] == "get_weather"
    assert json.loads(call["function"]["arguments"])["latitude"] == latitude


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ("none", "stop"),
        ("required", "tool_calls"),
        ({"type": "function", "function": {"name": "get_weather"}}, "tool_calls"),
    ],
    ids=str,
)
def test_tool_choice_decides(sandbox, choice, reason):
    prompt = "how is the weather?" if choice == "none" else "hi"
    answer = sandbox.ask(prompt, tools=[WEATHER], tool_choice=choice).json()
    assert answer["choices"][0]["finish_reason"] == reason


@pytest.mark.parametrize("stream", [True, False])
def test_a_tool_with_a_broken_schema_is_called_all_the_same(sandbox, stream):
    odd = {"properties": {"a": 1, "b": {"type": "array", "items": 3}, "c": {"enum": []}}}
    tool = {"type": "function", "function": {"name": "odd", "parameters": odd}}
    answer = sandbox.ask("hi", tools=[tool], tool_choice="required", stream=stream)
    assert answer.status_code == 200
