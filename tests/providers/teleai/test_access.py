"""When a reply is an error, and what it says."""

from __future__ import annotations

import json
from email.utils import formatdate

import pytest

from sophnet_jupyter.errors import (
    KeyRejected,
    NotFound,
    RequestRefused,
    ServiceDown,
    ServiceError,
)
from sophnet_jupyter.providers.teleai.access import checked, gateway_ids, parse_error
from sophnet_jupyter.providers.teleai.codes import CODES
from sophnet_jupyter.wire.call import Reply

DOCUMENT = """\
10001 文件格式错误
10002 上传文件列表为空
10003 文件不存在
10004 参数不正确
10005 已存在同名文件
10006 生成服务调用文件服务失败
10007 下载待分析的文件失败
10008 分析失败
10013 没有找到对应uuid的文件
10030 请求参数错误"""
NOW = 1_800_000_000.0


def reply(body: object, status: int = 200, **headers: str) -> Reply:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers=said, body=json.dumps(body).encode())


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("kind", [str, int])
def test_each_code_is_told_in_both_languages_with_what_to_do(code: str, kind: type) -> None:
    known = CODES[code]
    with pytest.raises(ServiceError) as raised:
        checked(reply({"code": kind(code), "message": known.chinese}))
    told = str(raised.value)
    assert f"{known.english} ({known.chinese})" in told
    assert told.count(known.chinese) == 1
    assert told.endswith(known.advice)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ("10004 10030 10001 10002 10005", RequestRefused),
        ("10003 10013", NotFound),
        ("10006 10007 10008", ServiceDown),
    ],
)
def test_codes_that_mean_the_same_are_the_same_error(codes: str, kind: type) -> None:
    """docs/services/teleai.md#errors, row T13."""
    for code in codes.split():
        assert type(parse_error(reply({"code": code}), {"code": code})) is kind


@pytest.mark.parametrize("code", ["10004", "10030"])
def test_a_bad_parameter_that_is_not_named_says_which_to_leave_out(code: str) -> None:
    bare = parse_error(reply({"code": code}), {"code": code, "message": CODES[code].chinese})
    assert "where it names none, ask again without max_tokens, top_p and temperature" in str(bare)


@pytest.mark.parametrize("code", [10000, "10000", 0, "0", None])
def test_a_code_of_success_is_none_of_failure(code: object) -> None:
    """docs/services/teleai.md#errors, row T18."""
    assert checked(reply({"code": code, "uuid": "x"}))["uuid"] == "x"


def test_a_code_beside_an_answer_is_no_error() -> None:
    assert checked(reply({"code": "10008", "choices": []}))


def test_a_leading_zero_of_a_code_counts() -> None:
    with pytest.raises(ServiceError) as raised:
        checked(reply({"code": "010000", "msg": "no"}))
    assert raised.value.code == "010000"


@pytest.mark.parametrize(
    ("off", "said"),
    [(3600, "clock is 1 h ahead of"), (-7200, "clock is 2 h behind"), (299, "TELEAI_APP_KEY")],
)
def test_a_clock_that_is_off_is_named_as_the_cause_of_a_401(off: int, said: str) -> None:
    answer = reply({}, 401, date=formatdate(NOW - off, usegmt=True))
    error = parse_error(answer, {}, now=lambda: NOW)
    assert isinstance(error, KeyRejected)
    assert said in str(error)
    assert "SOPHNET" not in str(error)


@pytest.mark.parametrize("date", ["", "soon", "Mon, 99 Foo 2026 10:00:00 GMT"])
def test_a_date_that_is_none_is_no_cause(date: str) -> None:
    assert "TELEAI_APP_KEY" in str(parse_error(reply({}, 401, date=date), {}, now=lambda: NOW))


def test_of_two_dates_the_last_is_the_services() -> None:
    dates = f"{formatdate(NOW, usegmt=True)}, {formatdate(NOW + 900, usegmt=True)}"
    error = parse_error(reply({}, 401, date=dates), {}, now=lambda: NOW)
    assert "15 min behind" in str(error)


def test_the_ids_of_the_gateway_are_kept() -> None:
    headers = {"trace-id": "t", "x-cloud-gateway-request-id": "g", "date": "d"}
    assert gateway_ids(headers) == {"trace-id": "t", "x-cloud-gateway-request-id": "g"}


def test_the_sandbox_names_itself() -> None:
    assert parse_error(reply({}, 500, x_sandbox="1"), {}).service == "TeleAI sandbox"


def test_the_table_is_that_of_the_document() -> None:
    rows = dict(line.split() for line in DOCUMENT.splitlines())
    assert rows == {code: known.chinese for code, known in CODES.items()}
