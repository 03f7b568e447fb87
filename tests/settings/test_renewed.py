"""Keys of files and programs: read when needed, read again when they are others, never shown."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter import SettingsError
from sophnet_jupyter.settings import DifySettings, RenewedSecret, Settings, TeleAIAccount
from sophnet_jupyter.settings.dify import dify_apps
from sophnet_jupyter.settings.keystore import Keystore
from sophnet_jupyter.settings.renewed import key_of

FIRST, SECOND = "sk-first-0123456789abcdef", "sk-second-zyxwvutsrqponm"
posix_only = pytest.mark.skipif(os.name != "posix", reason="modes are a thing of POSIX")


def of_file(path: Path) -> RenewedSecret:
    found = key_of({"SOPHNET_API_KEY_FILE": str(path)}, "SOPHNET_API_KEY")
    assert found
    assert isinstance(found.secret, RenewedSecret)
    return found.secret


def program(folder: Path, text: str) -> str:
    """A program that says what ``said`` holds, and counts how often it is run."""
    (folder / "said").write_text(text)
    script = folder / "key.py"
    script.write_text(
        "import os, pathlib\n"
        f"here = pathlib.Path({str(folder)!r})\n"
        "with (here / 'runs').open('a') as file: file.write('x')\n"
        "(here / 'environ').write_text(repr(dict(os.environ)))\n"
        "print((here / 'said').read_text())\n"
    )
    return f'"{sys.executable}" "{script}"'


def of_program(command: str) -> RenewedSecret:
    found = key_of({"SOPHNET_API_KEY_COMMAND": command}, "SOPHNET_API_KEY")
    assert found
    assert isinstance(found.secret, RenewedSecret)
    return found.secret


def test_a_key_is_read_from_its_file_and_again_when_that_changes(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(f"{FIRST}\n")
    secret = of_file(path)
    first = secret.current()
    assert secret.reveal() == FIRST
    mark = secret.mark
    fresh = tmp_path / "fresh"
    fresh.write_text(SECOND)
    fresh.replace(path)
    assert secret.current() != first
    assert secret.reveal() == SECOND
    assert secret.mark == mark, "answers that were kept are found again"
    assert "sk-" not in secret.scrub(f"{FIRST} and {SECOND}")
    path.unlink()
    secret.current()
    assert secret.reveal() == SECOND, "a file that is just being replaced loses no key"


def test_a_program_runs_once_for_all_clients_and_again_after_a_refusal(tmp_path: Path) -> None:
    command = program(tmp_path, FIRST)
    one, other = of_program(command), of_program(command)
    turn = one.current()
    assert other.current() == turn
    assert one.reveal() == FIRST
    assert (tmp_path / "runs").read_text() == "x"
    assert not one.renewed(turn), "the same key again is no other"
    (tmp_path / "said").write_text(SECOND)
    assert one.renewed(turn)
    assert other.reveal() == SECOND
    assert one.renewed(turn), "who was refused with the first hears of the second"
    assert (tmp_path / "runs").read_text() == "xxx"


def test_a_key_whose_life_is_over_is_asked_for_again(tmp_path: Path) -> None:
    command = program(tmp_path, json.dumps({"api_key": FIRST, "expires_at": time.time() - 1}))
    secret = of_program(command)
    secret.current()
    later = json.dumps({"token": SECOND, "expires_in": 3600})
    (tmp_path / "said").write_text(later)
    secret.current()
    assert secret.reveal() == SECOND
    runs = (tmp_path / "runs").read_text()
    secret.current()
    assert (tmp_path / "runs").read_text() == runs


def test_a_program_gets_no_key_of_ours_in_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIFY_API_KEY", FIRST)
    monkeypatch.setenv("TELEAI_AUTHORIZATION", FIRST)
    monkeypatch.setenv("VAULT_ADDR", "https://vault.example")
    before = dict(os.environ)
    of_program(program(tmp_path, SECOND)).current()
    given = (tmp_path / "environ").read_text()
    assert FIRST not in given
    assert "vault.example" in given
    assert dict(os.environ) == before


@pytest.mark.parametrize("text", ["", "{}", '{"api_key": ""}', "two words", "{broken"])
def test_what_is_no_key_is_told_without_being_repeated(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    with pytest.raises(SettingsError) as error:
        of_file(path).current()
    assert "two words" not in str(error.value)


def test_a_program_that_fails_is_told_without_its_words(tmp_path: Path) -> None:
    for command in (f"{sys.executable} -c \"import sys; sys.exit('{FIRST}')\"", "/no/such/program"):
        with pytest.raises(SettingsError, match="SOPHNET_API_KEY_COMMAND") as error:
            of_program(command).current()
        assert FIRST not in str(error.value) + repr(error.value.__context__)


def test_every_service_takes_a_file_and_a_program(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(FIRST)
    named = str(path)
    settings = Settings.read({"SOPHNET_API_KEY_FILE": named})
    assert (settings.key_source, settings.key_setting) == ("environment", "SOPHNET_API_KEY_FILE")
    assert settings.api_key.reveal() == FIRST
    apps = {"DIFY_WRITER_API_KEY_FILE": named, "DIFY_API_KEY_FILE": named}
    assert dify_apps(apps) == ["writer"]
    assert DifySettings.read("writer", apps).api_key.reveal() == FIRST
    assert DifySettings.read("", apps).api_key.reveal() == FIRST
    account = TeleAIAccount.read({"TELEAI_APP_ID": "a", "TELEAI_APP_KEY_FILE": named})
    assert account.app_key.reveal() == FIRST
    ready = TeleAIAccount.read({"TELEAI_APP_ID": "a", "TELEAI_AUTHORIZATION_FILE": named})
    assert ready.authorization.reveal() == FIRST
    assert FIRST not in repr((settings, account, ready))


def team(folder: Path, profiles: Any, mode: int = 0o644) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    path = folder / "profiles.json"
    path.write_text(json.dumps({"profiles": profiles}))
    path.chmod(mode)
    return {"SOPHNET_CONFIG_DIR": str(folder), "SOPHNET_API_KEY": FIRST}


@posix_only
def test_a_team_shares_an_address_without_a_key(tmp_path: Path) -> None:
    profile = {"base_url": "https://gateway.example/api/open-apis", "project_id": "p1"}
    environ = team(tmp_path / "team", {"default": profile, "other": {"project_id": "p2"}})
    settings = Settings.read(environ)
    assert settings.base_url == "https://gateway.example/api/open-apis"
    assert settings.project_id == "p1"
    assert settings.key_source == "environment"
    assert Settings.read({**environ, "SOPHNET_PROFILE": "other"}).project_id == "p2"
    own = {**environ, "SOPHNET_BASE_URL": "https://own.example/api/open-apis"}
    assert Settings.read(own).base_url == "https://own.example/api/open-apis"
    assert Keystore(environ).load("default") is None
    with pytest.raises(SettingsError, match="is a team's"):
        Keystore(environ).save("default", settings.api_key)


@posix_only
def test_a_file_that_others_write_or_that_holds_a_key_is_no_teams(tmp_path: Path) -> None:
    address = {"base_url": "https://gateway.example/api/open-apis"}
    for number, (profile, mode) in enumerate(
        [(address, 0o666), (address, 0o664), ({**address, "api_key": SECOND}, 0o644)]
    ):
        environ = team(tmp_path / str(number), {"default": profile}, mode)
        assert Settings.read(environ).base_url == "https://www.sophnet.com/api/open-apis"
        with pytest.raises(SettingsError, match="others may read or write it"):
            Keystore(environ).load("default")
    folder = tmp_path / "open"
    environ = team(folder, {"default": address})
    folder.chmod(folder.stat().st_mode | stat.S_IWOTH)
    assert Keystore(environ).team("default") is None
