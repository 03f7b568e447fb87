"""
Where requests go and with which key.

Arguments come first, then what ``%sophnet`` set in this session, then the environment, then the
keyring; with no key at all, the sandbox. Nothing else in the library reads the environment.

| name | meaning |
|---|---|
| SOPHNET_API_KEY | the key; without one everything runs in the sandbox |
| SOPHNET_BASE_URL | root of the service, ``https://www.sophnet.com/api/open-apis`` if unset |
| SOPHNET_PROJECT_ID | project, for the longer paths; the key alone is enough for the short ones |
| SOPHNET_MODEL | chat model to use when a call names none |
| SOPHNET_EASYLLM_ID | resource id for every service that wants one |
| SOPHNET_<SERVICE>_EASYLLM_ID | the same for one of `SERVICES`: SPEECH, VOICE, … |
| SOPHNET_PROXY, SOPHNET_CA_BUNDLE | proxy address; file of certificates to trust |
| SOPHNET_NO_SANDBOX | ``1``: never start the sandbox, fail with a sentence instead |
| SOPHNET_SANDBOX_URL | a sandbox that runs already, to be used in place of one of our own |
"""

from __future__ import annotations

import os
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Literal, NoReturn

from .errors import SettingsError

BASE_URL = "https://www.sophnet.com/api/open-apis"
MODEL = "DeepSeek-V3.2"
SERVICES = ("speech", "voice", "embeddings", "images", "videos", "ocr", "documents")
SANDBOX_KEY = "sandbox"

KeySource = Literal["argument", "%sophnet", "environment", "keyring", "sandbox"]

# What %sophnet set, by the name of the field. It ends with the kernel.
session: dict[str, str] = {}


class Secret:
    """A key that does not show itself: not printed, not formatted, not pickled, not copied."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself, for the line that joins it to a request."""
        return self._value

    def scrub(self, text: str) -> str:
        """``text`` without the key, should a server have sent it back."""
        return text.replace(self._value, "‹key›") if self._value else text

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(‹hidden›)"

    def __str__(self) -> str:
        return "‹hidden›"

    def __format__(self, spec: str) -> str:
        return format("‹hidden›", spec)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a key is not pickled and not copied")


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
        key, source = _key(given, environ)

        def first(name: str, default: str = "") -> str:
            for place in (given, session):
                if name in place:
                    return str(place[name])
            return environ.get(f"SOPHNET_{name.upper()}", "") or default

        if source == "sandbox":
            # An empty address: local.py starts the sandbox and learns its port on first use.
            base_url = _sandbox_url(environ)
        else:
            base_url = _checked_url(first("base_url", BASE_URL))
        return cls(
            api_key=key,
            key_source=source,
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


def model_name() -> str:
    """The chat model for a call that names none, as of now: ``%sophnet model`` may change it."""
    return session.get("model") or os.environ.get("SOPHNET_MODEL") or MODEL


def _key(given: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[Secret, KeySource]:
    if "api_key" in given:
        value = given["api_key"]
        if isinstance(value, Secret):
            return value, "argument"
        return Secret(_checked_key(str(value))), "argument"
    if value := session.get("api_key"):
        return Secret(_checked_key(value)), "%sophnet"
    if value := environ.get("SOPHNET_API_KEY"):
        return Secret(_checked_key(value)), "environment"
    if value := _from_keyring():
        return Secret(_checked_key(value)), "keyring"
    if environ.get("SOPHNET_NO_SANDBOX") == "1":
        raise SettingsError(
            "No key, and the sandbox is off (SOPHNET_NO_SANDBOX=1). "
            "Set SOPHNET_API_KEY before the kernel starts."
        )
    return Secret(environ.get("SOPHNET_SANDBOX_KEY") or SANDBOX_KEY), "sandbox"


def _checked_key(value: str) -> str:
    value = value.strip()
    # It becomes a header: a line break or a letter outside ASCII would fail later, less clearly.
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise SettingsError(
            "The key has characters that a key cannot have (a space, a line break, or a letter "
            "outside ASCII). Copy it again from the console."
        )
    return value


def _from_keyring() -> str:
    # Not a dependency: used where the user has it. Asked only when nothing else gave a key.
    if find_spec("keyring") is None:
        return ""
    import keyring
    import keyring.errors

    try:
        return keyring.get_password("sophnet_jupyter", "sophnet") or ""
    except keyring.errors.KeyringError:
        return ""


def _easyllm_ids(environ: Mapping[str, str]) -> dict[str, str]:
    common = environ.get("SOPHNET_EASYLLM_ID", "")
    named = {name: environ.get(f"SOPHNET_{name.upper()}_EASYLLM_ID") or common for name in SERVICES}
    return {name: value for name, value in named.items() if value}


def _sandbox_url(environ: Mapping[str, str]) -> str:
    root = environ.get("SOPHNET_SANDBOX_URL", "").rstrip("/")
    return _checked_url(root + "/api/open-apis") if root else ""


def _checked_url(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise SettingsError(
            "SOPHNET_BASE_URL must be an address such as https://www.sophnet.com/api/open-apis, "
            "without a query."
        )
    if parts.username or parts.password:
        raise SettingsError("SOPHNET_BASE_URL must not hold a name or password.")
    return url.rstrip("/")


def _system_proxy(base_url: str) -> str:
    parts = urllib.parse.urlsplit(base_url)
    if not parts.hostname or urllib.request.proxy_bypass(parts.hostname):
        return ""
    if parts.hostname in ("localhost", "127.0.0.1", "::1"):
        return ""
    proxies = urllib.request.getproxies()
    return proxies.get(parts.scheme) or proxies.get("all", "")
