from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from sophnet_jupyter import settings
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.settings import Secret, Settings, data_folder

CANARY = "sk-canary-0123456789abcdef"
STORED = "sk-stored-0123456789abcdef"


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


def stored(folder: Path, **profiles: dict[str, str]) -> dict[str, str]:
    """An environment whose user has these profiles in a file."""
    path = folder / "profiles.json"
    path.write_text(json.dumps({"profiles": profiles}))
    path.chmod(0o600)
    return {"SOPHNET_CONFIG_DIR": str(folder)}


def test_the_environment_comes_before_a_stored_key_and_that_before_the_sandbox(
    tmp_path: Path,
) -> None:
    environ = stored(tmp_path, default={"api_key": STORED})
    found = Settings.read(environ)
    assert (found.api_key.reveal(), found.key_source) == (STORED, "file")
    found = Settings.read(environ | {"SOPHNET_API_KEY": CANARY})
    assert (found.api_key.reveal(), found.key_source) == (CANARY, "environment")


def test_what_the_session_chose_comes_before_the_environment() -> None:
    settings.choose(Secret(STORED), profile="work", base_url="https://work.example/api")
    found = Settings.read({"SOPHNET_API_KEY": CANARY, "SOPHNET_BASE_URL": "https://x.example"})
    assert (found.api_key.reveal(), found.key_source) == (STORED, "%sophnet")
    assert found.base_url == "https://work.example/api"


def test_the_session_holds_a_key_as_a_secret() -> None:
    settings.choose(Secret(STORED))
    assert isinstance(settings.session["api_key"], Secret)
    assert STORED not in repr(settings.session)
    settings.forget()
    assert settings.session == {}


def test_a_stored_key_goes_to_its_own_address_only(tmp_path: Path) -> None:
    elsewhere = {"SOPHNET_BASE_URL": "https://elsewhere.example/api"}
    own = {"api_key": STORED, "base_url": "https://work.example/api", "project_id": "p1"}
    environ = stored(tmp_path, default={"api_key": STORED}, work=own) | elsewhere
    assert Settings.read(environ).base_url == settings.BASE_URL
    found = Settings.read(environ | {"SOPHNET_PROFILE": "work"})
    assert (found.base_url, found.project_id) == ("https://work.example/api", "p1")


@pytest.mark.parametrize("other", [{"api_key": CANARY}, {"environ": CANARY}])
def test_another_key_never_goes_to_the_address_of_a_profile(
    tmp_path: Path, other: dict[str, str]
) -> None:
    own = {"api_key": STORED, "base_url": "https://work.example/api"}
    environ = stored(tmp_path, default=own)
    if "environ" in other:
        environ["SOPHNET_API_KEY"] = other.pop("environ")
    else:
        settings.choose(Secret(STORED), profile="work", base_url="https://work.example/api")
    assert Settings.read(environ, **other).base_url == settings.BASE_URL


def test_a_profile_without_a_key_is_a_sentence_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="%sophnet login work"):
        Settings.read({"SOPHNET_CONFIG_DIR": str(tmp_path), "SOPHNET_PROFILE": "work"})


@pytest.mark.parametrize(
    ("system", "environ", "expected"),
    [
        ("linux", {"HOME": "/home/me"}, "/home/me/.local/share/sophnet_jupyter"),
        ("linux", {"HOME": "/home/me", "XDG_DATA_HOME": "/x"}, "/x/sophnet_jupyter"),
        ("linux", {"HOME": "/h", "XDG_DATA_HOME": "x"}, "/h/.local/share/sophnet_jupyter"),
        ("linux", {}, ".sophnet_jupyter"),
        ("darwin", {"HOME": "/U/me"}, "/U/me/Library/Application Support/sophnet_jupyter"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/sophnet_jupyter"),
        ("win32", {"USERPROFILE": "/me"}, "/me/AppData/Local/sophnet_jupyter"),
        ("linux", {"HOME": "/home/me", "SOPHNET_DATA_DIR": "/d"}, "/d"),
    ],
)
def test_data_is_kept_where_the_system_keeps_such_things(
    monkeypatch: pytest.MonkeyPatch, system: str, environ: dict[str, str], expected: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert data_folder(environ) == Path(expected)
