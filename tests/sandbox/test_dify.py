"""What the app of the sandbox refuses, and its quirks and faults."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

PNG = ("a.png", b"\x89PNG\r\n\x1a\n....", "image/png")


class Asker:
    """Asks the app at ``/v1``."""

    def __init__(self, sandbox: Any) -> None:
        self.root = f"{sandbox.root}/v1"
        self.http = sandbox.http

    def send(
        self, path: str, body: Any = None, *, method: str = "", switches: Any = (), **options: Any
    ) -> httpx2.Response:
        quirks, faults = switches or ("", "")
        headers = {"X-Sandbox-Quirks": quirks, "X-Sandbox-Faults": faults}
        headers |= options.pop("headers", {})
        return self.http.request(
            method or ("GET" if body is None and not options else "POST"),
            self.root + path,
            json=body,
            headers=headers,
            **options,
        )

    def ask(self, query: str = "hi", *, quirks: str = "", faults: str = "", **more: Any) -> Any:
        body = {"inputs": {"query": query}, "user": "u", **more}
        return self.send("/completion-messages", body, switches=(quirks, faults))

    def upload(self, file: Any = PNG, **options: Any) -> httpx2.Response:
        return self.send("/files/upload", files={"file": file}, **options)


@pytest.fixture
def app(sandbox: Any) -> Asker:
    return Asker(sandbox)


def events(answer: httpx2.Response) -> list[dict[str, Any]]:
    frames = answer.text.removesuffix("\n\n").split("\n\n")
    return [json.loads(f.removeprefix("data: ")) for f in frames if f.startswith("data: ")]


REFUSED = {
    "no user": ({"inputs": {"query": "hi"}}, "Arg user must be provided."),
    "no inputs": ({"user": "u", "query": "hi"}, "inputs"),
    "inputs as text": ({"user": "u", "inputs": "hi"}, "inputs"),
    "no query": ({"user": "u", "inputs": {}}, "query is required in input form"),
    "empty query": ({"user": "u", "inputs": {"query": ""}}, "query is required"),
    "query as number": ({"user": "u", "inputs": {"query": 3}}, "must be a string"),
    "too long": ({"user": "u", "inputs": {"query": "a", "language": "x" * 49}}, "less than 48"),
    "no option": ({"user": "u", "inputs": {"query": "a", "tone": "rude"}}, "one of the following"),
    "mode": ({"user": "u", "inputs": {"query": "a"}, "response_mode": "fast"}, "response_mode"),
    "file type": (
        {
            "user": "u",
            "inputs": {"query": "a"},
            "files": [{"type": "video", "transfer_method": "remote_url", "url": "https://a.b"}],
        },
        "video is not enabled",
    ),
    "unknown upload": (
        {
            "user": "u",
            "inputs": {"query": "a"},
            "files": [{"type": "image", "transfer_method": "local_file", "upload_file_id": "x"}],
        },
        "Invalid upload file",
    ),
    "too many files": (
        {
            "user": "u",
            "inputs": {"query": "a"},
            "files": [{"type": "image", "transfer_method": "remote_url", "url": "https://a.b"}] * 4,
        },
        "exceeds the maximum limit 3",
    ),
}


# docs/services/dify.md#completion, row D6.
@pytest.mark.parametrize(("body", "said"), REFUSED.values(), ids=REFUSED)
def test_what_the_app_does_not_take_is_refused(app: Asker, body: Any, said: str) -> None:
    answer = app.send("/completion-messages", body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid_param"
    assert said in answer.json()["message"]


@pytest.mark.parametrize(
    ("header", "said"),
    [("", "must be provided"), ("sandbox", "must be provided"), ("Basic x", "scheme"),
     ("Bearer wrong", "invalid")],
)  # fmt: skip
def test_each_way_to_be_without_a_key_is_told_apart(app: Asker, header: str, said: str) -> None:
    answer = httpx2.get(f"{app.root}/info", headers={"Authorization": header}, trust_env=False)
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthorized"
    assert said in answer.json()["message"]
    assert answer.headers["www-authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/info/x", 404), ("/completion-messages", 405)]
)
def test_a_path_that_is_not_there_is_refused_in_the_services_words(
    app: Asker, path: str, status: int
) -> None:
    answer = app.send(path)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message", "status"}


# docs/services/dify.md#files, row D11.
def test_uploads_are_checked_for_number_name_type_and_size(app: Asker) -> None:
    assert app.send("/files/upload", files={"other": PNG}).json()["code"] == "no_file_uploaded"
    twice = [("file", PNG), ("file", PNG)]
    assert app.send("/files/upload", files=twice).json()["code"] == "too_many_files"
    assert app.upload(("a.exe", b"x")).status_code == 415
    assert app.upload(("a.png", b"x" * (10 << 20) + b"x")).status_code == 413
    assert app.upload(switches=("s3_errors", "")).json()["code"] == "s3_connection_failed"


def test_a_file_may_be_called_as_its_field(app: Asker) -> None:
    assert app.upload(("file", b"words", "text/plain")).json()["code"] == "unsupported_file_type"


def test_a_file_of_somebody_else_cannot_be_named(app: Asker) -> None:
    file_id = app.upload(data={"user": "eve"}).json()["id"]
    entry = {"type": "image", "transfer_method": "local_file", "upload_file_id": file_id}
    assert app.ask(files=[entry]).json()["message"] == "Invalid upload file"
    assert app.ask(files=[entry], user="eve").status_code == 200
    assert app.send(f"/files/{file_id}/preview?user=u").status_code == 403


# docs/services/dify.md#files, row D15.
def test_an_attachment_is_octets_under_its_name(app: Asker) -> None:
    file_id = app.upload(("rö t.png", *PNG[1:]), data={"user": "u"}).json()["id"]
    entry = {"type": "image", "transfer_method": "local_file", "upload_file_id": file_id}
    app.ask(files=[entry])
    shown = app.send(f"/files/{file_id}/preview")
    kept = app.send(f"/files/{file_id}/preview?as_attachment=true&user=u")
    assert shown.headers["content-type"] == "image/png"
    assert "content-disposition" not in shown.headers
    assert kept.headers["content-type"] == "application/octet-stream"
    assert kept.headers["content-disposition"] == "attachment; filename*=UTF-8''r%C3%B6%20t.png"
    assert kept.headers["cache-control"] == "public, max-age=3600"
    assert app.send(f"/files/{file_id}/preview?as_attachment=maybe").status_code == 400


# docs/services/dify.md#completion, row D8.
def test_an_error_in_the_stream_comes_with_200_and_does_not_name_its_task(app: Asker) -> None:
    answer = app.ask("hello", faults="error_mid_stream=2", response_mode="streaming")
    *_, last = events(answer)
    assert answer.status_code == 200
    assert last["event"] == "error"
    assert {"code", "status", "message"} <= set(last)
    assert "task_id" not in last


# docs/services/dify.md#completion, row D7.
def test_a_ping_is_a_name_without_data(started: Callable[..., Any]) -> None:
    with started("--first-token", "0.3") as sandbox:
        text = Asker(sandbox).ask(faults="ping=0.05", response_mode="streaming").text
    assert text.startswith("event: ping\n\n")
    assert "data: ping" not in text


def test_moderation_replaces_what_was_said_with_its_own_sentence(app: Asker) -> None:
    found = events(app.ask("hello", quirks="moderated", response_mode="streaming"))
    kinds = [event["event"] for event in found]
    assert kinds[-2:] == ["message_replace", "message_end"]
    assert kinds.count("message") >= 1
    assert app.ask("hello", quirks="moderated").json()["answer"] == found[-2]["answer"]


def test_sound_comes_behind_the_end_of_the_text(app: Asker) -> None:
    found = events(app.ask("hello", quirks="autoplay", response_mode="streaming"))
    kinds = [event["event"] for event in found]
    assert kinds[kinds.index("message_end") + 1 :] == ["tts_message"] * 3 + ["tts_message_end"]
    sound = b"".join(base64.b64decode(e["audio"]) for e in found if e["event"] == "tts_message")
    assert sound.startswith(b"\xff\xf3")
    form = app.send("/parameters", switches=("autoplay", "")).json()
    assert form["text_to_speech"]["autoPlay"] == "enabled"


def test_a_run_is_stopped_by_its_user_alone(started: Callable[..., Any]) -> None:
    with started("--tokens-per-second", "20") as sandbox:
        app = Asker(sandbox)
        body = {
            "inputs": {"query": "Write a story of 300 words"},
            "user": "u",
            "response_mode": "streaming",
        }
        found: list[dict[str, Any]] = []
        with sandbox.http.stream("POST", f"{app.root}/completion-messages", json=body) as answer:
            for line in answer.iter_lines():
                if not line:
                    continue
                found.append(json.loads(line.removeprefix("data: ")))
                path = f"/completion-messages/{found[0]['task_id']}/stop"
                if len(found) in (1, 4):
                    user = "u" if len(found) == 4 else "eve"
                    assert app.send(path, {"user": user}).json() == {"result": "success"}
    # Of the 300: others were on their way while the stop was.
    assert 4 < len(found) < 150
    assert found[-1]["event"] == "message_end"


def test_too_many_at_once_are_refused_until_one_ends(
    started: Callable[..., Any], eventually: Callable[..., None]
) -> None:
    with started("--tokens-per-second", "30", "--fault", "concurrency=1") as sandbox:
        app = Asker(sandbox)
        body = {"inputs": {"query": "Count to 500."}, "user": "u", "response_mode": "streaming"}
        with app.http.stream("POST", f"{app.root}/completion-messages", json=body) as first:
            arriving = first.iter_bytes()
            next(arriving)
            second = app.ask("What is 2+2?")
        assert second.status_code == 429
        assert second.json()["code"] == "too_many_requests"
        assert "requests allowed for this app is 1." in second.json()["message"]
        eventually(lambda: app.ask("What is 2+2?").status_code == 200)


# docs/services/dify.md#feedback, row D19.
def test_a_full_page_says_that_there_is_more_even_if_it_is_the_last(app: Asker) -> None:
    for number in range(2):
        app.send("/apps/annotations", {"question": f"last page {number}", "answer": "x"})
    told = app.send("/apps/annotations?keyword=last%20page&limit=2").json()
    assert (told["has_more"], told["total"]) == (True, 2)
    beyond = app.send("/apps/annotations?keyword=last%20page&limit=2&page=2").json()
    assert (beyond["has_more"], beyond["data"]) == (False, [])
    assert app.send("/apps/annotations?limit=500").json()["limit"] == 100
    assert app.send("/apps/annotations?page=x").status_code == 400


# docs/services/dify.md#annotations, row D27.
def test_annotations_are_of_the_old_kind_when_asked_for(app: Asker) -> None:
    body = {"question": "a", "answer": "b"}
    old = app.send("/apps/annotations", body, switches=("old_annotation", ""))
    assert old.status_code == 200
    job = "/apps/annotation-reply/enable/status/x"
    assert app.send(job, switches=("old_annotation", "")).status_code == 400
    assert app.send(job).status_code == 404


def test_a_job_that_runs_is_told_in_place_of_another(started: Callable[..., Any]) -> None:
    body = {"score_threshold": 0.5, "embedding_provider_name": "p", "embedding_model_name": "m"}
    with started("--task-seconds", "30") as sandbox:
        app = Asker(sandbox)
        first = app.send("/apps/annotation-reply/enable", body).json()
        second = app.send("/apps/annotation-reply/disable", body).json()
        assert second == {"job_id": first["job_id"], "job_status": "processing"}
        for name in body:
            less = {key: value for key, value in body.items() if key != name}
            assert app.send("/apps/annotation-reply/disable", less).status_code == 422


def test_sources_are_told_with_the_usage(app: Asker) -> None:
    told = app.ask("cite the handbook").json()["metadata"]
    assert [item["position"] for item in told["retriever_resources"]] == [1, 2]
    assert "retriever_resources" not in app.ask("hello").json()["metadata"]


def test_text_that_nobody_gave_is_not_read_aloud(app: Asker) -> None:
    assert app.send("/text-to-audio", {"user": "u"}).json()["code"] == "invalid_param"
    assert app.send("/text-to-audio", {"text": "hi"}).json()["message"].startswith("Arg user")


def test_another_server_answers_where_one_is_named(started: Callable[..., Any]) -> None:
    with (
        started() as behind,
        started("--upstream", f"{behind.url}/v1", SOPHNET_SANDBOX_UPSTREAM_KEY="sandbox") as front,
        started("--upstream", "http://127.0.0.1:9/v1") as alone,
    ):
        assert "144" in Asker(front).ask("What is 12*12?").json()["answer"]
        assert behind.seen()["requests"][-1]["body"]["messages"][-1]["role"] == "user"
        refused = Asker(alone).ask("What is 12*12?")
        assert refused.json()["code"] == "completion_request_error"
        assert "did not answer" in refused.json()["message"]
        refused = Asker(alone).ask("What is 12*12?", response_mode="streaming")
        assert (refused.status_code, refused.json()["code"]) == (400, "completion_request_error")


def test_another_servers_answer_is_passed_on_as_it_comes_and_hung_up_on(
    started: Callable[..., Any], eventually: Callable[..., None]
) -> None:
    with (
        started("--tokens-per-second", "30") as behind,
        started("--upstream", f"{behind.url}/v1", SOPHNET_SANDBOX_UPSTREAM_KEY="sandbox") as front,
    ):
        app = Asker(front)
        body = {"inputs": {"query": "Count to 400."}, "user": "u", "response_mode": "streaming"}
        with app.http.stream("POST", f"{app.root}/completion-messages", json=body) as answer:
            lines = (line for line in answer.iter_lines() if line.startswith("data:"))
            first = json.loads(next(lines).removeprefix("data: "))
            assert first["event"] == "message"
            # It is still being made: the front has not waited for the whole of it.
            assert behind.seen()["requests"][-1].get("ended") is None
            app.send(f"/completion-messages/{first['task_id']}/stop", {"user": "u"})
            last = [json.loads(line.removeprefix("data: ")) for line in lines][-1]
        assert last["event"] == "message_end"
        eventually(lambda: behind.seen()["requests"][-1]["ended"] == "hung up")


def test_another_server_that_breaks_off_is_an_error_inside_the_stream(
    started: Callable[..., Any],
) -> None:
    with (
        started("--fault", "cut=4") as behind,
        started("--upstream", f"{behind.url}/v1", SOPHNET_SANDBOX_UPSTREAM_KEY="sandbox") as front,
    ):
        answer = Asker(front).ask("Count to 400.", response_mode="streaming")
        assert answer.status_code == 200
        found = events(answer)
        assert found[0]["event"] == "message"
        assert (found[-1]["event"], found[-1]["code"]) == ("error", "completion_request_error")
        assert "task_id" not in found[-1]
