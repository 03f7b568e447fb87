"""Addresses and keys as people paste them."""

from __future__ import annotations

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.settings import DIFY_URL, Settings, checked_key, checked_url
from sophnet_jupyter.settings.addresses import BASE_URL, sandbox_root


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        (BASE_URL, BASE_URL),
        (f"  {BASE_URL}/ ", BASE_URL),
        (f'"{BASE_URL}"', BASE_URL),
        (f"{BASE_URL}/v1", BASE_URL),
        (f"{BASE_URL}/v1/chat/completions", BASE_URL),
        (f"{BASE_URL}/projects/p1/easyllms/chat", BASE_URL),
        ("https://www.sophnet.com", BASE_URL),
        ("HTTPS://www.sophnet.com/", BASE_URL),
        ("https://gw.example/sophnet/api/open-apis/v1", "https://gw.example/sophnet/api/open-apis"),
        ("https://gw.example/sophnet/v1/", "https://gw.example/sophnet"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/api/open-apis", "http://[::1]:8000/api/open-apis"),
    ],
)
def test_an_address_is_taken_by_what_it_means(pasted: str, meant: str) -> None:
    assert checked_url(pasted) == meant
    assert Settings.read({"SOPHNET_API_KEY": "sk-1", "SOPHNET_BASE_URL": pasted}).base_url == meant


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ("https://api.dify.ai/v1", DIFY_URL),
        ("https://api.dify.ai", DIFY_URL),
        ("https://api.dify.ai/v1/completion-messages", DIFY_URL),
        ("http://dify.corp/v1/", "http://dify.corp/v1"),
        ("http://dify.corp/api/v1/info", "http://dify.corp/api/v1"),
    ],
)
def test_the_address_of_dify_is_its_v1(pasted: str, meant: str) -> None:
    assert checked_url(pasted, "DIFY_BASE_URL", DIFY_URL) == meant


@pytest.mark.parametrize(
    "pasted",
    [
        *("https://x:port/y", "https://x:99999/y", "https://x:0", "https://[::1", "https://a b/c"),
        *(
            "https://x/#/console",
            "https://x/y?key=1",
            "https://",
            "ftp://x",
            "x",
            "",
            "https:\\\\x",
        ),
        "https://www.sophnet.com/api\n/open-apis",
    ],
)
def test_an_address_that_cannot_be_one_is_refused_before_anything_is_sent(pasted: str) -> None:
    with pytest.raises(SettingsError, match=r"^SOPHNET_BASE_URL must be an address such as"):
        checked_url(pasted)


@pytest.mark.parametrize("pasted", ['"sk-1"', "'sk-1'", " sk-1\n", "Bearer sk-1", '"bearer sk-1"'])
def test_a_key_may_be_pasted_with_what_stands_around_it(pasted: str) -> None:
    assert checked_key(pasted).reveal() == "sk-1"


@pytest.mark.parametrize(
    "printed",
    [
        "http://127.0.0.1:8000",
        "http://127.0.0.1:8000/",
        "http://127.0.0.1:8000/api/open-apis",
        "http://127.0.0.1:8000/v1",
        '"http://127.0.0.1:8000/api/open-apis/v1"',
    ],
)
def test_a_sandbox_that_runs_is_known_by_any_address_that_it_prints(printed: str) -> None:
    assert sandbox_root({"SOPHNET_SANDBOX_URL": printed}) == "http://127.0.0.1:8000"
    base_url = Settings.read({"SOPHNET_SANDBOX_URL": printed}).base_url
    assert base_url == "http://127.0.0.1:8000/api/open-apis"
