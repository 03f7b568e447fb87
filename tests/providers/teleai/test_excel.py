"""An analysis as a whole: what is sent, what comes of it, what is refused before it is sent."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from sophnet_jupyter import Client, TeleAI
from sophnet_jupyter.errors import (
    ConnectionLost,
    KeyRejected,
    RequestRefused,
    SettingsError,
    SophNetError,
    Unreachable,
)
from sophnet_jupyter.providers.teleai.request import request

pytestmark = pytest.mark.anyio

KEY = "canary-app-key-93b1c7"
FILES = ["d12fd037-19df-4973-a246-290673b6407a"]
ANSWER = {"choices": [{"message": {"content": "报告"}, "finish_reason": "stop"}], "id": "x"}


class Gateway(ThreadingHTTPServer):
    """Answers each request with the next of ``answers``, the last for ever."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[tuple[int, bytes]] = [(200, json.dumps(ANSWER).encode())]
        self.seen: list[tuple[dict[str, str], dict]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append((headers, json.loads(body)))
        answers = self.server.answers
        status, said = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        self.send_header("X-Cloud-Gateway-Request-Id", "gw-7")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said.replace(b"ECHO", headers["authorization"].encode()))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def teleai(gateway: Gateway) -> Callable[..., TeleAI]:
    return lambda **more: TeleAI("app1", KEY, base_url=gateway.url, **more)


async def test_only_what_is_given_is_sent(gateway: Gateway, teleai: Callable[..., TeleAI]) -> None:
    """docs/services/teleai.md#excel, rows T7, T8, T15 and T17."""
    async with teleai(device_uuid="dev-1") as ours:
        response = await ours.analyse("q?", file_uuids=FILES, stream=False)
    ((headers, body),) = gateway.seen
    assert len(body.pop("traceId")) == 36
    assert body == {
        "messages": [{"role": "user", "content": "q?"}],
        "stream": False,
        "extra_params": {"file_uuids": FILES},
    }
    assert headers["x-app-id"] == "app1"
    assert headers["device-uuid"] == "dev-1"
    assert KEY not in repr(gateway.seen), "the key itself is never sent"
    assert response.text == "报告"


async def test_each_attempt_is_signed_anew(
    gateway: Gateway, teleai: Callable[..., TeleAI], monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.answers.insert(0, (503, b""))
    times = iter(range(1_800_000_000, 1_800_009_000, 60))
    ours = teleai()
    # Around it is what a replayed cassette refuses.
    around = inspect.getclosurevars(ours._wire.origin.authorize).nonlocals
    authorize = around["origin"].authorize
    cells = dict(zip(authorize.__code__.co_freevars, authorize.__closure__, strict=True))
    monkeypatch.setattr(cells["now"], "cell_contents", lambda: next(times))
    async with ours:
        await ours.analyse("q?", file_uuids=FILES, stream=False)
    (one, first), (two, second) = gateway.seen
    assert one["authorization"] != two["authorization"]
    assert first["traceId"] == second["traceId"], "for the service it is the same request"


@pytest.mark.parametrize("streaming", [True, False])
async def test_an_error_names_the_trace_and_keeps_the_gateways_ids(
    streaming: bool, gateway: Gateway, teleai: Callable[..., TeleAI]
) -> None:
    gateway.answers = [(200, '{"code":"10030","message":"请求参数错误"}'.encode())]
    async with teleai() as ours:
        with pytest.raises(RequestRefused, match="a504324c-6e10") as raised:
            await ours.analyse("q?", file_uuids=FILES, trace_id="a504324c-6e10", stream=streaming)
        assert ours.gateway_ids("a504324c-6e10") == {"x-cloud-gateway-request-id": "gw-7"}
    assert raised.value.request_id == "a504324c-6e10"
    assert raised.value.__notes__ == ["x-cloud-gateway-request-id: gw-7"]


async def test_an_error_of_the_network_names_the_trace_too() -> None:
    async with TeleAI("app1", KEY, base_url="http://127.0.0.1:9") as ours:
        ours._wire._budget._tokens = 0
        with pytest.raises((Unreachable, ConnectionLost)) as raised:
            await ours.analyse("q?", file_uuids=FILES, trace_id="t-1")
    assert raised.value.request_id == "t-1"


@pytest.mark.parametrize("streaming", [True, False])
async def test_a_signature_that_is_sent_back_is_not_shown(
    streaming: bool, gateway: Gateway, teleai: Callable[..., TeleAI]
) -> None:
    said = [b'{"message":"bad ECHO"}', b"ECHO", b"<html>ECHO", b'{"code":"1","msg":"ECHO"}']
    async with teleai() as ours:
        for answer in said:
            gateway.answers = [(401, answer)]
            with pytest.raises(KeyRejected) as raised:
                await ours.analyse("q?", file_uuids=FILES, stream=streaming)
            signature = gateway.seen[-1][0]["authorization"].rpartition("/")[2]
            told = str(raised.value) + repr(vars(raised.value))
            assert signature[:20] not in told
            assert KEY not in told
    assert KEY not in repr(ours) + repr(ours.account)


async def test_the_answer_carries_its_trace(teleai: Callable[..., TeleAI]) -> None:
    async with teleai() as ours:
        response = await ours.analyse("q?", file_uuids=FILES[0], trace_id="t-2", stream=True)
    assert (response.request_id, response.service, response.sandbox) == ("t-2", "TeleAI", False)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"file_uuids": []}, "1 to 20 files"),
        ({"file_uuids": ["x"] * 21}, "1 to 20 files, not 21"),
        ({"file_uuids": [""]}, "none of them empty"),
        ({"file_uuids": [7]}, "must be texts"),
        ({"file_uuids": 7}, "must be a list"),
        ({"trace_id": "x" * 65}, "1 to 64"),
        ({"trace_id": ""}, "1 to 64"),
        ({"temperature": 1.1}, "between 0 and 1"),
        ({"temperature": float("nan")}, "between 0 and 1"),
        ({"top_p": -0.1}, "between 0 and 1"),
        ({"top_p": True}, "between 0 and 1"),
        ({"max_tokens": 0}, "from 1"),
        ({"question": " "}, "needs a question"),
        ({"question": [{"role": "user", "content": "a"}] * 2}, "one round only"),
        ({"question": [{"role": "assistant", "content": "a"}]}, "one round only"),
    ],
)
def test_what_the_service_would_refuse_is_not_sent(options: dict, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        request(**{"question": "q", "file_uuids": FILES, **options})


def test_a_temperature_of_nought_is_sent_as_the_samples_do() -> None:
    assert request("q", file_uuids=FILES, temperature=0)["temperature"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"app_id": "a"}, "TELEAI_APP_KEY is missing"),
        ({"app_key": KEY}, "TELEAI_APP_ID is missing"),
        ({"app_id": "a/b", "app_key": KEY}, "TELEAI_APP_ID has characters"),
        ({"app_id": "a", "app_key": KEY, "region": "Q G"}, "TELEAI_REGION has"),
        ({"app_id": "a", "app_key": KEY, "base_url": "ftp://x"}, "TELEAI_BASE_URL must be"),
    ],
)
def test_half_an_account_is_refused(arguments: dict, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as raised:
        TeleAI(**arguments)
    assert KEY not in str(raised.value)


def test_the_environment_says_who_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"APP_ID": "env-app", "APP_KEY": KEY, "REGION": "SH"}.items():
        monkeypatch.setenv(f"TELEAI_{name}", value)
    monkeypatch.setenv("TELEAI_BASE_URL", "https://x.test/aipaas/lm/v1/excel/generate")
    account = Client().excel.account
    assert (account.app_id, account.region, account.sandbox) == ("env-app", "SH", False)
    assert account.base_url == "https://x.test", "the document calls the whole address the one"


def test_certificates_are_always_verified() -> None:
    """
    docs/services/teleai.md#hosts-and-headers, row T14: the document's sample turns that off, and
    nothing of ours can.
    """
    import ssl

    from sophnet_jupyter.wire.http.trust import tls_context

    assert tls_context("").verify_mode is ssl.CERT_REQUIRED
    with pytest.raises(TypeError):
        TeleAI("a", KEY, verify=False)


async def test_files_go_to_the_sandbox_only(teleai: Callable[..., TeleAI]) -> None:
    """docs/services/teleai.md#excel, row T12."""
    async with teleai() as ours:
        with pytest.raises(SophNetError, match="names no upload call"):
            await ours.put(b"PK")
