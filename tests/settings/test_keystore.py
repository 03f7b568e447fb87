"""Where keys are kept between kernels, and who else can read them: nobody."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.settings import Secret
from sophnet_jupyter.settings.keystore import Keystore, folder, profile_name

KEY = "sk-stored-0123456789abcdef"

posix_only = pytest.mark.skipif(os.name != "posix", reason="modes are a thing of POSIX")


@pytest.fixture
def store(tmp_path: Path) -> Keystore:
    return Keystore({"SOPHNET_CONFIG_DIR": str(tmp_path / "config")})


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The package ``keyring``, with a backend that keeps things in ``.kept``."""
    module = ModuleType("keyring")
    state = SimpleNamespace(kept={}, priority=5, asked=0)

    def get_password(service: str, name: str) -> Any:
        state.asked += 1
        return state.kept.get((service, name))

    module.get_keyring = lambda: state
    module.get_password = get_password
    module.set_password = lambda service, name, key: state.kept.update({(service, name): key})
    module.delete_password = lambda service, name: state.kept.pop((service, name))
    module.__spec__ = SimpleNamespace(name="keyring")
    monkeypatch.setitem(sys.modules, "keyring", module)
    return state


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sophnet_jupyter.settings.keystore.find_spec", lambda name: None)


def test_a_key_goes_into_the_keyring_and_not_into_the_file(
    store: Keystore, keyring: SimpleNamespace
) -> None:
    assert store.save("work", Secret(KEY), base_url="https://work.example") == "keyring"
    assert keyring.kept == {("sophnet_jupyter", "work"): KEY}
    assert KEY not in store.path.read_text()
    assert store.load("work").api_key.reveal() == KEY
    assert store.remove("work")
    assert keyring.kept == {}


def test_a_keyring_that_keeps_nothing_or_keeps_it_in_plain_is_none(
    store: Keystore, keyring: SimpleNamespace
) -> None:
    keyring.priority = 0.5
    assert store.save("work", Secret(KEY)) == "file"
    assert keyring.kept == {}


def test_a_locked_keyring_is_no_keyring(
    store: Keystore, keyring: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: str) -> None:
        raise RuntimeError("locked")

    monkeypatch.setattr(sys.modules["keyring"], "set_password", locked)
    assert store.save("work", Secret(KEY)) == "file"


def test_a_keyring_that_is_locked_later_is_an_error_and_no_way_to_the_sandbox(
    store: Keystore, keyring: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.save("work", Secret(KEY)) == "keyring"

    def locked(*_: str) -> str:
        raise RuntimeError(f"locked {KEY}")

    monkeypatch.setattr(sys.modules["keyring"], "get_password", locked)
    said = r"does not give it \(RuntimeError\): unlock it"
    with pytest.raises(SettingsError, match=said) as raised:
        store.load("work")
    assert KEY not in str(raised.value)
    assert raised.value.__context__ is None


def test_who_never_logged_in_is_not_asked_by_the_keyring(
    store: Keystore, keyring: SimpleNamespace
) -> None:
    assert store.load("default") is None
    assert keyring.asked == 0


def test_a_keyring_that_does_not_let_go_of_a_key_is_reported(
    store: Keystore, keyring: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save("work", Secret(KEY))
    monkeypatch.setattr(sys.modules["keyring"], "delete_password", lambda *_: None)
    with pytest.raises(SettingsError, match="remove it there"):
        store.remove("work")
    assert [profile.name for profile in store.listed()] == ["work"]


@posix_only
@pytest.mark.usefixtures("no_keyring")
def test_the_file_is_for_its_owner_alone(store: Keystore) -> None:
    before = os.umask(0)
    try:
        assert store.save("work", Secret(KEY), project_id="p1") == "file"
    finally:
        os.umask(before)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
    profile = store.load("work")
    assert (profile.api_key.reveal(), profile.project_id) == (KEY, "p1")


@posix_only
@pytest.mark.usefixtures("no_keyring")
@pytest.mark.parametrize("mode", [0o644, 0o620])
def test_a_file_that_others_can_read_or_write_is_refused(store: Keystore, mode: int) -> None:
    store.save("work", Secret(KEY))
    store.path.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600") as caught:
        store.load("work")
    assert KEY not in str(caught.value)


@posix_only
@pytest.mark.usefixtures("no_keyring")
def test_a_link_in_place_of_the_file_is_not_followed(store: Keystore, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text('{"profiles": {}}')
    store.path.parent.mkdir()
    store.path.symlink_to(target)
    with pytest.raises(SettingsError, match="cannot be read"):
        store.save("work", Secret(KEY))
    assert target.read_text() == '{"profiles": {}}'


@pytest.mark.usefixtures("no_keyring")
def test_a_second_profile_leaves_the_first_alone(store: Keystore) -> None:
    store.save("work", Secret(KEY))
    store.save("home", Secret("sk-home-0123456789abcdef"))
    assert [profile.name for profile in store.listed()] == ["home", "work"]
    assert store.remove("home")
    assert not store.remove("home")
    assert store.load("work").api_key.reveal() == KEY


@pytest.mark.usefixtures("no_keyring")
def test_a_write_that_fails_leaves_the_old_file_and_no_draft(
    store: Keystore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save("work", Secret(KEY))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError, match="the disk is full"):
        store.save("home", Secret(KEY))
    assert [path.name for path in store.path.parent.iterdir()] == ["profiles.json"]
    assert [profile.name for profile in store.listed()] == ["work"]


@pytest.mark.usefixtures("no_keyring")
@pytest.mark.parametrize("content", ["", "[]", '{"profiles": 1}', '{"profiles": {"a": "' + KEY])
def test_a_broken_file_is_named_and_not_quoted(store: Keystore, content: str) -> None:
    store.path.parent.mkdir()
    store.path.write_text(content)
    store.path.chmod(0o600)
    with pytest.raises(SettingsError, match=r"profiles\.json") as caught:
        store.load("work")
    assert KEY not in str(caught.value)
    # A JSON error holds the text that it could not read.
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


@pytest.mark.usefixtures("no_keyring")
def test_an_entry_without_a_key_is_no_profile_to_use(store: Keystore) -> None:
    store.path.parent.mkdir()
    store.path.write_text(json.dumps({"profiles": {"work": {"base_url": "https://x"}, "odd": 1}}))
    store.path.chmod(0o600)
    assert store.load("work") is None
    assert store.load("odd") is None


@pytest.mark.usefixtures("no_keyring")
def test_a_process_without_a_home_keeps_nothing() -> None:
    store = Keystore({})
    assert store.load("default") is None
    with pytest.raises(SettingsError, match="--session"):
        store.save("default", Secret(KEY))


@pytest.mark.parametrize(
    ("system", "environ", "expected"),
    [
        ("linux", {"HOME": "/home/me"}, "/home/me/.config/sophnet_jupyter"),
        ("linux", {"HOME": "/home/me", "XDG_CONFIG_HOME": "/x"}, "/x/sophnet_jupyter"),
        (
            "linux",
            {"HOME": "/home/me", "XDG_CONFIG_HOME": "x"},
            "/home/me/.config/sophnet_jupyter",
        ),
        ("darwin", {"HOME": "/U/me"}, "/U/me/Library/Application Support/sophnet_jupyter"),
        ("win32", {"APPDATA": "/appdata"}, "/appdata/sophnet_jupyter"),
        ("linux", {"HOME": "/home/me", "SOPHNET_CONFIG_DIR": "/c"}, "/c"),
    ],
)
def test_profiles_are_where_the_system_keeps_such_things(
    monkeypatch: pytest.MonkeyPatch, system: str, environ: dict[str, str], expected: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert folder(environ) == Path(expected)


@pytest.mark.parametrize(
    "text", [KEY, "aGVsbG8gd29ybGQhIQ", "two words", "", "1st", "../up", "-x", "a\n"]
)
def test_a_key_in_place_of_a_name_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(SettingsError, match="asked for after Enter") as caught:
        profile_name(text)
    assert not text or text not in str(caught.value)
