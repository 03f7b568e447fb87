from __future__ import annotations

import json

import httpx2
import pytest

from sophnet_jupyter.sandbox.switches.faults import FAULTS
from sophnet_jupyter.sandbox.switches.quirks import QUIRKS

IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


def test_every_switch_has_a_description():
    assert all(QUIRKS.values())
    assert all(FAULTS.values())


def test_error_200_moves_the_error_into_the_body(sandbox):
    answer = sandbox.ask("hi", model="", quirks="error_200")
    assert answer.status_code == 200
    assert answer.json()["status"] == 400


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "DeepSeek-R1", "temperature": 1},
        {"model": "Qwen3-32B", "presence_penalty": 1},
        {"model": "Qwen3-32B", "enable_thinking": True},
        {"enable_thinking": True, "thinking": {"type": "disabled"}},
        {"some_other_field": 1},
    ],
    ids=str,
)
def test_strict_params_refuses_what_is_ignored_otherwise(sandbox, fields):
    assert sandbox.ask("hi", **fields).status_code == 200
    assert sandbox.ask("hi", quirks="strict_params", **fields).status_code == 400


def test_no_blank_line_leaves_one_only_at_the_end(sandbox):
    raw = sandbox.ask("what is 1+1?", stream=True, quirks="no_blank_line").content
    assert raw.count(b"\n\n") == 1
    assert raw.endswith(b"data:[DONE]\n\n")


def test_no_last_blank_line_lacks_only_the_last(sandbox):
    raw = sandbox.ask("what is 1+1?", stream=True, quirks="no_last_blank_line").content
    *events, last = raw.split(b"\n\n")
    assert last == b"data:[DONE]\n"
    assert all(json.loads(event.removeprefix(b"data:")) for event in events)


def test_no_blank_line_at_all_when_both_are_asked_for(sandbox):
    quirks = "no_blank_line, no_last_blank_line"
    raw = sandbox.ask("what is 1+1?", stream=True, quirks=quirks).content
    assert b"\n\n" not in raw
    assert raw.endswith(b"data:[DONE]\n")


def test_no_done_ends_with_the_finish_reason(sandbox):
    raw = sandbox.ask("what is 1+1?", stream=True, quirks="no_done").content
    assert b"[DONE]" not in raw
    last = json.loads(raw.split(b"\n\n")[-2].removeprefix(b"data:"))
    assert last["choices"][0]["finish_reason"] == "stop"


def test_space_puts_one_after_every_colon(sandbox):
    events = sandbox.ask("what is 1+1?", stream=True, quirks="space").content.split(b"\n\n")[:-1]
    assert all(event.startswith(b"data: ") for event in events)


def test_empty_choices_stand_between_the_others(sandbox, payloads):
    chunks = payloads(sandbox.ask("hi", stream=True, quirks="empty_choices").content)
    assert any(chunk["choices"] == [] for chunk in chunks)


def test_vendor_prefix_stands_before_the_model(sandbox):
    answer = sandbox.ask("hi", model="Qwen3-32B", quirks="vendor_prefix").json()
    assert answer["model"] == "Qwen/Qwen3-32B"


def test_refs_in_message_move_there_with_ids(sandbox):
    answer = sandbox.ask("hi", model="custom:x", quirks="refs_in_message").json()
    choice = answer["choices"][0]
    assert "refs" not in choice
    assert choice["message"]["refs"][0]["id"] == "ref-1"


def test_no_image_input_refuses_an_image(sandbox):
    messages = [{"role": "user", "content": [IMAGE]}]
    assert sandbox.ask(messages=messages).status_code == 200
    refused = sandbox.ask(messages=messages, quirks="no_image_input")
    assert refused.status_code == 400
    assert refused.json()["message"] == "Model do not support image input"


def test_no_models_hides_the_list(sandbox):
    headers = {"X-Sandbox-Quirks": "no_models"}
    assert sandbox.http.get("/v1/models", headers=headers).status_code == 404


@pytest.mark.parametrize("stream", [True, False])
def test_cut_closes_the_connection_inside_the_body(sandbox, stream):
    with pytest.raises(httpx2.RemoteProtocolError):
        sandbox.ask("count to 99", stream=stream, faults="cut")


def test_a_number_says_after_how_many_chunks(sandbox):
    raw = sandbox.ask("count to 99", stream=True, faults="silent_end=3").content
    assert raw.count(b"data:") == 3


@pytest.mark.parametrize("stream", [True, False])
def test_stall_sends_a_part_and_then_nothing(sandbox, eventually, stream):
    sandbox.forget()
    with pytest.raises(httpx2.ReadTimeout):
        sandbox.http.post(
            "/v1/chat/completions",
            json={"model": "m", "stream": stream, "messages": [{"role": "user", "content": "hi"}]},
            headers={"X-Sandbox-Faults": "stall"},
            timeout=0.3,
        )
    eventually(lambda: [each["ended"] for each in sandbox.seen()["requests"]] == ["hung up"])


def test_silent_end_is_clean_but_without_a_reason(sandbox):
    raw = sandbox.ask("count to 99", stream=True, faults="silent_end").content
    assert b"[DONE]" not in raw
    assert b'"finish_reason":"stop"' not in raw
    assert raw.endswith(b"\n\n")


def test_a_short_answer_breaks_off_before_its_finish_reason(sandbox):
    raw = sandbox.ask("what is 1+1?", stream=True, faults="silent_end=1000").content
    assert b'"finish_reason":"stop"' not in raw


def test_error_mid_stream_is_the_last_event(sandbox):
    raw = sandbox.ask("count to 99", stream=True, faults="error_mid_stream").content
    last = json.loads(raw.split(b"\n\n")[-2].removeprefix(b"data:"))
    assert last["error"]["message"]


def test_late_end_comes_after_done(sandbox):
    assert sandbox.ask("hi", stream=True, faults="late_end=0.2").elapsed.total_seconds() > 0.2


def test_never_end_keeps_the_body_open_after_done(sandbox):
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    headers = {"X-Sandbox-Faults": "never_end"}
    path = "/v1/chat/completions"
    with sandbox.http.stream("POST", path, json=body, headers=headers, timeout=3) as answer:
        parts = answer.iter_raw()
        while not (last := next(parts)).endswith(b"data:[DONE]\n\n"):
            assert last
        with pytest.raises(httpx2.ReadTimeout):
            next(parts)


def test_html_200_is_a_page(sandbox):
    answer = sandbox.ask("hi", stream=True, faults="html_200")
    assert answer.status_code == 200
    assert answer.text.startswith("<!doctype html>")


def test_empty_is_200_and_no_bytes(sandbox):
    answer = sandbox.ask("hi", faults="empty")
    assert (answer.status_code, answer.content) == (200, b"")


def test_slow_first_holds_back_the_headers(sandbox):
    with pytest.raises(httpx2.ReadTimeout):
        sandbox.http.get("/v1/models", headers={"X-Sandbox-Faults": "slow_first"}, timeout=0.2)


def test_rate_limit_names_the_time_to_wait(sandbox):
    assert sandbox.ask(faults="rate_limit").headers["retry-after"] == "1"
    assert sandbox.ask(faults="rate_limit=3600").headers["retry-after"] == "3600"
    assert sandbox.ask(faults="rate_limit").status_code == 429


@pytest.mark.parametrize(("fault", "status"), [("busy_once", 503), ("rate_limit_once", 429)])
def test_a_fault_that_strikes_once_lets_the_same_request_pass_then(sandbox, fault, status):
    answers = [sandbox.ask(f"try {fault}", faults=fault).status_code for _ in range(4)]
    assert answers == [status, 200, status, 200]


def test_server_error_is_500(sandbox):
    assert sandbox.ask(faults="server_error").status_code == 500


def test_balance_is_402_with_the_code_of_the_service(sandbox):
    answer = sandbox.ask(faults="balance")
    assert (answer.status_code, answer.json()["status"]) == (402, 20109)


def test_switches_given_at_the_start_hold_for_every_request(started):
    with started("--quirk", "no_models", "--quirk", "error_200", "--fault", "balance") as sandbox:
        assert sandbox.ask().json()["status"] == 20109
        assert sandbox.http.get("/v1/models").status_code == 200
