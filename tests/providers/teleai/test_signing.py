"""
The signature, against vectors that Python, openssl and Java agree on.

See docs/services/teleai.md#signature-vectors.
"""

from __future__ import annotations

import pytest

from sophnet_jupyter.providers.teleai.access import origin
from sophnet_jupyter.providers.teleai.signing import authorization
from sophnet_jupyter.wire.call import Call

APP = "testappid0123456789abcdef"
KEY = "unit-test-app-key-0001"
QUERY = "/aipaas/lm/v1/asyncResult/query"
EXCEL = "/aipaas/lm/v1/excel/generate"


def sign(key=KEY, region="QG", at=1730681150, valid=1800, method="POST", path=EXCEL, query=()):
    headers = {"X-APP-ID": f" {APP} "}
    return authorization(APP, key, region, at, valid, method, path, query, headers, ["X-App-Id"])


def test_a_post_without_a_query_signs_as_the_first_vector() -> None:
    assert sign() == (
        f"teleai-cloud-auth-v1/{APP}/QG/1730681150/1800/x-app-id/"
        "27f48c348f32fe13cfdb15fef282909de6c9c4d00f55f03f5fa113196e36bf59"
    )


def test_a_query_is_sorted_as_in_the_second_vector() -> None:
    query = [("requestId", "a504324c-6e10"), ("b", "2"), ("a", "1")]
    signed = sign(region="SH", valid=43200, method="get", path=QUERY, query=query)
    assert signed == (
        f"teleai-cloud-auth-v1/{APP}/SH/1730681150/43200/x-app-id/"
        "e41bd9eb5d3a1d33ff2fb2cdf8aefe65cf19d356e1366fe27525817709dc9cf1"
    )


def test_odd_letters_are_escaped_as_in_rfc_3986() -> None:
    signed = sign(
        key="unit-test-app-key-0002",
        region="NM",
        at=1893456000,
        valid=999999,
        method="GET",
        path=QUERY,
        query=[("q", "a b/*~")],
    )
    assert signed.endswith("/6b113199e21e3e22abbad1aaf063de943bb019bb13c473ea026e9f9c5046e44c")


def test_signed_headers_are_named_in_lower_case_and_sorted() -> None:
    headers = {"X-APP-ID": APP, "Content-Type": "application/json"}
    signed = authorization(APP, KEY, "QG", 1, 2, "POST", EXCEL, (), headers, headers)
    assert signed.split("/")[5] == "content-type;x-app-id"
    assert len(signed.split("/")) == 7, "a slash in a value must not become one between parts"


def test_a_signed_header_that_is_not_sent_is_an_error() -> None:
    with pytest.raises(KeyError):
        authorization(APP, KEY, "QG", 1, 2, "POST", EXCEL, (), {}, ["x-app-id"])


def test_each_request_is_signed_with_the_time_it_is_sent_at() -> None:
    times = iter([1730681150.9, 1730681160.0])
    ours = origin(base_url="", app_id=APP, app_key=lambda: KEY, now=lambda: next(times))
    first, second = (ours.authorize(Call(method="POST", path=EXCEL)) for _ in range(2))
    assert first["authorization"] == sign()
    assert second["authorization"] == sign(at=1730681160)
    assert first["x-app-id"] == APP


def test_the_path_of_the_root_is_signed_too() -> None:
    ours = origin(base_url="https://x.test/proxy", app_id=APP, app_key=lambda: KEY, now=lambda: 5.0)
    sent = ours.authorize(Call(method="POST", path=EXCEL))["authorization"]
    assert sent == sign(at=5, path="/proxy" + EXCEL)


def test_a_ready_authorization_is_sent_as_it_is() -> None:
    ours = origin(
        base_url="", app_id=APP, app_key=lambda: "", ready=lambda: "made", device_uuid="d1"
    )
    sent = ours.authorize(Call(method="POST", path=EXCEL))
    assert sent == {"x-app-id": APP, "device-uuid": "d1", "authorization": "made"}


def test_a_signature_is_taken_out_of_what_is_shown() -> None:
    ours = origin(base_url="", app_id=APP, app_key=lambda: KEY)
    signed = sign()
    for echoed in (signed, signed.rpartition("/")[2], f'"{signed}"'):
        shown = ours.scrub(f"bad {echoed} here")
        assert signed[-64:-40] not in shown
        assert "bad" in shown
        assert "here" in shown
