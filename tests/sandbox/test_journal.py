from __future__ import annotations

import json
import socket

PIECE = bytes(1_000_000)
# More than is held in memory.
PIECES = 66


def request_bytes(sandbox, **fields):
    messages = [{"role": "user", "content": "count to 5000"}]
    body = json.dumps({"model": "m", "messages": messages, **fields}).encode()
    head = (
        f"POST /api/open-apis/v1/chat/completions HTTP/1.1\r\nHost: localhost:{sandbox.port}\r\n"
        "Authorization: Bearer sandbox\r\nX-Sandbox-Tokens-Per-Second: 50\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def test_a_client_that_hangs_up_is_noticed_while_tokens_flow(sandbox, eventually):
    sandbox.forget()
    with socket.create_connection(("127.0.0.1", sandbox.port)) as client:
        client.sendall(request_bytes(sandbox, stream=True))
        assert client.recv(10)
        assert sandbox.seen()["requests"][0]["ended"] is None
    eventually(lambda: sandbox.seen()["requests"][0]["ended"] == "hung up")


def test_a_client_that_hangs_up_before_a_whole_answer_is_noticed(sandbox, eventually):
    sandbox.forget()
    with socket.create_connection(("127.0.0.1", sandbox.port)) as client:
        client.sendall(request_bytes(sandbox, stream=False))
        eventually(lambda: sandbox.seen()["requests"])
    eventually(lambda: sandbox.seen()["requests"][0]["ended"] == "hung up")


def test_an_answer_that_was_read_is_finished(sandbox):
    sandbox.forget()
    answer = sandbox.ask("hi", stream=True)
    (entry,) = sandbox.seen()["requests"]
    assert entry == {
        "method": "POST",
        "path": "/api/open-apis/v1/chat/completions",
        "status": 200,
        "ended": "finished",
        "request_id": answer.headers["x-request-id"],
        "body": {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True},
    }


def test_an_answer_that_the_server_cut_is_told_apart(sandbox, eventually):
    sandbox.forget()
    with socket.create_connection(("127.0.0.1", sandbox.port)) as client:
        cut = request_bytes(sandbox, stream=True).replace(
            b"\r\n\r\n", b"\r\nX-Sandbox-Faults: cut\r\n\r\n", 1
        )
        client.sendall(cut)
        while client.recv(65536):
            pass
    eventually(lambda: sandbox.seen()["requests"][0]["ended"] == "cut")


def test_requests_on_one_connection_count_as_one(sandbox):
    sandbox.forget()
    for _ in range(3):
        sandbox.ask("hi", stream=True)
    assert sandbox.seen()["connections"] == 1


def test_the_journal_needs_the_key_and_never_shows_it(sandbox):
    url = f"{sandbox.root}/sandbox/seen"
    assert sandbox.http.get(url, headers={"Authorization": ""}).status_code == 401
    sandbox.ask("hi")
    assert "Bearer" not in sandbox.http.get(url).text


def test_the_journal_keeps_a_bounded_number(sandbox):
    for _ in range(210):
        sandbox.http.get("/v1/nothing")
    assert len(sandbox.seen()["requests"]) == 200


def uploads(sandbox):
    """How each upload has ended. What an earlier test left under way may end meanwhile too."""
    return [
        request["ended"]
        for request in sandbox.seen()["requests"]
        if request["path"].endswith("/transcriptions")
    ]


def upload_head(sandbox, length):
    return (
        "POST /api/open-apis/projects/easyllms/speechtotext/transcriptions HTTP/1.1\r\n"
        f"Host: localhost:{sandbox.port}\r\nAuthorization: Bearer sandbox\r\n"
        "Content-Type: multipart/form-data; boundary=cut\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


def upload_beginning():
    return (
        b'--cut\r\nContent-Disposition: form-data; name="data"\r\n'
        b'Content-Type: application/json\r\n\r\n{"easyllm_id":"e"}\r\n'
        b'--cut\r\nContent-Disposition: form-data; name="audio_file"; filename="a.wav"\r\n'
        b"Content-Type: audio/wav\r\n\r\n"
    )


def test_a_long_upload_is_read_as_it_comes_and_noted_without_its_body(sandbox):
    sandbox.forget()
    begin, end = upload_beginning(), b"\r\n--cut--\r\n"
    length = len(begin) + PIECES * len(PIECE) + len(end)
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=30) as client:
        client.sendall(upload_head(sandbox, length) + begin)
        for _ in range(PIECES):
            client.sendall(PIECE)
        client.sendall(end)
        head = client.recv(65536).lower()
    assert head.startswith(b"http/1.1 200")
    [entry] = sandbox.seen()["requests"]
    assert entry["body"] is None
    assert (entry["status"], entry["ended"]) == (200, "finished")
    assert f"x-request-id: {entry['request_id']}".encode() in head
    assert sandbox.seen()["connections"] == 1


def test_a_long_upload_that_breaks_off_is_noticed(sandbox, eventually):
    sandbox.forget()
    begin = upload_beginning()
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=30) as client:
        client.sendall(upload_head(sandbox, PIECES * len(PIECE)) + begin + PIECE)
        eventually(lambda: uploads(sandbox))
        assert uploads(sandbox) == [None]
    eventually(lambda: uploads(sandbox) == ["hung up"])
