from __future__ import annotations

import contextlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sophnet_jupyter.sandbox.server import local

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


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\u2029", "é"])
def test_a_mark_within_a_line_of_the_upstream_ends_no_line(started, mark):
    said = f"one{mark}two"

    class Upstream(BaseHTTPRequestHandler):
        def do_GET(self):
            self.answer(json.dumps({"data": [{"id": "m"}]}))

        def do_POST(self):
            choice = {"delta": {"content": said}, "finish_reason": "stop"}
            self.answer(f"data: {json.dumps({'choices': [choice]}, ensure_ascii=False)}\n\n")

        def answer(self, text):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with (
        contextlib.closing(server.socket),
        started("--upstream", f"http://127.0.0.1:{server.server_port}/v1") as front,
    ):
        asked = {"inputs": {"query": "x"}, "response_mode": "streaming", "user": "ada"}
        answer = front.http.post(f"{front.root}/v1/completion-messages", json=asked)
        server.shutdown()
    events = [json.loads(line[5:]) for line in answer.text.split("\n") if line[:5] == "data:"]
    assert "".join(event.get("answer", "") for event in events) == said


def test_an_upstream_that_is_not_there_refuses_a_spoken_answer_before_its_stream(started):
    with started("--upstream", "http://127.0.0.1:9/v1") as front:
        assert spoken(front, "hi").status_code == 502


def test_what_answers_in_the_scripts_place_stands_in_every_answer(relay, sandbox):
    named = f"1; engine=127.0.0.1:{sandbox.port}"
    assert relay.ask("hi").headers["x-sandbox"] == named
    assert spoken(relay, "hi").headers["x-sandbox"] == named
    asked = {"inputs": {"query": "hi"}, "user": "u", "response_mode": "streaming"}
    dify = relay.http.post(f"{relay.root}/v1/completion-messages", json=asked)
    assert dify.headers["x-sandbox"] == named
    # Nothing of it is made by the other server.
    assert relay.http.get("/projects/balance").headers["x-sandbox"] == "1"


class Models(BaseHTTPRequestHandler):
    """A server that lists ``server.said``, and notes what it was sent."""

    def log_message(self, *_):
        """Says nothing."""

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        body = json.dumps(self.server.said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def listing(said):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Models)
    server.said, server.seen = said, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


OLLAMA = {"object": "list", "data": [{"id": "qwen3:4b"}]}


def test_the_only_server_of_this_machine_that_lists_models_is_taken():
    with listing(OLLAMA) as one, listing({"hello": "world"}) as other:
        ports = {other.server_port: "llama.cpp", one.server_port: "Ollama", 9: "LM Studio"}
        found = local.find(ports)
        assert found.name == f"Ollama at 127.0.0.1:{one.server_port}"
        assert found.url == f"http://127.0.0.1:{one.server_port}/v1"
        assert list(found.models) == ["qwen3:4b"]
        [(path, headers)] = one.seen
        assert path == "/v1/models"
        assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("usual", "owner", "name"),
    [
        ("llama.cpp", "llamacpp", "llama.cpp"),
        ("llama.cpp", "openai", "a server"),
        ("Ollama", "organization_owner", "LM Studio"),
        ("Ollama", "library", "Ollama"),
        ("LM Studio", None, "LM Studio"),
    ],
)
def test_a_server_is_not_called_by_its_port_where_its_list_says_otherwise(usual, owner, name):
    with listing({"data": [{"id": "m", "owned_by": owner}]}) as one:
        found = local.find({one.server_port: usual})
    assert found.name == f"{name} at 127.0.0.1:{one.server_port}"


def test_several_servers_or_none_are_told_with_what_to_say():
    with listing(OLLAMA) as one, listing(OLLAMA) as two:
        ports = {one.server_port: "Ollama", two.server_port: "LM Studio"}
        with pytest.raises(local.NotOne) as told:
            local.find(ports)
    assert f"--upstream http://127.0.0.1:{two.server_port}" in str(told.value)
    with pytest.raises(local.NotOne, match=r"LM Studio \(9\).*ollama serve"):
        local.find({9: "LM Studio"})


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody tells who listens")
def test_a_server_of_another_user_is_not_taken(monkeypatch):
    with listing(OLLAMA) as one:
        monkeypatch.setattr(local.os, "getuid", lambda: 4242)
        with pytest.raises(local.NotOne, match="another user"):
            local.find({one.server_port: "Ollama"})
