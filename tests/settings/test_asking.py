"""Who asks: from where it is taken, and what cannot be a header."""

from __future__ import annotations

from typing import Any

import pytest

from sophnet_jupyter import SettingsError
from sophnet_jupyter.settings import DifySettings, Secret, Settings
from sophnet_jupyter.settings.asking import asking

KEY = "sk-asking-0123456789abcdef"


def test_an_argument_goes_before_the_variable_and_that_before_the_hub() -> None:
    hub = {"JUPYTERHUB_USER": "hub"}
    assert asking({}).headers == {}
    assert asking(hub).user == "hub"
    assert asking({**hub, "SOPHNET_USER": "own"}).user == "own"
    assert asking({**hub, "SOPHNET_USER": "own"}, "given").user == "given"
    assert asking(hub, "").headers == {}


def test_a_name_of_any_letters_becomes_a_header() -> None:
    assert asking({"SOPHNET_USER": "王 ana@x"}).headers == {
        "x-sophnet-user": "%E7%8E%8B ana@x",
    }


@pytest.mark.parametrize(
    "written",
    ['{"X-Team": "data", "X-Who": "{user}"}', "X-Team: data\n X-Who:{user} \n"],
)
def test_headers_are_json_or_lines(written: str) -> None:
    found = asking({"SOPHNET_HEADERS": written, "SOPHNET_USER": "ana"}, None, {"x-team": "more"})
    assert found.headers == {"x-sophnet-user": "ana", "x-team": "more", "x-who": "ana"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer x"},
        {"Host": "x"},
        {"content-length": "1"},
        {"X-Sandbox-Faults": "cut"},
        {"X Team": "x"},
        {"X-Team": "a\r\nX-Admin: 1"},
        {"X-Team": "数据"},
        {"X-Team": 1},
        ["X-Team: data"],
    ],
)
def test_what_is_no_header_of_a_site_is_refused_without_its_value(headers: Any) -> None:
    with pytest.raises(SettingsError) as error:
        asking({}, None, headers)
    assert "X-Admin" not in str(error.value)


@pytest.mark.parametrize("written", ["{", "[1]", "no colon", '{"Cookie": "a"}'])
def test_a_variable_that_holds_none_is_told_by_its_name(written: str) -> None:
    with pytest.raises(SettingsError, match="SOPHNET_HEADERS"):
        Settings.read({"SOPHNET_HEADERS": written}, api_key=KEY)


def test_a_value_of_a_header_is_kept_like_a_key() -> None:
    settings = Settings.read({"SOPHNET_HEADERS": f"X-Token: {KEY}"}, api_key="sk-other")
    assert KEY not in repr(settings)
    assert KEY not in settings.asking.scrub(f"you sent {KEY}")
    assert asking({}, None, {"X-Token": Secret(KEY)}).headers == {"x-token": KEY}


def test_difys_user_is_who_asks_unless_it_has_one_of_its_own() -> None:
    environ = {"JUPYTERHUB_USER": "ana"}
    assert DifySettings.read("", environ, api_key=KEY).user == "ana"
    assert DifySettings.read("", {**environ, "DIFY_USER": "d"}, api_key=KEY).user == "d"
    assert DifySettings.read("", environ, api_key=KEY, user="given").user == "given"
    assert DifySettings.read("", {}, api_key=KEY).user.startswith("jupyter-")
