"""What doctor says of the page's address, as far as a Hub tells it."""

from __future__ import annotations

import pytest

from sophnet_jupyter.doctor.examination import examine

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://hub.example.org/user/ana/", True),
        ("https://hub.example.org/user/ana/", False),
        ("http://localhost:8000/user/ana/", False),
        ("", False),
    ],
)
async def test_a_page_without_https_has_no_microphone(
    monkeypatch: pytest.MonkeyPatch, address: str, told: bool
) -> None:
    monkeypatch.setenv("JUPYTERHUB_PUBLIC_URL", address)
    monkeypatch.setenv("SOPHNET_NO_SANDBOX", "1")
    rows = [each for each in await examine() if each.about == "page"]
    assert [("no microphone" in each.said) for each in rows] == ([True] if told else [])
