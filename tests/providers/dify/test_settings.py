"""Whose key opens which app, and where it goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sophnet_jupyter import Client, Dify
from sophnet_jupyter.errors import AnswerUnreadable, ServiceError, SettingsError, Unreachable
from sophnet_jupyter.providers.dify.access import checked
from sophnet_jupyter.settings import DIFY_URL, DifySettings, Secret, dify_apps
from sophnet_jupyter.settings.keystore import Keystore, app_profile
from sophnet_jupyter.wire.call import Reply

ENVIRON = {
    "DIFY_API_KEY": "app-one",
    "DIFY_MY_WRITER_API_KEY": "app-two",
    "DIFY_MY_WRITER_BASE_URL": "http://10.0.0.5/v1/",
}


def test_an_app_of_its_own_name_has_its_own_key_and_address() -> None:
    one, two = DifySettings.read("", ENVIRON), DifySettings.read("my-writer", ENVIRON)
    assert (one.api_key.reveal(), one.base_url) == ("app-one", DIFY_URL)
    # An address of one's own may be private and without TLS: it was configured.
    assert (two.api_key.reveal(), two.base_url) == ("app-two", "http://10.0.0.5/v1")
    assert dify_apps(ENVIRON) == ["my_writer"]


def test_without_a_key_the_sandbox_answers_with_its_own() -> None:
    app = DifySettings.read("", {"DIFY_BASE_URL": "https://dify.test/v1"})
    assert (app.sandbox, app.base_url, app.api_key.reveal()) == (True, "", "sandbox")
    here = DifySettings.read("", {"SOPHNET_SANDBOX_URL": "http://127.0.0.1:9/"})
    assert here.base_url == "http://127.0.0.1:9/v1"


def test_a_name_without_a_key_never_goes_to_another_app() -> None:
    with pytest.raises(SettingsError, match=r"DIFY_POET_API_KEY\. Known: my_writer"):
        DifySettings.read("poet", ENVIRON)


def test_no_key_is_an_error_where_the_sandbox_is_off() -> None:
    with pytest.raises(SettingsError, match="set DIFY_API_KEY"):
        DifySettings.read("", {"SOPHNET_NO_SANDBOX": "1"})


@pytest.mark.parametrize("url", ["dify.test", "https://a:b@dify.test/v1", "https://d.t/v1?key=1"])
def test_an_address_that_cannot_be_one_is_named_by_its_variable(url: str) -> None:
    with pytest.raises(SettingsError, match="DIFY_BASE_URL"):
        DifySettings.read("", {"DIFY_API_KEY": "app-one", "DIFY_BASE_URL": url})


def test_the_user_stays_the_same_in_a_folder_and_tells_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first, again = DifySettings.read("", ENVIRON).user, DifySettings.read("", ENVIRON).user
    notebook = DifySettings.read("", {**ENVIRON, "JPY_SESSION_NAME": "/home/eve/a.ipynb"}).user
    monkeypatch.chdir("/")
    assert first == again
    assert len({first, notebook, DifySettings.read("", ENVIRON).user}) == 3
    assert tmp_path.name not in first
    assert DifySettings.read("", {**ENVIRON, "DIFY_USER": "eve"}).user == "eve"
    assert DifySettings.read("", {**ENVIRON, "DIFY_USER": "eve"}, user="ada").user == "ada"


def test_a_key_shows_in_no_repr() -> None:
    app = Dify("app-canary-1234", "https://dify.test/v1", user="u")
    assert "canary" not in repr(app)
    assert "canary" not in repr(DifySettings.read("", {"DIFY_API_KEY": "app-canary-1234"}))


def test_a_key_that_was_kept_goes_to_its_own_address_and_behind_the_environment(
    tmp_path: Path,
) -> None:
    environ = {"SOPHNET_CONFIG_DIR": str(tmp_path), "DIFY_BASE_URL": "https://other.example/v1"}
    store = Keystore(environ)
    store.save(app_profile("dify", "My-Writer"), Secret("app-kept"), base_url="http://10.0.0.5/v1")
    store.save(app_profile("dify", ""), Secret("app-usual"))
    kept = DifySettings.read("my_writer", environ)
    assert (kept.api_key.reveal(), kept.base_url) == ("app-kept", "http://10.0.0.5/v1")
    usual = DifySettings.read("", environ)
    assert (usual.api_key.reveal(), usual.base_url) == ("app-usual", DIFY_URL)
    assert dify_apps(environ) == ["my_writer"]
    assert [profile.name for profile in store.listed()] == [], "they are no profiles of SophNet"
    named = DifySettings.read("", environ | {"DIFY_API_KEY": "app-named"})
    assert (named.api_key.reveal(), named.base_url) == ("app-named", "https://other.example/v1")


@pytest.mark.anyio
async def test_an_app_that_cannot_be_reached_is_told_with_its_own_setting() -> None:
    app = Dify("app-one", "http://127.0.0.1:9/v1", user="ada")
    with pytest.raises(Unreachable, match=r"HTTPS_PROXY\) and DIFY_BASE_URL\.$"):
        await app.info()
    await app.aclose()


@pytest.mark.anyio
async def test_an_app_with_an_address_of_its_own_is_told_that_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIFY_MY_WRITER_API_KEY", "app-two")
    monkeypatch.setenv("DIFY_BASE_URL", "http://127.0.0.1:8/v1")
    monkeypatch.setenv("DIFY_MY_WRITER_BASE_URL", "http://127.0.0.1:9/v1")
    async with Dify(app="my-writer") as app:
        with pytest.raises(Unreachable, match=r"and DIFY_MY_WRITER_BASE_URL\.$"):
            await app.info()
    # Without one it is the common address that is to be looked at.
    monkeypatch.delenv("DIFY_MY_WRITER_BASE_URL")
    async with Dify(app="my-writer") as app:
        with pytest.raises(Unreachable, match=r"and DIFY_BASE_URL\.$"):
            await app.info()


def test_each_place_of_an_address_is_named_when_it_cannot_be_right(tmp_path: Path) -> None:
    environ = {**ENVIRON, "DIFY_MY_WRITER_BASE_URL": "10.0.0.5"}
    with pytest.raises(SettingsError, match=r"^DIFY_MY_WRITER_BASE_URL must be"):
        DifySettings.read("my-writer", environ)
    environ = {"SOPHNET_CONFIG_DIR": str(tmp_path)}
    Keystore(environ).save(app_profile("dify", "poet"), Secret("app-x"), base_url="http://a.b/v1")
    assert DifySettings.read("poet", environ).setting.endswith("login --service dify poet")


def test_a_reply_names_the_setting_of_the_app_that_sent_it() -> None:
    own = "DIFY_MY_WRITER_BASE_URL"
    head = {"content-type": "text/html"}
    page = Reply(status=200, headers=head, body=b"<html>", setting=own)
    with pytest.raises(AnswerUnreadable, match=f"check {own} and"):
        checked(page)
    gone = Reply(status=404, headers=head, body=b"<html>", setting=own)
    with pytest.raises(ServiceError, match=f"Check the id and {own}, which"):
        checked(gone)


def test_what_is_not_dify_is_told_with_its_own_setting() -> None:
    page = Reply(status=200, headers={"content-type": "text/html"}, body=b"<html>")
    with pytest.raises(AnswerUnreadable, match="check DIFY_BASE_URL and"):
        checked(page)


def test_a_client_opens_each_app_once() -> None:
    client = Client(api_key="sk-x", dify_api_key="app-one", dify_base_url="https://dify.test/v1")
    assert client.dify is client.dify_app()
    assert not client.dify.sandbox
