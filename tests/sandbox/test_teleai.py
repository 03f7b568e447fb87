"""TeleAI's endpoint: strict about signatures and requests, honest about workbooks."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sophnet_jupyter import Client, TeleAI
from sophnet_jupyter.errors import KeyRejected, RateLimited, ServiceDown
from sophnet_jupyter.response import settle

PATH = "/aipaas/lm/v1/excel/generate"
CODES = "10001 10002 10003 10004 10005 10006 10007 10008 10013 10030".split()
ROWS = [["region", "sales", "day"], ["North", 10.5, "Mo"], ["South", 20, "Tu"], ["North", 31, "We"]]


def sign(
    key: str = "sandbox", app: str = "sandbox", at: float = 0, valid: int = 60, **change: str
) -> str:
    """By the document's steps, with nothing of ours."""

    def digest(key: str, text: str) -> str:
        return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()

    scheme = change.get("scheme", "teleai-cloud-auth-v1")
    prefix = f"{scheme}/{app}/{change.get('region', 'QG')}/{int(at or time.time())}/{valid}"
    asked = f"{change.get('method', 'POST')}\n{change.get('path', PATH)}\n\nx-app-id:{app}"
    return f"{prefix}/x-app-id/{digest(digest(key, prefix), asked)}"


def body(**change: Any) -> dict[str, Any]:
    asked = {
        "traceId": "a504324c-6e10",
        "messages": [{"role": "user", "content": "What is in it?"}],
        "stream": False,
        "extra_params": {"file_uuids": ["d12fd037-19df-4973-a246-290673b6407a"]},
    }
    return {name: value for name, value in {**asked, **change}.items() if value is not ...}


@pytest.fixture
def post(sandbox: Any) -> Callable[..., Any]:
    def send(said: Any, authorization: str | None = None, app: str = "sandbox", **headers: str):
        known = {"X-APP-ID": app, "Authorization": authorization or sign()}
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        return sandbox.http.post(sandbox.root + PATH, content=content, headers=known | headers)

    return send


@pytest.fixture(scope="module")
def workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active.title = "Q3"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def teleai(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., TeleAI]:
    """Makes clients whose requests ask for these quirks and faults."""
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", sandbox.root)

    def make(quirks: str = "", faults: str = "") -> TeleAI:
        ours = Client().excel
        authorize = ours._wire.origin.authorize

        def asking(call: Any) -> dict[str, str]:
            switches = {"x-sandbox-quirks": quirks, "x-sandbox-faults": faults}
            return {**authorize(call), **(switches if call.path == PATH else {})}

        object.__setattr__(ours._wire.origin, "authorize", asking)
        return ours

    return make


BAD = {
    "wrong key": sign(key="other"),
    "expired": sign(at=1_700_000_000),
    "from the future": sign(at=time.time() + 4000, valid=9000),
    "another method": sign(method="GET"),
    "another path": sign(path="/aipaas/lm/v1/excel"),
    "another scheme": sign(scheme="teleai-cloud-auth-v2"),
    "no region": sign(region="qg"),
    "six parts": sign().rpartition("/")[0],
    "eight parts": sign() + "/x",
    "a bearer": "Bearer sandbox",
    "upper case": sign().replace("x-app-id", "X-APP-ID"),
    "a number of letters": sign().replace("/60/", "/sixty/"),
    "a signature that is no ASCII": sign()[:-1] + "\u00e9",
}


@pytest.mark.parametrize("authorization", BAD.values(), ids=BAD)
def test_a_signature_that_does_not_hold_is_401(
    post: Callable[..., Any], authorization: str
) -> None:
    answer = post(body(), authorization.encode("latin-1"))
    assert answer.status_code == 401
    assert answer.json()["code"] == "401"
    assert answer.headers["x-cloud-gateway-request-id"]


def test_an_app_id_other_than_the_signed_one_is_401(post: Callable[..., Any]) -> None:
    assert post(body(), app="other").status_code == 401
    assert post(body(), sign(app="other"), app="other").status_code == 401


def test_a_signature_that_holds_reaches_the_service(post: Callable[..., Any]) -> None:
    answer = post(body())
    assert (answer.status_code, answer.json()["code"]) == (200, "10013")
    assert answer.headers["trace-id"] == "a504324c-6e10"


MANY = [{"role": "user", "content": "a"}] * 2
REFUSED = {
    "no JSON": (b"{", "10004"),
    "a list": ([], "10004"),
    "no trace": (body(traceId=...), "10004"),
    "a long trace": (body(traceId="x" * 65), "10004"),
    "two rounds": (body(messages=MANY), "10004"),
    "no messages": (body(messages=[]), "10004"),
    "another role": (body(messages=[{"role": "system", "content": "a"}]), "10004"),
    "no stream": (body(stream=...), "10004"),
    "a temperature of 2": (body(temperature=2), "10004"),
    "a time stamp as text": (body(timestamp="1"), "10004"),
    "tokens as text": (body(max_tokens="9"), "10004"),
    "an unknown parameter": (body(max_completion_tokens=9), "10004"),
    "no files": (body(extra_params={}), "10004"),
    "an empty list": (body(extra_params={"file_uuids": []}), "10002"),
    "too many files": (body(extra_params={"file_uuids": ["x"] * 21}), "10004"),
    "unknown file, temperature 0": (body(temperature=0), "10013"),
    "unknown file, a stream": (body(stream=True), "10013"),
    "unknown file, a time stamp": (body(timestamp=1), "10013"),
}


@pytest.mark.parametrize(("said", "code"), REFUSED.values(), ids=REFUSED)
def test_what_the_document_forbids_is_200_with_a_code(
    post: Callable[..., Any], said: Any, code: str
) -> None:
    """
    docs/services/teleai.md#excel, rows T7, T8, T15 and T17;
    docs/services/teleai.md#errors, row T13.
    """
    answer = post(said)
    assert (answer.status_code, answer.json()["code"]) == (200, code)
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "quirks", ["", "python_repr", "bare_json", "python_repr, no_done, l_finish"]
)
async def test_every_form_of_the_stream_tells_the_real_figures(
    teleai: Callable[..., TeleAI], workbook: bytes, quirks: str
) -> None:
    """docs/services/teleai.md#excel, rows T2, T3 and T4."""
    async with teleai(quirks) as ours:
        file = await ours.put(workbook, "q3.xlsx")
        response = await ours.analyse("Which region sells most?", file_uuids=[file])
    assert "Reading q3.xlsx: 1 sheet(s), 3 rows." in response.thinking
    assert "| sales | 3 | 61.50 | 20.50 | 20 | 10.26 | 10.50 | 31 |" in response.text
    assert "| region | 3 | 2 | North (2), South (1) |" in response.text
    assert "| North | 41.50 |" in response.text
    assert "**North** has most sales: 41.50." in response.text
    assert (response.ending, response.finish_reason, response.model) == (
        "complete",
        "stop",
        "openchat",
    )
    assert response.sandbox


@pytest.mark.anyio
async def test_a_chinese_question_gets_a_chinese_report(
    teleai: Callable[..., TeleAI], workbook: bytes
) -> None:
    async with teleai() as ours:
        file = await ours.put(workbook)
        response = await ours.analyse("哪个地区最好?", file_uuids=[file], max_tokens=30)
        whole = await ours.analyse("哪个地区最好?", file_uuids=[file], stream=False)
    assert response.finish_reason == "length"
    assert "max_tokens" in response.notices[0]
    assert "平均值" in whole.text
    assert whole.thinking == ""


def test_frames_are_those_of_the_document(
    post: Callable[..., Any], teleai: Callable[..., TeleAI], workbook: bytes
) -> None:
    """
    docs/services/teleai.md#excel, rows T1, T5, T6, T9 and T10;
    docs/services/teleai.md#errors, row T18.
    """
    import asyncio

    async def put() -> str:
        async with teleai() as ours:
            return await ours.put(workbook)

    files = {"file_uuids": [asyncio.run(put())]}
    whole = post(body(extra_params=files)).json()
    assert whole.keys() == {"id", "created", "model", "object", "choices"}
    assert (whole["id"], whole["object"]) == ("a504324c-6e10", "chat.completion")
    assert whole["choices"][0].keys() == {"message", "index", "finish_reason"}
    answer = post(body(extra_params=files, stream=True))
    *events, end, _ = answer.text.split("\n\n")
    assert end == "data: [DONE]"
    chunk = json.loads(events[0].removeprefix("data: "))
    assert chunk["object"] == "chat.completion.chunk"
    assert chunk["id"].startswith("chatcmpl-")
    assert chunk["usage"] is None
    assert chunk["model"] == "openchat"
    printed = post(body(extra_params=files, stream=True), **{"X-Sandbox-Quirks": "python_repr"})
    assert printed.text.startswith("{'choices': [{'finish_reason': None, 'delta': {'role'")
    assert printed.text.endswith("\n[DONE]\n")


@pytest.mark.anyio
@pytest.mark.parametrize("fault", ["bad_signature", "signature_expired"])
async def test_a_refused_signature_names_the_settings(
    teleai: Callable[..., TeleAI], fault: str
) -> None:
    async with teleai(faults=fault) as ours:
        with pytest.raises(KeyRejected, match="Check SOPHNET_SANDBOX_KEY"):
            await ours.analyse("q?", file_uuids=["x"])


@pytest.mark.anyio
async def test_a_clock_that_is_off_is_told(teleai: Callable[..., TeleAI]) -> None:
    async with teleai(faults="clock_skew") as ours:
        with pytest.raises(KeyRejected, match=r"clock is (1 h|60 min) behind the service's"):
            await ours.analyse("q?", file_uuids=["x"])


@pytest.mark.anyio
@pytest.mark.parametrize("code", CODES)
async def test_each_code_of_the_document_can_be_had(
    teleai: Callable[..., TeleAI], code: str
) -> None:
    from sophnet_jupyter.errors import ServiceError

    async with teleai(faults=f"excel_error={code}") as ours:
        with pytest.raises(ServiceError) as raised:
            await ours.analyse("q?", file_uuids=["x"])
    assert raised.value.code == code


@pytest.mark.anyio
async def test_a_busy_gateway_is_asked_again(
    teleai: Callable[..., TeleAI], workbook: bytes
) -> None:
    async with teleai(faults="rate_limit_once=0.05") as ours:
        file = await ours.put(workbook)
        assert (await ours.analyse("q?", file_uuids=[file])).ending == "complete"
    async with teleai(faults="rate_limit=7200") as ours:
        with pytest.raises(RateLimited, match="wait 2 h"):
            await ours.analyse("q?", file_uuids=[file])


@pytest.mark.anyio
@pytest.mark.parametrize("quirks", ["", "python_repr"])
async def test_a_line_cut_inside_a_letter_loses_nothing_before_it(
    teleai: Callable[..., TeleAI], workbook: bytes, quirks: str
) -> None:
    async with teleai(quirks, faults="cut_letter=3") as ours:
        file = await ours.put(workbook, "q3.xlsx")
        with pytest.raises(Exception, match="broke") as raised:
            await ours.analyse("q?", file_uuids=[file])
    assert raised.value.response.thinking == "Reading q3.xlsx: 1"
    assert "\ufffd" not in raised.value.response.thinking


@pytest.mark.anyio
async def test_an_error_in_the_stream_keeps_the_steps(
    teleai: Callable[..., TeleAI], workbook: bytes
) -> None:
    async with teleai(faults="error_mid_stream=2") as ours:
        file = await ours.put(workbook, "q3.xlsx")
        with pytest.raises(ServiceDown, match="分析失败") as raised:
            await settle(ours.stream("q?", file_uuids=[file]))
    assert raised.value.response.thinking.startswith("Reading")


@pytest.mark.anyio
async def test_what_is_no_workbook_is_10001(teleai: Callable[..., TeleAI]) -> None:
    from sophnet_jupyter.errors import RequestRefused

    async with teleai() as ours:
        with pytest.raises(RequestRefused, match="格式错误"):
            await ours.put(b"a,b\n1,2")
        file = await ours.put(b"PK no archive")
        with pytest.raises(RequestRefused, match="格式错误"):
            await ours.analyse("q?", file_uuids=[file])


def test_figures_of_odd_columns(workbook: bytes) -> None:
    from sophnet_jupyter.sandbox.engines.texts import workbooks
    from sophnet_jupyter.sandbox.teleai import analysis

    book = openpyxl.Workbook()
    book.active.title = "a|b"
    for row in [["x|y", None, "n"], [1, "left", None], [None, None, None], ["two", True, 3]]:
        book.active.append(row)
    book.create_sheet("empty")
    book.create_sheet("heads").append(["only", "heads"])
    file = io.BytesIO()
    book.save(file)
    first, second = workbooks.read(file.getvalue())
    assert (first.rows, second.rows) == (2, 0)
    assert [column.name for column in first.columns] == ["x|y", "column 2", "n"]
    text = analysis.report("q", [analysis.Book(name="b", sheets=[first, second])])
    assert "| x\\|y | 2 | 2 | 1 (1), two (1) |" in text
    assert "| n | 1 | 3 | 3 | 3 | 0 | 3 | 3 |" in text
    assert "no rows" in text
    assert "".join(analysis.pieces(text)) == text


def test_figures_larger_than_numbers_go_are_no_failure() -> None:
    from sophnet_jupyter.sandbox.engines.texts.workbooks import Column, Sheet
    from sophnet_jupyter.sandbox.teleai import analysis

    cells = {"n": [1e308, 1e308, 1e16], "by": ["a", "a", "b"], "i": [10**400, 1, 2]}
    columns = [Column(name=name, cells=has, rows=[0, 1, 2]) for name, has in cells.items()]
    sheet = Sheet(name="s", rows=3, columns=columns)
    text = analysis.report("q", [analysis.Book(name="b", sheets=[sheet])])
    for figures in ("| n | 3 | ∞ |", "1e+308 |", "| a | ∞ | 1 |", "| i | 2 | 3 |"):
        assert figures in text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", PATH, 405),
        ("PUT", PATH, 405),
        ("POST", PATH + "/", 404),
        ("POST", "/aipaas/lm/v1/telechat/chat", 404),
    ],
)
def test_where_there_is_no_service_the_refusal_has_teleais_form(
    sandbox: Any, method: str, path: str, status: int
) -> None:
    known = {"X-APP-ID": "sandbox", "Authorization": sign(method=method, path=path)}
    answer = sandbox.http.request(method, sandbox.root + path, headers=known)
    assert (answer.status_code, answer.json()["code"]) == (status, str(status))
    assert answer.headers["trace-id"]
    known["Authorization"] = sign(key="other", method=method, path=path)
    assert sandbox.http.request(method, sandbox.root + path, headers=known).status_code == 401


def test_a_percent_sign_in_a_signed_header_is_escaped_like_all_others(
    post: Callable[..., Any],
) -> None:
    def digest(key: str, text: str) -> str:
        return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()

    prefix = f"teleai-cloud-auth-v1/sandbox/QG/{int(time.time())}/60"
    asked = f"POST\n{PATH}\n\ndevice-uuid:50%2525%2F%20b\nx-app-id:sandbox"
    signed = f"{prefix}/device-uuid;x-app-id/{digest(digest('sandbox', prefix), asked)}"
    answer = post(body(), signed, **{"Device-Uuid": "50%25/ b"})
    assert answer.json()["code"] == "10013"


def test_without_openpyxl_a_sentence_says_what_to_install(
    started: Callable[..., Any], tmp_path: Any
) -> None:
    (tmp_path / "openpyxl.py").write_text("raise ImportError")
    with started(PYTHONPATH=str(tmp_path)) as sandbox:
        url = sandbox.root + "/sandbox/workbooks"
        headers = {"X-APP-ID": "sandbox", "Authorization": sign(path="/sandbox/workbooks")}
        file = sandbox.http.post(url, content=b"PK", headers=headers).json()["uuid"]
        said = body(extra_params={"file_uuids": [file]})
        headers["Authorization"] = sign()
        answer = sandbox.http.post(sandbox.root + PATH, json=said, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (501, "501")
    assert "sophnet-jupyter[engines]" in answer.json()["message"]


@pytest.mark.anyio
async def test_a_large_workbook_is_sent_piece_by_piece(
    teleai: Callable[..., TeleAI], tmp_path: Path
) -> None:
    path = tmp_path / "large.xlsx"
    path.write_bytes(b"PK" + bytes(18 << 20))
    async with teleai() as ours:
        await ours.put(b"PK")
        tracemalloc.start()
        await ours.put(path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 8 << 20
