"""Proxies and certificates as desktops and environments write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sophnet_jupyter import Client, Dify, TeleAI
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.settings.network import certificates, is_passed_by, proxy_for, transport

URL = "https://www.sophnet.com/api/open-apis"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("http://proxy.example:8080", "http://proxy.example:8080"),
        ("proxy.example:8080", "http://proxy.example:8080"),
        ("  'http://proxy.example:8080/'  ", "http://proxy.example:8080"),
        ("HTTP://proxy.example", "http://proxy.example:1080"),
        ("https://proxy.example", "https://proxy.example:443"),
        ("http://u:p@proxy.example:8080", "http://u:p@proxy.example:8080"),
        ("http://u:p@ss:w@proxy.example:8080", "http://u:p%40ss%3Aw@proxy.example:8080"),
        ("u%40corp:p%23@proxy.example:8080", "http://u%40corp:p%23@proxy.example:8080"),
        ("http://u@proxy.example:8080", "http://u@proxy.example:8080"),
        ("http://[fd00::1]:3128", "http://[fd00::1]:3128"),
    ],
)
def test_a_proxy_is_read_as_curl_reads_it(written: str, wanted: str) -> None:
    for name in ("SOPHNET_PROXY", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        assert proxy_for(URL, {name: written}) == wanted, name
    assert proxy_for(URL, {}, written) == wanted


@pytest.mark.parametrize(
    "written",
    [
        *("http://proxy.example:99999", "http://proxy.example:http", "http://", "ftp://x:1"),
        *("http://[::1", "http://pro xy:1", "http://proxy.example:-1", "http://u:secret@:80"),
    ],
)
def test_a_proxy_that_cannot_be_one_is_a_sentence_that_names_the_setting(written: str) -> None:
    for name in ("SOPHNET_PROXY", "HTTPS_PROXY", "all_proxy"):
        with pytest.raises(SettingsError, match=f"^{name} must be an address") as raised:
            proxy_for(URL, {name: written})
        assert "secret" not in str(raised.value)


@pytest.mark.parametrize("scheme", ["socks", "socks4", "socks4a", "socks5", "socks5h", "SOCKS5"])
def test_a_socks_proxy_is_refused_with_the_way_out(scheme: str) -> None:
    for name in ("SOPHNET_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        with pytest.raises(SettingsError, match=f"^{name} is a SOCKS proxy.*SOPHNET_PROXY"):
            proxy_for(URL, {name: f"{scheme}://u:secret@127.0.0.1:1080"})


@pytest.mark.parametrize(
    ("host", "said", "passed"),
    [
        ("api.corp", ".corp", True),
        ("api.corp", "corp", True),
        ("api.corp", "*.corp", True),
        ("corp", ".corp", True),
        ("api.notcorp", "corp", False),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("fd00::5", "fd00::/8", True),
        ("fd00::5", "[fd00::5]", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("api.corp", "other, api.corp:443", True),
        ("api.corp", "api.corp:80", False),
        ("api.corp", "other api.corp", True),
        ("api.corp", "*", True),
        ("api.corp", "", False),
        ("api.corp", " , ,", False),
        ("api.corp", "API.CORP", True),
    ],
)
def test_no_proxy_lists_names_endings_addresses_and_networks(
    host: str, said: str, passed: bool
) -> None:
    assert is_passed_by(host, 443, said) is passed
    shown = f"[{host}]" if ":" in host else host
    environ = {"HTTPS_PROXY": "http://proxy.example:1", "no_proxy": said}
    assert (proxy_for(f"https://{shown}/v1", environ) == "") is passed


def test_the_most_particular_setting_comes_first_and_this_machine_needs_none() -> None:
    environ = {
        "SOPHNET_PROXY": "http://a:1",
        "https_proxy": "http://b:1",
        "ALL_PROXY": "http://c:1",
    }
    assert proxy_for(URL, environ, "http://d:1") == "http://d:1"
    assert proxy_for(URL, environ) == "http://a:1"
    del environ["SOPHNET_PROXY"]
    assert proxy_for(URL, environ) == "http://b:1"
    assert proxy_for("http://plain.example", environ) == "http://c:1"
    assert proxy_for("http://127.0.0.1:8000/v1", environ) == ""
    cgi = {"HTTP_PROXY": "http://e:1", "REQUEST_METHOD": "GET"}
    assert proxy_for("http://plain.example", cgi) == ""


def test_certificates_of_other_programs_are_trusted_and_a_home_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    own, other = tmp_path / "own.pem", tmp_path / "other.pem"
    for path in (own, other):
        path.write_text("x")
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        assert certificates({name: str(other)}) == str(other)
        assert certificates({name: str(other), "SOPHNET_CA_BUNDLE": "~/own.pem"}) == str(own)
    assert certificates({"SSL_CERT_DIR": str(tmp_path)}) == str(tmp_path)
    assert certificates({"SSL_CERT_FILE": str(other)}, "~/own.pem") == str(own)
    assert certificates({}) == ""


@pytest.mark.parametrize("name", ["SOPHNET_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_certificates_that_are_not_there_are_a_sentence_that_names_the_setting(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} names .*nothing.pem, which does not exist"):
        certificates({name: "/nowhere/nothing.pem"})


def test_the_transport_is_ours_unless_the_other_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert transport({}) == transport({"SOPHNET_TRANSPORT": " "}) == ""
    with pytest.raises(
        SettingsError, match=r"^SOPHNET_TRANSPORT is httpx2 or not set, and not 'h3'"
    ):
        transport({"SOPHNET_TRANSPORT": "h3"})
    monkeypatch.setenv("SOPHNET_TRANSPORT", "httpx2")
    wires = [
        Client("sk-a", "https://a.example").chat._wire,
        Dify("app-a", "https://a.example")._wire,
        TeleAI("id", "key")._wire,
    ]
    assert [wire.network.transport for wire in wires] == ["httpx2"] * 3
