"""
Where requests go and with which key.

Arguments come first, then what ``%sophnet`` set in this session, then the environment, then the
profile that ``%sophnet login`` has stored; with no key at all, the sandbox. Only this module and
`keystore`, which holds the profiles, read the environment.

| name | meaning |
|---|---|
| SOPHNET_API_KEY | the key; without one everything runs in the sandbox |
| SOPHNET_BASE_URL | root of the service, ``https://www.sophnet.com/api/open-apis`` if unset |
| SOPHNET_PROJECT_ID | project, for the longer paths; the key alone is enough for the short ones |
| SOPHNET_MODEL | chat model to use when a call names none |
| SOPHNET_EASYLLM_ID | resource id for every service that wants one |
| SOPHNET_<SERVICE>_EASYLLM_ID | the same for one of `SERVICES`: SPEECH, VOICE, … |
| SOPHNET_PROXY, SOPHNET_CA_BUNDLE | proxy address; file of certificates to trust |
| HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY | honoured where SOPHNET_PROXY is not set |
| SOPHNET_PROFILE | profile a new kernel begins with, ``default`` if unset |
| SOPHNET_CONFIG_DIR | folder of ``profiles.json``; the system's own if unset, see `keystore` |
| SOPHNET_DATA_DIR | folder of what is kept on this machine, such as tasks; see `data_folder` |
| SOPHNET_MEDIA | ``embed`` results in notebooks, or keep them as ``files`` beside them |
| SOPHNET_NO_SANDBOX | ``1``: never start the sandbox, fail with a sentence instead |
| SOPHNET_SANDBOX_URL | a sandbox that runs already, to be used in place of one of our own |
| SOPHNET_SANDBOX_KEY | its key, ``sandbox`` if unset |
| DIFY_API_KEY | key of a Dify app; without one ``client.dify`` is an app of the sandbox |
| DIFY_BASE_URL | root of Dify, ``https://api.dify.ai/v1`` if unset |
| DIFY_USER | who asks, to Dify; one of this notebook's own if unset |
| DIFY_<NAME>_API_KEY, DIFY_<NAME>_BASE_URL | further apps, each with a key of its own |
| TELEAI_APP_ID, TELEAI_APP_KEY | TeleAI's id (买家中心-已购能力) and key; without, the sandbox |
| TELEAI_REGION | region that TeleAI's signature names, ``QG`` (all of China) if unset |
| TELEAI_BASE_URL | TeleAI's root, ``https://openapi.teleagi.cn`` if unset |
| TELEAI_DEVICE_UUID | device to name in each request, where one is registered |
| TELEAI_AUTHORIZATION | a ready ``Authorization``, to be sent in place of a signature of ours |

A profile is a key with the address and the project it belongs to, and these three stay together:
a stored key goes to its own address whatever SOPHNET_BASE_URL says, and a key from elsewhere never
goes to the address of a profile.

What no setting can hide: a process of the same user reads SOPHNET_API_KEY in
``/proc/<pid>/environ``, and a cell can print any variable. A stored key is in neither.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import platform
import re
import sys
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypedDict

from ..errors import SettingsError
from .keystore import DEFAULT, Keystore, app_profile
from .secret import Secret as Secret

BASE_URL = "https://www.sophnet.com/api/open-apis"
MODEL = "DeepSeek-V3.2"
SERVICES = ("speech", "voice", "embeddings", "images", "videos", "ocr", "documents")
SANDBOX_KEY = "sandbox"
DIFY_URL = "https://api.dify.ai/v1"
TELEAI_URL = "https://openapi.teleagi.cn"
TELEAI_REGION = "QG"
# The sandbox's own; what it is signed with is the sandbox's key.
SANDBOX_APP_ID = "sandbox"

KeySource = Literal["argument", "%sophnet", "environment", "keyring", "file", "sandbox"]


class Chosen(TypedDict, total=False):
    """What ``%sophnet`` can set. A key is never among it as a plain text."""

    api_key: Secret
    base_url: str
    project_id: str
    profile: str
    model: str
    # Keys of Dify apps with their addresses, by the names of their profiles.
    dify: dict[str, tuple[Secret, str]]


# What %sophnet set. It ends with the kernel.
session: Chosen = {}


def choose(key: Secret, *, profile: str = "", base_url: str = "", project_id: str = "") -> None:
    """Use this key from now on, with the address and the project that belong to it."""
    session.update(
        {"api_key": key, "profile": profile, "base_url": base_url, "project_id": project_id}
    )


def forget() -> None:
    """Take back `choose`."""
    for name in ("api_key", "profile", "base_url", "project_id"):
        session.pop(name, None)  # type: ignore[misc]


def choose_dify(app: str, key: Secret | None, base_url: str = "") -> None:
    """Use this key for a Dify app from now on, in this kernel; None takes that back."""
    chosen = session.setdefault("dify", {})
    chosen.pop(app_profile("dify", app), None)
    if key is not None:
        chosen[app_profile("dify", app)] = (key, base_url)


def store() -> Keystore:
    """The profiles of this user."""
    return Keystore(os.environ)


def profile_in_use() -> str:
    """The profile that a login without a name is about."""
    return session.get("profile") or os.environ.get("SOPHNET_PROFILE") or DEFAULT


def environment_has_key() -> bool:
    """True when SOPHNET_API_KEY is set, which a stored key stands behind."""
    return bool(os.environ.get("SOPHNET_API_KEY"))


def data_folder(environ: Mapping[str, str] | None = None) -> Path:
    """
    Where this user's data is kept: what tasks there are, and what may be made again.

    SOPHNET_DATA_DIR, or the system's own place: ``%LOCALAPPDATA%``, ``~/Library/Application
    Support``, ``$XDG_DATA_HOME`` or ``~/.local/share``, and in it ``sophnet_jupyter``. A process
    without a home gets a folder in the working one.
    """
    environ = os.environ if environ is None else environ
    if named := environ.get("SOPHNET_DATA_DIR"):
        return Path(named).expanduser()
    home = environ.get("USERPROFILE" if sys.platform == "win32" else "HOME", "")
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA", "") or (home and f"{home}/AppData/Local")
    elif sys.platform == "darwin":
        base = home and f"{home}/Library/Application Support"
    else:
        base = environ.get("XDG_DATA_HOME", "")
        # The standard wants a relative path to be ignored.
        base = base if base.startswith("/") else home and f"{home}/.local/share"
    return Path(base, "sophnet_jupyter") if base else Path(".sophnet_jupyter")


def media_in_files() -> bool:
    """True when results shown in a notebook are to be files beside it, and not in it."""
    return os.environ.get("SOPHNET_MEDIA", "") == "files"


def environment_base_url() -> str:
    """The address that a new key belongs to where nothing else is said."""
    return os.environ.get("SOPHNET_BASE_URL", "")


def environment_dify_url() -> str:
    """The same for the key of a Dify app."""
    return os.environ.get("DIFY_BASE_URL", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Time limits in seconds: to connect, between two chunks, and for a whole call."""

    connect: float = 10.0
    between: float = 120.0
    total: float = 900.0


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a `Client` needs to know before it connects. Its repr hides the key."""

    api_key: Secret
    key_source: KeySource
    profile: str = ""
    base_url: str
    project_id: str = ""
    model: str = MODEL
    easyllm_ids: Mapping[str, str] = field(default_factory=dict)
    proxy: str = ""
    ca_bundle: str = ""
    timeouts: Timeouts = field(default_factory=Timeouts)

    @property
    def sandbox(self) -> bool:
        """True when there is no key, so that a local stand-in answers."""
        return self.key_source == "sandbox"

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None, **arguments: Any) -> Settings:
        """
        Gather the settings.

        Raises `SettingsError` when there is no key and the sandbox is switched off, or when an
        address cannot be one.
        """
        environ = os.environ if environ is None else environ
        given = {name: value for name, value in arguments.items() if value is not None}
        timeouts = given.pop("timeouts", Timeouts())
        key = _key(given, environ)

        chosen: dict[str, str] = {**key.belongings}
        if "model" in session:
            chosen["model"] = session["model"]

        def first(name: str, default: str = "") -> str:
            for place in (given, chosen):
                if name in place:
                    return str(place[name])
            return environ.get(f"SOPHNET_{name.upper()}", "") or default

        if key.source == "sandbox":
            # An empty address: local.py starts the sandbox and learns its port on first use.
            base_url = _sandbox_url(environ)
        else:
            base_url = checked_url(first("base_url", BASE_URL))
        return cls(
            api_key=key.secret,
            key_source=key.source,
            profile=chosen.get("profile", ""),
            base_url=base_url,
            project_id=first("project_id"),
            model=first("model", MODEL),
            easyllm_ids=_easyllm_ids(environ),
            proxy=first("proxy") or _system_proxy(base_url),
            ca_bundle=first("ca_bundle"),
            timeouts=timeouts,
        )

    @property
    def origin(self) -> str:
        """Scheme and host of the service, without any path or query."""
        if not self.base_url:
            return "a process of this kernel, started on first use"
        parts = urllib.parse.urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


@dataclass(frozen=True, kw_only=True)
class TeleAIAccount:
    """Who one is at TeleAI, and where that is. ``authorization`` is empty, or ready to be sent."""

    app_id: str
    app_key: Secret
    authorization: Secret
    region: str
    base_url: str
    device_uuid: str
    proxy: str
    sandbox: bool

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None, **arguments: Any) -> TeleAIAccount:
        """
        Gather it from arguments, then the environment; with neither id nor key, the sandbox's.

        Raises `SettingsError` when half of it is missing or cannot be right, or when there is
        none and the sandbox is switched off.
        """
        environ = os.environ if environ is None else environ

        def first(name: str, default: str = "") -> Any:
            return arguments.get(name) or environ.get(f"TELEAI_{name.upper()}", "") or default

        app_id, key, ready = first("app_id"), first("app_key"), first("authorization")
        sandbox = not (app_id or key or ready)
        if sandbox:
            base_url, app_id, key = _teleai_sandbox(environ)
        else:
            base_url = checked_url(first("base_url", TELEAI_URL), "TELEAI_BASE_URL", TELEAI_URL)
            if not app_id or not (key or ready):
                lacks = "TELEAI_APP_KEY" if app_id else "TELEAI_APP_ID"
                raise SettingsError(f"TeleAI needs an id and a key: {lacks} is missing.")
        return cls(
            app_id=_header_word(app_id, "TELEAI_APP_ID"),
            app_key=key if isinstance(key, Secret) else checked_key(key) if key else Secret(""),
            authorization=ready if isinstance(ready, Secret) else Secret(ready.strip()),
            region=_header_word(first("region", TELEAI_REGION), "TELEAI_REGION"),
            # The document calls the whole address the one to call, so that is what is pasted.
            base_url=base_url.partition("/aipaas/")[0],
            device_uuid=_header_word(first("device_uuid"), "TELEAI_DEVICE_UUID"),
            proxy=arguments.get("proxy") or environ.get("SOPHNET_PROXY") or _system_proxy(base_url),
            sandbox=sandbox,
        )


def _teleai_sandbox(environ: Mapping[str, str]) -> tuple[str, str, Secret]:
    """Root (empty where it is still to be started), id and key of the sandbox."""
    if environ.get("SOPHNET_NO_SANDBOX") == "1":
        raise SettingsError(
            "No TeleAI key, and the sandbox is off (SOPHNET_NO_SANDBOX=1). "
            "Set TELEAI_APP_ID and TELEAI_APP_KEY before the kernel starts."
        )
    root = _sandbox_url(environ).removesuffix("/api/open-apis")
    return root, SANDBOX_APP_ID, Secret(environ.get("SOPHNET_SANDBOX_KEY") or SANDBOX_KEY)


def _header_word(value: str, name: str) -> str:
    # Each is a part of a header, and slashes separate the parts of a signature.
    value = value.strip()
    if not value.isascii() or not value.isprintable() or " " in value or "/" in value:
        raise SettingsError(f"{name} has characters that it cannot have: copy it again.")
    return value


def model_name() -> str:
    """The chat model for a call that names none, as of now: ``%sophnet model`` may change it."""
    return session.get("model") or os.environ.get("SOPHNET_MODEL") or MODEL


class _Key(NamedTuple):
    """A key, where it came from, and what goes with it: its profile, address and project."""

    secret: Secret
    source: KeySource
    belongings: Mapping[str, str] = MappingProxyType({})


def _key(given: Mapping[str, Any], environ: Mapping[str, str]) -> _Key:
    if "api_key" in given:
        value = given["api_key"]
        return _Key(value if isinstance(value, Secret) else checked_key(str(value)), "argument")
    if secret := session.get("api_key"):
        name, project = session.get("profile", ""), session.get("project_id", "")
        return _Key(secret, "%sophnet", _belongings(name, session.get("base_url", ""), project))
    if environ.get("SOPHNET_API_KEY"):
        return _Key(checked_key(environ["SOPHNET_API_KEY"]), "environment")
    name = environ.get("SOPHNET_PROFILE") or DEFAULT
    if profile := Keystore(environ).load(name):
        belongings = _belongings(name, profile.base_url, profile.project_id)
        return _Key(profile.api_key, profile.kept, belongings)
    if "SOPHNET_PROFILE" in environ and name != DEFAULT:
        raise SettingsError(
            f"SOPHNET_PROFILE names {name!r}, of which no key is stored: %sophnet login {name}"
        )
    if environ.get("SOPHNET_NO_SANDBOX") == "1":
        raise SettingsError(
            "No key, and the sandbox is off (SOPHNET_NO_SANDBOX=1). "
            "Run %sophnet login, or set SOPHNET_API_KEY before the kernel starts."
        )
    return _Key(Secret(environ.get("SOPHNET_SANDBOX_KEY") or SANDBOX_KEY), "sandbox")


def _belongings(profile: str, base_url: str, project_id: str) -> dict[str, str]:
    # The address is always named, so that no other setting sends this key elsewhere.
    project = {"project_id": project_id} if project_id else {}
    return {"profile": profile, "base_url": base_url or BASE_URL, **project}


def checked_key(value: str) -> Secret:
    """A pasted text as a key. Raises `SettingsError`, without repeating it."""
    value = value.strip()
    # It becomes a header: a line break or a letter outside ASCII would fail later, less clearly.
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise SettingsError(
            "The key has characters that a key cannot have (a space, a line break, or a letter "
            "outside ASCII). Copy it again from the console."
        )
    return Secret(value)


def _easyllm_ids(environ: Mapping[str, str]) -> dict[str, str]:
    common = environ.get("SOPHNET_EASYLLM_ID", "")
    named = {name: environ.get(f"SOPHNET_{name.upper()}_EASYLLM_ID") or common for name in SERVICES}
    return {name: value for name, value in named.items() if value}


def _sandbox_url(environ: Mapping[str, str]) -> str:
    root = environ.get("SOPHNET_SANDBOX_URL", "").rstrip("/")
    return checked_url(root + "/api/open-apis") if root else ""


def checked_url(url: str, name: str = "SOPHNET_BASE_URL", like: str = BASE_URL) -> str:
    """An address that a key may be sent to. Raises `SettingsError`, which calls it ``name``."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise SettingsError(f"{name} must be an address such as {like}, without a query.")
    if parts.username or parts.password:
        raise SettingsError(f"{name} must not hold a name or password.")
    return url.rstrip("/")


def _system_proxy(base_url: str) -> str:
    parts = urllib.parse.urlsplit(base_url)
    if not parts.hostname:
        return ""
    # Only here, since it brings a whole HTTP client along.
    from urllib.request import getproxies, proxy_bypass

    if proxy_bypass(parts.hostname):
        return ""
    if parts.hostname in ("localhost", "127.0.0.1", "::1"):
        return ""
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all", "")


@dataclass(frozen=True, kw_only=True)
class DifyApp:
    """
    How one Dify app is reached. A key opens one app, so that several apps are several keys.

    ``setting`` says where its address was set, for errors to name.
    """

    api_key: Secret
    base_url: str
    user: str
    setting: str = "DIFY_BASE_URL"
    sandbox: bool = False
    proxy: str = ""
    ca_bundle: str = ""
    timeouts: Timeouts = field(default_factory=Timeouts)

    @classmethod
    def read(
        cls, name: str = "", environ: Mapping[str, str] | None = None, **arguments: Any
    ) -> DifyApp:
        """
        The app of that name, or the one of DIFY_API_KEY; arguments go first.

        Raises `SettingsError` for a name without a key, or where the sandbox is switched off.
        """
        environ = os.environ if environ is None else environ
        given = {name: value for name, value in arguments.items() if value is not None}
        key = given.get("api_key") or _dify_variable(environ, name, "API_KEY")
        login: tuple[Secret, str] | None = None
        chosen = session.get("dify", {}).get(app_profile("dify", name))
        if not given.get("api_key") and (chosen or not key):
            login = chosen or _dify_profile(environ, name)
        key = login[0] if login else key
        if not key and (name or environ.get("SOPHNET_NO_SANDBOX") == "1"):
            raise SettingsError(_no_dify_key(name, environ))
        own = _dify_variable_name(name, "BASE_URL")
        setting = own if environ.get(own) and not given.get("base_url") else "DIFY_BASE_URL"
        url = given.get("base_url") or environ.get(setting) or DIFY_URL
        if login:
            # A key that was kept goes to its own address, whatever is set beside it.
            url = login[1] or DIFY_URL
            setting = f"the address of %sophnet login --service dify {name}".rstrip()
        if key:
            base_url = checked_url(url, setting, DIFY_URL)
            secret = key if isinstance(key, Secret) else checked_key(str(key))
        else:
            root = environ.get("SOPHNET_SANDBOX_URL", "").rstrip("/")
            base_url = checked_url(f"{root}/v1") if root else ""
            secret = Secret(environ.get("SOPHNET_SANDBOX_KEY") or SANDBOX_KEY)
        proxy = given.get("proxy") or environ.get("SOPHNET_PROXY", "")
        return cls(
            api_key=secret,
            base_url=base_url,
            user=given.get("user") or environ.get("DIFY_USER") or _notebook(environ),
            setting=setting,
            sandbox=not key,
            proxy=proxy or _system_proxy(base_url),
            ca_bundle=given.get("ca_bundle") or environ.get("SOPHNET_CA_BUNDLE", ""),
            timeouts=given.get("timeouts", Timeouts()),
        )


def dify_apps(environ: Mapping[str, str] | None = None) -> list[str]:
    """The names of the apps that have a key of their own."""
    environ = os.environ if environ is None else environ
    found = (re.fullmatch("DIFY_(.+)_API_KEY", name) for name in environ)
    named = {match[1].lower() for match in found if match}
    named |= {name.partition(":")[2] for name in session.get("dify", {})}
    named |= {profile.name for profile in Keystore(environ).apps("dify")}
    return sorted(named - {DEFAULT})


def _dify_profile(environ: Mapping[str, str], app: str) -> tuple[Secret, str] | None:
    profile = Keystore(environ).load(app_profile("dify", app))
    return (profile.api_key, profile.base_url) if profile else None


def _dify_variable(environ: Mapping[str, str], app: str, what: str) -> str:
    return environ.get(_dify_variable_name(app, what), "")


def _dify_variable_name(app: str, what: str) -> str:
    middle = re.sub(r"\W", "_", app).upper()
    return f"DIFY_{middle}_{what}" if app else f"DIFY_{what}"


def _no_dify_key(name: str, environ: Mapping[str, str]) -> str:
    if not name:
        return (
            "No key for Dify, and the sandbox is off (SOPHNET_NO_SANDBOX=1): "
            "run %sophnet login --service dify, or set DIFY_API_KEY."
        )
    known = ", ".join(dify_apps(environ)) or "none"
    variable = f"DIFY_{re.sub(r'[^A-Za-z0-9]', '_', name[:40]).upper()}_API_KEY"
    return (
        f"No key of a Dify app {name[:40]!r} is set: %sophnet login --service dify NAME keeps one, "
        f"or put it into {variable}. Known: {known}."
    )


def _notebook(environ: Mapping[str, str]) -> str:
    """
    A user for Dify that stays the same for a notebook, and tells nothing about it.

    JPY_SESSION_NAME is the notebook's path, where the server sets it.
    """
    try:
        whose = getpass.getuser()
        folder = str(Path.cwd())
    except (OSError, KeyError, ImportError):  # no entry for this user, or the folder is gone
        whose = folder = ""
    facts = (whose, platform.node(), folder, environ.get("JPY_SESSION_NAME", ""))
    return f"jupyter-{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}"
