"""
Stored keys: profiles in the user's configuration folder, their keys in the keyring.

A profile is a key with the address and the project it belongs to. Other services have profiles of
their own, whose names begin with theirs: ``dify:writer``. ``profiles.json`` lists them; a
key stands in it only where there is no keyring. The keyring is asked only for a profile that was
put into it, so that nobody who never logged in pays for its import or sees it ask for a password.

| system | folder |
|---|---|
| Linux and others | ``$XDG_CONFIG_HOME/sophnet_jupyter``, else ``~/.config/sophnet_jupyter`` |
| macOS | ``~/Library/Application Support/sophnet_jupyter`` |
| Windows | ``%APPDATA%\\sophnet_jupyter`` |
| any, if set | ``$SOPHNET_CONFIG_DIR`` |
"""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from ..errors import SettingsError, file_refused, why
from ..language import tr
from .secret import Secret

DEFAULT = "default"
SERVICE = "sophnet_jupyter"

Kept = Literal["keyring", "file"]

# Shorter than any key, so that a key given in place of a name is noticed.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,15}")
# A link in place of a file may lead to one of somebody else's making.
_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A profile: where its key is stored, and the settings that belong to it."""

    name: str
    kept: Kept
    base_url: str = ""
    project_id: str = ""
    easyllm_ids: Mapping[str, str] = field(default_factory=dict)
    api_key: Secret = field(default_factory=lambda: Secret(""))


def folder(environ: Mapping[str, str]) -> Path | None:
    """Where profiles are kept; None for a process that has no home."""
    if named := environ.get("SOPHNET_CONFIG_DIR"):
        return Path(named)
    if sys.platform == "win32":
        base = environ.get("APPDATA", "")
        return Path(base, "sophnet_jupyter") if base else None
    home = environ.get("HOME", "")
    if sys.platform == "darwin":
        return Path(home, "Library/Application Support/sophnet_jupyter") if home else None
    base = environ.get("XDG_CONFIG_HOME", "")
    # The standard wants a relative path to be ignored.
    base = base if base.startswith("/") else home and f"{home}/.config"
    return Path(base, "sophnet_jupyter") if base else None


def profile_name(text: str) -> str:
    """``text`` as the name of a profile. Raises `SettingsError`, without repeating it."""
    if not _NAME.fullmatch(text):
        raise SettingsError(
            tr(
                "A profile's name is a short word such as work: letters, digits, - and _, at "
                "most 16. If that was a key, withdraw it in the console: the notebook and "
                "IPython's history have it now. The key is asked for after Enter."
            )
        )
    return text


def app_profile(service: str, app: str) -> str:
    """The profile of another service's app, in any spelling of its name; empty for the usual."""
    return f"{service}:{re.sub(r'[^a-z0-9]', '_', app.lower()) or DEFAULT}"


class Keystore:
    """The profiles of one user."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._folder = folder(environ)

    @property
    def path(self) -> Path | None:
        return self._folder and self._folder / "profiles.json"

    def listed(self) -> list[Profile]:
        """The profiles there are, without their keys. Raises `SettingsError`, as all below do."""
        return [profile for profile in self._all() if ":" not in profile.name]

    def apps(self, service: str) -> list[Profile]:
        """Those of another service, by the names of its apps, without their keys."""
        found = [profile for profile in self._all() if profile.name.startswith(f"{service}:")]
        return [replace(profile, name=profile.name.partition(":")[2]) for profile in found]

    def _all(self) -> list[Profile]:
        found = sorted(self._entries().items())
        return [_profile(name, entry) for name, entry in found if isinstance(entry, dict)]

    def load(self, name: str) -> Profile | None:
        """
        A profile with its key, None if there is none of that name, or its key is gone.

        A keyring that is locked is an error: nobody is to be sent to the sandbox by it.
        """
        entry = self._entries().get(name)
        if not isinstance(entry, dict) or self._is_teams():
            return None
        key = entry.get("api_key") or _unlocked(name)
        if not isinstance(key, str) or not key:
            return None
        return replace(_profile(name, entry), api_key=Secret(key))

    def team(self, name: str) -> Profile | None:
        """
        A profile of a team, for a key from elsewhere; None where there is none.

        It has an address and a project, and no key: so others may read it, while nobody but its
        owner, this user or root, may write it.
        """
        try:
            entry = self._entries().get(name) if self._is_teams() else None
        except SettingsError:
            return None
        return _profile(name, entry) if isinstance(entry, dict) else None

    def save(
        self,
        name: str,
        key: Secret,
        *,
        base_url: str = "",
        project_id: str = "",
        easyllm_ids: Mapping[str, str] = MappingProxyType({}),
    ) -> Kept:
        """Keep a profile: its key in the keyring if there is a real one, else in the file."""
        # Read first: a file that cannot be read is not to be written over.
        entries = self._entries()
        entry: dict[str, Any] = {"base_url": base_url, "project_id": project_id}
        entry["easyllm_ids"] = dict(easyllm_ids)
        kept: Kept = "keyring" if _into_keyring(name, key) else "file"
        if kept == "file":
            entry["api_key"] = key.reveal()
        entries[name] = {field: value for field, value in entry.items() if value}
        self._write(entries)
        return kept

    def remove(self, name: str) -> bool:
        """Forget a profile; False if there was none."""
        entries = self._entries()
        entry = entries.pop(name, None)
        if entry is None:
            return False
        if not (isinstance(entry, dict) and entry.get("api_key")):
            _out_of_keyring(name)
            if _from_keyring(name):
                raise SettingsError(
                    tr(
                        "The keyring did not let go of {service} {name}: remove it there.",
                        service=SERVICE,
                        name=name,
                    )
                )
        self._write(entries)
        return True

    def _entries(self) -> dict[str, Any]:
        """All profiles as they stand in the file."""
        if self.path is None:
            return {}
        try:
            text, private = _read(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            raise file_refused(self.path, error) from None
        entries = _decoded(text)
        if not private and not (self._is_teams() and not _holds_keys(entries)):
            # Who can write it says where a key is sent.
            raise SettingsError(
                tr(
                    "{path} holds keys or says where they go, and others may read or write it: "
                    "chmod 600 it, and if it holds a key, make a new one. A team's, without any "
                    "key, may be read by all and written by you or root alone (chmod 644).",
                    path=self.path,
                )
            )
        if entries is None:
            raise SettingsError(
                tr("{path} is not as %sophnet login left it: mend or remove it.", path=self.path)
            )
        return entries

    def _is_teams(self) -> bool:
        """Whether others may read the file, and none of them may write it."""
        if self.path is None or sys.platform == "win32":
            return False
        try:
            status, around = self.path.lstat(), self.path.parent.stat()
        except OSError:
            return False
        # In a folder with the sticky bit nobody takes away what is another's.
        swapped = around.st_mode & 0o022 and not around.st_mode & stat.S_ISVTX
        own = stat.S_ISREG(status.st_mode) and status.st_uid in (0, os.geteuid())
        return bool(own and status.st_mode & 0o077 and not status.st_mode & 0o022 and not swapped)

    def _write(self, entries: dict[str, Any]) -> None:
        if self._is_teams():
            raise SettingsError(
                tr(
                    "{path} is a team's, and no key belongs into it: %sophnet login --session "
                    "keeps yours for this kernel; SOPHNET_CONFIG_DIR names a folder of your own.",
                    path=self.path,
                )
            )
        if self._folder is None or self.path is None:
            raise SettingsError(
                tr(
                    "There is no home folder to keep a key in. %sophnet login --session keeps it "
                    "for this kernel."
                )
            )
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            put(self.path, json.dumps({"profiles": entries}, indent=2).encode())
        except OSError as error:
            raise SettingsError(
                tr(
                    "The key cannot be kept in {folder}: {why}. %sophnet login --session keeps it "
                    "for this kernel.",
                    folder=self._folder,
                    why=why(error),
                )
            ) from None


def _profile(name: str, entry: Mapping[str, Any]) -> Profile:
    return Profile(
        name=name,
        kept="file" if entry.get("api_key") else "keyring",
        base_url=str(entry.get("base_url") or ""),
        project_id=str(entry.get("project_id") or ""),
        easyllm_ids=_texts(entry.get("easyllm_ids")),
    )


def _texts(value: object) -> dict[str, str]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {name: text for name, text in pairs if isinstance(text, str)}


def _read(path: Path) -> tuple[bytes, bool]:
    """What the file says, and whether it is ours alone."""
    with os.fdopen(os.open(path, os.O_RDONLY | _NO_LINK), "rb") as file:
        return file.read(), _private(os.fstat(file.fileno()))


def _private(status: os.stat_result) -> bool:
    # Windows keeps other users out of %APPDATA% by lists that these bits do not show.
    if sys.platform == "win32":
        return True
    return not status.st_mode & 0o077 and status.st_uid in (0, os.geteuid())


def _decoded(text: bytes) -> dict[str, Any] | None:
    # Told apart out here: a JSON error holds the whole text, and with it the keys.
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    entries = content.get("profiles") if isinstance(content, dict) else None
    return entries if isinstance(entries, dict) else None


def _holds_keys(entries: dict[str, Any] | None) -> bool:
    found = (entries or {}).values()
    return any(
        "key" in str(name).lower() for each in found if isinstance(each, dict) for name in each
    )


def put(path: Path, content: bytes) -> None:
    """Write a file atomically, at no time readable by others."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            # Some file systems, of memory sticks and network shares, know no modes.
            if not _private(os.fstat(file.fileno())):
                raise PermissionError(0, tr("other users can read what is written there"))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _keyring() -> Any:
    """The keyring module, if its backend really stores passwords; else None."""
    if find_spec("keyring") is None:
        return None
    import keyring

    # Below 1 stand those that store nothing, or store it in plain: we do that better ourselves.
    return keyring if keyring.get_keyring().priority >= 1 else None


def _into_keyring(name: str, key: Secret) -> bool:
    try:
        if (keyring := _keyring()) is None:
            return False
        keyring.set_password(SERVICE, name, key.reveal())
    except Exception:  # a backend may raise anything, and an entry that it took must come back
        return False
    return _from_keyring(name) == key.reveal()


def _from_keyring(name: str) -> str:
    try:
        keyring = _keyring()
        return keyring.get_password(SERVICE, name) or "" if keyring else ""
    except Exception:  # locked, or its daemon is gone
        return ""


def _unlocked(name: str) -> str:
    """The same, where a keyring that does not answer is a `SettingsError`."""
    try:
        keyring = _keyring()
        return keyring.get_password(SERVICE, name) or "" if keyring else ""
    except Exception as error:  # a backend may raise anything
        kind = type(error).__name__
    raise SettingsError(
        tr(
            "The key of profile {name} is in the system's keyring, which does not give it "
            "({kind}): unlock it and try again, or set SOPHNET_API_KEY.",
            name=name,
            kind=kind,
        )
    )


def _out_of_keyring(name: str) -> None:
    try:
        if (keyring := _keyring()) is not None:
            keyring.delete_password(SERVICE, name)
    except Exception:  # it may be gone already
        return
