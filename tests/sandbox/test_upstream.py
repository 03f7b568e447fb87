from __future__ import annotations

import pytest

KEY = {"UP_KEY": "sandbox"}


@pytest.fixture(scope="module")
def relay(sandbox, started):
    upstream = ["--upstream", f"{sandbox.url}/v1", "--upstream-key-env", "UP_KEY"]
    with started("--api-key", "front", *upstream, **KEY) as front:
        front.http.headers["Authorization"] = "Bearer front"
        yield front


def test_bytes_arrive_as_the_upstream_sent_them(relay):
    raw = relay.ask("what is 17*23?", stream=True).content
    assert raw.endswith(b"data:[DONE]\n\n")
    assert b"391" in raw


def test_the_upstream_gets_its_own_key_and_the_body_as_it_is(relay, sandbox):
    sandbox.forget()
    assert relay.ask("hi", some_field=1).status_code == 200
    assert sandbox.seen()["requests"][0]["body"]["some_field"] == 1


def test_an_error_of_the_upstream_becomes_an_envelope(relay):
    answer = relay.ask("hi", model="no-such-model")
    assert answer.status_code == 404
    assert "no-such-model" in answer.json()["message"]


def test_the_upstreams_models_are_listed(relay):
    assert relay.http.get("/v1/models").json()["data"]


def test_a_hang_up_reaches_the_upstream(sandbox, started, eventually):
    with started("--tokens-per-second", "20") as slow:
        upstream = ["--upstream", f"{slow.url}/v1", "--upstream-key-env", "UP_KEY"]
        with started(*upstream, **KEY) as front:
            body = {"model": "m", "stream": True}
            body["messages"] = [{"role": "user", "content": "count to 500"}]
            with front.http.stream("POST", "/v1/chat/completions", json=body) as answer:
                next(answer.iter_raw())
            eventually(lambda: slow.seen()["requests"][0]["ended"] == "hung up")


def test_an_upstream_that_is_not_there_is_502(started):
    with started("--upstream", "http://127.0.0.1:9/v1") as front:
        assert front.ask().status_code == 502


def spoken(front, prompt):
    asked = {"model": "m", "messages": [{"role": "user", "content": prompt}], "stream": True}
    body = {"chat_completion_req": asked, "speech_synthesis_req": {"stream": True}}
    headers = {"X-Sandbox-Voice-Speed": "0"}
    return front.http.post("/v1/chat/completions-with-voice-output", json=body, headers=headers)


def test_a_spoken_answer_is_the_upstreams_too(relay):
    said = spoken(relay, "what is 17*23?").text
    assert "391" in said
    assert "audioFrame" in said


def test_an_upstream_that_is_not_there_refuses_a_spoken_answer_before_its_stream(started):
    with started("--upstream", "http://127.0.0.1:9/v1") as front:
        assert spoken(front, "hi").status_code == 502
