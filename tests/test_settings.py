from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from sophnet_jupyter import Client, settings
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.settings import Secret, Settings

CANARY = "sk-canary-0123456789abcdef"


def test_an_argument_comes_before_the_session_and_that_before_the_environment() -> None:
    environ = {"SOPHNET_API_KEY": CANARY, "SOPHNET_MODEL": "from-environment"}
    assert Settings.read(environ).model == "from-environment"
    settings.session["model"] = "from-session"
    assert Settings.read(environ).model == "from-session"
    assert Settings.read(environ, model="from-argument").model == "from-argument"


def test_without_a_key_the_sandbox_answers() -> None:
    found = Settings.read({})
    assert found.sandbox
    assert found.base_url == ""


def test_with_a_key_sophnet_answers() -> None:
    found = Settings.read({"SOPHNET_API_KEY": CANARY})
    assert not found.sandbox
    assert found.base_url == "https://www.sophnet.com/api/open-apis"
    assert found.key_source == "environment"


def test_without_a_key_a_base_url_does_not_lead_the_sandbox_astray() -> None:
    assert Settings.read({"SOPHNET_BASE_URL": "https://example.com/api"}).base_url == ""


def test_a_running_sandbox_can_be_named() -> None:
    found = Settings.read({"SOPHNET_SANDBOX_URL": "http://127.0.0.1:8123/"})
    assert found.sandbox
    assert found.base_url == "http://127.0.0.1:8123/api/open-apis"


def test_a_forbidden_sandbox_is_a_sentence_with_the_next_step() -> None:
    with pytest.raises(SettingsError, match="SOPHNET_API_KEY"):
        Settings.read({"SOPHNET_NO_SANDBOX": "1"})


@pytest.mark.parametrize("key", ["", " ", "sk-1 2", "sk-\n1", "sk-钥匙", "sk-\x00"])
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.read({}, api_key=key)
    assert not key.strip() or key not in str(caught.value)


def test_white_space_around_a_pasted_key_is_forgiven() -> None:
    assert Settings.read({}, api_key=f" {CANARY}\n").api_key.reveal() == CANARY


@pytest.mark.parametrize(
    "url", ["sophnet.com", "ftp://x/y", "https://", "https://x/?a=b", "https://me:pw@x/y"]
)
def test_an_address_that_cannot_be_one_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="SOPHNET_BASE_URL"):
        Settings.read({"SOPHNET_API_KEY": CANARY, "SOPHNET_BASE_URL": url})


def test_a_service_has_its_own_easyllm_id_before_the_common_one() -> None:
    environ = {"SOPHNET_EASYLLM_ID": "common", "SOPHNET_SPEECH_EASYLLM_ID": "own"}
    found = Settings.read(environ).easyllm_ids
    assert (found["speech"], found["ocr"]) == ("own", "common")


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r:>40}".format, "%s".__mod__])
def test_a_secret_does_not_show_itself(show: Any) -> None:
    assert CANARY not in show(Secret(CANARY))
    assert CANARY not in show(Settings.read({}, api_key=CANARY))
    assert CANARY not in show(Client(api_key=CANARY))


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_does_not_leave_the_process(leave: Any) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        leave(Secret(CANARY))


def test_a_secret_is_not_among_the_variables_of_a_client() -> None:
    assert CANARY not in str(vars(Client(api_key=CANARY)))


def test_a_secret_is_taken_out_of_what_a_server_says() -> None:
    assert Secret(CANARY).scrub(f"bad key {CANARY}!") == "bad key ‹key›!"
