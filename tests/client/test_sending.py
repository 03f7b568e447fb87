"""What goes along with requests on a real port: who asks, and a key that is another one later."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from sophnet_jupyter import Client, Dify, TeleAI
from sophnet_jupyter.client.site.sending import sent_by
from sophnet_jupyter.errors import KeyRejected, NotFound, SophNetError, Unreachable
from sophnet_jupyter.events import Finished, TextDelta
from sophnet_jupyter.response import settle
from sophnet_jupyter.settings import Secret
from sophnet_jupyter.settings.asking import asking
from sophnet_jupyter.settings.renewed import key_of
from sophnet_jupyter.wire.call import Call, Network, Origin
from sophnet_jupyter.wire.retry import Retry
from sophnet_jupyter.wire.websocket import Sockets, UpgradeRefused

from ..scripted import served

pytestmark = pytest.mark.anyio

OLD, NEW = "sk-old-0123456789abcdef", "sk-new-zyxwvutsrqponmlk"
ONCE = Retry(frozenset(), lost=False)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


class Service:
    """A service that takes one key at a time, and holds a stream until it may go on."""

    def __init__(self) -> None:
        self.key = OLD
        self.refusal = (401, {"error": {"message": "no such key"}})
        self.heard: list[tuple[str, dict[str, str]]] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                outer.note(self)
                self.reply(200, "image/png", PNG)

            def do_POST(self) -> None:
                outer.note(self)
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers["authorization"] != f"Bearer {outer.key}":
                    status, said = outer.refusal
                    if isinstance(said, bytes):
                        self.reply(status, "text/event-stream", said)
                        return
                    self.reply(status, "application/json; charset=utf-8", json.dumps(said).encode())
                elif json.loads(body).get("stream"):
                    self.stream()
                else:
                    said = {"choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}]}
                    self.reply(200, "application/json", json.dumps(said).encode())

            def reply(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def stream(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("connection", "close")
                self.end_headers()
                for text in ("first ", "last"):
                    piece = {"choices": [{"delta": {"content": text}}]}
                    self.wfile.write(f"data: {json.dumps(piece)}\n\n".encode())
                    self.wfile.flush()
                    outer.begun.set()
                    outer.go_on.wait(60)
                self.wfile.write(b"data: [DONE]\n\n")
                self.close_connection = True

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.root = f"http://127.0.0.1:{self.server.server_port}"

    def note(self, handler: BaseHTTPRequestHandler) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.heard.append((handler.path, headers))

    @property
    def keys(self) -> list[str]:
        return [headers["authorization"].removeprefix("Bearer ") for _, headers in self.heard]


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    thread = threading.Thread(target=service.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.go_on.set()
        service.server.shutdown()
        service.server.server_close()
        thread.join()


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "key"
    path.write_text(OLD)
    for name in ("SOPHNET_API_KEY_FILE", "DIFY_API_KEY_FILE"):
        monkeypatch.setenv(name, str(path))
    return path


def client(service: Service, key: str | None = None, **options: Any) -> Client:
    return Client(key, f"{service.root}/api/open-apis", **options)


def rotate(service: Service, path: Path) -> None:
    service.key = NEW
    fresh = path.with_suffix(".fresh")
    fresh.write_text(NEW)
    fresh.replace(path)


def unnoticed(path: Path, text: str) -> None:
    """Write a file that seems to be the one of before."""
    before = path.stat()
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


async def test_a_key_that_changes_in_the_middle_of_a_stream_cuts_nothing(
    service: Service, key_file: Path
) -> None:
    async with client(service) as asked:
        said, endings = "", []
        async for event in asked.chat.stream("hello"):
            if isinstance(event, TextDelta):
                said += event.text
                if not service.go_on.is_set():
                    rotate(service, key_file)
                    service.go_on.set()
            if isinstance(event, Finished):
                endings.append(event.ending)
        assert (said, endings) == ("first last", ["complete"])
        assert (await asked.chat.create("again")).text == "whole"
    assert service.keys == [OLD, NEW], "the new one is taken before the old one is refused"


async def test_a_key_is_asked_for_again_where_the_service_refuses_it(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text(OLD)
    (tmp_path / "say.py").write_text(
        f"import pathlib; print((pathlib.Path({str(tmp_path)!r}) / 'key').read_text())"
    )
    monkeypatch.setenv("SOPHNET_API_KEY_COMMAND", f'"{sys.executable}" "{tmp_path / "say.py"}"')
    async with client(service) as asked:
        assert (await asked.chat.create("one")).ending == "complete"
        service.key = NEW
        (tmp_path / "key").write_text(NEW)
        answers = await asyncio.gather(*(asked.chat.create(str(number)) for number in range(4)))
        assert [answer.text for answer in answers] == ["whole"] * 4
        service.key = "sk-nobody-has-this-one-now"
        before = len(service.heard)
        with pytest.raises(KeyRejected) as error:
            await asked.chat.create("late")
        assert "SOPHNET_API_KEY_COMMAND" in str(error.value)
        assert len(service.heard) == before + 1, "the same key again is not sent again"


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize(
    "refusal",
    [{"status": 401, "message": "no such key"}, {"error": {"code": "401", "message": "no"}}],
)
async def test_a_refusal_inside_a_200_renews_the_key_too(
    refusal: dict[str, Any], streaming: bool, service: Service, key_file: Path
) -> None:
    service.refusal = (200, refusal)
    service.go_on.set()
    async with client(service) as asked:
        assert (await asked.chat.create("one")).ending == "complete"
        # As a program's key: the file says nothing of its change, and is read again all the same.
        service.key = NEW
        unnoticed(key_file, NEW.ljust(len(OLD)))
        answer = await asked.chat.create("two", stream=streaming)
        assert answer.ending == "complete"
        service.key = "sk-nobody-has-this-one-now"
        with pytest.raises(KeyRejected):
            await asked.chat.create("late", stream=streaming)
    assert service.keys == [OLD, OLD, NEW, NEW]


REFUSED = json.dumps({"error": {"code": "401", "message": "no such key"}}).encode()


@pytest.mark.parametrize(
    "said",
    [
        b"data: " + REFUSED + b"\n\n",
        b": begins\n\nevent: error\r\ndata:" + REFUSED + b"\r\n\r\ndata: [DONE]\r\n\r\n",
        b"\xef\xbb\xbfdata: " + REFUSED,
        REFUSED + b"\n",
    ],
    ids=["event", "named", "unended", "bare"],
)
async def test_a_refusal_that_a_stream_begins_with_renews_the_key_too(
    said: bytes, service: Service, key_file: Path
) -> None:
    service.refusal = (200, said)
    service.go_on.set()
    service.key = NEW
    async with client(service) as asked:
        # It is read, and another one by the time of the refusal.
        assert asked.settings.api_key.reveal() == OLD
        unnoticed(key_file, NEW.ljust(len(OLD)))
        events = [event async for event in asked.chat.stream("hello")]
        assert [type(event).__name__ for event in events].count("Started") == 1
        assert "".join(one.text for one in events if isinstance(one, TextDelta)) == "first last"
        service.key = "sk-nobody-has-this-one-now"
        with pytest.raises(KeyRejected):
            await settle(asked.chat.stream("late"))
    assert service.keys == [OLD, NEW, NEW], "the same key again is not sent again"


async def test_an_app_renews_its_key_at_the_first_event_of_a_stream(
    service: Service, key_file: Path
) -> None:
    error = {"event": "error", "status": 401, "code": "unauthorized", "message": "no"}
    service.refusal = (200, b"event: error\ndata: " + json.dumps(error).encode() + b"\n\n")
    service.go_on.set()
    service.key = NEW
    async with Dify(base_url=f"{service.root}/v1") as app:
        assert app.settings.api_key.reveal() == OLD
        unnoticed(key_file, NEW.ljust(len(OLD)))
        # What answers then is no app.
        with contextlib.suppress(SophNetError):
            await settle(app.stream({"query": "hello"}))
    assert service.keys == [OLD, NEW]


async def test_a_key_that_is_given_is_sent_once(service: Service) -> None:
    service.key = NEW
    async with client(service, OLD) as asked:
        with pytest.raises(KeyRejected):
            await asked.chat.create("hello")
    assert service.keys == [OLD]


async def test_who_asks_goes_to_the_service_and_to_no_download(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "hub")
    token = "tok-0123456789abcdefghijk"
    async with client(service, OLD, user="ana", headers={"X-Token": token}) as asked:
        await asked.chat.create("hello")
        await asked._downloader.fetch(f"{service.root}/results/a.png")
    (_, sent), (_, download) = service.heard
    assert sent["x-sophnet-user"] == "ana"
    assert sent["x-token"] == token
    assert sent["user-agent"].startswith("sophnet-jupyter/")
    assert not {"x-sophnet-user", "x-token", "authorization"} & download.keys()
    assert token not in repr(asked.settings)
    async with client(service, OLD) as asked:
        await asked.chat.create("hello")
    assert service.heard[-1][1]["x-sophnet-user"] == "hub"


async def test_difys_app_and_teleai_say_who_asks_too(service: Service) -> None:
    headers = {"X-Team": "data"}
    async with Dify(OLD, f"{service.root}/v1", asked_by="ana", headers=headers) as app:
        assert app.user == "ana"
        with contextlib.suppress(Exception):
            await app.complete("hello")
    async with TeleAI("id", OLD, base_url=service.root, user="ana", headers=headers) as excel:
        await excel._wire.fetch(Call(method="GET", path="/aipaas/x"), retry=ONCE)
    for _, sent in service.heard:
        assert (sent["x-sophnet-user"], sent["x-team"]) == ("ana", "data")
    assert len(service.heard) == 2


async def test_a_websocket_says_who_asks_and_takes_the_new_key(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(OLD)
    found = key_of({"SOPHNET_API_KEY_FILE": str(path)}, "SOPHNET_API_KEY")
    assert found
    heard: list[Any] = []

    async def door(socket: ServerConnection, request: Request) -> Response | None:
        heard.append(request.headers)
        if request.headers["authorization"] == f"Bearer {NEW}":
            return None
        # Between the two requests, as a rotation falls.
        path.write_text(NEW)
        return socket.respond(401, "no such key")

    async def talk(socket: ServerConnection) -> None:
        await socket.wait_closed()

    async with serve(talk, "127.0.0.1", 0, process_request=door) as running:
        port = running.sockets[0].getsockname()[1]
        plain = Origin(
            service="SophNet",
            base_url=f"http://127.0.0.1:{port}/api",
            authorize=lambda call: {"authorization": f"Bearer {found.secret.reveal()}"},
            scrub=str,
        )
        who = asking({}, "ana", {"X-Team": "data"})
        sockets = Sockets(sent_by(plain, found.secret, who), Network())
        socket = await sockets.open("/stream")
        await socket.aclose()
        assert [one["x-sophnet-user"] for one in heard] == ["ana", "ana"]
        assert [one["x-team"] for one in heard] == ["data", "data"]
        assert all(one["user-agent"].startswith("sophnet-jupyter/") for one in heard)
        with pytest.raises(UpgradeRefused):
            await Sockets(sent_by(plain_of(plain, OLD), Secret(OLD), who), Network()).open("/x")


def plain_of(origin: Origin, key: str) -> Origin:
    return replace(origin, authorize=lambda call: {"authorization": f"Bearer {key}"})


async def test_the_audit_has_a_line_for_each_call_and_text_by_policy_alone(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []

    class Site(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    log, handler = logging.getLogger("sophnet_jupyter.audit"), Site()
    async with client(service, OLD, user="ana") as asked:
        asked.record_for(lambda: ("a.ipynb", "cell-1"))
        await asked.chat.create("nobody hears this")
        assert lines == []
        log.addHandler(handler)
        try:
            await asked.chat.create("a secret question")
            service.key = NEW
            with pytest.raises(KeyRejected):
                await asked.chat.create("refused")
            service.key = OLD
            policy = tmp_path / "policy.toml"
            policy.write_text("[locked]\naudit_text = true\n")
            monkeypatch.setenv("SOPHNET_POLICY", str(policy))
            await asked.chat.create(f"in words, {OLD}")
        finally:
            log.removeHandler(handler)
    told, refused, worded = map(json.loads, lines)
    assert told["user"] == "ana"
    assert (told["notebook"], told["cell"]) == ("a.ipynb", "cell-1")
    assert (told["service"], told["resource"], told["ending"]) == ("SophNet", "chat", "complete")
    assert told["model"]
    assert told["seconds"] >= 0
    assert len(told["prompt_sha256"]) == 64
    assert {"time", "total_tokens", "request_id"} <= told.keys()
    assert "secret question" not in lines[0]
    assert (refused["ending"], refused["error"]) == ("failed", "KeyRejected")
    assert worded["prompt"].startswith("in words")
    assert worded["answer"] == "whole"
    assert OLD not in "".join(lines)


async def test_the_audit_has_a_line_for_what_is_no_answer_and_none_for_looks_at_a_task(
    sandbox: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path))
    lines: list[dict[str, Any]] = []

    class Site(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(record.getMessage()))

    def told() -> list[tuple[str, str, str]]:
        found = [(one["resource"], one["ending"], one["error"]) for one in lines]
        lines.clear()
        return found

    log, handler = logging.getLogger("sophnet_jupyter.audit"), Site()
    log.addHandler(handler)
    try:
        async with Client("sandbox", sandbox.url, user="ana") as asked:
            asked.record_for(lambda: ("a.ipynb", "cell-1"))
            made = await asked.images.create("a fox", seed=7)
            assert told() == [("images", "complete", "")]
            await asked.images.get(made.images[0].task_id)
            await asked.account.balance()
            await asked.files.upload(PNG, filename="a.png")
            assert [file async for file in asked.knowledge("handbook").files.list()] == []
            with pytest.raises(NotFound):
                await asked.videos.get("nothing")
            assert {one["user"] for one in lines} == {"ana"}
            assert {one["cell"] for one in lines} == {"cell-1"}
            assert all(one["sandbox"] for one in lines)
            assert told() == [
                ("images", "complete", ""),
                ("account", "complete", ""),
                ("files", "complete", ""),
                ("knowledge", "complete", ""),
                ("videos", "failed", "HTTP 404"),
            ]
        async with Client(OLD, "http://127.0.0.1:9") as lost:
            with pytest.raises(Unreachable):
                await lost.account.balance()
        assert told() == [("account", "failed", "Unreachable")]
    finally:
        log.removeHandler(handler)


async def test_the_audit_has_a_line_for_a_conversation_on_a_websocket() -> None:
    lines: list[str] = []

    class Site(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    log, handler = logging.getLogger("sophnet_jupyter.audit"), Site()
    log.addHandler(handler)
    try:
        with served() as url:
            async with Client("sandbox", url, user="ana") as asked, asked.speech.live() as live:
                await live.send(bytes(6400))
    finally:
        log.removeHandler(handler)
    (told,) = map(json.loads, lines)
    assert (told["user"], told["resource"], told["ending"]) == ("ana", "speech", "complete")
