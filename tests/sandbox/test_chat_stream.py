from __future__ import annotations

import json
import re

import pytest

INTEGER = {"type": "integer"}
ADD = {
    "type": "function",
    "function": {
        "name": "add",
        "parameters": {"type": "object", "properties": {"a": INTEGER, "b": INTEGER}},
    },
}


def content(chunks, field="content"):
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    return "".join(delta.get(field) or "" for delta in deltas)


def test_an_event_is_data_colon_json_blank_line_without_a_space(sandbox):
    raw = sandbox.ask("what is 17*23?", stream=True).content
    assert re.fullmatch(rb"(data:\{[^\n]+\}\n\n)+data:\[DONE\]\n\n", raw)


def test_a_stream_says_that_it_is_one(sandbox):
    answer = sandbox.ask(stream=True)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-sandbox"] == "1"
    assert answer.headers["x-request-id"]


def test_the_role_is_named_once_and_then_null(sandbox, payloads):
    chunks = payloads(sandbox.ask("what is 17*23?", stream=True).content)
    roles = [chunk["choices"][0]["delta"]["role"] for chunk in chunks]
    assert roles == ["assistant", *[None] * (len(chunks) - 1)]


def test_the_last_chunk_has_no_content_but_a_reason_and_the_usage(sandbox, payloads):
    *others, last = payloads(sandbox.ask("what is 17*23?", stream=True).content)
    assert last["choices"][0]["delta"]["content"] is None
    assert last["choices"][0]["finish_reason"] == "stop"
    assert last["usage"]["completion_tokens"] == len(others)
    assert all(chunk["choices"][0]["finish_reason"] is None for chunk in others)
    assert all("usage" not in chunk for chunk in others)


def test_every_chunk_carries_the_same_id_and_the_model(sandbox, payloads):
    chunks = payloads(sandbox.ask("hi", stream=True).content)
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert {chunk["model"] for chunk in chunks} == {"m"}
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}


def test_a_chunk_with_usage_and_no_choice_comes_only_when_asked_for(sandbox, payloads):
    plain = payloads(sandbox.ask("hi", stream=True).content)
    asked = sandbox.ask("hi", stream=True, stream_options={"include_usage": True}).content
    assert all(chunk["choices"] for chunk in plain)
    assert payloads(asked)[-1]["choices"] == []
    assert payloads(asked)[-1]["usage"] == plain[-1]["usage"]


@pytest.mark.parametrize(
    "prompt", ["hi", "你好", "show me Euler's formula", "写一段代码", "story of 200 words"]
)
def test_the_pieces_joined_are_the_answer(sandbox, payloads, prompt):
    chunks = payloads(sandbox.ask(prompt, stream=True).content)
    assert content(chunks) == sandbox.text(prompt)


def test_thinking_comes_before_the_first_content(sandbox, payloads):
    chunks = payloads(sandbox.ask("hi", stream=True, enable_thinking=True).content)
    kinds = ["content" if c["choices"][0]["delta"]["content"] else "thinking" for c in chunks]
    assert kinds[:-1] == sorted(kinds[:-1], reverse=True)
    assert "The user writes" in content(chunks, "reasoning_content")


def test_references_come_where_they_are_cited_and_all_together_at_the_end(sandbox, payloads):
    chunks = payloads(sandbox.ask("hi", stream=True, model="custom:handbook").content)
    refs = [c["choices"][0]["refs"] for c in chunks if "refs" in c["choices"][0]]
    *partial, full = [[ref["index"] for ref in group] for group in refs]
    assert partial == [[1], [2], [3]]
    assert full == [1, 2, 3]
    said = ""
    for chunk in chunks:
        said += chunk["choices"][0]["delta"]["content"] or ""
        if "refs" in chunk["choices"][0]:
            assert f"[{chunk['choices'][0]['refs'][0]['index']}]" in said


def test_a_call_arrives_by_name_and_then_in_pieces_of_its_arguments(sandbox, payloads):
    asked = sandbox.ask("add 17 and 4", stream=True, tools=[ADD]).content
    *chunks, last = payloads(asked)
    first, *others = [chunk["choices"][0]["delta"]["tool_calls"][0] for chunk in chunks]
    assert first["function"] == {"name": "add", "arguments": ""}
    assert first["id"].startswith("call_")
    assert {call["index"] for call in [first, *others]} == {0}
    arguments = "".join(call["function"]["arguments"] for call in others)
    assert json.loads(arguments) == {"a": 17, "b": 4}
    assert last["choices"][0]["finish_reason"] == "tool_calls"


def test_a_call_arrives_whole_when_the_quirk_asks_for_it(sandbox, payloads):
    raw = sandbox.ask("add 1 and 2", stream=True, tools=[ADD], quirks="whole_tool_call").content
    only, _ = payloads(raw)
    (call,) = only["choices"][0]["delta"]["tool_calls"]
    assert "index" not in call
    assert json.loads(call["function"]["arguments"]) == {"a": 1, "b": 2}


def test_log_probabilities_come_with_each_piece_when_asked_for(sandbox, payloads):
    chunks = payloads(sandbox.ask("what is 2+2?", stream=True, logprobs=True).content)
    first = chunks[0]["choices"][0]
    assert first["logprobs"]["content"][0]["token"] == first["delta"]["content"]


def test_tokens_come_at_the_pace_that_a_header_asks_for(sandbox):
    headers = {"X-Sandbox-Tokens-Per-Second": "50"}
    body = {"model": "m", "stream": True, "max_tokens": 10}
    body["messages"] = [{"role": "user", "content": "count to 99"}]
    answer = sandbox.http.post("/v1/chat/completions", json=body, headers=headers)
    assert answer.elapsed.total_seconds() > 0.15


def test_several_answers_come_in_turn_and_are_counted_together(sandbox, payloads):
    *chunks, last = payloads(sandbox.ask("what is 17*23?", stream=True, n=3).content)
    choices = [choice for chunk in [*chunks, last] for choice in chunk["choices"]]
    assert all(len(chunk["choices"]) == 1 for chunk in [*chunks, last])
    assert [choice["index"] for choice in choices[:6]] == [0, 1, 2, 0, 1, 2]
    own = [[one for one in choices if one["index"] == index] for index in range(3)]
    texts = ["".join(one["delta"]["content"] or "" for one in mine) for mine in own]
    assert len(set(texts)) == 3
    assert all("**391**" in text for text in texts)
    for mine in own:
        assert [one["delta"]["role"] for one in mine] == ["assistant", *[None] * (len(mine) - 1)]
        assert [one["finish_reason"] for one in mine] == [*[None] * (len(mine) - 1), "stop"]
    assert last["usage"]["completion_tokens"] == sum(len(mine) - 1 for mine in own)
    assert not any("usage" in chunk for chunk in chunks)
