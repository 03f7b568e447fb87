"""Errors name the setting that was used, whatever service it is of."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.errors import KeyRejected, Unreachable
from sophnet_jupyter.providers.dify import access as dify
from sophnet_jupyter.providers.sophnet.access import parse_error
from sophnet_jupyter.settings.dify import DifySettings
from sophnet_jupyter.settings.secret import Secret
from sophnet_jupyter.settings.sophnet import choose, forget
from sophnet_jupyter.wire.call import Reply

NOBODY = "http://127.0.0.1:9"
KEY = "sk-canary-0123456789abcdef"


def asked(service: str, **arguments: str) -> str:
    """What an error says of an address where nobody listens."""

    async def ask() -> str:
        async with Client(**arguments) as client:
            app = client.dify if service == "dify" else None
            if app is None and service != "chat":
                app = client.dify_app(service)
            with pytest.raises(Unreachable) as caught:
                await (app.info() if app else client.chat.create("hi"))
        return str(caught.value)

    return asyncio.run(ask())


@pytest.mark.parametrize("service", ["chat", "dify"])
def test_a_sandbox_that_is_gone_is_named_by_its_variable(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", NOBODY)
    assert "and SOPHNET_SANDBOX_URL." in asked(service)


def test_an_address_is_named_as_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIFY_WRITER_API_KEY", "app-0123456789abc")
    monkeypatch.setenv("DIFY_WRITER_BASE_URL", f"{NOBODY}/v1")
    assert "and DIFY_WRITER_BASE_URL." in asked("writer")
    assert "and base_url (SOPHNET_BASE_URL is not used)." in asked(
        "chat", api_key=KEY, base_url=NOBODY
    )
    monkeypatch.setenv("SOPHNET_BASE_URL", NOBODY)
    assert "and SOPHNET_BASE_URL." in asked("chat", api_key=KEY)
    choose(Secret(KEY), profile="work", base_url=NOBODY)
    try:
        assert "and the address of %sophnet login work." in asked("chat")
    finally:
        forget()


def test_a_key_that_is_refused_is_named_as_it_was_given() -> None:
    reply = Reply(status=401, headers={}, body=b"", key_setting="the key of %sophnet login work")
    error = parse_error(reply, {})
    assert isinstance(error, KeyRejected)
    assert "Check the key of %sophnet login work" in str(error)


def refused(service: str, **arguments: str) -> str:
    """What an error says of a key that a sandbox does not take."""

    async def ask() -> str:
        async with Client(**arguments) as client:
            calls = {
                "chat": lambda: client.chat.create("hi"),
                "dify": lambda: client.dify.info(),
                "excel": lambda: client.excel.analyse("q?", file_uuids=["x"]),
            }
            with pytest.raises(KeyRejected) as caught:
                await calls[service]()
        return str(caught.value)

    return asyncio.run(ask())


@pytest.mark.parametrize("service", ["chat", "dify", "excel"])
def test_the_key_of_a_sandbox_that_runs_already_is_named_by_every_service(
    service: str, sandbox: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", sandbox.url)
    monkeypatch.setenv("SOPHNET_SANDBOX_KEY", "another")
    said = refused(service)
    assert "Check SOPHNET_SANDBOX_KEY" in said
    assert "DIFY" not in said
    assert "TELEAI_" not in said


def test_the_key_of_an_app_is_named_as_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIFY_WRITER_API_KEY", "app-0123456789abc")
    assert DifySettings.read("writer").key_setting == "DIFY_WRITER_API_KEY"
    given = DifySettings.read(api_key="app-0123456789abc")
    assert given.key_setting == "the api_key that was given"
    assert DifySettings.read().key_setting == "SOPHNET_SANDBOX_KEY"
    reply = Reply(status=401, headers={}, body=b"{}", key_setting="DIFY_WRITER_API_KEY")
    error = dify.parse_error(reply, {"code": "unauthorized", "message": "no"})
    assert str(error).endswith("on its page API Access: check DIFY_WRITER_API_KEY.")
